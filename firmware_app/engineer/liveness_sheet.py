"""Pictures of a laboratory run: what was rendered, and each cue's scores by species."""

from collections.abc import Sequence

import cv2
import numpy as np

from vision.evaluate.attack_laboratory import Presented
from vision.evaluate.attack_rates import CueTrial
from vision.evaluate.attack_species import LIVE
from vision.image import Bgr8
from vision.liveness import Decision

TILE_PX = (200, 150)
MOST_TILES = 9
NAME_PX, ROW_PX, HEAD_PX = 190, 20, 34
PANEL_PX, COLUMNS = 420, 2
INK, PALE, PAPER = (40, 40, 40), (200, 200, 200), 255
COLOURS = {
    Decision.LIVE: (60, 150, 40),
    Decision.NOT_SURE: (30, 150, 220),
    Decision.ATTACK: (40, 40, 200),
}
FONT = cv2.FONT_HERSHEY_SIMPLEX


def small(frame: Bgr8) -> Bgr8:
    """A frame at the size that it has on a sheet."""
    return np.asarray(cv2.resize(frame, TILE_PX, interpolation=cv2.INTER_AREA), np.uint8)


def sheet(shown: Sequence[tuple[Presented, Sequence[Bgr8]]]) -> Bgr8:
    """One row a species: small frames, each framed in the colour of the test's decision."""
    rows: dict[str, list[Bgr8]] = {}
    for presented, frames in shown:
        tiles = [_framed(frame, presented.with_colours.decision) for frame in frames]
        rows.setdefault(presented.species, []).extend(tiles)
    wide = max(3, *(min(len(tiles), MOST_TILES) for tiles in rows.values()))
    parts = [_legend(wide * TILE_PX[0] + NAME_PX)]
    parts += [_row(name, tiles[:wide], wide) for name, tiles in rows.items()]
    return np.vstack(parts)


def plot(presented: Sequence[Presented], trials: Sequence[CueTrial]) -> Bgr8:
    """One panel a cue: each presentation a dot at its score, each species a line of dots."""
    species = list(dict.fromkeys(one.species for one in presented))
    cues = list(dict.fromkeys(cue for one in presented for cue, _ in one.with_colours.scores))
    chosen = {trial.cue: trial for trial in trials}
    panels = [_panel(cue, presented, species, chosen.get(cue)) for cue in cues]
    panels += [np.full_like(panels[0], PAPER)] * (-len(panels) % COLUMNS)
    rows = [np.hstack(panels[at : at + COLUMNS]) for at in range(0, len(panels), COLUMNS)]
    return np.vstack([_legend(rows[0].shape[1]), *rows])


def _framed(frame: Bgr8, decision: Decision) -> Bgr8:
    tile = frame.copy()
    cv2.rectangle(tile, (1, 1), (TILE_PX[0] - 2, TILE_PX[1] - 2), COLOURS[decision], 3)
    return tile


def _row(name: str, tiles: Sequence[Bgr8], wide: int) -> Bgr8:
    head = np.full((TILE_PX[1], NAME_PX, 3), PAPER, np.uint8)
    _say(head, name, (6, TILE_PX[1] // 2))
    blank = np.full((TILE_PX[1], TILE_PX[0], 3), PAPER, np.uint8)
    return np.hstack([head, *tiles, *[blank] * (wide - len(tiles))])


def _legend(width_px: int) -> Bgr8:
    legend = np.full((HEAD_PX, width_px, 3), PAPER, np.uint8)
    for number, (decision, colour) in enumerate(COLOURS.items()):
        left = NAME_PX + number * 130
        cv2.circle(legend, (left, HEAD_PX // 2), 5, colour, -1, cv2.LINE_AA)
        _say(legend, decision.value, (left + 12, HEAD_PX // 2 + 5))
    return legend


def _panel(
    cue: str, presented: Sequence[Presented], species: Sequence[str], trial: CueTrial | None
) -> Bgr8:
    panel = np.full((HEAD_PX + ROW_PX * len(species) + 12, NAME_PX + PANEL_PX, 3), PAPER, np.uint8)
    found = [(one, dict(one.with_colours.scores)[cue]) for one in presented if _has(one, cue)]
    scores = [score for _, score in found]
    low, high = min(scores), max(scores)
    span = max(high - low, 1e-6)

    def place(score: float) -> int:
        return NAME_PX + 10 + round((score - low) / span * (PANEL_PX - 40))

    _say(panel, f"{cue}   {low:g} to {high:g}", (6, 20), INK, 0.5)
    for row, name in enumerate(species):
        y = HEAD_PX + ROW_PX * row + ROW_PX // 2
        cv2.line(panel, (NAME_PX, y), (NAME_PX + PANEL_PX - 20, y), PALE, 1)
        _say(panel, name, (6, y + 4))
        for one, score in found:
            if one.species == name:
                colour = COLOURS[one.with_colours.decision]
                cv2.circle(panel, (place(score), y), 4, colour, 1 + (name == LIVE), cv2.LINE_AA)
    if trial is not None and low <= trial.threshold <= high:
        x = place(trial.threshold)
        cv2.line(panel, (x, HEAD_PX), (x, panel.shape[0] - 10), INK, 1, cv2.LINE_AA)
    return panel


def _has(one: Presented, cue: str) -> bool:
    return any(name == cue for name, _ in one.with_colours.scores)


def _say(
    picture: Bgr8,
    words: str,
    at: tuple[int, int],
    colour: tuple[int, int, int] = INK,
    size: float = 0.42,
) -> None:
    cv2.putText(picture, words, at, FONT, size, colour, 1, cv2.LINE_AA)
