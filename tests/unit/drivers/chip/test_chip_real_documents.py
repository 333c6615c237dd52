"""Two whole specimen chips and real EF.SODs: every hash matches, and openssl judges the same."""

import subprocess
from datetime import UTC, datetime

import pytest

from drivers.chip import cms, groups, passive_auth, sod
from drivers.chip.csca import CscaStore
from drivers.chip.passive_result import Found, GroupResult, Question, Verdict

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EMPTY = CscaStore.of(())
ALTERED = {"12277a62", "1ae97e17", "208be068", "78a2b951", "c433a51a", "de1b10af", "f33762bb"}


@pytest.fixture(params=["bsi2008", "loes2006"])
def chip(request, data):
    """EF.SOD and the data groups by number."""
    folder = data / "emrtd" / request.param
    if request.param == "bsi2008":
        numbered = {int(one.stem[9:]): one for one in folder.glob("Datagroup*.bin")}
        read = (folder / "EF_SOD.bin").read_bytes()
    else:
        numbered = {int(one.stem[4:], 16): one for one in folder.glob("ef010?.bin")}
        read = (folder / "ef011D.bin").read_bytes()
    return read, {number: path.read_bytes() for number, path in numbered.items()}


def test_each_data_group_that_is_signed_matches(chip):
    read, files = chip
    signed = sod.signed_groups(read)
    result = passive_auth.check(read, {n: files[n] for n in signed}, EMPTY, NOW)
    assert set(result.groups) == signed
    assert set(result.groups.values()) == {GroupResult.MATCHES}
    assert result.found(Question.DIGEST) is Found.PASSED
    assert result.found(Question.SIGNATURE) is Found.PASSED
    assert result.verdict is Verdict.ISSUER_UNKNOWN


def test_the_specimen_with_groups_that_nobody_signed_says_so(data, chip):
    read, files = chip
    result = passive_auth.check(read, files, EMPTY, NOW)
    unsigned = {n for n, one in result.groups.items() if one is GroupResult.NOT_SIGNED}
    assert unsigned == set(files) - sod.signed_groups(read)
    assert (result.verdict is Verdict.BAD_DIGEST) == bool(unsigned)


def test_the_zone_of_a_chip_names_its_state(chip):
    read, files = chip
    country = passive_auth.check(read, {}, EMPTY, NOW).signer_country
    assert groups.issuing_state(files[1])[:1] == country[:1]


def real(data):
    return sorted((data / "emrtd" / "sod").glob("*.bin"))


@pytest.mark.slow
def test_openssl_judges_digest_and_signature_of_each_alike(data, tmp_path):
    judged = {}
    for path in real(data):
        ours = passive_auth.check(path.read_bytes(), {}, EMPTY, NOW)
        good = all(
            ours.found(question) is Found.PASSED
            for question in (Question.DIGEST, Question.SIGNATURE)
        )
        inner = sod.der.only(path.read_bytes(), sod.TAG).value
        words = ["openssl", "cms", "-verify", "-inform", "DER", "-noverify", "-binary"]
        done = subprocess.run(
            [*words, "-out", tmp_path / "content"], input=inner, capture_output=True, check=False
        )
        judged[path.stem] = (good, done.returncode == 0)
    assert {name for name, (ours, _) in judged.items() if not ours} == ALTERED
    # openssl reads no key on explicit brainpoolP224r1 where its build leaves that curve out
    assert {name for name, both in judged.items() if both[0] != both[1]} <= {"3d920b7e"}


def test_the_british_object_was_altered_in_one_word(data):
    """Its content type was renamed: with the right one back the signature holds."""
    signed = sod.signed_data((data / "emrtd" / "sod" / "12277a62.bin").read_bytes())
    (signer,) = signed.signers
    certificate = signed.certificate_of(signer)
    assert not cms.signature_holds(signed, signer, certificate)
    wrong, right = bytes.fromhex("678108020202"), bytes.fromhex("678108010101")
    mended = cms.Signer(
        signer.issuer,
        signer.serial,
        signer.key_id,
        signer.digest,
        signer.attributes.replace(wrong, right),
        signer.algorithm,
        signer.signature,
    )
    assert cms.signature_holds(signed, mended, certificate)
