"""Which mode of a camera is taken, what its controls become, and which words the URL may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.camera import v4l2_abi as abi
from drivers.camera.v4l2_choice import (
    Mode,
    Wishes,
    held,
    locked,
    nearest,
    stamp_s,
    within_range,
)
from drivers.errors import DeviceUrlError
from drivers.url import Params

H264 = abi.fourcc("H264")
USUAL = [
    Mode(abi.MJPG, 1920, 1080, 30),
    Mode(abi.MJPG, 1280, 960, 30),
    Mode(abi.MJPG, 1280, 720, 30),
    Mode(abi.MJPG, 1280, 720, 60),
    Mode(abi.MJPG, 640, 480, 30),
    Mode(abi.YUYV, 1920, 1080, 5),
    Mode(abi.YUYV, 1280, 720, 10),
    Mode(abi.YUYV, 640, 480, 30),
    Mode(H264, 1280, 960, 30),
]
MODES = st.lists(
    st.builds(
        Mode,
        st.sampled_from((abi.MJPG, abi.YUYV, H264)),
        st.integers(1, 9000),
        st.integers(1, 9000),
        st.sampled_from((5.0, 10.0, 15.0, 30.0, 60.0)),
    ),
    max_size=12,
)


def of(**values: str) -> Wishes:
    return Wishes.of(Params("camera", values))


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({}, "1280x720 MJPG 30/s"),
        ({"width": "1280", "height": "960"}, "1280x960 MJPG 30/s"),
        ({"width": "640", "height": "480"}, "640x480 YUYV 30/s"),
        ({"width": "640", "height": "480", "format": "mjpg"}, "640x480 MJPG 30/s"),
        ({"fps": "60"}, "1280x720 MJPG 60/s"),
        ({"fps": "10"}, "1280x720 YUYV 10/s"),
        ({"fps": "5", "format": "yuyv"}, "1280x720 YUYV 10/s"),
        ({"format": "yuyv"}, "640x480 YUYV 30/s"),
        ({"width": "1900", "height": "1000"}, "1920x1080 MJPG 30/s"),
    ],
)
def test_the_nearest_mode_that_is_quick_enough_is_taken(wishes: dict[str, str], said: str) -> None:
    assert str(nearest(USUAL, of(**wishes))) == said


@given(MODES, st.integers(16, 4000), st.integers(16, 4000), st.integers(1, 120))
def test_whatever_is_offered_the_choice_is_one_of_it(
    modes: list[Mode], width_px: int, height_px: int, fps: int
) -> None:
    wishes = Wishes(width_px, height_px, fps)
    chosen = nearest(modes, wishes)
    fit = [one for one in modes if one.fourcc != H264 and 16 <= one.width_px <= 8192]
    fit = [one for one in fit if 16 <= one.height_px <= 8192]
    assert (chosen is None) == (not fit)
    if chosen is not None:
        assert chosen in fit
        quick = [one for one in fit if one.fps >= min(15, fps)]
        assert chosen in (quick or fit)
        assert nearest(modes[::-1], wishes) == chosen


@given(st.integers(-9, 9000), st.integers(1, 4000), st.integers(0, 4000), st.integers(0, 64))
def test_a_range_is_never_left(wanted: int, low: int, more: int, step: int) -> None:
    found = within_range(wanted, low, low + more, step)
    assert low <= found <= low + more
    assert (found - low) % max(step, 1) == 0
    assert abs(found - min(max(wanted, low), low + more)) < max(step, 1)


def test_wishes_survive_the_command_line() -> None:
    wishes = of(width="640", exposure="lock", white_balance="4600", power_line="50", format="mjpg")
    assert Wishes.parse(wishes.words()) == wishes
    assert Wishes.parse(Wishes().words()) == Wishes() == of()


def test_a_control_is_met_by_what_the_camera_has() -> None:
    auto, value = abi.CID_EXPOSURE_AUTO, abi.CID_EXPOSURE_ABSOLUTE
    both = (auto, value)
    assert held("exposure", "auto", both) == ((auto, abi.EXPOSURE_APERTURE_PRIORITY),)
    assert held("exposure", "lock", both) == held("exposure", "auto", both)
    assert held("exposure", "250", both) == ((auto, abi.EXPOSURE_MANUAL), (value, 250))
    assert held("exposure", "250", (value,)) == ((value, 250),)
    assert held("exposure", "250", (auto,)) is None
    assert held("exposure", "auto", (value,)) is None
    assert held("gain", "3", (abi.CID_GAIN,)) == ((abi.CID_GAIN, 3),)
    assert held("power_line", "60", ()) is None
    assert held("power_line", "60", (abi.CID_POWER_LINE_FREQUENCY,)) == (
        (abi.CID_POWER_LINE_FREQUENCY, 2),
    )
    assert locked("white_balance", 5200) == (
        (abi.CID_AUTO_WHITE_BALANCE, 0),
        (abi.CID_WHITE_BALANCE_TEMPERATURE, 5200),
    )


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"exposure": "bright"}, "auto, lock, a whole number from 1 to 100000"),
        ({"exposure": "0"}, "exposure"),
        ({"gain": "auto"}, "gain"),
        ({"focus": "lock"}, "auto, a whole number from 0"),
        ({"white_balance": "999"}, "white_balance"),
        ({"power_line": "55"}, "off, 50, 60, auto"),
        ({"format": "h264"}, "auto, mjpg, yuyv"),
        ({"tallness": "960"}, "tallness"),
    ],
)
def test_wishes_that_no_camera_can_meet_are_refused_by_name(
    wishes: dict[str, str], said: str
) -> None:
    with pytest.raises(DeviceUrlError, match=said):
        of(**wishes)


@given(st.one_of(st.none(), st.floats(0, 2000)), st.floats(1000, 1010), st.floats(990, 1009))
def test_a_frame_is_never_of_the_future_nor_before_the_last(
    driver_s: float | None, arrived_s: float, before_s: float
) -> None:
    at_s, stamped = stamp_s(driver_s, arrived_s, before_s)
    assert arrived_s - 1 <= at_s <= arrived_s
    assert at_s > before_s or not stamped
    assert stamped == (at_s == driver_s and at_s > before_s)
