"""The simulated chip reader as the kiosk opens it by URL: waiting, laying down, taking away."""

import pytest

from drivers.chip.simulated_peer import SPECIMEN, document
from drivers.chip.simulated_reader import check_params, leave_stage, open_simulated
from drivers.deadline import Deadline
from drivers.errors import CancelledError, DeviceTimeoutError, DeviceUrlError
from drivers.stage import send_cue
from drivers.url import Params


@pytest.fixture
def stage(tmp_path):
    yield tmp_path / "chip"
    leave_stage(tmp_path / "chip")


def params(**values):
    return Params("chip", values)


def soon(limit_s=10.0):
    return Deadline.after("chip", limit_s)


def test_a_reader_without_a_document_waits_until_its_deadline(stage):
    reader = open_simulated("chip", stage, params())
    assert not reader.is_chip_there(soon())
    with pytest.raises(DeviceTimeoutError):
        reader.connect(soon(0.3))
    with pytest.raises(CancelledError):
        reader.connect(Deadline("chip", soon().at_s, lambda: True))


def test_a_document_laid_down_by_a_cue_is_found(stage):
    reader = open_simulated("chip", stage, params())
    assert send_cue(stage, place=list(SPECIMEN), profile="bac", delay_s=0.2)
    channel = reader.connect(soon())
    assert channel.atr.startswith(b"\x3b")
    assert channel.transmit(bytes.fromhex("00B09C0000"), soon()) == b"\x6a\x82", "BAC alone"
    channel.close()
    assert send_cue(stage, take_away=True)
    for _ in range(50):
        if not reader.is_chip_there(soon()):
            break
    else:
        pytest.fail("the document stayed.")


@pytest.mark.parametrize("cue", [{"place": []}, {"place": ["A"]}, {"portrait": "/nowhere"}])
def test_a_cue_that_makes_no_sense_changes_nothing(stage, cue):
    reader = open_simulated("chip", stage, params(profile="bac"))
    assert send_cue(stage, **{"place": "specimen", **cue})
    assert reader.is_chip_there(soon())


def test_the_same_stage_is_the_same_reader(stage):
    first = open_simulated("chip", stage, params())
    first.peer.place(document(profile="bac"))
    first.close()
    assert open_simulated("chip", stage, params()).is_chip_there(soon())


def test_a_url_may_lay_a_document_down_at_once(stage):
    assert open_simulated("chip", stage, params(profile="bac", story="good")).is_chip_there(soon())


@pytest.mark.parametrize("values", [{"profile": "none"}, {"story": "sad"}, {"colour": "red"}])
def test_a_slip_of_the_pen_is_named(values):
    with pytest.raises(DeviceUrlError):
        check_params(params(**values))
