"""The shipped reader on a pseudo terminal whose far end speaks well, badly, or leaves."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers import registry
from drivers.deadline import Deadline
from drivers.document_reader.api import DocumentReader
from drivers.document_reader.mrz_framing import FRAMINGS
from drivers.document_reader.mrz_protocol import Decoder
from drivers.document_reader.simulated import leave_stage
from drivers.document_reader.specimens import CARD, EXPIRED, PASSPORT, SPECIMENS
from drivers.errors import CancelledError, DeviceGoneError, DeviceTimeoutError, ProtocolError
from drivers.stage import send_cue

ARMED_S = 0.15  # a cue sent with this delay arrives after the reader threw away what came before


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "stage" / "reader"
    yield path
    leave_stage(path)
    assert not list(path.parent.iterdir()), "the peer left its socket or its link behind"


def on_stage(stage: Path, framing: str = "desko") -> DocumentReader:
    return registry.open_document_reader("reader", f"simulated://{stage}?framing={framing}")


def read(reader: DocumentReader, limit_s: float = 1.5) -> tuple[str, ...]:
    return reader.read(Deadline.after("reader", limit_s)).lines


def test_specimens_have_lengths_of_the_standard_and_the_order_of_their_lines():
    for lines in SPECIMENS.values():
        assert {len(line) for line in lines} in ({44}, {30})
        assert Decoder("reader").feed("\r".join((*lines, "")).encode())


@pytest.mark.parametrize("framing", FRAMINGS)
def test_one_document_after_another(stage, framing):
    reader = on_stage(stage, framing)
    for name, lines in (("specimen", PASSPORT), ("card", CARD), ("expired", EXPIRED)):
        assert send_cue(stage, present=name, delay_s=ARMED_S)
        assert read(reader) == lines
    reader.close()


def test_a_commanded_reader_is_dark_until_it_is_told_to_look(stage):
    reader = on_stage(stage, "honeywell")
    send_cue(stage, present="specimen")
    assert read(reader) == PASSPORT  # it lay there before the trigger
    with pytest.raises(DeviceTimeoutError):
        read(reader, 0.2)
    reader.close()


def test_what_came_before_the_question_is_no_answer(stage):
    reader = on_stage(stage)
    send_cue(stage, present="expired")
    threading.Event().wait(0.1)
    send_cue(stage, present="specimen", delay_s=ARMED_S)
    assert read(reader) == PASSPORT
    reader.close()


@pytest.mark.parametrize("where", ["before", "after"])
def test_noise_around_a_document(stage, where):
    reader = on_stage(stage)
    send_cue(stage, present="specimen", noise=30, where=where, delay_s=ARMED_S)
    assert read(reader) == PASSPORT
    send_cue(stage, noise=15, delay_s=ARMED_S)
    with pytest.raises(DeviceTimeoutError):
        read(reader, 0.4)
    reader.close()


def test_noise_within_a_document_is_a_protocol_error_and_the_next_try_works(stage):
    reader = on_stage(stage)
    send_cue(stage, present="specimen", noise=25, where="within", delay_s=ARMED_S)
    with pytest.raises(ProtocolError) as caught:
        read(reader)
    assert "ERIKSSON" not in str(caught.value)
    send_cue(stage, present="specimen", delay_s=ARMED_S)
    assert read(reader) == PASSPORT
    reader.close()


@pytest.mark.parametrize("framing", FRAMINGS)
def test_half_a_document_then_silence(stage, framing):
    reader = on_stage(stage, framing)
    send_cue(stage, half=True, delay_s=ARMED_S)
    start_s = time.monotonic()
    with pytest.raises(ProtocolError):
        read(reader)
    assert time.monotonic() - start_s < 1.0
    send_cue(stage, present="card", delay_s=ARMED_S)
    assert read(reader) == CARD
    reader.close()


def test_a_reader_that_repeats_itself(stage):
    reader = on_stage(stage, "plain")
    send_cue(stage, present="specimen", repeat=4, delay_s=ARMED_S)
    assert read(reader) == PASSPORT
    send_cue(stage, present="card", delay_s=0.2)
    assert read(reader) == CARD
    reader.close()


def test_unplugged_in_mid_line_then_replugged(stage):
    reader = on_stage(stage)
    send_cue(stage, half=True, delay_s=ARMED_S)
    pull = threading.Timer(0.22, send_cue, [stage], {"unplug": True})
    pull.start()
    with pytest.raises(DeviceGoneError) as caught:
        read(reader)
    pull.join()
    assert caught.value.mend
    reader.close()
    with pytest.raises(DeviceGoneError):
        on_stage(stage)
    send_cue(stage, replug=True)
    reader = _until_there(stage)
    send_cue(stage, present="specimen", delay_s=ARMED_S)
    assert read(reader) == PASSPORT
    reader.close()


def _until_there(stage: Path) -> DocumentReader:
    for _ in range(50):
        try:
            return on_stage(stage)
        except DeviceGoneError:
            threading.Event().wait(0.02)
    raise AssertionError("the reader did not come back")


@pytest.mark.parametrize("framing", ["desko", "honeywell"])
def test_cancel_ends_a_read_within_0_3_s(stage, framing):
    reader = on_stage(stage, framing)
    flag = threading.Event()
    timer = threading.Timer(0.1, flag.set)
    timer.start()
    start_s = time.monotonic()
    with pytest.raises(CancelledError):
        reader.read(Deadline.after("reader", 10, flag.is_set))
    timer.join()
    assert time.monotonic() - start_s < 0.1 + 0.3
    reader.close()


def test_a_closed_reader_leaves_no_thread_and_opens_anew(stage):
    before = threading.active_count()
    for _ in range(3):
        reader = on_stage(stage)
        assert threading.active_count() == before + 1
        reader.close()
        reader.close()
        assert threading.active_count() == before


def test_what_is_about_to_be_laid_down_arrives_at_the_reader_that_was_opened_anew(stage):
    reader = on_stage(stage)
    send_cue(stage, half=True, delay_s=ARMED_S)
    send_cue(stage, present="specimen", delay_s=4 * ARMED_S)
    with pytest.raises(ProtocolError):
        read(reader)
    reader.close()
    reader = on_stage(stage)
    assert read(reader) == PASSPORT
    reader.close()


def test_repr_of_lines_shows_none_of_them(stage):
    reader = on_stage(stage)
    send_cue(stage, present="specimen", delay_s=ARMED_S)
    lines = reader.read(Deadline.after("reader", 1))
    assert repr(lines) == "MrzLines([44, 44] characters)"
    reader.close()
