"""Kills the kiosk, the publisher, the broker and the sink with -9, again and again; then judges.

usage: python -m tests.delivery.torture [--kills 1000] [--seed N] [--folder DIR]
Every crossing that was confirmed must be at the centre exactly once, in its place, in one unbroken
chain; everything else about the history is judged too (history.py). Exit 1 with what broke.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import cbor2

from mqtt.central.mosquitto import BrokerProcess, free_port
from mqtt.central.site import Site, init_site, start_broker
from mqtt.central.store_sqlite import Store
from tests.delivery.history import Kept, promises, violations
from tests.delivery.torture_kiosk import KIOSK

TARGETS = ("kiosk", "publisher", "broker", "sink")
EACH_MS = 15.0
LONGEST_LIFE_S = 1.6
WORKING_SHARE = 0.5
START_LIMIT_S = 30.0
DRAIN_LIMIT_S = 120.0
MOST_SAID = 20
ROOT = Path(__file__).resolve().parents[2]


class TortureError(Exception):
    """The torture itself cannot go on."""


@dataclass
class Torture:
    """The four programs, each of which may be killed and started anew at any moment."""

    folder: Path
    chance: random.Random
    site: Site = field(init=False)
    broker: BrokerProcess | None = None
    running: dict[str, subprocess.Popen] = field(default_factory=dict)
    kills: Counter = field(default_factory=Counter)

    def __enter__(self):
        self.site = init_site(self.folder / "site", KIOSK, port=free_port())
        for name in ("broker", "sink", "kiosk", "publisher"):
            self.start(name)
        return self

    def __exit__(self, *_):
        for process in self.running.values():
            process.kill()
            process.wait()
        if self.broker is not None:
            self.broker.stop()

    def start(self, name):
        if name == "broker":
            self.broker = start_broker(self.site)
            return
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(self.words(name), stderr=log, cwd=ROOT)

    def words(self, name):
        python = [sys.executable, "-m"]
        if name == "sink":
            return [*python, "mqtt.central", "serve", "--config", str(self.site.configuration)]
        if name == "kiosk":
            folders = [str(self.folder / "site"), str(self.folder)]
            return [*python, "tests.delivery.torture_kiosk", *folders, str(EACH_MS)]
        tls = self.site.kiosk(KIOSK).tls
        return [
            *python, "mqtt.publisher", "--relay", str(self.folder / "relay.sock"),
            "--kiosk", KIOSK, "--broker", f"127.0.0.1:{self.site.port}", "--cert", str(tls.public),
            "--key", str(tls.private), "--ca", str(self.site.authority.public),
        ]  # fmt: skip

    def kill_one(self):
        """At a random moment, whatever it is doing; half of them once a crossing has been stored.

        Else a machine that is slow to start programs would be killed at its starts alone.
        """
        if self.chance.random() < WORKING_SHARE:
            self.await_crossing()
        threading.Event().wait(self.chance.uniform(0.0, LONGEST_LIFE_S))
        name = self.chance.choice(TARGETS)
        if name == "broker":
            self.broker.kill()
        else:
            self.end(name)
        self.kills[name] += 1
        self.start(name)

    def end(self, name):
        """Kill -9; one that had already ended by itself is a fault of its own."""
        process = self.running[name]
        code = process.poll()
        if code is not None:
            raise TortureError(f"{name} ended by itself with {code}: see {self.folder}/{name}.log")
        process.kill()
        process.wait()

    def drain(self):
        """No more crossings; the rest arrives and is receipted. What went wrong, or nothing."""
        self.await_crossing()
        self.running["kiosk"].send_signal(signal.SIGTERM)
        try:
            code = self.running["kiosk"].wait(DRAIN_LIMIT_S)
        except subprocess.TimeoutExpired:
            return [f"not all was receipted within {DRAIN_LIMIT_S:.0f} s"]
        return [f"the kiosk ended with {code}"] if code else []

    def await_crossing(self):
        """A kiosk that has just been started anew does not hear yet."""
        before_bytes, give_up_s = self.history_bytes(), time.monotonic() + START_LIMIT_S
        while self.history_bytes() == before_bytes and time.monotonic() < give_up_s:
            threading.Event().wait(0.05)

    def history_bytes(self):
        history = self.folder / "kiosk.history"
        return history.stat().st_size if history.exists() else 0

    def held(self):
        """What the centre holds, and how many messages it put aside."""
        with Store(self.site.database, read_only=True) as store:
            statements = {(one.epoch, one.sequence): one for one in store.statements(KIOSK)}
            kept = []
            for one in store.events(0, sys.maxsize):
                stated = statements[one.epoch, one.sequence]
                links = (stated.sha256.hex(), stated.previous.hex())
                event_id = _event_id(cbor2.loads(one.event))
                kept.append(Kept(event_id, one.epoch, one.sequence, one.kind, *links))
            return kept, len(store.quarantined())


def _event_id(event):
    return event["event_id"] if "event_id" in event else event["envelope"]["event_id"]


def run(folder, kills, seed, say):
    """One torture; gives the report, whose `violations` are to be empty."""
    began_s = time.monotonic()
    with Torture(folder, random.Random(seed)) as torture:
        for count in range(kills):
            torture.kill_one()
            if count % 20 == 19:
                say(f"{count + 1} of {kills} kills, {time.monotonic() - began_s:.0f} s")
        say("no more crossings; waiting for the last receipts")
        undrained = torture.drain()
        kept, quarantined = torture.held()
        promised = promises((folder / "kiosk.history").read_text().splitlines())
    found = violations(promised, kept) + undrained
    if quarantined:
        found.append(f"{quarantined} messages were put aside")
    said = Counter(one.what for one in promised)
    return {
        "kills": dict(torture.kills),
        "seed": seed,
        "asked": said["asked"],
        "confirmed": said["confirmed"],
        "at_the_centre": len(kept),
        "receipts_believed": said["receipted"],
        "seconds": round(time.monotonic() - began_s),
        "violations": found[:MOST_SAID],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--folder", type=Path, help="kept afterwards; default: a temporary one")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        report = run(folder, chosen.kills, chosen.seed, lambda text: print(text, file=sys.stderr))
    print(json.dumps(report, indent=2))
    return 1 if report["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
