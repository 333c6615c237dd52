"""Trains the line network on strips that the project draws; run it with `python -m`."""

from collections.abc import Iterator

import cv2
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset

from vision.mrz_decode import SIGNS
from vision.mrz_strip import normalise
from vision.training.loop import Lesson, asked, learn
from vision.training.mrz_line_network import NONE, LineNetwork
from vision.training.mrz_line_samples import LineSamples

BATCH = 32
_LONGEST = 40
Item = tuple[torch.Tensor, torch.Tensor, int]
Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


class Strips(IterableDataset[Item]):
    """Samples without end, drawn in a process of its own."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __iter__(self) -> Iterator[Item]:
        """Draw for ever."""
        cv2.setNumThreads(1)
        rng = np.random.default_rng(self.seed)
        samples = LineSamples()
        while True:
            drawn = samples.draw(rng)
            text = [SIGNS.index(sign) for sign in drawn.text]
            padded = torch.full((_LONGEST,), NONE, dtype=torch.long)
            padded[: len(text)] = torch.tensor(text)
            yield torch.from_numpy(normalise(drawn.strip))[None], padded, len(text)


def greedy(logits: torch.Tensor) -> list[str]:
    """The best character at each step, repeats and blanks taken out."""
    texts = []
    for row in logits.argmax(2).tolist():
        kept = [c for i, c in enumerate(row) if c != NONE and (i == 0 or row[i - 1] != c)]
        texts.append("".join(SIGNS[c] for c in kept))
    return texts


def lesson(network: nn.Module, batch: Batch) -> Lesson:
    """CTC loss of one batch, and the share of strips that were read without a fault."""
    strips, texts, sizes = batch
    logits = network(strips)
    steps = torch.full((len(strips),), logits.shape[1], dtype=torch.long)
    loss_of = nn.CTCLoss(blank=NONE, zero_infinity=True)
    loss = loss_of(logits.log_softmax(2).transpose(0, 1), texts, steps, sizes)
    wanted = ["".join(SIGNS[c] for c in row[:n]) for row, n in zip(texts, sizes, strict=True)]
    right = [a == b for a, b in zip(greedy(logits.detach()), wanted, strict=True)]
    return Lesson(loss, {"loss": loss.item(), "right": sum(right) / len(right)})


def main() -> None:
    """Read the arguments and train."""
    wish = asked(__doc__, rate=2e-3)
    loader = DataLoader(Strips(wish.seed), batch_size=BATCH, num_workers=1, prefetch_factor=8)
    learn(LineNetwork(), loader, lesson, wish)


if __name__ == "__main__":
    main()
