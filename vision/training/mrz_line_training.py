"""Trains the line network on strips that the project draws: `python -m vision.training.mrz_line_training`."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, IterableDataset

from vision.mrz_strip import normalise
from vision.training.mrz_line_network import NONE, LineNetwork
from vision.training.mrz_line_samples import LineSamples
from vision.training.mrz_text import SIGNS

BATCH = 32
_REPORT_EVERY = 100
_SMOOTH = 0.997
"""The weights that are kept are a running mean: steadier than those of any one step."""
Item = tuple[torch.Tensor, torch.Tensor, int]


class Strips(IterableDataset[Item]):
    """Samples without end, drawn in a process of its own."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __iter__(self) -> Iterator[Item]:
        """Draw for ever."""
        cv2.setNumThreads(1)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng((self.seed, worker.id if worker else 0))
        samples = LineSamples()
        while True:
            drawn = samples.draw(rng)
            text = [SIGNS.index(sign) for sign in drawn.text]
            padded = torch.full((40,), NONE, dtype=torch.long)
            padded[: len(text)] = torch.tensor(text)
            yield torch.from_numpy(normalise(drawn.strip))[None], padded, len(text)


def greedy(logits: torch.Tensor) -> list[str]:
    """The best character at each step, repeats and blanks taken out."""
    texts = []
    for row in logits.argmax(2).tolist():
        kept = [c for i, c in enumerate(row) if c != NONE and (i == 0 or row[i - 1] != c)]
        texts.append("".join(SIGNS[c] for c in kept))
    return texts


def train(into: Path, minutes: float, start: Path | None, rate: float, seed: int) -> None:
    """Train for that long, one cycle of the learning rate; saves as it goes."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    network = LineNetwork()
    if start:
        network.load_state_dict(torch.load(start, weights_only=True))
    smooth = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(_SMOOTH), use_buffers=True)
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-4)
    loss_of = nn.CTCLoss(blank=NONE, zero_infinity=True)
    begun, step, right, seen, total = time.monotonic(), 0, 0, 0, 0.0
    loader = DataLoader(Strips(seed), batch_size=BATCH, num_workers=1, prefetch_factor=8)
    for strips, texts, sizes in loader:
        share = (time.monotonic() - begun) / (minutes * 60)
        if share >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, step / 300) * (0.5 + 0.5 * np.cos(np.pi * share)) + 1e-5
        logits = network(strips)
        steps = torch.full((len(strips),), logits.shape[1], dtype=torch.long)
        loss = loss_of(logits.log_softmax(2).transpose(0, 1), texts, steps, sizes)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        smooth.update_parameters(network)
        step, total = step + 1, total + loss.item()
        if step % 10 == 0:
            answers = greedy(logits.detach())
            for answer, text, size in zip(answers, texts.tolist(), sizes.tolist(), strict=True):
                right += answer == "".join(SIGNS[c] for c in text[:size])
                seen += 1
        if step % _REPORT_EVERY == 0:
            spent = time.monotonic() - begun
            line = f"{step} {spent / 60:.1f} min loss {total / _REPORT_EVERY:.3f} right {right / seen:.3f}"
            sys.stderr.write(line + "\n")
            right, seen, total = 0, 0, 0.0
            torch.save(smooth.module.state_dict(), into)
    torch.save(smooth.module.state_dict(), into)


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("into", type=Path, help="file of weights to write (.pt)")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    train(asked.into, asked.minutes, asked.start, asked.rate, asked.seed)


if __name__ == "__main__":
    main()
