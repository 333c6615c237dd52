"""Commits crossings while libfiu makes the disk refuse; prints what was promised. For fiu-run."""

import sys
from pathlib import Path
from uuid import uuid4

from mqtt.contract import specimen
from mqtt.envelope import Kind, Sealed
from mqtt.errors import OutboxError
from mqtt.outbox import Outbox


def row(head, kind):
    name = f"01920000-0000-7000-8000-{head.sequence:012x}"
    place = (head.kiosk, head.epoch, head.sequence, head.previous)
    statement = f"{head.epoch} {head.sequence} {uuid4()}".encode()
    return Sealed(*place, kind, name, "2026-03-01T10:00:00Z", statement, bytes(3_000))


def opened(path):
    while True:
        try:
            return Outbox(path, kiosk=specimen.KIOSK, max_bytes=64 * 2**20)
        except OutboxError:
            print("refused", flush=True)


def main():
    outbox = opened(Path(sys.argv[1]))
    epoch = str(uuid4())
    begun = False
    for number in range(int(sys.argv[2])):
        head = outbox.head() if begun else outbox.epoch_head(epoch)
        one = row(head, Kind.CROSSING if begun else Kind.EPOCH_START)
        try:
            outbox.commit([one], float(number))
        except OutboxError:
            print("refused", flush=True)
            continue
        begun = True
        print(one.epoch, one.sequence, one.statement_sha256.hex(), flush=True)


if __name__ == "__main__":
    main()
