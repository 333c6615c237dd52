"""Trains the zone network on documents that the project draws: `python -m vision.training.mrz_zone_training`."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from vision.mrz_strip import normalise
from vision.training.mrz_page_samples import PageSamples
from vision.training.mrz_zone_network import ZoneNetwork

BATCH = 8
_REPORT_EVERY = 50
Item = tuple[torch.Tensor, torch.Tensor]


class Pages(IterableDataset[Item]):
    """Batches without end: whole pictures and second looks in turn, drawn in their own process."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __iter__(self) -> Iterator[Item]:
        """Draw for ever."""
        cv2.setNumThreads(1)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng((self.seed, worker.id if worker else 0))
        samples = PageSamples()
        while True:
            draw = samples.page if rng.random() < 0.6 else samples.strip
            drawn = [draw(rng) for _ in range(BATCH)]
            pictures = np.stack([normalise(one.picture)[None] for one in drawn])
            yield torch.from_numpy(pictures), torch.from_numpy(np.stack([d.target for d in drawn]))


def losses(planes: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss of the core, and of direction and size where a core is."""
    core = target[:, 0]
    weight = 1 + 4 * core
    seen = functional.binary_cross_entropy_with_logits(planes[:, 0], core, weight)
    overlap = torch.sigmoid(planes[:, 0]) * core
    dice = 1 - (2 * overlap.sum() + 1) / ((torch.sigmoid(planes[:, 0]) + core).sum() + 1)
    share = core / (core.sum() + 1)
    turn = ((planes[:, 1:3] - target[:, 1:3]) ** 2).sum(1)
    size = (planes[:, 3] - target[:, 3]).abs()
    return seen + 0.5 * dice, ((turn + 0.5 * size) * share).sum()


def train(into: Path, minutes: float, start: Path | None, rate: float, seed: int) -> None:
    """Train for that long, one cycle of the learning rate; saves as it goes."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    network = ZoneNetwork()
    if start:
        network.load_state_dict(torch.load(start, weights_only=True))
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-4)
    begun, step, sums = time.monotonic(), 0, np.zeros(2)
    for pictures, target in DataLoader(Pages(seed), batch_size=None, num_workers=1):
        share = (time.monotonic() - begun) / (minutes * 60)
        if share >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, step / 200) * (0.5 + 0.5 * np.cos(np.pi * share)) + 1e-5
        core, rest = losses(network(pictures), target)
        optimiser.zero_grad()
        (core + 0.3 * rest).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        step, sums = step + 1, sums + (core.item(), rest.item())
        if step % _REPORT_EVERY == 0:
            spent = (time.monotonic() - begun) / 60
            core_loss, rest_loss = sums / _REPORT_EVERY
            sys.stderr.write(f"{step} {spent:.1f} min core {core_loss:.3f} rest {rest_loss:.3f}\n")
            sums = np.zeros(2)
            torch.save(network.state_dict(), into)
    torch.save(network.state_dict(), into)


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("into", type=Path, help="file of weights to write (.pt)")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    train(asked.into, asked.minutes, asked.start, asked.rate, asked.seed)


if __name__ == "__main__":
    main()
