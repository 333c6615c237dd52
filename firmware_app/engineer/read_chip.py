"""`kiosk chip read`: opens one chip on a real reader and says how it went, without a name."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from drivers import registry
from drivers.chip import passive_auth
from drivers.chip.api import CanSecret, Channel, ChipReading, ContactlessReader, Secret
from drivers.chip.csca import CscaStore
from drivers.chip.errors import ChipDataError, NoChipError
from drivers.chip.files import FileId
from drivers.chip.passive_result import PassiveResult
from drivers.chip.reader import ChipReader
from drivers.chip.sod import signed_groups
from drivers.deadline import Deadline
from drivers.errors import DeviceError, DeviceTimeoutError, DeviceUrlError
from firmware_app import clock
from firmware_app.domain.mrz import MrzError, parse
from firmware_app.engineer import csca
from firmware_app.engineer.report import emit, progress
from firmware_app.errors import ConfigError, SetupError
from firmware_app.workers import chip_evidence
from firmware_app.workers.chip import READ_LIMIT_S, WANTED, secret_of

NAME = "chip_reader"
TROUBLE_EXIT_CODE = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What the engineer typed; the lines and the number are never repeated."""

    url: str
    lines: tuple[str, ...] = field(repr=False)
    can: str = field(repr=False)
    authorities: Path | None
    seconds: float
    show: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """How one reading went, as an engineer may pass it on.

    `text` is DG1's lines, filled only where the engineer asked to see them.
    """

    reader: str
    access: str = ""
    attempts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    files: dict[str, int] = field(default_factory=dict)
    protected: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    chip: str = ""
    proofs: dict[str, str] = field(default_factory=dict)
    passive: str = ""
    why: str = ""
    findings: dict[str, str] = field(default_factory=dict)
    authorities: int = 0
    same_lines: bool | None = None
    apdus: int = 0
    open_ms: int = 0
    read_ms: int = 0
    problem: str = ""
    mend: str = ""
    text: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the chip was read and nothing that was judged failed."""
        failed = self.chip == "failed" or "failed" in self.findings.values()
        return not self.problem and not failed and self.same_lines is not False


def read_chip(asked: Asked, *, as_json: bool) -> int:
    """Read one chip; exit code 5 where none was read or something failed.

    Raises ConfigError, SetupError.
    """
    secret = _secret(asked)
    store = CscaStore.of(()) if asked.authorities is None else csca.opened(asked.authorities)
    reader = _opened(asked.url)
    try:
        said = f"{reader.info.make} {reader.info.model}".strip()
        progress(f"{said} opens. Lay the document on it; waiting {asked.seconds:.0f} s.")
        answer = _read(reader, said, asked, secret, store)
    finally:
        reader.close()
    emit({**asdict(answer), "good": answer.good}, _words(answer), as_json=as_json)
    return 0 if answer.good else TROUBLE_EXIT_CODE


def _secret(asked: Asked) -> Secret:
    """The CAN where it is given, else what the lines print."""
    try:
        if asked.can:
            return CanSecret.of(asked.can)
        return secret_of(parse(asked.lines, clock.utc_now().date()))
    except MrzError as error:
        mend = "Give each printed line with its own --mrz, in quotes, fillers included."
        raise ConfigError(f"--mrz: {error}", mend) from error
    except ValueError as error:
        raise ConfigError(f"--can: {error}", "Give the digits as the card prints them.") from error


def _opened(url: str) -> ContactlessReader:
    try:
        return registry.open_chip_reader(NAME, url)
    except DeviceUrlError as error:
        raise ConfigError(error.what, "Compare the URL with docs/chip_readers.md.") from error
    except DeviceError as error:
        raise SetupError(error.what, error.mend) from error


def _read(
    reader: ContactlessReader, said: str, asked: Asked, secret: Secret, store: CscaStore
) -> Answer:
    began_s = time.monotonic()
    try:
        channel = reader.connect(Deadline.after(NAME, asked.seconds))
    except DeviceTimeoutError as error:
        return Answer(said, problem=error.what, mend=NoChipError.mend)
    except DeviceError as error:
        return Answer(said, problem=error.what, mend=error.mend)
    open_ms = _since_ms(began_s)
    began_s = time.monotonic()
    try:
        reading = _through(channel, secret, store)
    except DeviceError as error:
        return Answer(said, open_ms=open_ms, problem=error.what, mend=error.mend)
    finally:
        channel.close()
    return _judged(said, (open_ms, _since_ms(began_s)), reading, asked, store)


def _through(channel: Channel, secret: Secret, store: CscaStore) -> ChipReading:
    good = passive_auth.card_security_judge(store, clock.utc_now)
    rules = ChipReader(signed_groups, card_security_good=good)
    return rules.read(channel, secret, WANTED, Deadline.after(NAME, READ_LIMIT_S), _each_tenth())


def _each_tenth() -> Callable[[int], None]:
    """Says how far it is, ten times at most."""
    told = [0]

    def say(percent: int) -> None:
        if percent // 10 > told[0]:
            told[0] = percent // 10
            progress(f"  {percent} %")

    return say


def _since_ms(began_s: float) -> int:
    return round((time.monotonic() - began_s) * 1000)


def _judged(
    said: str, spent_ms: tuple[int, int], reading: ChipReading, asked: Asked, store: CscaStore
) -> Answer:
    passive = _passive(reading, store)
    lines = chip_evidence.printed_lines(reading)
    proofs = reading.chip
    return Answer(
        reader=said,
        access=reading.access,
        attempts=tuple(f"{one.protocol}: {one.why}" for one in reading.attempts),
        warnings=reading.warnings,
        files={FileId(number).name: len(data) for number, data in reading.files.items()},
        protected=tuple(one.name for one in reading.protected),
        missing=tuple(one.name for one in reading.missing),
        chip=proofs.result.value,
        proofs={
            name: f"{one.result.value} {one.protocol} {one.why}".strip()
            for name, one in (
                ("active authentication", proofs.active),
                ("chip authentication", proofs.chip),
                ("chip authentication mapping", proofs.mapping),
            )
        },
        passive=passive.verdict.value,
        why=passive.reason,
        findings={one.question.value: one.found.value for one in passive.findings},
        authorities=len(store),
        same_lines=lines == asked.lines if asked.lines and lines else None,
        apdus=reading.apdus,
        open_ms=spent_ms[0],
        read_ms=spent_ms[1],
        text=lines if asked.show else (),
    )


def _passive(reading: ChipReading, store: CscaStore) -> PassiveResult:
    try:
        sod = reading.files.get(FileId.SOD, b"")
        return passive_auth.check(sod, reading.files, store, clock.utc_now())
    except ChipDataError as error:
        raise SetupError(str(error), error.mend) from error


def _words(answer: Answer) -> str:
    if answer.problem:
        return f"nothing was read: {answer.problem}\n  mend: {answer.mend}"
    sizes = ", ".join(f"{name} {size}" for name, size in answer.files.items())
    same = {True: "the same as given", False: "OTHER than given", None: "not compared"}
    rows = [
        f"access: {answer.access}",
        *(f"  tried before: {one}" for one in answer.attempts),
        *(f"  warning: {one}" for one in answer.warnings),
        f"files (bytes): {sizes}",
        *([f"closed to us: {', '.join(answer.protected)}"] if answer.protected else []),
        *([f"not there: {', '.join(answer.missing)}"] if answer.missing else []),
        f"signed data: {answer.passive}, {answer.why} ({answer.authorities} authorities)",
        *(f"  {question}: {found}" for question, found in answer.findings.items()),
        f"no copy: {answer.chip}",
        *(f"  {name}: {how}" for name, how in answer.proofs.items()),
        f"lines in the chip: {same[answer.same_lines]}",
        f"time: {answer.open_ms} ms to the chip, {answer.read_ms} ms to read, {answer.apdus} APDUs",
        *answer.text,
    ]
    return "\n".join(rows)
