"""From a picture of a finger to advice for the person, and to its template."""

from dataclasses import dataclass

from vision.finger_minutiae import MinutiaFinder, NetworkFinder
from vision.finger_quality import ALGORITHM, VERSION, quality
from vision.finger_quality_advice import FingerAdvice, FingerLimits, advise
from vision.finger_quality_ink import ink
from vision.finger_quality_waves import waves
from vision.finger_segment import foreground, to_500_ppi
from vision.image import Gray8
from vision.iso19794_2 import FingerPosition, FingerRecord, FingerView, Minutia, encode
from vision.model_store import ModelCard, ModelStore

RECORD_FORMAT = "ISO/IEC 19794-2:2005"


@dataclass(frozen=True, slots=True)
class FingerLook:
    """One look at one picture. `advice` None: fit for a template.

    `coverage_pct` is the share of the picture that is print, `area_mm2` its size, `sharpness` the
    share (0-100) of the print whose ridges run clearly, `quality` 1-100 by `quality_algorithm`, 0
    without a finger, `contrast` the grey levels between ridge and valley.
    """

    advice: FingerAdvice | None
    coverage_pct: float
    area_mm2: float
    sharpness: float
    quality: int
    quality_algorithm: str = ALGORITHM
    quality_version: str = VERSION
    contrast: float = 0.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FingerTemplate:
    """One finger as a record of ISO/IEC 19794-2:2005 and how many minutiae are in it."""

    record: bytes
    minutiae: int
    quality: int
    position: FingerPosition
    model: ModelCard
    record_format: str = RECORD_FORMAT
    quality_algorithm: str = ALGORITHM
    quality_version: str = VERSION

    def __repr__(self) -> str:
        """Say how much, never what."""
        return f"FingerTemplate({self.minutiae} minutiae, quality={self.quality})"


class FingerPipeline:
    """Segmentation, quality and minutiae together; the network is loaded once."""

    def __init__(
        self,
        models: ModelStore,
        limits: FingerLimits | None = None,
        finder: MinutiaFinder | None = None,
    ) -> None:
        """Load the network, unless another finder is given. Raises ModelError."""
        self.limits = limits or FingerLimits()
        self._finder = finder or NetworkFinder(models)

    @property
    def template_model(self) -> ModelCard:
        """Name, version and sha256 of what makes the templates, for the event."""
        return self._finder.card

    def look(self, pixels: Gray8, ppi: int) -> FingerLook:
        """Judge one picture, in a few milliseconds; dark ridges on a light ground.

        Raises ImageError where it is no picture, or larger than one finger; a poor one is advice.
        """
        gray = to_500_ppi(pixels, ppi)
        found = foreground(gray)
        if found is None:
            return FingerLook(FingerAdvice.NO_FINGER, 0.0, 0.0, 0.0, 0)
        seen = ink(gray, found)
        return FingerLook(
            advice=advise(found, seen, self.limits),
            coverage_pct=float(found.mask.mean() * 100),
            area_mm2=found.area_mm2,
            sharpness=found.clear_pct,
            quality=quality(found, seen, waves(gray, found)),
            contrast=seen.contrast,
        )

    def extract(
        self, pixels: Gray8, ppi: int, position: FingerPosition = FingerPosition.UNKNOWN
    ) -> FingerTemplate:
        """Describe the finger by its minutiae, placed on the whole picture at 500 ppi.

        A picture without ridges gives a record without minutiae. Raises ImageError, ModelError.
        """
        gray = to_500_ppi(pixels, ppi)
        found = foreground(gray)
        if found is None:
            return self._template(gray, (), 1, position)
        minutiae = self._finder.find(gray, found)
        value = quality(found, ink(gray, found), waves(gray, found))
        return self._template(gray, minutiae, value, position)

    def _template(
        self, gray: Gray8, minutiae: tuple[Minutia, ...], value: int, position: FingerPosition
    ) -> FingerTemplate:
        record = _record(gray, minutiae, value, position)
        return FingerTemplate(record, len(minutiae), value, position, self._finder.card)


def _record(
    gray: Gray8, minutiae: tuple[Minutia, ...], value: int, position: FingerPosition
) -> bytes:
    view = FingerView(position, minutiae, value)
    return encode(FingerRecord(gray.shape[1], gray.shape[0], (view,)))
