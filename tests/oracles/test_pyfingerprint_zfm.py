"""PyPI's pyfingerprint 1.5, a host library of others, drives our simulated ZFM module.

It is a program of its own here: never imported, never shipped (its licence is the D-FSL). It is
fetched by hand, into a virtual environment of its own:

    python3 -m venv .oracles/pyfingerprint
    .oracles/pyfingerprint/bin/pip install pyfingerprint==1.5

Without it the test is skipped and says so.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.fingerprint.simulated_fingers import touch
from drivers.fingerprint.simulated_zfm import PPI, SHAPE, SimulatedZfm
from drivers.fingerprint.simulated_zfm_peer import ZfmPeer

PYTHON = (
    Path(__file__).resolve().parent.parent.parent / ".oracles" / "pyfingerprint" / "bin" / "python"
)
PASSWORD = 0x12345678
HOST = """
import json, sys
from pyfingerprint.pyfingerprint import PyFingerprint

port, baud, password, pictures = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
said = {}
said["wrong password"] = PyFingerprint(port, baud, 0xFFFFFFFF, password ^ 1).verifyPassword()
module = PyFingerprint(port, baud, 0xFFFFFFFF, password)
said["password"] = module.verifyPassword()
said["parameters"] = module.getSystemParameters()
said["a finger at first"] = module.readImage()
print("ready", flush=True)
sys.stdin.readline()
said["a finger then"] = module.readImage()
module.downloadImage(pictures[0])
module.setMaxPacketSize(256)
module.setBaudRate(115200)
module = PyFingerprint(port, 115200, 0xFFFFFFFF, password)
said["speed then"] = module.getBaudRate()
module.downloadImage(pictures[1])
print(json.dumps(said))
"""


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[ZfmPeer]:
    if not PYTHON.exists():
        pytest.skip("the oracle is absent: pyfingerprint in .oracles (see the first lines).")
    found = ZfmPeer(tmp_path / "finger", module=SimulatedZfm(password=PASSWORD))
    yield found
    found.leave()


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_pyfingerprint_gets_the_picture_that_lies_on_our_glass(
    peer: ZfmPeer, tmp_path: Path
) -> None:
    """In packets of 128 bytes at 57600 baud, then of 256 at 115200."""
    laid = touch(1, "right_index", 1, SHAPE, PPI)
    files = [tmp_path / "first.bmp", tmp_path / "second.bmp"]
    words = [str(PYTHON), "-I", "-c", HOST, str(peer.tty), "57600", str(PASSWORD)]
    with subprocess.Popen(
        [*words, *map(str, files)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == "ready\n", host.communicate()
        peer.module.place(laid)
        answer, complaints = host.communicate("go on\n", timeout=150)
    assert host.returncode == 0, complaints
    assert json.loads(answer) == {
        "wrong password": False,
        "password": True,
        "parameters": [4, 9, 1000, 3, 0xFFFFFFFF, 2, 6],
        "a finger at first": False,
        "a finger then": True,
        "speed then": 115200,
    }
    for file in files:
        assert np.array_equal(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), laid // 16 * 17)
