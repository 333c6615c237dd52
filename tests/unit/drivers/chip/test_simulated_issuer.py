"""openssl judges what the virtual issuer signs: certificates, EF.SOD, EF.CardSecurity, lists."""

import io
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from Crypto.PublicKey import RSA
from PIL import Image

from drivers.chip import simulated_files as files
from drivers.chip.simulated_der import objects
from drivers.chip.simulated_issuer import Issuer, State, make_issuer, master_list
from drivers.chip.simulated_keys import EcKey, RsaKey, digest

START = datetime(2024, 1, 1, tzinfo=UTC)
SIGNED = datetime(2025, 1, 1, tzinfo=UTC)
GROUPS = {1: b"one", 2: b"two", 14: b"fourteen"}


@pytest.fixture(scope="module")
def rsa():
    return RSA.generate(2048)


def issuers(rsa):
    """One for each kind of key and digest in use."""
    yield "P-384, P-256", make_issuer(State(), START)
    for number, name in ((13, "sha256"), (16, "sha384"), (17, "sha512"), (11, "sha224")):
        key = EcKey.of(number, b"key", name)
        yield f"{key.curve.name} {name}", make_issuer(State(), START, keys=(key, key))
    for name in ("sha1", "sha256", "sha512"):
        yield (
            f"rsa {name}",
            make_issuer(State(), START, keys=(RsaKey(rsa, name), RsaKey(rsa, name))),
        )
        pss = RsaKey(rsa, name, probabilistic=True, salt_bytes=20)
        yield f"pss {name}", make_issuer(State(), START, keys=(pss, pss))


def openssl(*words, data=b""):
    done = subprocess.run(
        ["openssl", *map(str, words)], input=data, capture_output=True, check=False
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def verify(folder, issuer: Issuer, signed: bytes, *more):
    ca = folder / "csca.pem"
    code, pem = openssl("x509", "-inform", "DER", data=issuer.csca.encoded)
    assert code == 0, pem
    ca.write_text(pem)
    return openssl(
        "cms", "-verify", "-inform", "DER", "-CAfile", ca, "-purpose", "any", "-binary",
        "-out", folder / "content", *more, data=signed,
    )  # fmt: skip


@pytest.mark.slow
def test_each_kind_of_signature_verifies_to_its_csca(tmp_path, rsa):
    for name, issuer in issuers(rsa):
        sod = issuer.sod(GROUPS, SIGNED)
        ((tag, cms),) = objects(sod)
        assert tag == 0x77
        code, words = verify(tmp_path, issuer, cms)
        assert code == 0, f"{name}: {words}"
        content = (tmp_path / "content").read_bytes()
        assert all(digest("sha256", group) in content for group in GROUPS.values())


def test_a_changed_content_does_not_verify(tmp_path):
    issuer = make_issuer(State(), START)
    ((_, cms),) = objects(issuer.sod(GROUPS, SIGNED))
    changed = cms.replace(digest("sha256", b"one"), digest("sha256", b"uno"))
    assert changed != cms
    assert verify(tmp_path, issuer, changed)[0] != 0


def test_another_states_sod_verifies_only_to_its_own_csca(tmp_path):
    issuer, other = make_issuer(State(), START), make_issuer(State("FRA", "FR"), START)
    ((_, cms),) = objects(other.sod(GROUPS, SIGNED))
    assert verify(tmp_path, issuer, cms)[0] != 0
    assert verify(tmp_path, other, cms)[0] == 0


def test_the_forged_curve_keeps_name_and_point_and_nothing_else(tmp_path):
    issuer = make_issuer(State(), START)
    forged = issuer.forged(77)
    real_key, forged_key = issuer.authority.key, forged.authority.key
    assert forged_key.public_bits() == real_key.public_bits()
    assert forged.authority.subject.name() == issuer.authority.subject.name()
    ((_, cms),) = objects(forged.sod(GROUPS, SIGNED))
    assert verify(tmp_path, issuer, cms)[0] != 0, "the impostor must not pass for the issuer"
    code, words = openssl("x509", "-inform", "DER", "-noout", "-text", data=forged.csca.encoded)
    assert code == 0
    assert "Generator" in words, "explicit parameters"


def test_certificates_say_what_doc_9303_12_asks_for():
    issuer = make_issuer(State(), START)
    _, csca = openssl("x509", "-inform", "DER", "-noout", "-text", data=issuer.csca.encoded)
    for said in (
        "Version: 3",
        "C=UT",
        "CA:TRUE, pathlen:0",
        "Certificate Sign, CRL Sign",
        "L=UTO",
        "X509v3 CRL Distribution Points",
        "NIST CURVE: P-384",
    ):
        assert said in csca.replace(" = ", "="), said
    signer = issuer.signer.certificate.encoded
    _, ds = openssl("x509", "-inform", "DER", "-noout", "-text", data=signer)
    assert "Digital Signature" in ds
    assert "2.23.136.1.1.6.2" in ds


def test_card_security_and_master_list_verify(tmp_path):
    issuer, other = make_issuer(State(), START), make_issuer(State("FRA", "FR"), START)
    sealed = issuer.card_security(files.card_access(()), SIGNED)
    assert verify(tmp_path, issuer, sealed)[0] == 0
    listed = master_list(issuer, (issuer, other), SIGNED)
    code, words = verify(tmp_path, issuer, listed, "-attime", int(SIGNED.timestamp()))
    assert code == 0, words
    content = (tmp_path / "content").read_bytes()
    assert issuer.csca.encoded in content
    assert other.csca.encoded in content


def test_the_revocation_list_is_signed_and_names_the_signer(tmp_path):
    issuer = make_issuer(State(), START)
    crl = issuer.revocation_list(SIGNED)
    (tmp_path / "ca.pem").write_text(openssl("x509", "-inform", "DER", data=issuer.csca.encoded)[1])
    code, words = openssl(
        "crl", "-inform", "DER", "-CAfile", tmp_path / "ca.pem", "-noout", "-text", data=crl
    )
    assert code == 0
    assert "verify OK" in words
    assert f"Serial Number: {issuer.signer.certificate.serial:04X}" in words


def test_a_signer_may_have_ended_before_it_signed():
    issuer = make_issuer(State(), START).with_signer(SIGNED - timedelta(days=400), 0.5)
    _, words = openssl(
        "x509", "-inform", "DER", "-noout", "-checkend", "0", data=issuer.signer.certificate.encoded
    )
    assert "will expire" in words


def test_the_same_words_make_the_same_issuer():
    assert make_issuer(State(), START).csca.encoded == make_issuer(State(), START).csca.encoded
    assert make_issuer(State(), START).csca.encoded != make_issuer(State(), START, "b").csca.encoded


@pytest.mark.parametrize("kind", ["JPEG", "JPEG2000"])
def test_the_face_record_holds_the_portrait_and_its_size(kind):
    out = io.BytesIO()
    Image.new("RGB", (413, 531), "grey").save(out, kind)
    portrait = out.getvalue()
    record = files.face_record(portrait)
    assert record.startswith(b"FAC\x00010\x00")
    assert int.from_bytes(record[8:12]) == len(record)
    assert record.endswith(portrait)
    assert (413).to_bytes(2) + (531).to_bytes(2) in record[:48]
    assert files.dg2(portrait).endswith(portrait)


def test_what_is_no_picture_is_refused():
    with pytest.raises(ValueError, match="neither"):
        files.dg2(b"GIF89a")
