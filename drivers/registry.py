"""From a device URL of kiosk.toml to an open device: plain dicts, one line for each kind.

A factory imports what it needs when it is called, so that a kiosk without a scanner never loads
pyusb, and an image without the simulators starts all the same. To add a device, write its folder
and one line here (see the README).
"""

# ruff: noqa: PLC0415 (a factory imports its driver only when it is called: see above)

import posixpath
from collections.abc import Callable
from typing import TypeVar

from drivers.camera.api import Camera
from drivers.document_reader.api import DocumentReader
from drivers.errors import DeviceUrlError
from drivers.fingerprint.api import FingerScanner
from drivers.url import DeviceUrl

_Device = TypeVar("_Device")
_Factories = dict[str, Callable[[DeviceUrl], _Device]]

_STAND_INS = ("simulated", "replay", "folder")  # what a production configuration refuses
_NO_NODES = ("/dev/shm/", "/dev/pts/", "/dev/mqueue/", "/dev/fd/")  # noqa: S108 - none is written


def open_document_reader(name: str, url: str) -> DocumentReader:
    """Open `serial:`, `simulated:` or `replay:`; raises DeviceUrlError and what opening raises."""
    return _open(_DOCUMENT_READERS, "document reader", DeviceUrl.parse(name, url))


def open_finger_scanner(name: str, url: str) -> FingerScanner:
    """Open `usb:`, `simulated:` or `folder:`; raises DeviceUrlError and what opening raises."""
    return _open(_FINGER_SCANNERS, "finger scanner", DeviceUrl.parse(name, url))


def open_camera(name: str, url: str) -> Camera:
    """Open `v4l2:`, `simulated:` or `folder:`; raises DeviceUrlError and what opening raises."""
    return _open(_CAMERAS, "camera", DeviceUrl.parse(name, url))


def check_url(kind: str, name: str, url: str) -> None:
    """Say whether `url` could be a `kind` (document_reader, finger_scanner, camera), unopened.

    Raises DeviceUrlError.
    """
    kinds = {
        "document_reader": tuple(_DOCUMENT_READERS),
        "finger_scanner": tuple(_FINGER_SCANNERS),
        "camera": tuple(_CAMERAS),
    }
    _known(kinds[kind], kind.replace("_", " "), DeviceUrl.parse(name, url))


def is_simulated(url: str) -> bool:
    """Whether the device behind `url` is a stand-in; raises DeviceUrlError where it is no URL.

    A camera's path outside /dev is a film, a serial one there a program; the kernel keeps neither
    cameras nor serial ports in the folders below /dev that programs write to.
    """
    parsed = DeviceUrl.parse("device", url)
    return parsed.scheme in _STAND_INS or (
        parsed.scheme in {"v4l2", "serial"} and not _is_node(parsed.path)
    )


def _is_node(path: str) -> bool:
    place = posixpath.normpath(path)
    return place.startswith("/dev/") and not place.startswith(_NO_NODES)


def _open(factories: _Factories[_Device], kind: str, url: DeviceUrl) -> _Device:
    _known(tuple(factories), kind, url)
    try:
        return factories[url.scheme](url)
    except ModuleNotFoundError as error:
        if url.scheme in _STAND_INS and str(error.name).startswith("drivers."):
            what = f"stand-in devices ({url.scheme}:) are not part of this system."
        else:
            what = f"this system lacks the module {error.name!r}, which {url.scheme}: needs."
        raise DeviceUrlError(url.device, what) from error


def _known(schemes: tuple[str, ...], kind: str, url: DeviceUrl) -> None:
    if url.scheme not in schemes:
        known = ", ".join(f"{scheme}:" for scheme in schemes)
        raise DeviceUrlError(url.device, f"no {kind} has `{url.scheme}:`; there are {known}.")


def _serial_reader(url: DeviceUrl) -> DocumentReader:
    from drivers.document_reader.mrz_serial import READER_PARAMS, MrzSerial
    from drivers.transport.serial_port import LINE_PARAMS, SerialPort

    url.params.only(*LINE_PARAMS, *READER_PARAMS)
    return MrzSerial.open(url, SerialPort.open)


def _replayed_reader(url: DeviceUrl) -> DocumentReader:
    from drivers.document_reader.mrz_serial import READER_PARAMS, MrzSerial
    from drivers.transport.replay import Player

    url.params.only(*READER_PARAMS)
    return MrzSerial.open(url, Player.open)


def _simulated_reader(url: DeviceUrl) -> DocumentReader:
    from drivers.document_reader.simulated import open_simulated

    return open_simulated(url.device, url.file(), url.params)


def _usb_scanner(url: DeviceUrl) -> FingerScanner:
    from drivers.fingerprint.uru4000 import open_uru4000

    return open_uru4000(url.device, url.params, url.host)


def _simulated_scanner(url: DeviceUrl) -> FingerScanner:
    from drivers.fingerprint.simulated import open_simulated

    return open_simulated(url.device, url.file(), url.params)


def _finger_folder(url: DeviceUrl) -> FingerScanner:
    from drivers.fingerprint.folder import open_folder

    return open_folder(url.device, url.file(), url.params)


def _v4l2(url: DeviceUrl) -> Camera:
    from drivers.camera.v4l2 import open_v4l2

    return open_v4l2(url.device, url.file(), url.params)


def _simulated_camera(url: DeviceUrl) -> Camera:
    from drivers.camera.simulated import open_simulated

    return open_simulated(url.device, url.file(), url.params)


def _picture_folder(url: DeviceUrl) -> Camera:
    from drivers.camera.folder import open_folder

    return open_folder(url.device, url.file(), url.params)


_DOCUMENT_READERS: _Factories[DocumentReader] = {
    "serial": _serial_reader,
    "simulated": _simulated_reader,
    "replay": _replayed_reader,
}
_FINGER_SCANNERS: _Factories[FingerScanner] = {
    "usb": _usb_scanner,
    "simulated": _simulated_scanner,
    "folder": _finger_folder,
}
_CAMERAS: _Factories[Camera] = {
    "v4l2": _v4l2,
    "simulated": _simulated_camera,
    "folder": _picture_folder,
}
