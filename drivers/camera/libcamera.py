"""The Pi's own (CSI) cameras through libcamera: rpicam-vid gives JPEG pictures on its output.

The program runs below the camera's process (v4l2_child.py), as a UVC camera's calls do, so that
its hangs and deaths are those of any other camera.
"""

import os
import shutil
from pathlib import Path
from typing import Final

from drivers.camera.v4l2 import CameraProgramError, V4l2Camera, open_process
from drivers.camera.v4l2_choice import SIZES, sizes
from drivers.camera.v4l2_order import Kind, Order
from drivers.device import DeviceInfo
from drivers.errors import DeviceUrlError
from drivers.url import DeviceUrl, Params

PROGRAMS: Final = ("rpicam-vid", "libcamera-vid")
"""Raspberry Pi's name for it, then the older one; the words of both are the same."""
SYSTEM: Final = ("/usr/bin/", "/usr/local/bin/", "/opt/")
_WHITE: Final = (
    *("auto", "incandescent", "tungsten", "fluorescent", "indoor", "daylight", "cloudy"),
)
_FLICKER_US: Final = {"50": 10_000, "60": 8_333}
_MOST_CAMERAS: Final = 4
_UNIT_US: Final = 100
_OWN: Final = ("exposure", "gain", "white_balance", "power_line", "turn", "program")


def open_libcamera(url: DeviceUrl) -> V4l2Camera:
    """Open `libcamera://0?width=1280&height=960&fps=30`; `libcamera://` is the first camera.

    Raises DeviceUrlError, CameraProgramError, CameraBusyError, and DeviceTimeoutError as v4l2 does.
    """
    arguments = check_url(url)
    program = _program(url.device, url.params)
    info = DeviceInfo("libcamera", f"camera {url.host or 0}", firmware=Path(program).name)
    order = Order(program, Kind.PROGRAM, "", 0, 0, arguments)
    return open_process(url.device, info, order)


def check_url(url: DeviceUrl) -> tuple[str, ...]:
    """The program's words for this URL; raises DeviceUrlError."""
    number = url.host or "0"
    if not number.isdecimal() or int(number) >= _MOST_CAMERAS or url.path not in {"", "/"}:
        what = f"after `libcamera://` comes a number from 0 to {_MOST_CAMERAS - 1}, or nothing."
        raise DeviceUrlError(url.device, what)
    url.params.only(*SIZES, *_OWN)
    width_px, height_px, fps = sizes(url.params)
    if "program" in url.params.values and not url.params.text("program").startswith("/"):
        raise DeviceUrlError(url.device, "program= in the URL should be an absolute path.")
    return (
        *("--camera", number, "--codec", "mjpeg", "--quality", "90", "--nopreview", "--flush"),
        *("--width", str(width_px), "--height", str(height_px), "--framerate", str(fps)),
        *("--timeout", "0", "--output", "-"),
        *_controls(url.params),
    )


def is_stand_in(url: DeviceUrl) -> bool:
    """Whether its program is none of the system's."""
    program = os.path.normpath(url.params.text("program", SYSTEM[0]) + "/")
    return not f"{program}/".startswith(SYSTEM)


def _controls(params: Params) -> tuple[str, ...]:
    """Exposure in 100 us as a UVC camera counts it, gain in hundredths, the rest by name."""
    words: list[str] = []
    if params.text("exposure", "auto") != "auto":
        words += ["--shutter", str(params.whole("exposure", 1, 1, 100_000) * _UNIT_US)]
    if "gain" in params.values:
        words += ["--gain", f"{params.whole('gain', 100, 100, 6400) / 100:g}"]
    words += ["--awb", params.choice("white_balance", "auto", _WHITE)]
    flicker = params.choice("power_line", "auto", ("auto", *_FLICKER_US))
    if flicker in _FLICKER_US:
        words += ["--flicker-period", f"{_FLICKER_US[flicker]}us"]
    turn = params.choice("turn", "0", ("0", "180"))
    return (*words, "--rotation", turn)


def _program(name: str, params: Params) -> str:
    """Where the program is: as the URL says, else on PATH. Raises CameraProgramError."""
    named = params.text("program")
    if named:
        return named
    for program in PROGRAMS:
        found = shutil.which(program)
        if found is not None:
            return found
    raise CameraProgramError(name, f"there is neither {' nor '.join(PROGRAMS)} on PATH.")
