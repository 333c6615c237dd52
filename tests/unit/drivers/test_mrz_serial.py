"""The shipped reader on a pseudo terminal whose far end speaks well, badly, or leaves."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers import registry
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.document_reader.api import DocumentReader
from drivers.document_reader.mrz_framing import FRAMINGS
from drivers.document_reader.mrz_protocol import Decoder
from drivers.document_reader.mrz_serial import Manners, MrzSerial
from drivers.document_reader.reader_errors import (
    CutDocumentError,
    IllegibleError,
    SetupRefusedError,
)
from drivers.document_reader.simulated import leave_stage
from drivers.document_reader.simulated_manners import Honeywell, Plain
from drivers.document_reader.simulated_peer import Peer
from drivers.document_reader.specimens import CARD, EXPIRED, PASSPORT, SPECIMENS
from drivers.errors import CancelledError, DeviceGoneError, DeviceTimeoutError, ProtocolError
from drivers.stage import send_cue
from drivers.transport.serial_port import SerialPort
from drivers.url import DeviceUrl

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


def _until_there(stage: Path, framing: str = "desko") -> DocumentReader:
    for _ in range(50):
        try:
            return on_stage(stage, framing)
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


def test_a_reader_that_forgets_its_trigger_is_told_again(stage):
    """Honeywell's own read time-out ends the search; the kiosk waits longer than that."""
    peer = Peer(stage, FRAMINGS["honeywell"], lambda: Honeywell(read_timeout_s=0.2))
    port = SerialPort.open(DeviceUrl.parse("reader", f"serial://{peer.tty}"))
    manners = Manners(DeviceInfo("Utopia", "1"), "honeywell", again_s=0.25)
    reader = MrzSerial("reader", port, manners)
    send_cue(stage, present="specimen", delay_s=0.9)
    assert read(reader, 3) == PASSPORT
    reader.close()
    peer.leave()


@pytest.mark.parametrize("framing", ["honeywell", "elyctis"])
def test_a_commanded_reader_is_dark_between_two_questions(stage, framing):
    reader = on_stage(stage, framing)
    send_cue(stage, present="specimen", delay_s=ARMED_S)
    assert read(reader) == PASSPORT
    send_cue(stage, present="card")  # nobody asked: it lies there in the dark
    threading.Event().wait(0.1)
    assert read(reader) == CARD
    reader.close()


def with_setup(stage, words):
    peer = Peer(stage, FRAMINGS["honeywell"], Honeywell)
    url = f"serial://{peer.tty}?protocol=honeywell&setup={words}"
    return peer, registry.open_document_reader("reader", url)


def test_a_reader_takes_its_setup_before_the_first_question(stage):
    peer, reader = with_setup(stage, "TRGMOD0;OCRENA1")
    send_cue(stage, present="specimen", delay_s=ARMED_S)
    assert read(reader) == PASSPORT
    send_cue(stage, present="card", delay_s=ARMED_S)
    assert read(reader) == CARD
    reader.close()
    peer.leave()


def test_a_setup_that_the_reader_does_not_know_is_told(stage):
    peer, reader = with_setup(stage, "TRGMOD0;XYZABC1")
    with pytest.raises(SetupRefusedError, match="refuses") as caught:
        read(reader)
    assert "setup" in caught.value.mend
    reader.close()
    peer.leave()


def test_a_reader_that_is_deaf_to_its_setup_is_told(stage):
    peer = Peer(stage, FRAMINGS["plain"], Plain)
    url = f"serial://{peer.tty}?protocol=honeywell&setup=TRGMOD0"
    reader = registry.open_document_reader("reader", url)
    with pytest.raises(SetupRefusedError, match="does not answer"):
        read(reader, 3)
    reader.close()
    peer.leave()


def test_one_byte_at_a_time(stage):
    reader = on_stage(stage, "3m")
    send_cue(stage, present="card", delay_s=ARMED_S, each_s=0.008)
    assert read(reader, 5) == CARD
    reader.close()


def test_a_document_that_is_arriving_when_the_question_comes_is_read(stage):
    reader = on_stage(stage, "plain")
    send_cue(stage, present="specimen", each_s=0.005)
    threading.Event().wait(0.2)
    assert read(reader) == PASSPORT
    reader.close()


def test_a_document_that_came_just_after_the_try_ended_is_read_by_the_next(stage):
    reader = on_stage(stage)
    with pytest.raises(DeviceTimeoutError):
        read(reader, 0.1)
    send_cue(stage, present="specimen")
    threading.Event().wait(0.1)
    assert read(reader) == PASSPORT
    reader.close()


def test_what_came_after_a_question_was_taken_back_is_no_answer_to_the_next(stage):
    """The traveller who asked may have left: the next one's document is still to come."""
    reader = on_stage(stage)
    with pytest.raises(CancelledError):
        reader.read(Deadline.after("reader", 5, lambda: True))
    send_cue(stage, present="expired")
    threading.Event().wait(0.1)
    with pytest.raises(DeviceTimeoutError):
        read(reader, 0.2)
    reader.close()


def test_a_reader_of_another_parity_is_read_and_the_engineer_is_told(stage):
    reader = on_stage(stage)
    send_cue(stage, present="specimen", parity="even", delay_s=ARMED_S)
    found = reader.read(Deadline.after("reader", 2))
    assert found.lines == PASSPORT
    assert "bits=7&parity=E" in found.hint
    reader.close()


def test_noise_alone_is_a_time_out_that_says_so(stage):
    reader = on_stage(stage)
    send_cue(stage, noise=12, delay_s=ARMED_S)
    with pytest.raises(IllegibleError, match="no text") as caught:
        read(reader, 0.6)
    assert "baud" in caught.value.mend
    reader.close()


def test_an_unread_character_reaches_the_caller(stage):
    reader = on_stage(stage)
    lines = [PASSPORT[0].replace("ANNA", "AN*A"), PASSPORT[1]]
    send_cue(stage, present=lines, delay_s=ARMED_S)
    found = reader.read(Deadline.after("reader", 2))
    assert found.doubts == ((0, 17),)
    reader.close()


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("moment", ["before", "waiting", "in mid-document"])
def test_the_cable_may_leave_at_any_moment_and_come_back(stage, framing, moment):
    reader = on_stage(stage, framing)
    if moment == "before":
        send_cue(stage, unplug=True)
        threading.Event().wait(0.05)
    else:
        if moment == "in mid-document":
            send_cue(stage, half=True, delay_s=0.05)
        threading.Timer(0.15, send_cue, [stage], {"unplug": True}).start()
    if moment == "in mid-document":  # a busy machine gives the half up before the cable leaves
        with pytest.raises((CutDocumentError, DeviceGoneError)):
            read(reader)
    with pytest.raises(DeviceGoneError):
        read(reader)
    reader.close()
    send_cue(stage, replug=True)
    reader = _until_there(stage, framing)
    send_cue(stage, present="card", delay_s=ARMED_S)
    assert read(reader) == CARD
    reader.close()


def test_a_document_that_was_taken_away_unread_is_never_read(stage):
    reader = on_stage(stage, "honeywell")
    send_cue(stage, present="specimen")
    send_cue(stage, present="specimen", delay_s=ARMED_S)
    send_cue(stage, take_away=True)
    send_cue(stage, present="card", delay_s=2 * ARMED_S)
    assert read(reader) == CARD
    reader.close()


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("framing", ["desko", "honeywell"])
def test_ninety_seconds_without_a_document(stage, framing):
    reader = on_stage(stage, framing)
    send_cue(stage, present="specimen", delay_s=90)
    assert read(reader, 100) == PASSPORT
    reader.close()
