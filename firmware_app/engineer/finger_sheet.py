"""A contact sheet of finger pairs: the same finger with the lowest scores, others with the highest.

It holds fingerprints: whoever asks for it treats it like them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from firmware_app.engineer.report import shortened
from firmware_app.workers.session import Pixels
from vision.errors import VisionError
from vision.evaluate.finger import Measured
from vision.image import within
from vision.picture_file import read_picture

OF_EACH = 8
COLUMNS = 4
PICTURE_PX, MARGIN_PX, ROW_PX, HEAD_PX = 210, 8, 18, 34
SCORE_PX = 22
TILE_PX = (2 * PICTURE_PX + 3 * MARGIN_PX, SCORE_PX + PICTURE_PX + 2 * ROW_PX + 3 * MARGIN_PX)
INK, PAPER, NONE = (40, 40, 40), 255, 215
FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class _Pair:
    score: float
    measured: Measured
    one: int
    other: int


def sheet(sets: Sequence[Measured]) -> Pixels:
    """(height, width, 3) in blue-green-red; the picture files are read anew."""
    genuine = _chosen(sets, same=True)
    impostor = _chosen(sets, same=False)
    parts = [
        _head("the same finger, the lowest scores"),
        *_rows(genuine),
        _head("different fingers, the highest scores"),
        *_rows(impostor),
    ]
    return np.vstack(parts)


def _chosen(sets: Sequence[Measured], *, same: bool) -> list[_Pair]:
    pairs = [pair for one in sets for pair in _worst(one, same=same)]
    return sorted(pairs, key=lambda pair: pair.score if same else -pair.score)[:OF_EACH]


def _worst(measured: Measured, *, same: bool) -> list[_Pair]:
    whose = measured.by_finger.person
    alike = whose[:, None] == whose[None, :]
    rows, columns = np.nonzero(np.triu(alike if same else ~alike, k=1))
    scores = measured.scores[rows, columns]
    order = np.argsort(scores if same else -scores, kind="stable")[:OF_EACH]
    return [_Pair(float(scores[n]), measured, int(rows[n]), int(columns[n])) for n in order]


def _rows(pairs: Sequence[_Pair]) -> list[Pixels]:
    rows = []
    for at in range(0, len(pairs), COLUMNS):
        tiles = [_tile(pair) for pair in pairs[at : at + COLUMNS]]
        tiles += [_paper(TILE_PX)] * (COLUMNS - len(tiles))
        rows.append(np.hstack(tiles))
    return rows


def _tile(pair: _Pair) -> Pixels:
    tile = _paper(TILE_PX)
    for place, number in enumerate((pair.one, pair.other)):
        picture = _picture(pair.measured, number)
        left = MARGIN_PX + place * (PICTURE_PX + MARGIN_PX)
        height, width = picture.shape[:2]
        tile[SCORE_PX : SCORE_PX + height, left : left + width] = picture
        below = SCORE_PX + PICTURE_PX + ROW_PX
        _say(tile, shortened(pair.measured.prints[number].file, 26), (left, below))
        _say(tile, _told(pair.measured, number), (left, below + ROW_PX))
    _say(tile, f"score {pair.score:.1f}", (MARGIN_PX, SCORE_PX - 6), size=0.5)
    return tile


def _told(measured: Measured, number: int) -> str:
    if number in measured.failures:
        return shortened(f"failed: {measured.failures[number]}", 29)
    taken = measured.taken[number]
    return f"quality {taken.quality}, {taken.minutiae} minutiae"


def _picture(measured: Measured, number: int) -> Pixels:
    try:
        shown = read_picture(measured.prints[number].path)[:, :, :3]
    except VisionError:
        return np.full((PICTURE_PX, PICTURE_PX, 3), NONE, np.uint8)
    return np.ascontiguousarray(within(shown, PICTURE_PX))


def _head(words: str) -> Pixels:
    head = _paper((TILE_PX[0] * COLUMNS, HEAD_PX))
    _say(head, words, (MARGIN_PX, HEAD_PX - 10), size=0.6)
    return head


def _paper(size: tuple[int, int]) -> Pixels:
    return np.full((size[1], size[0], 3), PAPER, np.uint8)


def _say(sheet: Pixels, words: str, at: tuple[int, int], size: float = 0.42) -> None:
    plain = words.encode("ascii", "replace").decode()
    cv2.putText(sheet, plain, at, FONT, size, INK, 1, cv2.LINE_AA)
