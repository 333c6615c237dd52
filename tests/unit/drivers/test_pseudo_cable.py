"""The cable of a simulated serial device: bytes cross it, pulling it out leaves nothing behind."""

import os
import termios
from pathlib import Path

import pytest

from drivers.errors import DeviceUrlError
from drivers.transport.pseudo_cable import PseudoCable


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_bytes_cross_untouched_while_it_is_in(tmp_path):
    cable = PseudoCable.at(tmp_path / "reader")
    assert not cable.plugged
    cable.plug_in()
    host = os.open(cable.link, os.O_RDWR | os.O_NOCTTY)
    os.write(cable.peer_end, b"\r\n\x03\x11\xff")
    assert os.read(host, 100) == b"\r\n\x03\x11\xff"
    with pytest.raises(BlockingIOError):
        os.read(cable.peer_end, 100)
    cable.pull_out()
    with pytest.raises((OSError, termios.error)):
        termios.tcgetattr(host)
    os.close(host)


def test_pulled_out_twice_and_plugged_twice_it_leaves_nothing(tmp_path):
    before = open_descriptors()
    cable = PseudoCable.at(tmp_path / "reader")
    cable.pull_out()
    cable.plug_in()
    cable.plug_in()
    assert (cable.plugged, open_descriptors()) == (True, before + 2)
    assert cable.link == tmp_path / "reader.tty"
    assert cable.link.is_symlink()
    cable.pull_out()
    cable.pull_out()
    assert (cable.plugged, open_descriptors()) == (False, before)
    assert list(tmp_path.iterdir()) == []


def test_it_takes_nobodys_place(tmp_path):
    before = open_descriptors()
    (tmp_path / "reader.tty").write_text("kept")
    with pytest.raises(DeviceUrlError):
        PseudoCable.at(tmp_path / "reader").plug_in()
    assert (tmp_path / "reader.tty").read_text() == "kept"
    assert open_descriptors() == before
