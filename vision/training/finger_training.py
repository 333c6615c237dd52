"""Trains the minutiae network on touches that the project draws; run it with `python -m`.

`python -m vision.training.finger_training INTO.pt --masters FOLDER`; see finger_masters.py.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset

from vision.finger_planes import CELL_PX, normalised
from vision.training.finger_network import MinutiaeNetwork
from vision.training.finger_touch import Grey, Master, Touch, touch
from vision.training.finger_wear import inked, sensed
from vision.training.loop import Lesson, asked, learn

BATCH = 8
SIDE_PX = 256
CELLS = SIDE_PX // CELL_PX
HEAT_CELLS = 0.7
UNCLEAR_CELLS = 2
GHOSTS = 0.15
LEAST_SURE = 1e-4
_RENEW_EVERY = 400
Item = tuple[torch.Tensor, torch.Tensor]


class Touches(IterableDataset[Item]):
    """Samples without end, drawn in a process of its own; masters may still be growing."""

    def __init__(self, masters: Path, seed: int) -> None:
        self.masters, self.seed = masters, seed

    def __iter__(self) -> Iterator[Item]:
        """Draw for ever."""
        cv2.setNumThreads(1)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng((self.seed, worker.id if worker else 0))
        held: dict[Path, Master] = {}
        while True:
            for path in sorted(self.masters.glob("[0-9]*.npz")):
                if path not in held and ".tmp" not in path.name:
                    held[path] = Master.load(path)
            masters = list(held.values())
            for _ in range(_RENEW_EVERY):
                drawn, picture = _drawn(masters, rng)
                yield torch.from_numpy(picture)[None], torch.from_numpy(truth(drawn))


def _drawn(masters: list[Master], rng: np.random.Generator) -> tuple[Touch, Grey]:
    one, other = (masters[int(i)] for i in rng.integers(len(masters), size=2))
    drawn = touch(one, SIDE_PX, rng)
    ghost = inked(touch(other, SIDE_PX, rng), rng) if rng.random() < GHOSTS else None
    picture = sensed(inked(drawn, rng), drawn, ghost, rng)
    return drawn, normalised(np.asarray(picture, np.uint8))


def truth(drawn: Touch) -> Grey:
    """What the planes should say, and a seventh plane: 1 where something can be learnt."""
    planes = np.zeros((7, CELLS, CELLS), np.float32)
    planes[6] = 1
    rows, columns = np.mgrid[0:CELLS, 0:CELLS].astype(np.float32)
    for x, y in drawn.unclear / CELL_PX:
        near = np.hypot(columns + 0.5 - x, rows + 0.5 - y) < UNCLEAR_CELLS
        planes[6][near] = 0
    for (x, y), angle, ending in zip(
        (drawn.places + 0.5) / CELL_PX, drawn.angles, drawn.endings, strict=True
    ):
        _put(planes, float(x), float(y), (np.cos(angle), np.sin(angle)), float(ending))
    return planes


def _put(planes: Grey, x: float, y: float, ahead: tuple[float, float], ending: float) -> None:
    """One minutia on the cells around it; each cell keeps the nearest."""
    for row in range(max(0, int(y) - 2), min(CELLS, int(y) + 3)):
        for column in range(max(0, int(x) - 2), min(CELLS, int(x) + 3)):
            right, down = x - column - 0.5, y - row - 0.5
            heat = float(np.exp(-(right**2 + down**2) / (2 * HEAT_CELLS**2)))
            if row == int(y) and column == int(x):
                heat = 1.0
            if heat > max(planes[0, row, column], 0.02):
                planes[:6, row, column] = (heat, *ahead, right, down, ending > 0.5)
                planes[6, row, column] = 1


def lesson(network: nn.Module, batch: list[torch.Tensor]) -> Lesson:
    """Focal loss of the heat; direction, place and kind where a minutia is near."""
    prints, wanted = batch
    said = network(prints.to(memory_format=torch.channels_last))
    heat, learnt = wanted[:, 0], wanted[:, 6]
    sure = said[:, 0].sigmoid().clamp(LEAST_SURE, 1 - LEAST_SURE)
    here = heat >= 1
    hit = -((1 - sure) ** 2) * sure.log() * here
    miss = -((1 - heat) ** 4) * sure**2 * (1 - sure).log() * ~here
    count = here.sum().clamp(min=1)
    found = ((hit + miss) * learnt).sum() / count
    near = heat * (heat > 0.3)
    weight = near.sum().clamp(min=1)
    turned = ((said[:, 1:3] - wanted[:, 1:3]) ** 2).sum(1)
    placed = (said[:, 3:5] - wanted[:, 3:5]).abs().sum(1)
    kind = nn.functional.binary_cross_entropy_with_logits(
        said[:, 5], wanted[:, 5], reduction="none"
    )
    rest = ((turned + 0.5 * placed + 0.3 * kind) * near).sum() / weight
    with torch.no_grad():
        angle = torch.atan2(said[:, 2], said[:, 1]) - torch.atan2(wanted[:, 2], wanted[:, 1])
        wrong = (torch.cos(angle) < 0.85)[here].float().mean()
        recall = (sure > 0.3)[here].float().mean()
        false = ((sure > 0.3) & (heat < 0.02) & (learnt > 0)).sum() / count
    figures = {"found": found.item(), "rest": rest.item(), "recall": recall.item()}
    figures |= {"false": false.item(), "turned_wrong": wrong.item()}
    return Lesson(found + rest, figures)


def main() -> None:
    """Read the arguments and train."""
    wish = asked(__doc__, rate=2e-3, folder="--masters")
    touches = Touches(wish.folder, wish.seed)
    loader = DataLoader(touches, batch_size=BATCH, num_workers=1, prefetch_factor=8)
    network = MinutiaeNetwork().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's own
    nn.init.constant_(network.head.bias[:1], -4.0)
    learn(network, loader, lesson, wish)


if __name__ == "__main__":
    main()
