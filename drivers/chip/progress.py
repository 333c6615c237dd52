"""How far the reading of a chip is, in percent, from file sizes known and guessed."""

from collections.abc import Iterable

from drivers.chip.api import Progress
from drivers.chip.files import FileId

_GUESSED_BYTES = {FileId.DG2: 20_000, FileId.SOD: 2_000, FileId.COM: 30, FileId.DG1: 100}
_ELSE_BYTES = 600


class Percent:
    """Never falls, never repeats itself, says 100 only at the end."""

    def __init__(self, tell: Progress) -> None:
        self._tell = tell
        self._total: dict[FileId, int] = {}
        self._done: dict[FileId, int] = {}
        self._said = -1

    def expect(self, files: Iterable[FileId]) -> None:
        """These are all that will be read; sizes are guesses until a file tells its own."""
        wanted = {file: _GUESSED_BYTES.get(file, _ELSE_BYTES) for file in files}
        self._total = wanted | {file: self._total[file] for file in self._done}
        self._say()

    def report(self, file: FileId, done: int, total: int) -> None:
        """So many bytes of that file."""
        self._total[file], self._done[file] = total, done
        self._say()

    def end(self) -> None:
        """All is read."""
        self._said = 100
        self._tell(100)

    def _say(self) -> None:
        percent = min(99, 100 * sum(self._done.values()) // max(1, sum(self._total.values())))
        if percent > self._said:
            self._said = percent
            self._tell(percent)
