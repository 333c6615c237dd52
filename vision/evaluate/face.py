"""Face pictures through the kiosk's own way: found, described, every pair compared; no decision.

Words of ISO/IEC 19795-1. A picture without a face is a failure to enrol: it is counted by itself
and makes no pair. Templates are compared as the event holds them, 192 signed bytes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from vision.errors import VisionError
from vision.evaluate.pair_rates import AtThreshold, PairErrors, Pairs, at_threshold, pair_errors
from vision.evaluate.rates import (
    RESAMPLED,
    TARGET_FMR,
    Numbers,
    People,
    Scores,
    Trial,
    choose_threshold,
    trial,
)
from vision.evaluate.usage import TIMES, Spent, quickest, timed
from vision.face_pipeline import Crowd, FacePipeline, choose
from vision.face_template import FaceTemplate
from vision.face_threshold import THRESHOLD
from vision.image import Bgr8, Float32
from vision.picture_file import read_picture

FRAME_PX = (1280, 960)
"""Width and height of the camera frame on which a look is timed."""
FRAMES_TIMED = 40
"""The first so many pictures are timed so; all are looked at at their own size."""
MOST_PAIRS_DRAWN = 400_000_000
"""Pairs times draws; of more pairs there are fewer draws, never fewer than LEAST_DRAWS."""
LEAST_DRAWS = 100
PEOPLE_FOR_HALVES = 4
Told = Callable[[str, Sequence[int]], Iterable[int]]
"""Walks over the numbers and says on the way how far it is, with these words."""


class EvaluationError(VisionError):
    """The pictures do not make pairs of both kinds."""

    mend = (
        "Give a folder with one folder a person, two people or more and two pictures or more of one"
        " of them, in which a face can be found; or --pairs with both kinds."
    )


@dataclass(frozen=True, slots=True)
class FacePicture:
    """One picture file, its name below the folder, and whose face it shows, as a number."""

    name: str
    path: Path
    person: int


@dataclass(frozen=True, slots=True)
class ListedPairs:
    """Pairs of pictures by number, as somebody listed them: of one person, of two."""

    same: tuple[tuple[int, int], ...]
    other: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Seen:
    """What a walk over the pictures gathers, by the number of the picture.

    `not_found`: readable, no face in it; `as_portrait`: found only as on a document's page;
    `unreadable`: why. Each Spent is one picture's; `frame` is detect, landmarks and quality (eyes
    among them) together, of a frame of FRAME_PX.
    """

    templates: dict[int, Float32] = field(default_factory=dict)
    not_found: list[int] = field(default_factory=list)
    as_portrait: list[int] = field(default_factory=list)
    unreadable: dict[int, str] = field(default_factory=dict)
    frame: list[Spent] = field(default_factory=list)
    detect: list[Spent] = field(default_factory=list)
    landmarks: list[Spent] = field(default_factory=list)
    quality: list[Spent] = field(default_factory=list)
    look: list[Spent] = field(default_factory=list)
    template: list[Spent] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FaceResult:
    """All of one evaluation.

    `numbers` (n,) are the pictures in `pairs`, whose own numbering is theirs from 0; `halves`:
    threshold of the first half of the people on the second, then the other way round; empty for
    listed pairs and for fewer than four people. `lost` pairs were listed or possible and had no
    face on one side.
    """

    model: str
    pictures: tuple[FacePicture, ...]
    seen: Seen
    numbers: tuple[int, ...]
    pairs: Pairs
    errors: PairErrors
    fixed: AtThreshold
    halves: tuple[Trial, ...]
    lost: int


def evaluate(
    pictures: Sequence[FacePicture],
    pipeline: FacePipeline,
    told: Told,
    listed: ListedPairs | None = None,
) -> FaceResult:
    """Look at every picture, compare all pairs or the listed ones. Raises EvaluationError."""
    seen = _walk(pictures, pipeline, told)
    numbers = tuple(sorted(seen.templates))
    if not numbers:
        raise EvaluationError(f"no face was found in any of {len(pictures)} pictures.")
    templates = np.stack([seen.templates[n] for n in numbers]).astype(np.float64)
    whose = np.unique([pictures[n].person for n in numbers], return_inverse=True)[1]
    crossed: tuple[Trial, ...] = ()
    if listed is None:
        scores = Scores(templates @ templates.T, whose.astype(np.int64))
        pairs, crossed = Pairs.of(scores), halves(scores)
    else:
        place = {number: at for at, number in enumerate(numbers)}
        pairs = _listed(templates, whose.astype(np.int64), place, listed)
    _check(pairs, len(numbers), len(pictures))
    made = len(pairs.genuine) + len(pairs.impostor)
    count = max(LEAST_DRAWS, min(RESAMPLED, MOST_PAIRS_DRAWN // made))
    errors = pair_errors(pairs, count=count)
    card = pipeline.template_model
    wanted = _possible(len(pictures)) if listed is None else len(listed.same) + len(listed.other)
    return FaceResult(
        model=f"{card.name} {card.version} sha256:{card.sha256}",
        pictures=tuple(pictures),
        seen=seen,
        numbers=numbers,
        pairs=pairs,
        errors=errors,
        fixed=at_threshold(pairs, errors.draws, THRESHOLD),
        halves=crossed,
        lost=wanted - made,
    )


def _check(pairs: Pairs, found: int, pictures: int) -> None:
    if not len(pairs.genuine) or not len(pairs.impostor):
        what = f"{len(pairs.genuine)} pairs of one person, {len(pairs.impostor)} of two"
        raise EvaluationError(f"{found} of {pictures} pictures show a face: {what}.")


def halves(scores: Scores, target_fmr: float = TARGET_FMR) -> tuple[Trial, ...]:
    """Every other person chooses a threshold for the others; empty for fewer than four people.

    Only people with two templates or more take part.
    """
    people, pictures = np.unique(scores.person, return_counts=True)
    people = people[pictures >= 2]
    if len(people) < PEOPLE_FOR_HALVES:
        return ()
    first, second = scores.of(people[::2]), scores.of(people[1::2])
    return (
        trial(second, *choose_threshold(first.impostor, target_fmr)),
        trial(first, *choose_threshold(second.impostor, target_fmr)),
    )


def in_frame(pixels: Bgr8) -> Bgr8:
    """The picture as large as it goes, in the middle of a black frame of FRAME_PX."""
    width, height = FRAME_PX
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    frame = np.zeros((height, width, 3), np.uint8)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    frame[top : top + size[1], left : left + size[0]] = cv2.resize(pixels, size, interpolation=how)
    return frame


def _walk(pictures: Sequence[FacePicture], pipeline: FacePipeline, told: Told) -> Seen:
    seen = Seen()
    for number in told("pictures", range(len(pictures))):
        try:
            pixels = np.ascontiguousarray(read_picture(pictures[number].path)[:, :, :3])
            _look(number, pixels, pipeline, seen)
        except VisionError as error:
            seen.unreadable[number] = str(error)
    return seen


def _look(number: int, pixels: Bgr8, pipeline: FacePipeline, seen: Seen) -> None:
    """One picture at its own size, for the template, and in a frame, for its time.

    Where no face is seen, one is looked for as on a document's page.
    """
    with timed() as looking:
        look = pipeline.look(pixels)
    if look.face is None:
        portrait = pipeline.find_portrait(pixels)
        if portrait is not None:
            pixels, look = portrait, pipeline.look(portrait)
            seen.as_portrait.append(number)
    if look.face is None:
        seen.not_found.append(number)
        return
    times = TIMES if len(seen.frame) < FRAMES_TIMED else 1
    template, describing = quickest(lambda: pipeline.template(pixels, look), times)
    if len(seen.frame) < FRAMES_TIMED:
        _time_frame(in_frame(pixels), pipeline, seen)
    seen.templates[number] = FaceTemplate.from_int8(template.to_int8()).numbers
    seen.look.append(looking)
    seen.template.append(describing)


def _time_frame(frame: Bgr8, pipeline: FacePipeline, seen: Seen) -> None:
    """Stage by stage what FacePipeline.look does; nothing is timed where it sees no face."""
    found, detecting = quickest(lambda: pipeline.find(frame))
    if not found:
        return
    chosen = choose(found, frame)
    mesh, laying = quickest(lambda: pipeline.lay(frame, chosen))
    if mesh is None:
        return
    crowd = Crowd.of(found, chosen.box)
    _, judging = quickest(lambda: pipeline.judge(frame, mesh, crowd))
    each = (detecting, laying, judging)
    for spent, stage in zip(each, (seen.detect, seen.landmarks, seen.quality), strict=True):
        stage.append(spent)
    seen.frame.append(Spent(sum(one.wall_ms for one in each), sum(one.cpu_ms for one in each)))


def _listed(templates: Numbers, whose: People, place: dict[int, int], listed: ListedPairs) -> Pairs:
    """The listed pairs whose pictures both gave a template."""

    def kept(pairs: Sequence[tuple[int, int]]) -> tuple[People, People]:
        both = [(place[one], place[other]) for one, other in pairs if {one, other} <= place.keys()]
        columns = np.array(both, np.int64).reshape(-1, 2)
        return columns[:, 0], columns[:, 1]

    def score(sides: tuple[People, People]) -> Numbers:
        return np.asarray((templates[sides[0]] * templates[sides[1]]).sum(axis=1), np.float64)

    return Pairs.listed(score, whose, kept(listed.same), kept(listed.other))


def _possible(pictures: int) -> int:
    return pictures * (pictures - 1) // 2
