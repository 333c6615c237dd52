"""Pictures of the emulated board's own screen, for the field guide.

    python -m image_build.guest_pictures build/image/border-kiosk-0.1.0-virt.img docs/emulated

A card fresh out of its box: the picture while it starts, what it waits for; then set up: welcome,
and a specimen document that was read. Two starts of an emulated board: five minutes.
"""

import argparse
import sys
import threading
import time
from pathlib import Path
from typing import Final

from image_build.emulator import ConsoleError
from image_build.guest_card import BOOT_LIMIT_S, conclude
from image_build.guest_post import Post, placed
from image_build.guest_screen import Glass

DRAWN_BYTES: Final = 5000  # as PNG; a screen that is all black, or has one cursor, takes less
PAINTED_S: Final = 45.0  # after the page has a new screen, drawn by software


def fresh(post: Post, folder: Path) -> None:
    """A card that nobody has set up."""
    post.power()
    _drawn(post.glass, folder / "starting.png")
    post.wait("setup")
    _pause(PAINTED_S)
    _kept(post.glass, folder / "setup.png")
    post.cut()


def serving(post: Post, folder: Path) -> None:
    """The same card, set up by a file on its first partition."""
    post.provision()
    post.start()
    _pause(PAINTED_S)
    _kept(post.glass, folder / "welcome.png")
    post.cross("document")
    _pause(PAINTED_S / 3)
    _kept(post.glass, folder / "confirm.png")


def _drawn(glass: Glass, into: Path) -> None:
    ends_s = time.monotonic() + BOOT_LIMIT_S
    while glass.picture(into).stat().st_size < DRAWN_BYTES:
        if time.monotonic() > ends_s:
            raise ConsoleError("the screen stays dark.")
        _pause(0.5)
    _kept(glass, into)


def _kept(glass: Glass, into: Path) -> None:
    glass.picture(into)
    print(f"{into}: {into.stat().st_size / 1000:.0f} kB", flush=True)


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def take(image: Path, into: Path, log: Path) -> list[str]:
    """All of them; nothing here can fail but by an error."""
    into.mkdir(parents=True, exist_ok=True)
    with placed(image, log) as post:
        fresh(post, into)
        serving(post, into)
    return []


def main() -> int:
    """Speak with the engineer."""
    parser = argparse.ArgumentParser(
        "image_build.guest_pictures",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", type=Path, help="the card's image for virt, not compressed")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    chosen = parser.parse_args()
    log = chosen.image.with_suffix(".pictures.log")
    return conclude(lambda: take(chosen.image.resolve(), chosen.folder.resolve(), log), log)


if __name__ == "__main__":
    sys.exit(main())
