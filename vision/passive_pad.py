"""A passive presentation attack detector of the operator's own: one more cue, never a decision.

The kiosk ships none: no weights that are free were fit to decide (docs/model_cards/face.md). An
operator who has a network of his own names it in kiosk.toml, with its sha256, what it is fed and
which of its outputs means live. Its score goes into the event beside the other cues (ISO/IEC
30107-3 words); whether a traveller is taken for live is decided without it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np

from vision.errors import ModelChangedError, ModelInputError
from vision.face_detect import Box
from vision.image import Bgr8, Float32, check_bgr8
from vision.model_store import ModelCard, ModelStore

CUE: Final = "passive_model"
"""The name of its score among those of the event."""
MOST_SIDE_PX: Final = 512


@dataclass(frozen=True, slots=True)
class PassivePadSettings:
    """What kiosk.toml says of the network.

    It is fed a cut of `crop` times the face's box, (pixel - offset) / scale, as float32 of shape
    (1, height, width, 3) or, where `planes_first`, (1, 3, height, width). `live_output` is the
    number of the output that means live; where `logits`, softmax is taken over all outputs first.
    """

    file: Path
    sha256: str
    version: str = ""
    width_px: int = 80
    height_px: int = 80
    crop: float = 2.7
    colours: Literal["bgr", "rgb"] = "bgr"
    planes_first: bool = False
    offset: float = 0.0
    scale: float = 1.0
    outputs: int = 3
    live_output: int = 1
    logits: bool = True


class PassivePad:
    """The network behind such settings, loaded and tried once."""

    def __init__(self, settings: PassivePadSettings, models: ModelStore) -> None:
        """Load it through the store's door, and try it on a grey picture.

        Raises ModelMissingError, ModelChangedError (another file, other shapes, or outputs that are
        no numbers), ModelRuntimeMissingError, ModelInputError (it takes no float32).
        """
        self.card = _card(settings)
        self._settings = settings
        self._model = models.load(self.card, settings.file)
        grey = np.full((settings.height_px, settings.width_px, 3), 128, np.uint8)
        self.score(grey, Box(0, 0, settings.width_px, settings.height_px))

    def score(self, pixels: Bgr8, box: Box) -> float:
        """How live the face in `box` of this picture looks to the network, 0 to 1.

        For the event's scores, under CUE. It must not change a decision by itself. Call it on the
        frames that a template is made of, and keep the lowest: an attack need show only once.
        Raises ImageError where it is no picture, ModelError where the network gives no number.
        """
        fed = _fed(_cut(check_bgr8(pixels, 1), box, self._settings), self._settings)
        (found,) = self._model.run(fed)
        outputs = found.reshape(-1).astype(np.float64)
        if not np.isfinite(outputs).all():
            raise ModelInputError(self.card.name, "gives no finite numbers.")
        if self._settings.logits:
            powers = np.exp(outputs - outputs.max())
            outputs = powers / powers.sum()
        return float(np.clip(outputs[self._settings.live_output], 0, 1))


def _card(settings: PassivePadSettings) -> ModelCard:
    size = (settings.height_px, settings.width_px)
    if max(size) > MOST_SIDE_PX or not 0 <= settings.live_output < settings.outputs:
        raise ModelChangedError(CUE, f"settings of {size} px, output {settings.live_output}.")
    return ModelCard(
        name=CUE,
        file=settings.file.name,
        version=settings.version,
        sha256=settings.sha256.lower(),
        licence="the operator's",
        inputs=((1, 3, *size) if settings.planes_first else (1, *size, 3),),
        outputs=((1, settings.outputs),),
    )


def _cut(pixels: Bgr8, box: Box, settings: PassivePadSettings) -> Bgr8:
    """`crop` times the box around its middle, moved and shrunk to lie within the picture."""
    height, width = pixels.shape[:2]
    crop = min(settings.crop, width / max(box.width_px, 1), height / max(box.height_px, 1))
    left, right = _ends(box.centre.real, box.width_px * crop, width)
    top, bottom = _ends(box.centre.imag, box.height_px * crop, height)
    part = pixels[top:bottom, left:right]
    size = (settings.width_px, settings.height_px)
    how = cv2.INTER_AREA if part.shape[1] > size[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, size, interpolation=how), np.uint8)


def _ends(middle: float, length: float, most: int) -> tuple[int, int]:
    """Where a stretch of that length around `middle` begins and ends within 0 to `most`."""
    whole = min(max(1, round(length)), most)
    begin = min(max(0, round(middle - length / 2)), most - whole)
    return begin, begin + whole


def _fed(cut: Bgr8, settings: PassivePadSettings) -> Float32:
    ordered = cut[:, :, ::-1] if settings.colours == "rgb" else cut
    scaled = (ordered.astype(np.float32) - settings.offset) / settings.scale
    laid = scaled.transpose(2, 0, 1) if settings.planes_first else scaled
    return np.ascontiguousarray(laid[None], np.float32)
