"""How true the pose is where the truth is known: a mirrored, a leaned and a panned picture.

A mirrored head is turned and leaned the other way; a picture turned by 15 degrees leans the head by
15; a camera panned by 20 degrees (exact by a homography, whatever the depth) leaves the head as it
was towards the camera.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from vision.evaluate.face import in_frame
from vision.face_mesh import Pose
from vision.face_pipeline import FacePipeline
from vision.face_pose import FaceCamera
from vision.image import Bgr8

Numbers = npt.NDArray[np.float64]
Try = tuple[Callable[[Bgr8], Bgr8], Callable[[Pose], Pose]]
LEAN_DEG, PAN_DEG = 15.0, 20.0
HEAD_SHARE = 0.6
"""The picture fills so much of the frame that is panned, so that the face stays in it."""


@dataclass(frozen=True, slots=True)
class PoseErrors:
    """Mean absolute errors in degrees of yaw, pitch and roll, over so many pictures."""

    pictures: int
    mirrored_deg: tuple[float, float, float]
    leaned_deg: tuple[float, float, float]
    panned_deg: tuple[float, float, float]


def pose_errors(pictures: Iterable[Bgr8], pipeline: FacePipeline, camera: FaceCamera) -> PoseErrors:
    """Hold the pose of each picture against that of three others whose truth follows from it."""
    tries: tuple[Try, ...] = (
        (_mirrored, _other_way),
        (_leaned, _further),
        (partial(_panned, camera=camera), _same),
    )
    errors: tuple[list[Numbers], ...] = ([], [], [])
    for pixels in pictures:
        frame = _in_the_middle(pixels)
        before = pipeline.look(frame).face
        for (change, expected), found in zip(tries, errors, strict=True):
            after = pipeline.look(change(frame)).face
            if before is not None and after is not None:
                found.append(_numbers(expected(before.pose)) - _numbers(after.pose))
    return PoseErrors(len(errors[1]), *(_mean(found) for found in errors))


def _mean(errors: list[Numbers]) -> tuple[float, float, float]:
    if not errors:
        return (math.nan, math.nan, math.nan)
    yaw, pitch, roll = (round(float(each), 2) for each in np.abs(errors).mean(axis=0))
    return yaw, pitch, roll


def _mirrored(pixels: Bgr8) -> Bgr8:
    return np.ascontiguousarray(pixels[:, ::-1])


def _other_way(pose: Pose) -> Pose:
    return Pose(-pose.yaw_deg, pose.pitch_deg, -pose.roll_deg)


def _leaned(pixels: Bgr8) -> Bgr8:
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -LEAN_DEG, 1)
    return np.asarray(cv2.warpAffine(pixels, matrix, (width, height)), np.uint8)


def _further(pose: Pose) -> Pose:
    return Pose(pose.yaw_deg, pose.pitch_deg, pose.roll_deg + LEAN_DEG)


def _panned(pixels: Bgr8, camera: FaceCamera) -> Bgr8:
    """What the same camera sees when it is turned about its upright axis."""
    height, width = pixels.shape[:2]
    lens = camera.matrix((width, height))
    turn = cv2.Rodrigues(np.array([0.0, math.radians(PAN_DEG), 0.0]))[0]
    seen = lens @ turn @ np.linalg.inv(lens)
    return np.asarray(cv2.warpPerspective(pixels, seen, (width, height)), np.uint8)


def _same(pose: Pose) -> Pose:
    return pose


def _in_the_middle(pixels: Bgr8) -> Bgr8:
    """A frame with the picture small in its middle."""
    whole = in_frame(pixels)
    height, width = whole.shape[:2]
    matrix = np.array(
        [
            [HEAD_SHARE, 0, width * (1 - HEAD_SHARE) / 2],
            [0, HEAD_SHARE, height * (1 - HEAD_SHARE) / 2],
        ]
    )
    return np.asarray(cv2.warpAffine(whole, matrix, (width, height)), np.uint8)


def _numbers(pose: Pose) -> Numbers:
    return np.array([pose.yaw_deg, pose.pitch_deg, pose.roll_deg])
