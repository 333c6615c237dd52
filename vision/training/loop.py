"""The loop that networks learn in: one cycle of the learning rate, a running mean kept."""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

_REPORT_EVERY = 100
_WARM_UP = 300
_SMOOTH = 0.997
"""The weights that are kept are a running mean: steadier than those of any one step."""
_Batch = TypeVar("_Batch")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asked for."""

    into: Path
    minutes: float
    start: Path | None
    rate: float
    seed: int
    folder: Path = Path()


@dataclass(frozen=True, slots=True)
class Lesson:
    """The loss of one batch, and the figures to report."""

    loss: torch.Tensor
    figures: dict[str, float]


def asked(what: str | None, rate: float, folder: str | None = None) -> Wish:
    """Read the command line; `folder` names an argument that must be there."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("into", type=Path, help="file of weights to write (.pt)")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--seed", type=int, default=1)
    if folder is not None:
        parser.add_argument(folder, dest="folder", type=Path, required=True)
    found = parser.parse_args()
    place = found.folder if folder is not None else Path()
    return Wish(found.into, found.minutes, found.start, found.rate, found.seed, place)


def learn(
    network: nn.Module,
    batches: Iterable[_Batch],
    lesson: Callable[[nn.Module, _Batch], Lesson],
    wish: Wish,
) -> None:
    """Train on one core for as long as was asked; saves and reports every hundred steps."""
    torch.manual_seed(wish.seed)
    torch.set_num_threads(1)
    if wish.start:
        network.load_state_dict(torch.load(wish.start, weights_only=True))
    smooth = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(_SMOOTH), use_buffers=True)
    optimiser = torch.optim.AdamW(network.parameters(), lr=wish.rate, weight_decay=1e-4)
    begun = time.monotonic()
    told: list[dict[str, float]] = []
    for step, batch in enumerate(batches, start=1):
        share = (time.monotonic() - begun) / (wish.minutes * 60)
        if share >= 1:
            break
        for group in optimiser.param_groups:
            cycle = 0.5 + 0.5 * np.cos(np.pi * share)
            group["lr"] = wish.rate * min(1, step / _WARM_UP) * cycle + 1e-5
        taught = lesson(network, batch)
        optimiser.zero_grad()
        taught.loss.backward()  # type: ignore[no-untyped-call]  # torch's own
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        smooth.update_parameters(network)
        told.append(taught.figures)
        if step % _REPORT_EVERY == 0:
            _report(step, time.monotonic() - begun, told)
            told = []
            torch.save(smooth.module.state_dict(), wish.into)
    torch.save(smooth.module.state_dict(), wish.into)


def _report(step: int, spent_s: float, told: list[dict[str, float]]) -> None:
    means = {name: sum(one[name] for one in told) / len(told) for name in told[0]}
    words = " ".join(f"{name} {value:.3f}" for name, value in means.items())
    sys.stderr.write(f"{step} steps, {spent_s / 60:.1f} min: {words}\n")
