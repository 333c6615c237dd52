"""No wait is endless or deaf."""

import time

import pytest

from drivers.deadline import Deadline
from drivers.errors import CancelledError, DeviceTimeoutError


def test_a_slice_is_never_longer_than_asked_nor_than_what_is_left():
    assert Deadline.after("reader", 10).slice_s() == pytest.approx(0.2)
    assert Deadline.after("reader", 10).slice_s(0.05) == pytest.approx(0.05)
    assert 0 < Deadline.after("reader", 0.1).slice_s() <= 0.1


def test_past_the_limit_is_a_timeout_that_names_the_device():
    with pytest.raises(DeviceTimeoutError, match=r"^reader: ") as caught:
        Deadline("reader", time.monotonic() - 1).slice_s()
    assert caught.value.device == "reader"
    assert caught.value.mend


def test_cancel_goes_before_the_limit():
    with pytest.raises(CancelledError):
        Deadline("reader", time.monotonic() - 1, cancelled=lambda: True).slice_s()


def test_sooner_shortens_never_lengthens_and_stays_cancellable():
    flag = [False]
    deadline = Deadline.after("reader", 1, lambda: flag[0])
    assert deadline.sooner(5).at_s == deadline.at_s
    assert deadline.sooner(0.1).at_s < deadline.at_s
    flag[0] = True
    with pytest.raises(CancelledError):
        deadline.sooner(0.1).slice_s()
