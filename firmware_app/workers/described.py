"""Device and model descriptions of the lower packages in the domain's words."""

from drivers.device import DeviceInfo
from drivers.errors import DeviceError, DeviceTimeoutError
from firmware_app.domain.biometrics import CaptureDevice, Model, NotCaptured
from firmware_app.workers.device_worker import is_away
from vision.model_store import ModelCard


def capture_device(info: DeviceInfo) -> CaptureDevice:
    """What the event says of the device that took a sample."""
    return CaptureDevice(info.make, info.model, info.serial, info.firmware)


def model(card: ModelCard) -> Model:
    """What the event says of the network that made a template."""
    return Model(card.name, card.version, card.sha256)


def why_missing(error: DeviceError) -> NotCaptured:
    """Why a try gave no sample, in the event's words."""
    if is_away(error):
        return NotCaptured.DEVICE
    return NotCaptured.TIME if isinstance(error, DeviceTimeoutError) else NotCaptured.QUALITY
