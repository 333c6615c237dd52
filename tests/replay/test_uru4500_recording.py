"""Recorded USB traffic of real scanners through the shipped driver: the picture that must come out.

The replay (umockdev) compares every byte that the host sends, and stops answering at the first that
differs; it forgets an answer whose read was given up, hence longer slices than in service.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from vision.finger_pipeline import FingerPipeline
from vision.iso19794_2 import decode
from vision.model_store import ModelStore

REPO = Path(__file__).resolve().parents[2]
SLICE_S = 1.5
RECORDED_SEED = "2421ea51"
PLAY = """
import json, sys
import numpy as np
from drivers.deadline import Deadline
from drivers.errors import DeviceError
from drivers.fingerprint.uru4000 import open_uru4000
from drivers.url import Params

seed, picture_file = bytes.fromhex(sys.argv[1]), sys.argv[2]
said = {}
scanner = open_uru4000("finger", Params("finger"), seed=lambda: seed, slice_s=float(sys.argv[3]))
try:
    picture = scanner.capture(Deadline.after("finger", 10.0))
    np.save(picture_file, picture.pixels)
    scanner.wait_for_lift(Deadline.after("finger", 10.0))
    said = {"serial": scanner.info.serial, "firmware": scanner.info.firmware, "ppi": picture.ppi}
except DeviceError as error:
    said = {"error": type(error).__name__}
finally:
    scanner.close()
print(json.dumps(said))
"""


def replay(recording: Path, seed: str, picture_file: Path) -> dict[str, object]:
    """What the driver made of the recording; the picture lands in `picture_file`."""
    if shutil.which("umockdev-run") is None:
        pytest.skip("umockdev is not installed (Debian package umockdev).")
    device = recording / "device"
    path = device.read_text(encoding="utf-8").splitlines()[0].removeprefix("P: ")
    words = ["umockdev-run", "-d", str(device), "-p", f"/sys{path}={recording / 'capture.pcapng'}"]
    words += ["--", sys.executable, "-c", PLAY, seed, str(picture_file), str(SLICE_S)]
    done = subprocess.run(words, cwd=REPO, capture_output=True, text=True, timeout=40, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, object] = json.loads(done.stdout)
    return said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "missing_row", "serial", "firmware"),
    [
        ("uru4000-4500", 167, "{FB0B9071-2E08-7742-BC16-2FAA247CEF66}", "0010-0115"),
        ("uru4000-msv2", 117, "{BE815DAD-15E4-0745-AA30-41DEBCAC5913}", "0059-0034"),
    ],
)
def test_the_picture_equals_the_recorded_one(
    data: Path, tmp_path: Path, name: str, missing_row: int, serial: str, firmware: str
) -> None:
    """289 of 290 rows come over the cable; the one between is drawn from its neighbours."""
    recording = data / "libfprint" / name
    said = replay(recording, RECORDED_SEED, tmp_path / "picture.npy")
    assert said == {"serial": serial, "firmware": firmware, "ppi": 512}
    picture = np.load(tmp_path / "picture.npy")
    expected = cv2.imread(str(recording / "capture.png"), cv2.IMREAD_GRAYSCALE)
    delivered = np.arange(290) != missing_row
    assert np.array_equal(picture[delivered], expected[delivered])
    between = picture[[missing_row - 1, missing_row + 1]].astype(np.float64).mean(axis=0)
    assert np.abs(picture[missing_row] - between).max() <= 1.0
    # both recordings show bare skin, no ridges: a valid record says so by its empty list
    template = FingerPipeline(ModelStore()).extract(picture, int(str(said["ppi"])))
    view = decode(template.record).views[0]
    assert len(view.minutiae) == template.minutiae == 0


@pytest.mark.slow
def test_a_device_that_stops_answering_is_a_time_out(data: Path, tmp_path: Path) -> None:
    """Another seed than the recorded one: the device falls silent in the middle of a capture."""
    said = replay(data / "libfprint" / "uru4000-4500", "2421ea52", tmp_path / "picture.npy")
    assert said == {"error": "DeviceTimeoutError"}
    assert not (tmp_path / "picture.npy").exists()
