"""The shipped keyboard reader on an emulated /dev/input node: opened, grabbed, read.

umockdev stands in for the kernel: it gives the node under its real name and answers EVIOCGRAB. That
a grabbed keyboard types into no console is the kernel's part, and is not shown here.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.document_reader.specimens import CARD, PASSPORT
from drivers.document_reader.wedge_protocol import EV_SYN, EVENT
from drivers.document_reader.wedge_typing import TYPING

REPO = Path(__file__).resolve().parents[2]
NODE = "/dev/input/event7"
START_S = 6.0  # by then the program listens, on a busy machine too
DEVICE = f"""P: /devices/pci0000:00/usb1/1-1/1-1:1.0/0003:1234:0001.0001/input/input7/event7
N: {NODE.removeprefix("/dev/")}
E: DEVNAME={NODE}
E: SUBSYSTEM=input
E: MAJOR=13
E: MINOR=71
E: ID_INPUT_KEYBOARD=1
A: dev=13:71\\n
"""
READ = """
import fcntl, json, sys
from drivers import registry
from drivers.deadline import Deadline
from drivers.errors import DeviceError

grabbed = []
ioctl = fcntl.ioctl
def spy(number, request, argument):
    grabbed.append((hex(request), argument, ioctl(number, request, argument)))
fcntl.ioctl = spy
url = sys.argv[1]
said = {"simulated": registry.is_simulated(url)}
reader = registry.open_document_reader("reader", url)
try:
    said["lines"] = reader.read(Deadline.after("reader", 25)).lines
except DeviceError as error:
    said["error"] = type(error).__name__
reader.close()
print(json.dumps({**said, "grabbed": grabbed}))
"""


def evemu(data: bytes, from_s: float) -> str:
    """Event bytes in the text format of evemu, as umockdev plays them from its own start on."""
    lines, now_s = ["E: 0.000000 0000 0000 0"], from_s
    for _, _, kind, code, value in EVENT.iter_unpack(data):
        lines.append(f"E: {now_s:.6f} {kind:04x} {code:04x} {value:d}")
        now_s += 0.0005 if kind == EV_SYN else 0.0
    return "\n".join(lines) + "\n"


@pytest.mark.slow
@pytest.mark.parametrize(("keys", "lines"), [("us", PASSPORT), ("fr", CARD)])
def test_the_node_is_grabbed_and_what_it_types_is_read(tmp_path, keys, lines):
    if shutil.which("umockdev-run") is None:
        pytest.skip("umockdev is not installed (Debian package umockdev).")
    (tmp_path / "device").write_text(DEVICE, encoding="ascii")
    typed = tmp_path / "events"
    typed.write_text(evemu(TYPING[f"keyboard-{keys}"](lines), START_S), encoding="ascii")
    words = ["umockdev-run", "-d", str(tmp_path / "device"), "-e", f"{NODE}={typed}", "--"]
    words += [sys.executable, "-c", READ, f"evdev://{NODE}?keys={keys}"]
    done = subprocess.run(words, cwd=REPO, capture_output=True, text=True, timeout=40, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["simulated"] is False
    assert said["grabbed"] == [["0x40044590", 1, 0]]
    assert said.get("lines") == list(lines), said.get("error")
