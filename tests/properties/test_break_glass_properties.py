"""Break-glass tokens: whatever byte, clock, number or deputy comes, only the right one opens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import example, given
from hypothesis import strategies as st

from mqtt import break_glass as glass
from mqtt.break_glass import BreakGlassError, Deputy, Floor, Moment, Token
from mqtt.bundles import key_bytes

ROOT, DEPUTY, STRANGER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NOW_S = NOW.timestamp()
HOUR_S, DAY_S = 3600.0, 86_400.0
SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "B" * 43
GRANT = Deputy(
    key=key_bytes(DEPUTY.public_key()),
    version=7,
    not_before=NOW - timedelta(days=10),
    not_after=NOW + timedelta(days=80),
    kiosks="uto-",
)
TOKEN = Token(
    kiosk="uto-1",
    ssh_key=SSH,
    number=100,
    not_before=NOW - timedelta(minutes=5),
    not_after=NOW + timedelta(hours=4),
    reason="reader dead",
)
STEERED = Moment(NOW_S, NOW_S - DAY_S, steered=True)


def by_deputy(token=TOKEN, grant=GRANT, root=ROOT, signer=DEPUTY):
    return glass.sign_token(
        msgspec.structs.replace(token, grant=glass.sign_grant(grant, root)), signer
    )


def taken(data, kiosk="uto-1", floor=Floor(), moment=STEERED):  # noqa: B008 - frozen
    token, deputy = glass.read_token(data, [ROOT.public_key()])
    return glass.admit(token, deputy, kiosk, floor, moment)


BY_ROOT, BY_DEPUTY = glass.sign_token(TOKEN, ROOT), by_deputy()


@pytest.mark.parametrize("data", [BY_ROOT, BY_DEPUTY])
def test_the_right_one_stands_until_its_end(data):
    assert taken(data) == pytest.approx(4 * HOUR_S)


@given(st.sampled_from([BY_ROOT, BY_DEPUTY]), st.data())
def test_one_flipped_bit_anywhere_opens_nothing(data, chosen):
    place = chosen.draw(st.integers(0, 8 * len(data) - 1))
    flipped = bytearray(data)
    flipped[place // 8] ^= 1 << place % 8
    with pytest.raises(BreakGlassError):
        taken(bytes(flipped))


@given(st.sampled_from([BY_ROOT, BY_DEPUTY]), st.data())
def test_cut_or_longer_it_opens_nothing(data, chosen):
    cut = chosen.draw(st.integers(0, len(data) - 1))
    more = chosen.draw(st.binary(min_size=1, max_size=20))
    for other in (data[:cut], data + more):
        with pytest.raises(BreakGlassError):
            taken(other)


@given(st.binary(max_size=400))
@example(b"\xd2\x84")
def test_noise_is_refused_by_its_one_error(data):
    with pytest.raises(BreakGlassError):
        taken(data)


@pytest.mark.parametrize(
    "data",
    [
        glass.sign_token(TOKEN, STRANGER),
        glass.sign_token(TOKEN, DEPUTY),  # the grant is missing
        by_deputy(signer=STRANGER),
        by_deputy(signer=ROOT),  # a token that names a deputy is the deputy's alone
        by_deputy(root=STRANGER),
        by_deputy(root=DEPUTY),  # nobody makes himself a deputy
        by_deputy(grant=msgspec.structs.replace(GRANT, kiosks="uto-2")),
        by_deputy(grant=msgspec.structs.replace(GRANT, not_before=NOW)),
        by_deputy(grant=msgspec.structs.replace(GRANT, not_after=NOW + timedelta(hours=3))),
        glass.sign_grant(GRANT, ROOT),  # signed, and no token
    ],
)
def test_nobody_else_opens(data):
    with pytest.raises(BreakGlassError):
        taken(data)


def test_another_kiosks_opens_nothing():
    with pytest.raises(BreakGlassError, match="for the kiosk uto-1"):
        taken(BY_ROOT, kiosk="uto-2")


@given(st.integers(0, 200))
def test_a_number_opens_once_and_only_a_higher_one_after_it(number):
    if number < TOKEN.number:
        assert taken(BY_ROOT, floor=Floor(number=number)) > 0
    else:
        with pytest.raises(BreakGlassError, match="before"):
            taken(BY_ROOT, floor=Floor(number=number))


@given(st.integers(0, 20))
def test_a_deputy_whose_grant_was_replaced_opens_nothing(version):
    floor = Floor(deputy=version)
    if version <= GRANT.version:
        assert taken(BY_DEPUTY, floor=floor) > 0
    else:
        with pytest.raises(BreakGlassError, match="replaced"):
            taken(BY_DEPUTY, floor=floor)
    assert taken(BY_ROOT, floor=floor) > 0


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        (timedelta(hours=5), "expired"),
        (timedelta(days=40), "expired"),
        (-timedelta(hours=1), "not"),
    ],
)
def test_a_steered_clock_is_believed_however_far_it_is_from_the_floor(moved, words):
    at = replace(STEERED, system_utc_s=NOW_S + moved.total_seconds())
    with pytest.raises(BreakGlassError, match=words):
        taken(BY_ROOT, moment=at)


def test_a_dead_clock_takes_it_for_its_whole_span_of_powered_time():
    dead = Moment(system_utc_s=0.0, earliest_utc_s=NOW_S - 3 * DAY_S)
    assert taken(BY_ROOT, moment=dead) == pytest.approx(4 * HOUR_S + 300)
    far = Moment(system_utc_s=NOW_S + 9000 * DAY_S, earliest_utc_s=NOW_S - 3 * DAY_S)
    assert taken(BY_ROOT, moment=far) == pytest.approx(4 * HOUR_S + 300)


def test_a_dead_clock_takes_none_that_ended_before_what_is_certain():
    with pytest.raises(BreakGlassError, match="expired"):
        taken(BY_ROOT, moment=Moment(0.0, NOW_S + 5 * HOUR_S))


@given(
    st.floats(-1e9, 1e10), st.floats(-10 * DAY_S, 10 * DAY_S), st.booleans(), st.integers(0, 100)
)
def test_whatever_the_clocks_say_it_never_stands_longer_than_it_is(system, floor, steered, number):
    at = Moment(system, NOW_S + floor, steered=steered)
    try:
        left_s = taken(BY_ROOT, floor=Floor(number=number), moment=at)
    except BreakGlassError:
        return
    assert 0 < left_s <= 4 * HOUR_S + 300
    assert at.earliest_utc_s < TOKEN.not_after.timestamp()


@given(st.floats(0, 30 * DAY_S))
def test_what_stands_ends_by_a_clock_that_can_be_believed(later_s):
    at = replace(STEERED, system_utc_s=NOW_S + later_s)
    assert glass.has_ended(TOKEN.not_after, at) == (NOW_S + later_s > NOW_S + 4 * HOUR_S)
    assert not glass.has_ended(TOKEN.not_after, Moment(0.0, NOW_S))


@pytest.mark.parametrize(
    "wrong",
    [
        {"not_after": TOKEN.not_before + timedelta(hours=24, seconds=1)},
        {"not_after": TOKEN.not_before},
        {"ssh_key": f"{SSH} comment"},
        {"ssh_key": f"{SSH}\ncommand=x {SSH}"},
        {"ssh_key": f'command="sh" {SSH}'},
        {"ssh_key": SSH.replace("ssh-ed25519", "ssh-dss")},
        {"reason": "two\nlines"},
        {"number": 0},
        {"kiosk": "../uto"},
    ],
)
def test_what_may_not_be_is_neither_signed_nor_believed(wrong):
    with pytest.raises((ValueError, msgspec.ValidationError)):
        glass.sign_token(msgspec.structs.replace(TOKEN, **wrong), ROOT)


def test_a_deputy_is_one_for_months_not_years():
    with pytest.raises((ValueError, msgspec.ValidationError)):
        glass.sign_grant(
            msgspec.structs.replace(GRANT, not_after=GRANT.not_before + timedelta(days=191)), ROOT
        )
