"""From a device URL of kiosk.toml to an open device: plain dicts, one line for each kind.

A factory imports what it needs when it is called, so that a kiosk without a scanner never loads
pyusb, and an image without the simulators starts all the same. It first judges the whole URL, then
gives what opens the device: `kiosk check-config` stops in between. To add a device, write its
folder, a factory and one line here (see the README).
"""

# ruff: noqa: PLC0415 (a factory imports its driver only when it is called: see above)

import posixpath
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from drivers.camera.api import Camera
from drivers.chip.api import ContactlessReader
from drivers.deadline import Deadline
from drivers.document_reader.api import DocumentReader
from drivers.errors import DeviceUrlError
from drivers.fingerprint.api import FingerScanner
from drivers.lamp.api import Lamp
from drivers.url import DeviceUrl, Params

_Device = TypeVar("_Device")
# From a URL, whose parameters it checks, to what opens the device.
_Factories = dict[str, Callable[[DeviceUrl], Callable[[], _Device]]]

_STAND_INS = ("simulated", "replay", "folder")  # what a production configuration refuses
OPEN_LIMIT_S = 5.0
_NODES = {"v4l2": "/dev/", "serial": "/dev/", "evdev": "/dev/input/", "sysfs": "/sys/class/leds/"}
_NO_NODES = ("/dev/shm/", "/dev/pts/", "/dev/mqueue/", "/dev/fd/")  # noqa: S108 - none is written


def open_document_reader(name: str, url: str) -> DocumentReader:
    """Open `serial:`, `evdev:`, `simulated:` or `replay:`.

    Raises DeviceUrlError and what opening raises.
    """
    return _open(_DOCUMENT_READERS, "document reader", DeviceUrl.parse(name, url))


def open_finger_scanner(name: str, url: str) -> FingerScanner:
    """Open `usb:`, `serial:`, `simulated:` or `folder:`.

    Raises DeviceUrlError and what opening raises.
    """
    return _open(_FINGER_SCANNERS, "finger scanner", DeviceUrl.parse(name, url))


def open_camera(name: str, url: str) -> Camera:
    """Open `v4l2:`, `libcamera:`, `simulated:` or `folder:`.

    Raises DeviceUrlError and what opening raises.
    """
    return _open(_CAMERAS, "camera", DeviceUrl.parse(name, url))


def open_chip_reader(name: str, url: str) -> ContactlessReader:
    """Open `pcsc:` or `simulated:`; raises DeviceUrlError and what opening raises."""
    return _open(_CHIP_READERS, "chip reader", DeviceUrl.parse(name, url))


def open_lamp(name: str, url: str) -> Lamp:
    """Open `sysfs:`, `serial:` or `simulated:`; raises DeviceUrlError and what opening raises."""
    return _open(_LAMPS, "lamp", DeviceUrl.parse(name, url))


def check_url(kind: str, name: str, url: str) -> None:
    """Say whether `url`, its parameters included, could be a device of `kind`; nothing is opened.

    Kinds are document_reader, finger_scanner, chip_reader, lamp and camera. Raises DeviceUrlError.
    """
    parsed, said = DeviceUrl.parse(name, url), kind.replace("_", " ")
    if kind == "document_reader":
        _prepared(_DOCUMENT_READERS, said, parsed)
    elif kind == "finger_scanner":
        _prepared(_FINGER_SCANNERS, said, parsed)
    elif kind == "chip_reader":
        _prepared(_CHIP_READERS, said, parsed)
    elif kind == "lamp":
        _prepared(_LAMPS, said, parsed)
    else:
        _prepared(_CAMERAS, said, parsed)


def is_simulated(url: str) -> bool:
    """Whether the device behind `url` is a stand-in; raises DeviceUrlError where it is no URL.

    A camera's path outside /dev is a film, a serial one there a program, and so is a keyboard's
    outside /dev/input; the kernel keeps no device in the folders below /dev that programs write to.
    A program of libcamera: that is none of the system's is a stand-in, too.
    """
    parsed = DeviceUrl.parse("device", url)
    if parsed.scheme in _STAND_INS:
        return True
    if parsed.scheme == "libcamera":
        from drivers.camera.libcamera import is_stand_in

        return is_stand_in(parsed)
    folder = _NODES.get(parsed.scheme)
    return folder is not None and not _is_node(parsed.path, folder)


def is_there(url: str) -> bool:
    """Whether the system still has the node that `url` names; True for what has none.

    udev takes a node away with its device. Raises DeviceUrlError.
    """
    parsed = DeviceUrl.parse("device", url)
    return parsed.scheme not in _NODES or Path(parsed.path).exists()


def _is_node(path: str, folder: str) -> bool:
    place = posixpath.normpath(path)
    return place.startswith(folder) and not place.startswith(_NO_NODES)


def _open(factories: _Factories[_Device], kind: str, url: DeviceUrl) -> _Device:
    with _whole_system(url):
        return _prepared(factories, kind, url)()


def _prepared(factories: _Factories[_Device], kind: str, url: DeviceUrl) -> Callable[[], _Device]:
    if url.scheme not in factories:
        known = ", ".join(f"{scheme}:" for scheme in factories)
        raise DeviceUrlError(url.device, f"no {kind} has `{url.scheme}:`; there are {known}.")
    with _whole_system(url):
        return factories[url.scheme](url)


@contextmanager
def _whole_system(url: DeviceUrl) -> Iterator[None]:
    """A URL whose driver needs a module that this system lacks is one that it cannot have."""
    try:
        yield
    except ModuleNotFoundError as error:
        if url.scheme in _STAND_INS and str(error.name).startswith("drivers."):
            what = f"stand-in devices ({url.scheme}:) are not part of this system."
        else:
            what = f"this system lacks the module {error.name!r}, which {url.scheme}: needs."
        raise DeviceUrlError(url.device, what) from error


def _placed(
    url: DeviceUrl,
    check: Callable[[Params], object],
    opener: Callable[[str, Path, Params], _Device],
) -> Callable[[], _Device]:
    """What opens a device of which its path and parameters say all; both are judged first."""
    path = url.file()
    check(url.params)
    return lambda: opener(url.device, path, url.params)


def _serial_reader(url: DeviceUrl) -> Callable[[], DocumentReader]:
    from drivers.document_reader.mrz_serial import READER_PARAMS, Manners, MrzSerial
    from drivers.transport.serial_port import LINE_PARAMS, LineSettings, SerialPort

    url.file()
    url.params.only(*LINE_PARAMS, *READER_PARAMS)
    Manners.of(url)
    LineSettings.of(url.params)
    return lambda: MrzSerial.open(url, SerialPort.open)


def _typing_reader(url: DeviceUrl) -> Callable[[], DocumentReader]:
    from drivers.document_reader.wedge_port import open_wedge, wedge_manners

    url.file()
    wedge_manners(url)
    return lambda: open_wedge(url)


def _replayed_reader(url: DeviceUrl) -> Callable[[], DocumentReader]:
    from drivers.document_reader.mrz_serial import READER_PARAMS, Manners, MrzSerial
    from drivers.transport.replay import Player

    url.file()
    url.params.only(*READER_PARAMS)
    Manners.of(url)
    return lambda: MrzSerial.open(url, Player.open)


def _simulated_reader(url: DeviceUrl) -> Callable[[], DocumentReader]:
    from drivers.document_reader.simulated import check_params, open_simulated

    return _placed(url, check_params, open_simulated)


def _usb_scanner(url: DeviceUrl) -> Callable[[], FingerScanner]:
    from drivers.fingerprint.uru4000 import check_params, open_uru4000

    check_params(url.device, url.params, url.host)
    return lambda: open_uru4000(url.device, url.params, url.host)


def _serial_scanner(url: DeviceUrl) -> Callable[[], FingerScanner]:
    from drivers.fingerprint.zfm import ModuleSettings, open_zfm
    from drivers.transport.serial_port import SerialPort

    url.file()
    ModuleSettings.of(url.params)
    return lambda: open_zfm(url, SerialPort.open)


def _simulated_scanner(url: DeviceUrl) -> Callable[[], FingerScanner]:
    from drivers.fingerprint.simulated import check_params, open_simulated

    return _placed(url, check_params, open_simulated)


def _finger_folder(url: DeviceUrl) -> Callable[[], FingerScanner]:
    from drivers.fingerprint.folder import check_params, open_folder

    return _placed(url, check_params, open_folder)


def _pcsc_reader(url: DeviceUrl) -> Callable[[], ContactlessReader]:
    from drivers.chip.pcsc import PcscReader

    if url.host or url.path:
        what = "after `pcsc://` only `?reader=` (a part of its name) and `&service=` may follow."
        raise DeviceUrlError(url.device, what)
    url.params.only("reader", "service")
    reader, named, limit_s = url.params.text("reader"), url.params.text("service"), OPEN_LIMIT_S
    service = Path(named) if named else None
    return lambda: PcscReader.open(url.device, reader, Deadline.after(url.device, limit_s), service)


def _simulated_chips(url: DeviceUrl) -> Callable[[], ContactlessReader]:
    from drivers.chip.simulated_reader import check_params, open_simulated

    return _placed(url, check_params, open_simulated)


def _sysfs_lamp(url: DeviceUrl) -> Callable[[], Lamp]:
    from drivers.lamp.sysfs import SysfsLamp

    folder = url.file()
    url.params.only()
    return lambda: SysfsLamp.open(url.device, folder)


def _serial_lamp(url: DeviceUrl) -> Callable[[], Lamp]:
    from drivers.lamp.relay_board import RELAY_PARAM, RelayLamp, relay_of
    from drivers.transport.serial_port import LINE_PARAMS, LineSettings, SerialPort

    url.file()
    url.params.only(*LINE_PARAMS, RELAY_PARAM)
    LineSettings.of(url.params)
    relay_of(url)
    return lambda: RelayLamp.open(url, SerialPort.open)


def _simulated_lamp(url: DeviceUrl) -> Callable[[], Lamp]:
    from drivers.lamp.simulated import check_url, open_simulated

    check_url(url)
    return lambda: open_simulated(url)


def _v4l2(url: DeviceUrl) -> Callable[[], Camera]:
    from drivers.camera.v4l2 import check_params, open_v4l2

    return _placed(url, check_params, open_v4l2)


def _libcamera(url: DeviceUrl) -> Callable[[], Camera]:
    from drivers.camera.libcamera import check_url, open_libcamera

    check_url(url)
    return lambda: open_libcamera(url)


def _simulated_camera(url: DeviceUrl) -> Callable[[], Camera]:
    from drivers.camera.simulated import check_params, open_simulated

    return _placed(url, check_params, open_simulated)


def _picture_folder(url: DeviceUrl) -> Callable[[], Camera]:
    from drivers.camera.folder import check_params, open_folder

    return _placed(url, check_params, open_folder)


_DOCUMENT_READERS: _Factories[DocumentReader] = {
    "serial": _serial_reader,
    "evdev": _typing_reader,
    "simulated": _simulated_reader,
    "replay": _replayed_reader,
}
_FINGER_SCANNERS: _Factories[FingerScanner] = {
    "usb": _usb_scanner,
    "serial": _serial_scanner,
    "simulated": _simulated_scanner,
    "folder": _finger_folder,
}
_CHIP_READERS: _Factories[ContactlessReader] = {
    "pcsc": _pcsc_reader,
    "simulated": _simulated_chips,
}
_LAMPS: _Factories[Lamp] = {
    "sysfs": _sysfs_lamp,
    "serial": _serial_lamp,
    "simulated": _simulated_lamp,
}
_CAMERAS: _Factories[Camera] = {
    "v4l2": _v4l2,
    "libcamera": _libcamera,
    "simulated": _simulated_camera,
    "folder": _picture_folder,
}
