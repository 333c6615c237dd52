"""Key files: whole, private, never replaced."""

import stat
import subprocess
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mqtt import keys
from mqtt.errors import KeyFileError


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "secrets" / "signing.pem"
    first = keys.load_or_create_private_key(path)
    again = keys.load_or_create_private_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.thumbprint(first.public_key()) == keys.thumbprint(again.public_key())
    assert list(path.parent.iterdir()) == [path]


def test_a_key_that_is_there_is_never_replaced(tmp_path):
    path = tmp_path / "signing.pem"
    first = keys.create_private_key(path)
    second = keys.create_private_key(path)
    assert first.private_numbers() == second.private_numbers()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    path = tmp_path / "signing.pem"
    keys.create_private_key(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="open to others"):
        keys.load_private_key(path)


def other_curve():
    return ec.generate_private_key(ec.SECP384R1())


@pytest.mark.parametrize("make", [other_curve, ed25519.Ed25519PrivateKey.generate])
def test_a_key_of_another_kind_is_refused(tmp_path, make):
    path = tmp_path / "signing.pem"
    pem = make().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(pem)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="P-256"):
        keys.load_private_key(path)


@pytest.mark.parametrize("content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_file_that_is_no_key_is_refused(tmp_path, content):
    path = tmp_path / "signing.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="PEM"):
        keys.load_private_key(path)
    with pytest.raises(KeyFileError, match="PEM"):
        keys.load_public_key(path)


def test_the_thumbprint_is_what_openssl_says(tmp_path):
    path = tmp_path / "signing.pem"
    key = keys.create_private_key(path)
    command = ["openssl", "pkey", "-in", str(path), "-pubout", "-outform", "DER"]
    der = subprocess.run(command, check=True, capture_output=True).stdout
    assert keys.thumbprint(key.public_key()) == sha256(der).digest()[:8]


def test_a_public_key_survives_its_file(tmp_path):
    key = keys.create_private_key(tmp_path / "signing.pem").public_key()
    path = tmp_path / "signing.pub"
    path.write_bytes(keys.public_pem(key))
    assert keys.thumbprint(keys.load_public_key(path)) == keys.thumbprint(key)
