"""Contact sheets of misread pictures: each picture, under it what was read and what is printed."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from firmware_app.errors import SetupError
from firmware_app.workers.session import Pixels
from vision.errors import VisionError
from vision.evaluate.mrz import Trial
from vision.image import within
from vision.picture_file import read_picture

Failed = tuple[Path, Trial]

TILE_PX = 760
PICTURE_PX = 740
PITCH_PX, ROW_PX = 16, 26
ON_A_SHEET = 12
COLUMNS = 2
MARGIN_PX = 10
INK, WRONG, PALE = (20, 20, 20), (30, 30, 220), (150, 150, 150)
FONT = cv2.FONT_HERSHEY_SIMPLEX


def write(folder: Path, failed: Sequence[Failed]) -> list[Path]:
    """misread-1.png and on in `folder`, twelve pictures a sheet. Raises SetupError.

    The picture files are read anew, one after the other: a sheet costs no memory before its time.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, start in enumerate(range(0, len(failed), ON_A_SHEET), start=1):
            path = folder / f"misread-{number}.png"
            _, data = cv2.imencode(".png", sheet(failed[start : start + ON_A_SHEET]))
            path.write_bytes(data.tobytes())
            written.append(path)
    except OSError as error:
        raise SetupError(f"{folder}: {error.strerror}.", "Name a folder to write to.") from error
    return written


def sheet(failed: Sequence[Failed]) -> Pixels:
    """All tiles in two columns, as (height, width, 3) in blue-green-red."""
    columns = [[_tile(*one) for one in failed[at::COLUMNS]] for at in range(COLUMNS)]
    stacks = [
        np.vstack(tiles) if tiles else np.zeros((0, TILE_PX, 3), np.uint8) for tiles in columns
    ]
    whole = np.full((max(map(len, stacks)), TILE_PX * COLUMNS, 3), 255, np.uint8)
    for at, stack in enumerate(stacks):
        whole[: len(stack), at * TILE_PX : (at + 1) * TILE_PX] = stack
    return whole


def _tile(path: Path, trial: Trial) -> Pixels:
    picture = _picture(path)
    rows = max(len(trial.read), len(trial.printed))
    height = len(picture) + ROW_PX * (1 + 2 * rows) + 3 * MARGIN_PX
    tile = np.full((height, TILE_PX, 3), 255, np.uint8)
    tile[MARGIN_PX : MARGIN_PX + len(picture), MARGIN_PX : MARGIN_PX + picture.shape[1]] = picture
    top = len(picture) + MARGIN_PX + ROW_PX
    flagged = "READ WRONGLY, NOT FLAGGED" if trial.confident_error else trial.note
    _say(tile, f"{trial.file}   {flagged}", top, WRONG if trial.sure else INK)
    for row in range(rows):
        read, printed = (
            lines[row] if row < len(lines) else "" for lines in (trial.read, trial.printed)
        )
        top += ROW_PX
        _spell(tile, read, printed, top, (INK, WRONG))
        top += ROW_PX
        _spell(tile, printed, read, top, (PALE, WRONG))
    return tile


def _picture(path: Path) -> Pixels:
    try:
        return np.ascontiguousarray(within(read_picture(path)[:, :, :3], PICTURE_PX))
    except VisionError:
        return np.full((ROW_PX, PICTURE_PX, 3), PALE, np.uint8)


def _say(tile: Pixels, text: str, bottom: int, colour: tuple[int, int, int]) -> None:
    ascii_only = text.encode("ascii", "replace").decode()
    cv2.putText(tile, ascii_only, (MARGIN_PX, bottom), FONT, 0.5, colour, 1, cv2.LINE_AA)


def _spell(
    tile: Pixels, text: str, other: str, bottom: int, colours: tuple[tuple[int, int, int], ...]
) -> None:
    """Sign by sign in columns; red where the other line has something else."""
    for column, sign in enumerate(text[: TILE_PX // PITCH_PX - 1]):
        alike = column < len(other) and other[column] == sign
        at = (MARGIN_PX + column * PITCH_PX, bottom)
        cv2.putText(tile, sign, at, FONT, 0.55, colours[0 if alike else 1], 1, cv2.LINE_AA)
