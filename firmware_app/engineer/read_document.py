"""`kiosk read-document`: proves a document reader in a minute, without showing a name."""

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from drivers import registry
from drivers.deadline import Deadline
from drivers.document_reader.api import DocumentReader
from drivers.document_reader.mrz_lines import MrzLines
from drivers.errors import DeviceError, DeviceTimeoutError, DeviceUrlError, ProtocolError
from firmware_app import clock, config
from firmware_app.domain.mrz import MrzError
from firmware_app.engineer.report import emit, progress
from firmware_app.errors import ConfigError, SetupError
from firmware_app.workers.document import read_out

NAME = "document_reader"
TROUBLE_EXIT_CODE = 5
NO_DOCUMENT_MEND = (
    "Lay the document flat, text to the glass; no light or sound from the reader: check power,"
    " `protocol` and baud (docs/document_readers.md)."
)
LAY_MEND = "Lay the document down again, flat; a reader with one wrong digit each time needs care."


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one try, as an engineer may pass it on: shapes and verdicts, no contents.

    `unread` and `repaired` are positions as line.column, both from 1. `faults` are earlier tries
    that failed. `text` is filled only where the engineer asked to see it.
    """

    url: str
    reader: str
    layout: str = ""
    lines: tuple[int, ...] = ()
    check_digits: dict[str, bool] | None = None
    unread: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()
    took_ms: int = 0
    hint: str = ""
    problem: str = ""
    mend: str = ""
    faults: tuple[str, ...] = ()
    text: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the reader gave a document whose check digits all hold."""
        return not self.problem and all((self.check_digits or {}).values())


def read_document(
    url: str | None, config_path: Path, *, seconds: float, show: bool, as_json: bool
) -> int:
    """Read one document from `url`, or from the reader of kiosk.toml where `url` is None.

    Exit code 5 where none came, or where a check digit fails. Raises ConfigError, SetupError.
    """
    url = _configured(config_path) if url is None else url
    if not url.strip():
        mend = "Leave --url out for the reader of kiosk.toml, or see docs/document_readers.md."
        raise ConfigError("--url is empty.", mend)
    try:
        reader = registry.open_document_reader(NAME, url)
    except DeviceUrlError as error:
        mend = "Compare the URL with docs/document_readers.md."
        raise ConfigError(error.what, mend) from error
    except DeviceError as error:
        raise SetupError(error.what, error.mend) from error
    try:
        said = f"{reader.info.make} {reader.info.model}"
        progress(f"{said} opens. Lay a document down; waiting {seconds:.0f} s.")
        reading = _try_until(reader, url, seconds, show=show)
    finally:
        reader.close()
    emit({**asdict(reading), "good": reading.good}, _words(reading), as_json=as_json)
    return 0 if reading.good else TROUBLE_EXIT_CODE


def _configured(path: Path) -> str:
    devices = config.load(path).devices
    mend = "Give --url, or try the page camera with `kiosk doctor`."
    if devices.read_by_camera:
        raise ConfigError(f"in {path} the page camera reads the documents.", mend)
    if not devices.document_reader:
        raise ConfigError(f"{path} names no document_reader.", mend)
    return devices.document_reader


def _try_until(reader: DocumentReader, url: str, seconds: float, *, show: bool) -> Reading:
    """The first document within the time; a try that came to nothing is said and repeated."""
    faults: list[str] = []
    said = f"{reader.info.make} {reader.info.model}"
    deadline = Deadline.after(NAME, seconds)
    began_s = time.monotonic()
    while True:
        try:
            found = reader.read(deadline)
        except ProtocolError as error:
            faults.append(f"{error.what} {error.mend}")
            progress(f"  {error.what}\n  mend: {error.mend}")
        except DeviceError as error:
            mend = NO_DOCUMENT_MEND if type(error) is DeviceTimeoutError else error.mend
            return Reading(url, said, problem=error.what, mend=mend, faults=tuple(faults))
        else:
            took_ms = round((time.monotonic() - began_s) * 1000)
            return _judged(
                Reading(url, said, took_ms=took_ms, faults=tuple(faults)), found, show=show
            )


def _judged(tried: Reading, found: MrzLines, *, show: bool) -> Reading:
    read = replace(
        tried,
        lines=tuple(map(len, found.lines)),
        unread=tuple(_place(line, column) for line, column in found.doubts),
        hint=found.hint,
        text=found.lines if show else (),
    )
    try:
        mrz = read_out(found, clock.utc_now().date())
    except MrzError as error:
        return replace(read, problem=str(error), mend=error.mend)
    return replace(
        read,
        layout=mrz.layout,
        check_digits={digit.field: digit.holds for digit in mrz.check_digits},
        repaired=tuple(_place(repair.line, repair.column) for repair in mrz.repairs),
        mend="" if mrz.all_hold else LAY_MEND,
    )


def _place(line: int, column: int) -> str:
    return f"{line + 1}.{column + 1}"


def _words(reading: Reading) -> str:
    if reading.problem and not reading.lines:
        return f"nothing was read: {reading.problem}\n  mend: {reading.mend}"
    digits = reading.check_digits or {}
    sizes = " + ".join(map(str, reading.lines))
    rows = [
        f"{reading.layout or 'no layout'}: {sizes} characters, {reading.took_ms / 1000:.1f} s",
        *(f"check digit {field}: {'holds' if ok else 'WRONG'}" for field, ok in digits.items()),
        *([f"not read (line.column): {', '.join(reading.unread)}"] if reading.unread else []),
        *([f"settled (line.column): {', '.join(reading.repaired)}"] if reading.repaired else []),
        *([f"setting: {reading.hint}"] if reading.hint else []),
        *([f"problem: {reading.problem}"] if reading.problem else []),
        *([f"  mend: {reading.mend}"] if reading.mend else []),
        *reading.text,
    ]
    return "\n".join(rows)
