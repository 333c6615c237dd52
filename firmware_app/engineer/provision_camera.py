"""Looks for the symbols of `kiosk provision make` in the kiosk's camera, for a while."""

import cv2

from drivers import registry
from drivers.camera.api import Camera
from drivers.deadline import Deadline
from drivers.errors import DeviceError, DeviceTimeoutError
from firmware_app.engineer.report import progress
from firmware_app.services.provision_qr import Collector


def scan(url: str, seconds: float) -> bytes | None:
    """The file that the symbols hold; None where they were not all seen, or there is no camera."""
    try:
        camera = registry.open_camera("camera", url)
        try:
            return _seen(camera, Deadline.after("camera", seconds))
        finally:
            camera.close()
    except DeviceTimeoutError:
        progress(f"no file was seen in {seconds:.0f} s")
    except DeviceError as error:
        progress(f"no picture: {error.what} {error.mend}")
    return None


def _seen(camera: Camera, deadline: Deadline) -> bytes | None:
    detector, collector = cv2.QRCodeDetectorAruco(), Collector()
    told: tuple[int, ...] = ()
    while True:
        pixels = camera.grab(deadline).pixels
        for text in _texts(detector, pixels):
            data = collector.feed(text)
            if data is not None:
                return data
        if collector.seen != told:
            told = collector.seen
            progress(f"seen {len(told)} of {collector.count} symbols")


def _texts(detector: cv2.QRCodeDetectorAruco, pixels: cv2.typing.MatLike) -> tuple[str, ...]:
    """What the symbols of one frame say; a symbol that the library cannot read is not there."""
    try:
        _found, texts, _points, _straight = detector.detectAndDecodeMulti(pixels)
    except cv2.error:
        return ()
    return tuple(texts)
