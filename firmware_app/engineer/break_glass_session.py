"""What an engineer may say over SSH: a list of `kiosk` commands; no shell, no path of his."""

import os
import shlex
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from firmware_app import clock, log
from firmware_app import config as configuration
from firmware_app.errors import KioskError
from firmware_app.services import break_glass as glass
from firmware_app.services.provision import MOST_BYTES
from firmware_app.services.provision_state import Places
from firmware_app.services.provision_take import Taking
from mqtt.enrol_device import ask

REFUSED_EXIT_CODE = 126
MOST_RECEIPTS_BYTES = 64 * 2**20
UNITS = "border-kiosk*"
PUBLISHER = Path("/var/lib/border-kiosk-publish/publish.toml")
PLAIN: dict[tuple[str, ...], str] = {
    ("doctor",): "look at devices, keys, outbox, clock (--json)",
    ("selftest",): "could a traveller be served now (--json)",
    ("keys", "status"): "which keys, until when (--json)",
    ("outbox", "status"): "what waits for the centre (--json)",
    ("outbox", "verify"): "every page, signature, link of the chain (--json)",
    ("provision", "status"): "how far the set-up is (--json)",
}
OWN: dict[tuple[str, ...], str] = {
    ("outbox", "export"): "a tar of courier files on standard output: ... > rows.tar",
    ("outbox", "import"): "the centre's receipts from standard input: ... < X.receipts",
    ("provision", "take"): "a provision.toml from standard input; in force after off and on",
    ("journal",): "the kiosk's own lines of the journal, the last 1000; or: journal LINES",
    ("end",): "close this door now",
}


def session(config: Path, room: Path, said: str) -> int:
    """Do what was said, where it stands in the list; else print the list, exit code 126."""
    try:
        words = shlex.split(said)
    except ValueError:
        words = ["?"]
    standing = glass.look(room)
    if standing is None:
        return REFUSED_EXIT_CODE
    log.say("break_glass_command", "warning", what=_named(words))
    if words[-1:] == ["--json"] and tuple(words[:-1]) in PLAIN:
        return _kiosk([*words[:-1], "--json"], config)
    if tuple(words) in PLAIN:
        return _kiosk(words, config)
    return _own(words, config, room)


def _own(words: Sequence[str], config: Path, room: Path) -> int:
    match words:
        case ["outbox" | "provision", what] if tuple(words) in OWN:
            act = {"export": _export, "import": _import, "take": _provision}[what]
            return act(config)
        case ["journal"]:
            return _journal("1000")
        case ["journal", lines] if lines.isascii() and lines.isdecimal() and len(lines) < 7:
            return _journal(lines)
        case ["end"]:
            glass.close(room)
            return 0
        case _:
            return _listed(asked=bool(words) and list(words) != ["help"])


def _listed(*, asked: bool) -> int:
    rows = [(" ".join(words), what) for words, what in (PLAIN | OWN).items()]
    print("\n".join(f"{words:18} {what}" for words, what in rows))
    return REFUSED_EXIT_CODE if asked else 0


def _named(words: Sequence[str]) -> str:
    """What the journal says of it: a command of the list, `help`, or that it was none."""
    if list(words) == ["help"]:
        return "help"
    known = (tuple(words[:count]) for count in (2, 1))
    return next((" ".join(one) for one in known if one in PLAIN | OWN), "not in the list")


def _kiosk(words: Sequence[str], config: Path) -> int:
    whole = [sys.executable, "-m", "firmware_app", *words, "--config", str(config)]
    return subprocess.run(whole, check=False).returncode  # noqa: S603 - words of the list alone


def _export(config: Path) -> int:
    """Courier files as a tar; they stay sealed. Laid out on the card: /tmp is memory."""
    place = configuration.load(config).storage.outbox.parent
    with TemporaryDirectory(dir=place) as folder:
        words = [sys.executable, "-m", "firmware_app", "outbox", "export", folder]
        words += ["--config", str(config)]
        done = subprocess.run(words, stdout=sys.stderr, check=False)  # noqa: S603
        with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar:
            for path in sorted(Path(folder).iterdir()):
                tar.add(path, path.name)
        return done.returncode


def _import(config: Path) -> int:
    data = sys.stdin.buffer.read(MOST_RECEIPTS_BYTES + 1)
    if len(data) > MOST_RECEIPTS_BYTES:
        print("more than one file of receipts holds: bring them one by one.", file=sys.stderr)
        return REFUSED_EXIT_CODE
    with TemporaryDirectory() as folder:
        kiosk = configuration.load(config).kiosk_id
        path = Path(folder) / f"{kiosk}.receipts"
        path.write_bytes(data)
        return _kiosk(["outbox", "import", str(path)], config)


def _provision(config: Path) -> int:
    """Judge and keep it; first boot goes on with it at the next start."""
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        new = Taking(Places(config, PUBLISHER), clock.utc_now, ask).bring(data)
    except KioskError as error:
        print(f"{error}\n  mend: {error.mend}", file=sys.stderr)
        return error.exit_code
    print("kept; switch off and on." if new else "it was taken before.")
    return 0


def _journal(lines: str) -> int:
    words = ["journalctl", "--no-pager", "-n", lines, "-u", UNITS]
    return subprocess.run(words, check=False).returncode  # noqa: S603 - digits alone


def said() -> str:
    """What the client asked for, as the SSH server hands it on; "" for a login without a word."""
    return os.environ.get("SSH_ORIGINAL_COMMAND", "")
