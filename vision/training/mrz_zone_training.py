"""Trains the zone network on documents that the project draws; run it with `python -m`."""

from collections.abc import Iterator

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from vision.mrz_strip import normalise
from vision.training.loop import Lesson, asked, learn
from vision.training.mrz_page_samples import PageSamples
from vision.training.mrz_zone_network import ZoneNetwork

BATCH = 8
_WHOLE_PAGES = 0.7
Batch = tuple[torch.Tensor, torch.Tensor]


class Pages(IterableDataset[Batch]):
    """Batches without end: whole pictures and second looks in turn, drawn in their own process."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __iter__(self) -> Iterator[Batch]:
        """Draw for ever."""
        cv2.setNumThreads(1)
        rng = np.random.default_rng(self.seed)
        samples = PageSamples()
        while True:
            draw = samples.page if rng.random() < _WHOLE_PAGES else samples.strip
            drawn = [draw(rng) for _ in range(BATCH)]
            pictures = np.stack([normalise(one.picture)[None] for one in drawn])
            targets = np.stack([one.target for one in drawn])
            yield torch.from_numpy(pictures), torch.from_numpy(targets)


def lesson(network: nn.Module, batch: Batch) -> Lesson:
    """Loss of the core, and of direction and size where a core is."""
    pictures, target = batch
    planes = network(pictures)
    core = target[:, 0]
    seen = functional.binary_cross_entropy_with_logits(planes[:, 0], core, 1 + 4 * core)
    odds = torch.sigmoid(planes[:, 0])
    dice = 1 - (2 * (odds * core).sum() + 1) / ((odds + core).sum() + 1)
    share = core / (core.sum() + 1)
    turn = ((planes[:, 1:3] - target[:, 1:3]) ** 2).sum(1)
    size = (planes[:, 3] - target[:, 3]).abs()
    first, second = seen + 0.5 * dice, ((turn + 0.5 * size) * share).sum()
    return Lesson(first + 0.3 * second, {"core": first.item(), "rest": second.item()})


def main() -> None:
    """Read the arguments and train."""
    wish = asked(__doc__, rate=3e-3)
    loader = DataLoader(Pages(wish.seed), batch_size=None, num_workers=1)
    learn(ZoneNetwork(), loader, lesson, wish)


if __name__ == "__main__":
    main()
