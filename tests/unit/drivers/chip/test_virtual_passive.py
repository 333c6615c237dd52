"""Passive authentication judges what the virtual issuer signed, every fault of it included."""

from datetime import UTC, datetime

import pytest
from Crypto.PublicKey import RSA

from drivers.chip import certificates, master_list, passive_auth
from drivers.chip.csca import CscaStore
from drivers.chip.passive_result import Found, GroupResult, Question, Verdict
from drivers.chip.simulated_document import OTHER_STATE, Personaliser
from drivers.chip.simulated_issuer import State, make_issuer
from drivers.chip.simulated_issuer import master_list as make_master_list
from drivers.chip.simulated_keys import EcKey, RsaKey
from drivers.chip.simulated_manners import STORIES, ChipManners
from drivers.chip.simulated_peer import ISSUED_SINCE, PORTRAIT, PROFILES, SIGNED_AT, SPECIMEN
from drivers.chip.simulated_profile import Holder

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def store_of(*issuers):
    return CscaStore.of(certificates.parse(issuer.csca.encoded) for issuer in issuers)


@pytest.fixture(scope="module")
def utopia():
    return make_issuer(State(), ISSUED_SINCE)


@pytest.fixture(scope="module")
def store(utopia):
    return store_of(utopia, make_issuer(OTHER_STATE, datetime(2020, 1, 1, tzinfo=UTC)))


def judged(issuer, store, manners=None, profile="pace"):
    holder = Holder(SPECIMEN, PORTRAIT.read_bytes(), full_name="Eriksson, Anna Maria")
    maker = Personaliser(issuer, SIGNED_AT)
    contents = maker.make(holder, PROFILES[profile], manners or ChipManners())
    held = contents.application
    files = {n: held[0x100 + n].data for n in range(1, 17) if 0x100 + n in held and n != 3}
    return passive_auth.check(held[0x11D].data, files, store, NOW)


def test_a_good_document_is_valid(utopia, store):
    result = judged(utopia, store)
    assert (result.verdict, result.issuing_state) == (Verdict.VALID, "UTO"), result.reason
    assert result.groups[3] is GroupResult.NOT_READ
    assert result.signed_at == SIGNED_AT
    assert {result.groups[n] for n in (1, 2, 11, 14)} == {GroupResult.MATCHES}


def test_without_the_issuers_certificate_the_issuer_is_unknown(utopia):
    result = judged(utopia, store_of(make_issuer(OTHER_STATE, ISSUED_SINCE)))
    assert result.verdict is Verdict.ISSUER_UNKNOWN


@pytest.mark.parametrize(
    ("story", "question"),
    [
        ("altered-data", Question.GROUPS),
        ("altered-portrait", Question.GROUPS),
        ("longer", Question.GROUPS),
        ("shorter", Question.GROUPS),
        ("endless", Question.GROUPS),
        ("swapped-key", Question.GROUPS),
        ("other-state", Question.STATES),
        ("expired-signer", Question.PERIOD),
    ],
)
def test_each_story_fails_at_its_own_question(utopia, store, story, question):
    result = judged(utopia, store, STORIES[story], "pace-im")
    assert result.verdict is not Verdict.VALID
    assert result.found(question) is Found.FAILED, result.findings


def test_a_forged_curve_is_never_valid(utopia, store):
    """CVE-2020-0601: name, key identifier and public point are the real ones."""
    result = judged(utopia, store, STORIES["forged-curve"])
    assert result.verdict is not Verdict.VALID
    failed = {one.question for one in result.findings if one.found is Found.FAILED}
    assert failed & {Question.SIGNER, Question.CHAIN, Question.ISSUER, Question.SIGNATURE}, result


def test_hidden_groups_show_in_what_was_signed(utopia, store):
    result = judged(utopia, store, STORIES["hidden"])
    assert 14 in result.groups


@pytest.mark.slow
def test_each_kind_of_key_is_judged():
    rsa = RSA.generate(2048)
    keys = [
        EcKey.of(n, b"key", name) for n, name in ((13, "sha256"), (16, "sha384"), (18, "sha512"))
    ]
    keys += [RsaKey(rsa, name) for name in ("sha1", "sha256", "sha512")]
    keys += [RsaKey(rsa, name, probabilistic=True) for name in ("sha256", "sha384")]
    for key in keys:
        issuer = make_issuer(State(), ISSUED_SINCE, keys=(key, key))
        result = judged(issuer, store_of(issuer))
        assert result.verdict is Verdict.VALID, (key, result.reason)


def test_explicit_parameters_that_are_the_named_ones_are_taken():
    key = EcKey.of(12, b"plain")
    explicit = EcKey(key.curve, key.private, explicit=True)
    issuer = make_issuer(State(), ISSUED_SINCE, keys=(explicit, explicit))
    assert judged(issuer, store_of(issuer)).verdict is Verdict.VALID


def test_the_virtual_master_list_is_taken_where_its_issuer_is_trusted(utopia):
    other = make_issuer(OTHER_STATE, ISSUED_SINCE)
    listed = master_list.read(make_master_list(utopia, (utopia, other), NOW), store_of(utopia))
    assert dict(listed.countries) == {"UT": 1, "FR": 1}
    with pytest.raises(master_list.ListNotTrustedError):
        master_list.read(make_master_list(utopia, (utopia,), NOW), store_of(other))
