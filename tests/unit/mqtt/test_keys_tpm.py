"""A TPM 2.0 (the real provider, a software TPM behind it) signs, enrols, and speaks TLS."""

import os
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from mqtt import cose
from mqtt.central import keys_ceremony as ceremony
from mqtt.central.keys_desk import Desk
from mqtt.central.keys_rooms import CentreRoom, RootRoom
from mqtt.central.keys_tokens import TokenBook
from mqtt.central.pki import KeyPair, Subject, make_leaf, name, sign_leaf
from mqtt.central.registry import Registry
from mqtt.enrol import certificate_request, new_token
from mqtt.enrol_device import Device, DeviceRoom
from mqtt.errors import KeyFileError
from mqtt.events import Assurance
from mqtt.keys import create_private_key, load_private_key
from mqtt.keys_tpm import (
    TpmError,
    create_tpm_key,
    is_tpm_key,
    load_signer,
    load_tpm_key,
    there_is_a_tpm,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PROVIDER = list(Path("/usr/lib").glob("*/ossl-modules/tpm2.so"))
pytestmark = pytest.mark.skipif(
    shutil.which("swtpm") is None or not PROVIDER,
    reason="needs the Debian packages swtpm, tpm2-openssl and libtss2-tcti-swtpm0",
)


@pytest.fixture(scope="module")
def tpm(tmp_path_factory):
    """A TPM of its own; TPM2OPENSSL_TCTI is how the provider of every process finds it."""
    folder = tmp_path_factory.mktemp("tpm")
    path = folder / "s"
    words = ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder}"]
    words += ["--server", f"type=unixio,path={path}", "--ctrl", f"type=unixio,path={path}.ctrl"]
    process = subprocess.Popen(
        [*words, "--flags", "not-need-init,startup-clear"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until_s = time.monotonic() + 30
        while not path.exists() and time.monotonic() < until_s:
            process.poll()
            threading.Event().wait(0.02)
        yield f"swtpm:path={path}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(autouse=True)
def _reached(tpm, monkeypatch):
    monkeypatch.setenv("TPM2OPENSSL_TCTI", tpm)
    monkeypatch.setenv("TSS2_LOG", "all+NONE")


@pytest.fixture(scope="module")
def key(tpm, tmp_path_factory):
    os.environ["TPM2OPENSSL_TCTI"] = tpm
    try:
        return create_tpm_key(tmp_path_factory.mktemp("keys") / "signing.pem")
    finally:
        del os.environ["TPM2OPENSSL_TCTI"]


def test_the_tpm_signs_what_openssl_and_we_verify(key):
    assert there_is_a_tpm()
    signature = key.sign(b"statement", ec.ECDSA(hashes.SHA256()))
    key.public_key().verify(signature, b"statement", ec.ECDSA(hashes.SHA256()))


def test_a_statement_signed_in_the_tpm_is_one_of_ours(key, capsys):
    took_ms = []
    for _ in range(5):
        started_s = time.perf_counter()
        data = cose.sign1(b"payload", key, "application/x")
        took_ms.append((time.perf_counter() - started_s) * 1000)
    cose.verify_sign1(cose.read_sign1(data, "application/x", limit_bytes=999), key.public_key())
    with capsys.disabled():
        print(f"\nsigning in a software TPM: {statistics.median(took_ms):.1f} ms (median of 5)")


def test_the_file_is_its_owners_alone_and_holds_no_key(key):
    assert key.path.stat().st_mode & 0o777 == 0o600
    assert is_tpm_key(key.path)
    again = load_signer(key.path)
    assert again.public_key() == key.public_key()
    with pytest.raises(KeyFileError, match="PEM"):
        load_private_key(key.path)


def test_an_existing_key_is_never_replaced(key):
    assert create_tpm_key(key.path).public_key() == key.public_key()


def test_a_key_that_others_may_read_is_refused(key, tmp_path):
    copy = tmp_path / "copy.pem"
    copy.write_bytes(key.path.read_bytes())
    copy.chmod(0o640)
    with pytest.raises(KeyFileError, match="open to others"):
        load_tpm_key(copy)


def test_a_file_key_is_no_key_of_a_tpm(tmp_path):
    create_private_key(tmp_path / "file.pem")
    with pytest.raises(KeyFileError, match="no key of a TPM"):
        load_tpm_key(tmp_path / "file.pem")


def test_a_tpm_that_is_gone_is_told_with_its_mend(key, monkeypatch):
    monkeypatch.setenv("TPM2OPENSSL_TCTI", "swtpm:path=/nowhere/at/all")
    with pytest.raises(TpmError, match="pkeyutl failed") as caught:
        key.sign(b"x", ec.ECDSA(hashes.SHA256()))
    assert "tpm2-openssl" in caught.value.mend


def test_the_request_proves_that_the_tpm_has_the_key(key):
    request = x509.load_der_x509_csr(certificate_request(key, "uto-1"))
    assert request.is_signature_valid
    assert request.public_key() == key.public_key()


def test_a_kiosk_with_a_tpm_is_enrolled_as_one(tmp_path):
    root, centre = RootRoom(tmp_path / "root"), CentreRoom(tmp_path / "centre")
    ceremony.make_root(root, None)
    ceremony.make_centre(centre, root, None, NOW)
    token = new_token("uto-1", ceremony.root_key(centre))
    TokenBook(centre.tokens).open(token, NOW, timedelta(hours=1))
    room = DeviceRoom(*(tmp_path / "kiosk" / name for name in ("s", "t", "c", "a", "r", "b")))
    kiosk = Device("uto-1", room, True, lambda: NOW)
    kiosk.take(Desk(centre).answer(kiosk.request(token), NOW))
    assert all(is_tpm_key(path) for path in room.key_files())
    registry = Registry.load(centre.registry)
    assert registry.entries["uto-1"].assurance is Assurance.TPM
    kiosk.take(Desk(centre).answer(kiosk.request(None), NOW))
    assert len(Registry.load(centre.registry).keys["uto-1"]) == 2


CONF = """\
openssl_conf = all
[all]
providers = providers
alg_section = algorithms
[algorithms]
default_properties = ?tpm2.signature
[providers]
default = active
tpm2 = active
[active]
activate = 1
"""
CLIENT = """\
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.load_verify_locations(sys.argv[1])
context.load_cert_chain(sys.argv[2], sys.argv[3])
line = socket.create_connection(("127.0.0.1", int(sys.argv[4])), 20)
with context.wrap_socket(line, server_hostname="127.0.0.1") as talk:
    print(talk.version(), talk.recv(8).decode())
"""


SCRIPT = """\
tpm2-abrmd --allow-root --session --tcti "$TPM" >/dev/null 2>&1 &
manager=$!
for i in $(seq 200); do
  busctl --user status com.intel.tss2.Tabrmd >/dev/null 2>&1 && break
  sleep 0.1
done
TPM2OPENSSL_TCTI=tabrmd:bus_type=session OPENSSL_CONF="$1" "$2" "$3" "$4" "$5" "$6" "$7"
end=$?
kill $manager
exit $end
"""


def serve_one(listening, context, seen):
    """One TLS connection with a client certificate; who it was goes to `seen`."""
    line, _ = listening.accept()
    with context.wrap_socket(line, server_side=True) as talk:
        seen.append(talk.getpeercert()["subject"])
        talk.send(b"welcome")


def server_context(centre, folder):
    server = KeyPair(folder / "server.key", folder / "server.pem")
    make_leaf(server, centre.issuing, "127.0.0.1", server=True)
    with server.public.open("ab") as file:
        file.write(centre.issuing.public.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.public, server.private)
    context.load_verify_locations(centre.authorities)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def certified_key_in_the_tpm(centre, folder):
    own = create_tpm_key(folder / "tls.key")
    leaf = sign_leaf(Subject(name("uto-1"), own.public_key()), centre.issuing, 9, None)
    chain = leaf.public_bytes(Encoding.PEM) + centre.issuing.public.read_bytes()
    (folder / "tls.pem").write_bytes(chain)


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("tpm2-abrmd") is None or shutil.which("dbus-run-session") is None,
    reason="needs a resource manager: Debian tpm2-abrmd, libtss2-tcti-tabrmd0 and dbus",
)
def test_pythons_tls_client_uses_a_key_in_the_tpm(tpm, tmp_path):
    """As the publisher does with OPENSSL_CONF; a real machine has the manager in its kernel."""
    root, centre = RootRoom(tmp_path / "root"), CentreRoom(tmp_path / "centre")
    ceremony.make_root(root, None)
    ceremony.make_centre(centre, root, None, NOW)
    certified_key_in_the_tpm(centre, tmp_path)
    (tmp_path / "openssl.cnf").write_text(CONF)
    (tmp_path / "client.py").write_text(CLIENT)
    seen = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(50)
        context = server_context(centre, tmp_path)
        thread = threading.Thread(target=serve_one, args=(listening, context, seen), daemon=True)
        thread.start()
        files = [tmp_path / "openssl.cnf", sys.executable, tmp_path / "client.py"]
        files += [centre.authorities, tmp_path / "tls.pem", tmp_path / "tls.key"]
        words = [*map(str, files), str(listening.getsockname()[1])]
        done = subprocess.run(
            ["dbus-run-session", "--", "bash", "-c", SCRIPT, "script", *words],
            env=os.environ | {"TPM": tpm},
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        thread.join(5)
    assert "TLSv1.3 welcome" in done.stdout, done.stderr
    assert seen == [((("commonName", "uto-1"),),)]
