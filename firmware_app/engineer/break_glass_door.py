"""`kiosk break-glass` at the kiosk: takes a token, says what stands, serves SSH while it does."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from firmware_app import config as configuration
from firmware_app import log
from firmware_app.engineer.report import emit
from firmware_app.errors import SetupError
from firmware_app.services import break_glass as glass
from mqtt.break_glass import TOKEN_LIMIT_BYTES, BreakGlassError
from mqtt.errors import KeyFileError
from mqtt.files import write_durably

CLOSED_EXIT_CODE = 6
LOOK_S = 1.0
SERVER_MEND = "The image lacks dropbear-bin, or the port is taken: read the lines above."


def take(config: Path, places: Iterable[Path], room: Path, *, as_json: bool) -> int:
    """Take the first token that holds; 0: it stands, 6: there was none. Raises SetupError."""
    found = sorted({one for place in places for one in _in_place(place)})
    refused = None
    for path in found:
        try:
            standing = glass.take(config, _bytes(path), room)
        except (BreakGlassError, KeyFileError) as error:
            refused = error
            log.say("break_glass_refused", "warning", what=str(error), mend=error.mend)
            continue
        log.say("break_glass_taken", "warning", reason=standing.reason)
        _host_key(room)
        return _told(standing, as_json=as_json)
    if refused is not None:
        raise SetupError(str(refused), refused.mend)
    emit({"open": False}, "no token was found", as_json=as_json)
    return CLOSED_EXIT_CODE


def status(room: Path, *, as_json: bool) -> int:
    """Whether the door stands open; 0: it does, 6: it does not."""
    standing = glass.look(room)
    if standing is None:
        emit({"open": False}, "closed", as_json=as_json)
        return CLOSED_EXIT_CODE
    return _told(standing, as_json=as_json)


def serve(config: Path, room: Path, address: str) -> int:
    """Run the SSH server while the token stands; everything ends with it. Raises SetupError."""
    loaded = configuration.load(config)
    standing = glass.look(room)
    if standing is None:
        raise SetupError("no token stands.", "`kiosk break-glass take` comes first.")
    session = (
        f"exec {sys.executable} -m firmware_app break-glass session --config {config} --room {room}"
    )
    words = ["dropbear", "-F", "-E", "-s", "-w", "-j", "-k", "-T", "3", "-I", "900", "-P", ""]
    words += ["-r", str(_host_key(room)), "-p", address, "-c", session]
    ended = threading.Event()
    try:
        server = subprocess.Popen(words)  # noqa: S603 - our own words
    except OSError as error:
        raise SetupError(f"dropbear: {error.strerror}.", SERVER_MEND) from error
    try:
        while server.poll() is None and glass.look(room) == standing:
            if standing.over(glass.moment(loaded)):
                break
            ended.wait(LOOK_S)
    finally:
        failed = server.poll()
        _end(server)
        glass.close(room)
    log.say("break_glass_ended", "warning", reason=standing.reason)
    if failed:
        raise SetupError(f"dropbear ended with {failed}.", SERVER_MEND)
    return 0


def _host_key(room: Path) -> Path:
    """A new server key for each visit; its public line goes back by the stick (known_hosts)."""
    path = room / "host_key"
    if not path.exists():
        words = ["dropbearkey", "-t", "ed25519", "-f", str(path)]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603
        except (OSError, subprocess.CalledProcessError) as error:
            glass.close(room)
            raise SetupError("no host key could be made: dropbearkey.", SERVER_MEND) from error
        line = next(one for one in done.stdout.splitlines() if one.startswith("ssh-"))
        public = " ".join(line.split()[:2])
        write_durably(room / "known_hosts", f"* {public}\n".encode(), 0o644)
    return path


def _told(standing: glass.Standing, *, as_json: bool) -> int:
    facts = {"open": True, **asdict(standing), "left_s": round(standing.left_s)}
    words = f"open for {standing.left_s / 60:.0f} minutes, key {standing.key}: {standing.reason}"
    emit(facts, words, as_json=as_json)
    return 0


def _end(server: subprocess.Popen[bytes]) -> None:
    """The listener and every session below it; the unit's control group would be the second net."""
    for pid in [server.pid, *_below(server.pid)]:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    server.wait()


def _below(pid: int) -> list[int]:
    """Processes that came from `pid`, nearest first; sessions leave its process group."""
    try:
        own = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [*map(int, own), *(below for one in own for below in _below(int(one)))]


def _in_place(place: Path) -> list[Path]:
    return sorted(place.glob(f"*{glass.SUFFIX}")) if place.is_dir() else [place]


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(TOKEN_LIMIT_BYTES + 1)
