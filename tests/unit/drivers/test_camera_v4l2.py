"""The camera's process on a film: order, end, hang, death, and what is left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.camera import v4l2
from drivers.camera.v4l2 import device_info, open_v4l2
from drivers.camera.v4l2_order import Kind, Order
from drivers.camera.v4l2_slots import Notice, Slots, size_bytes
from drivers.deadline import Deadline
from drivers.errors import CancelledError, DeviceGoneError, DeviceTimeoutError, DeviceUrlError
from drivers.url import Params

FRAMES = 120
STEP = 2  # how much brighter each frame is than the one before
PATIENCE_S = 20.0
"""What must come soon may take so long on a busy machine; less than what would be a fault."""


@pytest.fixture(autouse=True)
def _busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v4l2, "_START_LIMIT_S", 40.0)
    monkeypatch.setattr(v4l2, "_HANG_S", 2 * PATIENCE_S)


def soon(limit_s: float = PATIENCE_S) -> Deadline:
    return Deadline.after("camera", limit_s)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (160, 120))
    for number in range(FRAMES):
        writer.write(np.full((120, 160, 3), 10 + STEP * number, np.uint8))
    writer.release()
    return path


@contextmanager
def playing(path: Path, fps: int = 30) -> Iterator[v4l2.V4l2Camera]:
    camera = open_v4l2("camera", path, Params("camera", {"fps": str(fps)}))
    try:
        yield camera
    finally:
        camera.close()


def number_of(frame) -> float:
    return (float(frame.pixels.mean()) - 10) / STEP


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_for_end(pid: int, limit_s: float = PATIENCE_S) -> bool:
    deadline_s = time.monotonic() + limit_s
    while is_alive(pid) and time.monotonic() < deadline_s:
        threading.Event().wait(0.02)
    return not is_alive(pid)


def descriptors() -> set[str]:
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add(f"{entry.name} {entry.readlink()}")
        except FileNotFoundError:
            continue
    return found


def test_frames_come_in_order_and_end_with_gone(film: Path) -> None:
    frames = []
    with playing(film, fps=60) as camera:
        with pytest.raises(DeviceGoneError, match="no more pictures"):
            frames.extend(iter(lambda: camera.grab(soon()), None))
        with pytest.raises(DeviceGoneError):
            camera.grab(soon())
        assert wait_for_end(camera.pid)
    numbers = [number_of(frame) for frame in frames]
    at_s = [frame.at_s for frame in frames]
    assert {frame.pixels.shape for frame in frames} == {(120, 160, 3)}
    assert numbers == sorted(numbers)
    assert at_s == sorted(set(at_s))
    assert numbers[-1] == pytest.approx(FRAMES - 1, abs=1)
    assert len(numbers) > 10


def test_only_the_newest_frame_is_given(film: Path) -> None:
    with playing(film) as camera:
        before = camera.grab(soon())
        threading.Event().wait(1.0)
        frame = camera.grab(soon())
    assert number_of(frame) > number_of(before) + 5
    assert frame.at_s > before.at_s + 0.5


def test_a_frame_is_the_callers_own(film: Path) -> None:
    with playing(film) as camera:
        frame = camera.grab(soon())
        held = frame.pixels.copy()
        for _ in range(4):
            camera.grab(soon())
        assert (frame.pixels == held).all()
        frame.pixels[:] = 0


def test_a_killed_process_is_a_lost_camera_and_opening_again_works(film: Path) -> None:
    with playing(film) as camera:
        camera.grab(soon())
        os.kill(camera.pid, signal.SIGKILL)
        with pytest.raises(DeviceGoneError):
            list(iter(lambda: camera.grab(soon()), None))
    with playing(film) as again:
        assert again.pid != camera.pid
        assert again.grab(soon()).pixels.shape == (120, 160, 3)


def test_a_hung_process_costs_the_deadline_and_no_more(film: Path) -> None:
    with playing(film) as camera:
        camera.grab(soon())
        os.kill(camera.pid, signal.SIGSTOP)
        threading.Event().wait(0.3)
        began_s = time.monotonic()
        with pytest.raises(DeviceTimeoutError):
            camera.grab(soon(0.4))
        assert time.monotonic() - began_s < PATIENCE_S
        began_s = time.monotonic()
        camera.close()
        assert time.monotonic() - began_s < PATIENCE_S
        assert not is_alive(camera.pid)


def test_a_process_that_hangs_on_is_ended(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v4l2, "_HANG_S", 0.5)
    with playing(film) as camera:
        os.kill(camera.pid, signal.SIGSTOP)
        threading.Event().wait(0.3)
        with pytest.raises(DeviceTimeoutError):
            camera.grab(soon(0.3))
        with pytest.raises(DeviceGoneError, match="hung"):
            camera.grab(soon())
        assert not is_alive(camera.pid)


@pytest.mark.slow
def test_a_process_that_loads_slowly_is_awaited(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "import threading\nthreading.Event().wait(6.0)\n"
    (tmp_path / "sitecustomize.py").write_text(slow, encoding="ascii")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(v4l2, "_START_LIMIT_S", 5.0)
    with playing(film) as camera:
        assert number_of(camera.grab(soon())) >= 0


def test_a_process_that_does_not_start_in_time_is_ended(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(v4l2, "_LOAD_LIMIT_S", 0.01)
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    before, had = descriptors(), set(children.read_text(encoding="ascii").split())
    with pytest.raises(DeviceTimeoutError):
        open_v4l2("camera", film, Params("camera"))
    assert descriptors() == before
    assert set(children.read_text(encoding="ascii").split()) <= had


@pytest.mark.slow
def test_after_a_pause_the_frame_is_of_now(film: Path) -> None:
    with playing(film) as camera:
        before = number_of(camera.grab(soon()))
        threading.Event().wait(2.6)  # longer than the process goes on decoding unasked
        asked_at_s = time.monotonic()
        frame = camera.grab(soon())
    assert frame.at_s > asked_at_s - 1.0
    assert number_of(frame) > before + 40


def test_cancel_is_heard(film: Path) -> None:
    with playing(film) as camera:
        os.kill(camera.pid, signal.SIGSTOP)
        threading.Event().wait(0.3)
        began_s = time.monotonic()
        with pytest.raises(CancelledError):
            camera.grab(Deadline.after("camera", 90.0, lambda: time.monotonic() > began_s + 0.1))
        assert time.monotonic() - began_s < PATIENCE_S


def test_nothing_is_left_behind(film: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no film", encoding="utf-8")
    before = descriptors()
    pids = []
    for _ in range(2):
        with playing(film) as camera:
            pids.append(camera.pid)
            camera.grab(soon())
            camera.close()
    with pytest.raises(DeviceUrlError, match="no film"):
        open_v4l2("camera", text, Params("camera"))
    assert descriptors() == before
    assert not any(is_alive(pid) for pid in pids)
    with pytest.raises(ChildProcessError):
        os.waitpid(pids[0], os.WNOHANG)


def test_the_process_dies_with_the_kiosk(film: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from drivers.camera.v4l2 import open_v4l2;"
        "from drivers.url import Params;"
        "camera = open_v4l2('camera', Path(sys.argv[1]), Params('camera', {'fps': '1'}));"
        "print(camera.pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(film)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as kiosk:
        pid = int(kiosk.stdout.readline())
        assert is_alive(pid)
        kiosk.kill()
    assert wait_for_end(pid)


def test_the_process_ends_when_the_life_line_does(film: Path) -> None:
    with playing(film, fps=1) as camera:
        camera._process.stdin.close()
        assert wait_for_end(camera.pid)


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    def opened(path: Path, **params: str) -> None:
        open_v4l2("camera", path, Params("camera", params))

    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(DeviceGoneError, match="there is no"):
        opened(Path("/dev/video199"))
    for path in (tmp_path, tmp_path / "fifo", Path("/dev/null")):
        with pytest.raises(DeviceUrlError, match="neither a camera nor a film"):
            opened(path)
    with pytest.raises(DeviceUrlError, match="fps"):
        opened(tmp_path, fps="0")
    with pytest.raises(DeviceUrlError, match="colour"):
        opened(tmp_path, colour="no")


def test_no_rights_are_refused_with_their_mend(film: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed.avi"
    closed.write_bytes(film.read_bytes())
    closed.chmod(0)
    program = (  # root may open everything, so the question is asked as nobody
        "import os, sys; from pathlib import Path;"
        "from drivers.camera.v4l2 import CameraRightsError, open_v4l2;"
        "from drivers.url import Params; os.geteuid() or os.setuid(65534)\n"
        "try: open_v4l2('camera', Path(sys.argv[1]), Params('camera'))\n"
        "except CameraRightsError as error: print(error.mend)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(closed)], capture_output=True, text=True, check=True
    )
    assert "group video" in done.stdout


def test_make_and_model_come_from_sysfs(tmp_path: Path) -> None:
    node = tmp_path / "class" / "video3"
    usb = tmp_path / "usb1"
    (usb / "interface").mkdir(parents=True)
    node.mkdir(parents=True)
    (node / "device").symlink_to(usb / "interface")
    (node / "name").write_text("HD Camera: HD Camera\n", encoding="utf-8")
    (usb / "manufacturer").write_text("Some Maker\n", encoding="utf-8")
    info = device_info(Path("/dev/video3"), tmp_path / "class")
    assert (info.make, info.model, info.serial) == ("Some Maker", "HD Camera: HD Camera", "")
    assert device_info(Path("/dev/video4"), tmp_path / "class").model == ""


def test_a_picture_that_is_being_replaced_is_not_copied() -> None:
    memory = os.memfd_create("test")
    os.ftruncate(memory, size_bytes(4, 2))
    writer, reader = Slots(memory, 4, 2), Slots(memory, 4, 2)
    slot, pixels = writer.blank(7)
    pixels[:] = 9
    assert reader.copy(slot, 7) is None
    writer.done(slot, 7)
    copied = reader.copy(slot, 7)
    assert copied is not None
    assert copied.shape == (2, 4, 3)
    assert (copied == 9).all()
    writer.blank(10)
    assert reader.copy(slot, 7) is None
    assert reader.copy(3, 7) is None
    reader.ask(5.5)
    assert writer.asked_at_s == 5.5
    assert reader.notes == ()
    writer.note(("640x480 YUYV 30/s", "no control for focus"))
    assert reader.notes == ("640x480 YUYV 30/s", "no control for focus")
    writer.note(("x" * 9000,))
    assert len(reader.notes[0]) < 4096
    for side in (reader, writer, reader):
        side.close()
    os.close(memory)


def test_order_and_notices_survive_their_way() -> None:
    order = Order("/dev/video0", Kind.DEVICE, "1280,720,30,auto", 5, 6)
    assert Order.parse(order.words()) == order
    order = Order("/usr/bin/rpicam-vid", Kind.PROGRAM, "", 5, 6, ("--camera", "0"))
    assert Order.parse(order.words()) == order
    notices = [Notice(Notice.STARTED, 640, 480), Notice(Notice.STAMPED, 2, 5, 1.5, 1.6)]
    data = b"".join(notice.packed() for notice in notices)
    assert Notice.unpack_all(data) == notices
    assert Notice.unpack_all(data[:-1]) == notices[:1]
