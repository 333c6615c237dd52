"""What can go wrong in vision, each with its mend; no pixel and no name in the words."""

from typing import ClassVar


class VisionError(Exception):
    """Something that a picture or a network did not allow."""

    mend: ClassVar[str] = "Run `kiosk doctor`; it looks at the camera and at each model."


class ImageError(VisionError):
    """An array that is no picture: wrong type, shape or size. A bad picture is advice, not this."""

    mend = "Give uint8 pixels, (height, width, 3) in blue-green-red or (height, width) in grey."


class ModelError(VisionError):
    """A network that cannot be used."""

    mend = "Install the kiosk again; vision/models/MODELS.toml says which files belong to it."

    def __init__(self, model: str, what: str) -> None:
        super().__init__(f"{model}: {what}")
        self.model = model
        self.what = what


class ModelMissingError(ModelError):
    """MODELS.toml does not name it, or its file is not there."""

    mend = "Rebuild it with `python -m vision.models.rebuild NAME`, or install the kiosk again."


class ModelChangedError(ModelError):
    """The file is not the one that was measured: sha256 or shapes differ from MODELS.toml."""

    mend = "Rebuild it with `python -m vision.models.rebuild NAME`; if it returns, check the card."


class ModelRuntimeMissingError(ModelError):
    """The inference library is not usable here."""

    mend = "Install from requirements.lock: tflite-runtime needs numpy below 2 (and OpenCV < 4.12)."


class ModelInputError(ModelError):
    """The caller fed arrays that the network does not take."""

    mend = "Compare the array's shape and type with the model's inputs in MODELS.toml."
