"""Is it a head or a sheet that moved: two meshes of one face, held against a rigid body (pure).

Seen from afar, a rigid body that turns by an angle t shrinks along one direction to cos t, and what
stands out of it shifts by sin t times its depth: both come from the one turn, so depth / sqrt(1 -
shrink^2) is 1. A sheet shrinks and shows no depth: about 0. The mesh lends a tilted photograph some
depth of its own, so a sheet reads 0.1-0.6 (docs/liveness.md has the figures).
"""

import math
from dataclasses import dataclass

import numpy as np

from vision.liveness_seen import Points

# Points that no expression moves: forehead, temples, nose, corners of the eyes, cheekbones. The
# whole mesh reads a raised chin better; a mouth that opens lengthens it as no turn would.
RIGID: tuple[int, ...] = (
    *(1, 2, 4, 5, 6, 168, 195, 197, 98, 327, 48, 278, 64, 294, 94, 33, 133, 263, 362, 127, 356),
    *(234, 454, 162, 389, 21, 251, 54, 284, 103, 332, 67, 297, 109, 338, 10, 9, 8, 151, 116, 345),
    *(117, 346, 111, 340, 143, 372, 34, 264, 139, 368),
)
LEAST_TURN = 0.02


@dataclass(frozen=True, slots=True)
class Motion:
    """What changed: `shrink` of the shorter axis (1: nothing), `depth` that came into view."""

    shrink: float
    depth: float

    @property
    def relief(self) -> float:
        """About 1 for a head, below 0.65 for a sheet; means nothing where shrink is near 1."""
        return self.depth / math.sqrt(max(1 - self.shrink**2, LEAST_TURN))


STILL = Motion(1.0, 0.0)


def is_flat(rest: Points, now: Points, tilted: float, relief: float) -> bool:
    """Whether a sheet was tilted: shrunk below `tilted`, less relief, by every set of points."""
    return all(
        moved.shrink < tilted and moved.relief < relief
        for moved in (motion(rest, now), motion(rest[list(RIGID)], now[list(RIGID)]))
    )


def motion(rest: Points, now: Points) -> Motion:
    """From the mesh at rest (n, 3), frontal, to the one of now; STILL where one is no number."""
    before, after = rest, now[:, :2]
    if not (np.isfinite(before).all() and np.isfinite(after).all()):
        return STILL
    source = np.column_stack([before - before.mean(axis=0), np.ones(len(before))])
    solution, *_ = np.linalg.lstsq(source.astype(np.float64), after.astype(np.float64), rcond=None)
    sizes = np.linalg.svd(solution[:2], compute_uv=False)
    largest = max(float(sizes[0]), 1e-9)
    return Motion(float(sizes[1]) / largest, float(np.linalg.norm(solution[2])) / largest)
