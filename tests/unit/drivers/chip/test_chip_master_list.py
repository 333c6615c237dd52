"""Master lists count by their own signature; the store keeps what they name and reads it fast."""

import json
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.chip import certificates, master_list, revocation
from drivers.chip.csca import INDEX, CscaStore, StoreError
from drivers.chip.errors import ChipDataError
from drivers.chip.master_list import MASTER_LIST, ListNotTrustedError
from drivers.chip.simulated_certificates import Subject, Validity
from drivers.chip.simulated_cms import Signer
from drivers.chip.simulated_der import der, integer, sequence, set_of
from drivers.chip.simulated_issuer import State, make_issuer
from drivers.chip.simulated_issuer import master_list as made_list
from drivers.chip.simulated_keys import EcKey

START = datetime(2024, 1, 1, tzinfo=UTC)
SIGNED = datetime(2025, 1, 1, tzinfo=UTC)
HOME, FRANCE, SPAIN = (
    make_issuer(State(*codes), START) for codes in (("UTO", "UT"), ("FRA", "FR"), ("ESP", "ES"))
)
LIST = made_list(HOME, (HOME, FRANCE, SPAIN), SIGNED)


def certificate(issuer):
    return certificates.parse(issuer.csca.encoded)


ROOT = CscaStore.of([certificate(HOME)])


def sealed(encoded, signer=None, kind=MASTER_LIST, at=SIGNED):
    """A list of these certificates; by HOME's list signer where no other is given."""
    subject, key = Subject("UT", "UTO", "Master list signer"), EcKey.of(12, b"lister")
    period = Validity(SIGNED, SIGNED + timedelta(days=365))
    own = HOME.authority.certify(subject, key, 1, period, "2.23.136.1.1.3")
    content = sequence(integer(0), set_of(*encoded))
    return (signer or Signer(own, key)).seal(kind, content, at)


def test_a_list_is_trusted_through_the_root_that_was_given():
    listed = master_list.read(LIST, ROOT)
    assert dict(listed.countries) == {"UT": 1, "FR": 1, "ES": 1}
    assert listed.signed_at == SIGNED
    assert listed.authority == certificate(HOME)
    assert listed.refused == ()


@pytest.mark.parametrize("others", [(), (FRANCE,)])
def test_without_its_root_a_list_is_worth_nothing(others):
    with pytest.raises(ListNotTrustedError):
        master_list.read(LIST, CscaStore.of(map(certificate, others)))


def test_a_list_that_was_changed_is_refused():
    at = LIST.index(FRANCE.csca.encoded)
    changed = LIST[: at + 200] + bytes((LIST[at + 200] ^ 1,)) + LIST[at + 201 :]
    with pytest.raises(ChipDataError, match="its digest differs"):
        master_list.read(changed, ROOT)
    with pytest.raises(ChipDataError, match="signature does not hold"):
        master_list.read(LIST[:-1] + bytes((LIST[-1] ^ 1,)), ROOT)


def test_a_document_signer_names_no_authorities():
    with pytest.raises(ChipDataError, match="may not sign one"):
        master_list.read(sealed([FRANCE.csca.encoded], HOME.signer), ROOT)


def test_an_ef_sod_is_no_master_list_and_a_list_out_of_time_is_none():
    with pytest.raises(ChipDataError, match="no master list"):
        master_list.read(sealed([], kind="2.23.136.1.1.1"), ROOT)
    with pytest.raises(ChipDataError, match="outside its signer's period"):
        master_list.read(sealed([FRANCE.csca.encoded], at=SIGNED + timedelta(days=500)), ROOT)


def test_what_is_no_authority_is_refused_one_by_one_with_the_reason():
    good, broken = SPAIN.csca.encoded, bytearray(FRANCE.csca.encoded)
    broken[-1] ^= 1
    forged = HOME.forged(private=5).beside[0]
    listed = master_list.read(
        sealed([good, bytes(broken), FRANCE.signer.certificate.encoded, forged, b"\x30\0"]), ROOT
    )
    assert [one.country for one in listed.trusted] == ["ES"]
    whys = " ".join(one.why for one in listed.refused)
    assert len(listed.refused) == 4
    for why in ("own signature does not hold", "may not sign certificates", "named curve's but"):
        assert why in whys


def test_a_list_too_long_or_of_too_many_is_refused():
    with pytest.raises(ChipDataError, match="bytes"):
        master_list.read(bytes(master_list.MOST_BYTES + 1), ROOT)
    with pytest.raises(ChipDataError, match="more than"):
        master_list.read(sealed([b"\x30\0"] * (master_list.MOST_CERTIFICATES + 1)), ROOT)


def test_other_states_authorities_vouch_for_no_list():
    """Each state may sign documents; none of them may name the authorities of another."""
    store = CscaStore.of(()).joined(master_list.read(LIST, ROOT).trusted, [certificate(HOME)])
    assert {one.country for one in store.vouching.each()} == {"UT"}
    evil = made_list(FRANCE, (FRANCE,), SIGNED)
    with pytest.raises(ListNotTrustedError):
        master_list.read(evil, store.vouching)
    assert master_list.read(evil, store).trusted  # by signature alone it would be good


def test_the_store_gives_back_what_was_saved_and_keeps_its_roots(tmp_path):
    made = CscaStore.of(()).joined(map(certificate, (FRANCE, SPAIN)), [certificate(HOME)])
    made.save(tmp_path)
    opened = CscaStore.open(tmp_path)
    assert {one.sha256 for one in opened.each()} == {one.sha256 for one in made.each()}
    for issuer in (HOME, FRANCE, SPAIN):
        one = certificate(issuer)
        assert opened.holds(one)
        assert opened.by_key_id(one.key_id) == opened.by_subject(one.subject_print) == (one,)
    assert [one.country for one in opened.vouching.each()] == ["UT"]
    assert opened.by_key_id(b"") == ()
    assert opened.countries == {"UT", "FR", "ES"}


def test_a_second_save_leaves_one_file_of_certificates(tmp_path):
    CscaStore.of([certificate(HOME)]).save(tmp_path)
    CscaStore.open(tmp_path).joined([certificate(SPAIN)]).save(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 2
    assert names[1] == INDEX
    assert len(CscaStore.open(tmp_path)) == 2


def test_an_empty_folder_is_an_empty_store_and_a_spoilt_one_an_error(tmp_path):
    assert len(CscaStore.open(tmp_path / "none")) == 0
    CscaStore.of([certificate(HOME)]).save(tmp_path)
    data = next(tmp_path.glob("*.der"))
    data.write_bytes(data.read_bytes()[:-1] + b"\0")
    with pytest.raises(StoreError, match="is not the file"):
        CscaStore.open(tmp_path)
    data.unlink()
    with pytest.raises(StoreError, match="missing"):
        CscaStore.open(tmp_path)


@pytest.mark.parametrize(
    "index",
    [
        b"",
        b"nonsense",
        b"border-kiosk-csca 2\tcertificates-0.der\t0\t0",
        b"border-kiosk-csca 1\t../certificates-0.der\t0\t0",
        b"border-kiosk-csca 1\tcertificates-0.der\t0\t1\nx",
        b"border-kiosk-csca 1\tcertificates-0.der\t0\tmany",
        b"\xff\xfe",
    ],
)
def test_an_index_that_is_none_is_an_error(tmp_path, index):
    (tmp_path / INDEX).write_bytes(index)
    with pytest.raises(StoreError):
        CscaStore.open(tmp_path)


def test_a_link_certificate_need_not_carry_its_own_keys_signature():
    new = EcKey.of(15, b"new", "sha384")
    period = Validity(START, START + timedelta(days=900))
    link = HOME.authority.certify(HOME.authority.subject, new, 5, period)
    assert master_list.usable(certificates.parse(link.encoded)) == ""


def test_a_certificate_that_is_too_long_or_says_things_twice_is_refused():
    with pytest.raises(ChipDataError, match="bytes"):
        certificates.parse(der(0x30, bytes(40_000)))
    tail = HOME.csca.encoded
    with pytest.raises(ChipDataError):
        certificates.parse(tail[:-3])


REVOKED = HOME.revocation_list(SIGNED)


@pytest.mark.parametrize(
    ("whole", "read"),
    [(HOME.csca.encoded, certificates.parse), (REVOKED, revocation.parse)],
    ids=["certificate", "revocation list"],
)
@settings(max_examples=80, deadline=None)
@given(choice=st.data())
def test_whatever_is_changed_there_is_a_value_or_one_kind_of_error(whole, read, choice):
    at, gone = choice.draw(st.integers(0, len(whole))), choice.draw(st.integers(0, 3))
    changed = whole[:at] + choice.draw(st.binary(max_size=3)) + whole[at + gone :]
    with suppress(ChipDataError):
        assert repr(read(changed))


def test_a_revocation_list_is_its_authoritys_only():
    listed = revocation.parse(REVOKED)
    assert listed.is_of(certificate(HOME))
    assert not listed.is_of(certificate(FRANCE))
    at = REVOKED.index(b"\x02\x02") + 3  # the serial number that is revoked
    changed = revocation.parse(REVOKED[:at] + bytes((REVOKED[at] ^ 1,)) + REVOKED[at + 1 :])
    assert not changed.is_of(certificate(HOME))
    assert listed.stale(SIGNED + timedelta(days=91))
    assert not listed.stale(SIGNED)


_MEASURE = """
import json, sys, time
from pathlib import Path
from drivers.chip.csca import CscaStore
from vision.evaluate.usage import peak_memory_kib
before = peak_memory_kib()
begun = time.process_time()
store = CscaStore.open(Path(sys.argv[1]))
spent = time.process_time() - begun
grown = peak_memory_kib() - before
print(json.dumps({"s": spent, "kib": grown, "certificates": len(store)}))
"""


@pytest.mark.slow
def test_the_states_lists_load_in_a_second_and_thirty_megabytes(tmp_path, data):
    folder = data / "emrtd" / "masterlists"
    roots = [certificates.parse(path.read_bytes()) for path in sorted(folder.glob("*.cer"))]
    store = CscaStore.of(()).joined((), roots)
    for name in ("DE_ML_2026*.ml", "NL_ML*.ml", "DE_ML_2024*.ml"):
        (path,) = folder.glob(name)
        store = store.joined(master_list.read(path.read_bytes(), store.vouching).trusted)
    assert len(store) >= 680
    store.save(tmp_path)
    words = [sys.executable, "-c", _MEASURE, tmp_path]
    done = subprocess.run(words, capture_output=True, check=True, text=True)
    figures = json.loads(done.stdout)
    assert figures["certificates"] == len(store)
    assert figures["s"] <= 1, figures
    assert 500 <= figures["kib"] <= 30_000, figures
