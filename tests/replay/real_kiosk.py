"""The kiosk as it ships, but with the seed that the recording of a U.are.U 4500 wants.

usage: python tests/replay/real_kiosk.py --config kiosk.toml     (inside umockdev-run)
"""

import argparse
import signal
from pathlib import Path

from drivers.fingerprint.uru4000 import open_uru4000
from drivers.url import DeviceUrl
from firmware_app import config
from firmware_app.compose import Kiosk
from firmware_app.crew import Openers

RECORDED_SEED = bytes.fromhex("2421ea51")
READ_SLICE_S = 25.0  # a replay loses the answer to a read that was cut short


def open_recorded(name, url):
    parsed = DeviceUrl.parse(name, url)
    return open_uru4000(
        name, parsed.params, parsed.host, seed=lambda: RECORDED_SEED, slice_s=READ_SLICE_S
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    path = parser.parse_args().config
    kiosk = Kiosk(config.load(path), path, Openers(finger_scanner=open_recorded))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: kiosk.stop())
    kiosk.run()


if __name__ == "__main__":
    main()
