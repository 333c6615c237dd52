"""Laws of keys for every input: noise gives typed errors, shares join, one always can open."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from mqtt import cbor
from mqtt.central.keys_ceremony import month_of
from mqtt.central.keys_escrow import join, read_share, split
from mqtt.central.keys_rooms import KeysError
from mqtt.commands import Command, Ping, Reader, refusal
from mqtt.enrol import Expected, Token, check_answer, new_token, read_claim
from mqtt.errors import EnrolError
from mqtt.keys import renew_at, thumbprint

KEY = ec.generate_private_key(ec.SECP256R1()).public_key()
EXPECTED = Expected("k-1", b"request", KEY, "0" * 64)
DAY = timedelta(days=1)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(st.binary(max_size=400))
def test_noise_is_no_answer_and_no_request(data):
    with pytest.raises(EnrolError):
        check_answer(data, EXPECTED)
    try:
        assert read_claim(data) is None
    except EnrolError:
        return


@given(st.binary(min_size=64, max_size=300), st.binary(max_size=50))
def test_an_answer_of_the_right_shape_and_noise_within_is_refused(der, bundle):
    fields = {
        "kiosk": "k-1",
        "request": sha256(b"request").digest(),
        "certificate": der,
        "authorities": [der, der],
        "bundle": bundle,
    }
    with pytest.raises(EnrolError):
        check_answer(cbor.dumps(fields), EXPECTED)


@given(st.text(max_size=200))
def test_noise_is_no_token_and_no_share(text):
    with pytest.raises(EnrolError):
        Token.parse(text)
    with pytest.raises(KeysError):
        read_share(text)


@given(st.from_regex(r"[A-Za-z0-9-]{1,40}", fullmatch=True), st.text("abc:/.1", max_size=30))
def test_a_token_survives_its_line(kiosk, url):
    token = new_token(kiosk, KEY, url)
    assert Token.parse(token.text()) == token


@settings(max_examples=20)
@given(st.booleans())
def test_two_shares_make_their_key_in_either_order(turned):
    public, shares = split()
    texts = [one.text() for one in shares]
    found = join(read_share(one) for one in (reversed(texts) if turned else texts))
    assert thumbprint(found.public_key()) == thumbprint(public)


@given(moments)
def test_every_moment_has_its_month_and_months_overlap_by_ten_days(at):
    this, following = month_of(at), month_of(at, 1)
    assert this.not_before < at < this.not_after
    assert this.not_after - following.not_before == 10 * DAY
    assert this.label < following.label


@given(moments, st.timedeltas(timedelta(seconds=1), 4000 * DAY))
def test_a_certificate_is_renewed_before_it_ends_and_not_in_its_first_half(start, life):
    due = renew_at(start, start + life)
    assert start + life / 2 < due < start + life


@given(st.integers(0, 50), st.lists(st.integers(1, 50), max_size=20))
def test_whatever_comes_in_whatever_order_each_number_is_done_at_most_once_and_rising(
    highest, numbers
):
    now = datetime(2026, 11, 22, tzinfo=UTC)
    done = []
    for number in numbers:
        command = Command(
            id="01920000-0000-4000-8000-000000000001",
            number=number,
            issued_at=now,
            expires_at=now + DAY,
            order=Ping(),
            kiosks=("k-1",),
        )
        if refusal(command, Reader("k-1", frozenset(), highest), now) is None:
            done.append(number)
            highest = number
    assert done == sorted(set(done))
    assert all(number > 0 for number in done)


def test_the_random_part_of_a_token_is_not_the_same_twice():
    assert len({new_token("k-1", KEY).secret for _ in range(50)}) == 50
