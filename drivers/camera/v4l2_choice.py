"""Which of the modes that a camera offers is used, and what its controls are set to; pure.

Wishes come from the URL: width, height, fps, format, and the controls exposure, white_balance,
gain, focus, power_line. A control is `auto`, a number, or, for exposure and white balance, `lock`:
the camera settles by itself first and is then held where it is.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from drivers.camera import v4l2_abi as abi
from drivers.camera.v4l2_slots import LONGEST_PX
from drivers.errors import DeviceUrlError
from drivers.url import Params

AUTO: Final = "auto"
LOCK: Final = "lock"
LEAST_FPS: Final = 15.0
"""Below it a head turn is seen in too few frames: a smaller picture is taken instead."""
FORMATS: Final = {"mjpg": (abi.MJPG, abi.JPEG), "yuyv": (abi.YUYV,)}
KNOWN: Final = (abi.YUYV, abi.MJPG, abi.JPEG)
SAME_SHAPE: Final = 0.02
SIZES: Final = ("width", "height", "fps")


@dataclass(frozen=True, slots=True)
class Mode:
    """One thing that a camera can do: a pixel format by number, a size, frames a second."""

    fourcc: int
    width_px: int
    height_px: int
    fps: float

    def __str__(self) -> str:
        """As an engineer writes it."""
        size = f"{self.width_px}x{self.height_px}"
        return f"{size} {abi.letters(self.fourcc)} {self.fps:g}/s"


@dataclass(frozen=True, slots=True)
class Control:
    """How one wish is met: which control says auto or manual, with which values, and which holds.

    `auto_id` None: there is none; a number is simply set.
    """

    name: str
    value_id: int
    auto_id: int | None
    auto_value: int
    manual_value: int
    lowest: int
    highest: int


CONTROLS: Final = {
    one.name: one
    for one in (
        Control(
            "exposure",
            abi.CID_EXPOSURE_ABSOLUTE,
            abi.CID_EXPOSURE_AUTO,
            abi.EXPOSURE_APERTURE_PRIORITY,
            abi.EXPOSURE_MANUAL,
            1,
            100_000,
        ),
        Control(
            "white_balance",
            abi.CID_WHITE_BALANCE_TEMPERATURE,
            abi.CID_AUTO_WHITE_BALANCE,
            1,
            0,
            1000,
            20_000,
        ),
        Control("gain", abi.CID_GAIN, None, 0, 0, 0, 100_000),
        Control("focus", abi.CID_FOCUS_ABSOLUTE, abi.CID_FOCUS_AUTO, 1, 0, 0, 100_000),
    )
}
LOCKABLE: Final = ("exposure", "white_balance")
POWER_LINE: Final = "power_line"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the URL asks for; `format` is auto, mjpg or yuyv; controls by name, as they stand."""

    width_px: int = 1280
    height_px: int = 720
    fps: int = 30
    format: str = AUTO
    controls: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, params: Params) -> "Wishes":
        """Judge all parameters. Raises DeviceUrlError."""
        params.only(*SIZES, "format", *CONTROLS, POWER_LINE)
        size = sizes(params)
        chosen = params.choice("format", AUTO, (AUTO, *FORMATS))
        for name in params.values:
            _check_control(params, name)
        kept = [name for name in (*CONTROLS, POWER_LINE) if name in params.values]
        return cls(*size, chosen, tuple((name, params.text(name)) for name in kept))

    def words(self) -> str:
        """One word for a command line; `parse` is its inverse."""
        settings = [f"{name}={value}" for name, value in self.controls]
        return ",".join(
            [str(self.width_px), str(self.height_px), str(self.fps), self.format, *settings]
        )

    @classmethod
    def parse(cls, word: str) -> "Wishes":
        """Take `words` apart again."""
        width_px, height_px, fps, chosen, *settings = word.split(",")
        controls = tuple(
            (name, value) for name, _, value in (one.partition("=") for one in settings)
        )
        return cls(int(width_px), int(height_px), int(fps), chosen, controls)


def sizes(params: Params) -> tuple[int, int, int]:
    """Width, height and frames a second of a URL. Raises DeviceUrlError."""
    width_px = params.whole("width", 1280, 16, LONGEST_PX)
    height_px = params.whole("height", 720, 16, LONGEST_PX)
    return width_px, height_px, params.whole("fps", 30, 1, 240)


def nearest(modes: Iterable[Mode], wishes: Wishes) -> Mode | None:
    """The mode to use; None where the camera offers no format that is known here.

    First comes enough frames a second for what is wanted (15 at most), then the nearest size, the
    shape of the picture, the nearest rate, and of two that are alike the one without JPEG.
    """
    wanted = FORMATS.get(wishes.format, KNOWN)
    offered = [mode for mode in modes if mode.fourcc in wanted and _fits(mode)]
    return min(offered, key=lambda mode: _distance(mode, wishes), default=None)


def within_range(wanted: int, low: int, high: int, step: int) -> int:
    """The value of a stepwise range that is nearest."""
    step = max(step, 1)
    steps = round((min(max(wanted, low), high) - low) / step)
    return low + min(steps, (high - low) // step) * step


def held(name: str, value: str, offered: Sequence[int]) -> tuple[tuple[int, int], ...] | None:
    """Control numbers and values that meet one wish, in order; None where the camera cannot.

    `offered` are the numbers of the controls that it has and lets one write. For `lock` this is the
    beginning: automatic; `locked` gives what follows.
    """
    if name == POWER_LINE:
        number = abi.CID_POWER_LINE_FREQUENCY
        return ((number, abi.POWER_LINE[value]),) if number in offered else None
    control = CONTROLS[name]
    automatic = value in {AUTO, LOCK}
    if automatic:
        return _with_auto(control, offered, control.auto_value)
    if control.value_id not in offered:
        return None
    return (
        *(_with_auto(control, offered, control.manual_value) or ()),
        (control.value_id, int(value)),
    )


def locked(name: str, now: int) -> tuple[tuple[int, int], ...]:
    """What holds a control of LOCKABLE at the value that it has now."""
    control = CONTROLS[name]
    manual = () if control.auto_id is None else ((control.auto_id, control.manual_value),)
    return (*manual, (control.value_id, now))


def _with_auto(
    control: Control, offered: Sequence[int], value: int
) -> tuple[tuple[int, int], ...] | None:
    if control.auto_id is None or control.auto_id not in offered:
        return None
    return ((control.auto_id, value),)


def _check_control(params: Params, name: str) -> None:
    if name == POWER_LINE:
        params.choice(name, AUTO, tuple(abi.POWER_LINE))
    elif name in CONTROLS:
        text, control = params.text(name), CONTROLS[name]
        if text == AUTO and control.auto_id is not None:
            return
        if text == LOCK and name in LOCKABLE:
            return
        if not text.isdecimal():
            raise DeviceUrlError(
                params.device, f"{name}={text!r} in the URL should be {_may(control)}."
            )
        params.whole(name, control.lowest, control.lowest, control.highest)


def _may(control: Control) -> str:
    words = [AUTO] if control.auto_id is not None else []
    words += [LOCK] if control.name in LOCKABLE else []
    return ", ".join([*words, f"a whole number from {control.lowest} to {control.highest}"])


def _fits(mode: Mode) -> bool:
    return 16 <= mode.width_px <= LONGEST_PX and 16 <= mode.height_px <= LONGEST_PX


def _distance(mode: Mode, wishes: Wishes) -> tuple[float, ...]:
    enough = min(LEAST_FPS, wishes.fps)
    shape = mode.width_px * wishes.height_px / (mode.height_px * wishes.width_px)
    size = mode.width_px * mode.height_px / (wishes.width_px * wishes.height_px)
    return (
        float(mode.fps < enough),
        round(abs(math.log(size)), 3),
        float(abs(shape - 1) > SAME_SHAPE),
        abs(min(mode.fps, wishes.fps) - wishes.fps),
        mode.fps,
        float(KNOWN.index(mode.fourcc)),
    )


def stamp_s(driver_s: float | None, arrived_s: float, before_s: float) -> tuple[float, bool]:
    """When a frame was taken, and whether the driver said so (else: when it arrived).

    Some cameras' clocks jump: a stamp in the future, more than a second old, or not after the one
    before is not believed. All are of CLOCK_MONOTONIC.
    """
    believed = driver_s is not None and arrived_s - 1.0 <= driver_s <= arrived_s
    if driver_s is not None and believed and driver_s > before_s:
        return driver_s, True
    return arrived_s, False
