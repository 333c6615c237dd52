"""How often the right thing is asked of a face: good pictures spoiled on purpose, and looked at.

The people are put in two halves (every other one, by name). The scales of vision/face_quality.py
were set on the first half; what is reported of the second had no part in it. The faults are made by
arithmetic (look_faults.py): these are regression rates, not rates of real masks and glasses.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vision.evaluate.face import FRAME_PX, in_frame
from vision.evaluate.look_faults import CASES, Case
from vision.evaluate.look_pose import PoseErrors, pose_errors
from vision.evaluate.usage import peak_memory_mib
from vision.face_pipeline import FaceLook, FacePipeline
from vision.face_pose import FaceCamera
from vision.face_quality import Advice
from vision.face_track import FaceTracker
from vision.image import Bgr8
from vision.model_store import ModelStore
from vision.picture_file import SUFFIXES, read_picture

LEAST_POSE = 50
LENS = FaceCamera(60.0)
FRAME_S = 1 / 15


@dataclass(frozen=True, slots=True)
class CaseRate:
    """One fault: pictures; of them asked for it (first or later), fit for a template, no face."""

    name: str
    pictures: int
    asked: int
    accepted: int
    lost: int
    wrong_colours: int


@dataclass(frozen=True, slots=True)
class Half:
    """One half of the people: their frontal pictures as they are, and spoiled in each way.

    unasked: how often each thing is asked of the pictures as they are.
    """

    people: int
    pictures: int
    frontal: int
    accepted: int
    unasked: dict[str, int]
    cases: tuple[CaseRate, ...]
    pose: PoseErrors


@dataclass(frozen=True, slots=True)
class LooksResult:
    """Both halves, and what one 1280x960 frame takes of one core, in milliseconds.

    look: by itself; tracked: as the next of a row; nobody: without a face, both detectors.
    """

    first: Half
    second: Half
    look_median_ms: float
    tracked_median_ms: float
    nobody_median_ms: float
    peak_memory_mib: float


def evaluate(folder: Path) -> LooksResult:
    """Look at each picture below `folder` (one folder a person). Raises ModelError, OSError."""
    cv2.setNumThreads(1)
    pipeline = FacePipeline(ModelStore(), camera=LENS)
    people = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    first, second = (_half(people[start::2], pipeline) for start in (0, 1))
    alone_ms, tracked_ms, nobody_ms = _times(people, pipeline)
    return LooksResult(first, second, alone_ms, tracked_ms, nobody_ms, peak_memory_mib())


def report(result: LooksResult) -> str:
    """The same for people to read."""
    times = (
        f"one frame of {FRAME_PX[0]}x{FRAME_PX[1]}, of one core: alone {result.look_median_ms} ms, "
        f"followed {result.tracked_median_ms} ms, nobody there {result.nobody_median_ms} ms; "
        f"peak memory {result.peak_memory_mib:.0f} MiB"
    )
    lines = [times]
    halves = {"first half (scales were set on it)": result.first, "second half": result.second}
    for name, half in halves.items():
        lines.append(
            f"{name}: {half.people} people, {half.pictures} pictures, {half.frontal} frontal; "
            f"{half.accepted} fit as they are"
        )
        lines += [f"  asked of the others: {what} {n}" for what, n in half.unasked.items()]
        lines += [_line(rate) for rate in half.cases]
        lines += [_pose(half.pose)]
    return "\n".join(lines)


def _half(people: Sequence[Path], pipeline: FacePipeline) -> Half:
    seen = [(pixels, pipeline.look(pixels)) for pixels in _pictures(people)]
    frontal = [(pixels, look) for pixels, look in seen if _frontal(look)]
    asked = [need.advice for _, look in frontal for need in look.needs]
    return Half(
        people=len(people),
        pictures=len(seen),
        frontal=len(frontal),
        accepted=sum(look.advice is None for _, look in frontal),
        unasked={each.value: asked.count(each) for each in Advice if each in asked},
        cases=tuple(_case(case, frontal, pipeline) for case in CASES),
        pose=pose_errors((pixels for pixels, _ in frontal), pipeline, LENS),
    )


def _case(case: Case, frontal: Sequence[tuple[Bgr8, FaceLook]], pipeline: FacePipeline) -> CaseRate:
    looks = [
        pipeline.look(case.make(pixels, look.face))
        for pixels, look in frontal
        if look.face is not None
    ]
    return CaseRate(
        name=case.name,
        pictures=len(looks),
        asked=sum(any(need.advice in case.asked for need in look.needs) for look in looks),
        accepted=sum(look.advice is None for look in looks),
        lost=sum(look.face is None for look in looks),
        wrong_colours=sum(look.face.components.colours_wrong for look in looks if look.face),
    )


def _frontal(look: FaceLook) -> bool:
    if look.face is None:
        return False
    turned = look.face.components
    return min(turned.yaw, turned.pitch, turned.roll) >= LEAST_POSE


def _times(people: Sequence[Path], pipeline: FacePipeline) -> tuple[float, float, float]:
    """Medians of a look alone, of a tracked frame, and of a frame without a face."""
    taken_s: tuple[list[float], list[float], list[float]] = ([], [], [])
    tracker = FaceTracker(pipeline)
    for number, pixels in enumerate(_pictures(people)):
        frame = in_frame(pixels)
        began_s = time.thread_time()
        pipeline.look(frame)
        taken_s[0].append(time.thread_time() - began_s)
        for each in range(4):
            began_s = time.thread_time()
            tracker.feed(frame, (number * 4 + each) * FRAME_S)
            taken_s[1].append(time.thread_time() - began_s)
    bare = np.full((FRAME_PX[1], FRAME_PX[0], 3), 128, np.uint8)
    for _ in range(20):
        began_s = time.thread_time()
        pipeline.look(bare)
        taken_s[2].append(time.thread_time() - began_s)
    alone, tracked, nobody = (
        round(float(np.median(each)) * 1000, 1) if each else 0.0 for each in taken_s
    )
    return alone, tracked, nobody


def _pictures(people: Sequence[Path]) -> Iterator[Bgr8]:
    for person in people:
        for path in sorted(person.iterdir()):
            if path.suffix.lower() in SUFFIXES:
                yield np.ascontiguousarray(read_picture(path)[:, :, :3])


def _line(rate: CaseRate) -> str:
    return (
        f"  {rate.name:26} {rate.pictures:3} pictures, asked {rate.asked:3}, "
        f"fit {rate.accepted:3}, no face {rate.lost:2}, wrong colours {rate.wrong_colours:3}"
    )


def _pose(errors: PoseErrors) -> str:
    told = {
        "mirrored": errors.mirrored_deg,
        "leaned by 15": errors.leaned_deg,
        "camera panned by 20": errors.panned_deg,
    }
    return "  pose, mean error in degrees of yaw, pitch, roll: " + "; ".join(
        f"{name} {yaw} {pitch} {roll}" for name, (yaw, pitch, roll) in told.items()
    )
