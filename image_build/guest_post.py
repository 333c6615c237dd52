"""A provisioned post in an emulated board, and a traveller who touches its glass.

The document comes from a simulated reader behind a real FTDI adapter. Nobody stands before the
camera (vivid's test picture): the face step gives up, and the crossing goes on without it.
"""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from image_build import guest_devices, guest_screen, layout
from image_build.emulator import ConsoleError, Machine
from image_build.guest_card import BOOT_LIMIT_S, Card, Plugged, insert
from image_build.guest_centre import Centre
from image_build.guest_screen import Glass
from image_build.steps import run

STEP_LIMIT_S: Final = 600.0
VISIT_LIMIT_S: Final = 900.0
LOOK_EVERY_S: Final = 0.25
PATIENCE_S: Final = 30.0  # nothing happened: a person touches again
# Where it lies on a glass of 1280 by 800: fractions of width and height.
START: Final = (0.59, 0.87)  # the welcome's one large button
PRIMARY: Final = (0.92, 0.92)  # elsewhere the main button ends the last row
FIRST_CHOICE: Final = (0.18, 0.40)


@dataclass(slots=True)
class Post:
    """One card at a post with its devices, beside a centre; machines of it are started in turn."""

    card: Card
    centre: Centre
    reader: Path
    near_end: Path
    camera: list[Path]
    log: Path
    _glass: Glass | None = field(default=None, init=False)
    _guest: Machine | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_about: object) -> None:
        self.cut()

    def provision(self) -> None:
        """Lay provision.toml where an engineer lays it: onto the first partition."""
        start = layout.plan("").named("bootconfig").start_bytes
        run(["mcopy", "-o", "-i", f"{self.card.disk}@@{start}", self.centre.provision(), "::"])

    def start(self, *more: str, until: str = "attract") -> float:
        """Give it power; gives the seconds until the page shows `until`: it invites a traveller.

        `more` words for QEMU, such as another time of day. The camera is plugged in after that: its
        test driver takes an emulated board seconds to load, which no real camera's does.
        """
        guest = self.power(*more)
        self.wait(until)
        age_s = time.monotonic() - guest.began_s
        loads = guest_devices.start_camera(self.camera)
        guest.ask(f"{loads}; rm -f /run/kiosk-test/*.ko", BOOT_LIMIT_S)
        return age_s

    def power(self, *more: str) -> Machine:
        """Give it power, and wait for no more than that it can be asked."""
        control = self.card.folder / "qmp"
        control.unlink(missing_ok=True)
        words = [*guest_devices.words(self.near_end, control), *more]
        self._guest = guest = self.card.start(self.log, Plugged(words, self.camera))
        guest.ready(BOOT_LIMIT_S)
        self._glass = Glass(control)
        guest_screen.watch(guest)
        return guest

    def cut(self) -> None:
        """Take the power away; safe to call twice."""
        if self._glass is not None:
            self._glass.close()
        if self._guest is not None:
            self._guest.cut()
        self._glass = self._guest = None

    @property
    def guest(self) -> Machine:
        """The machine that runs; raises ConsoleError where there is none."""
        if self._guest is None:
            raise ConsoleError("the post has no power.")
        return self._guest

    @property
    def glass(self) -> Glass:
        """Its screen; raises ConsoleError where there is none."""
        if self._glass is None:
            raise ConsoleError("the post has no power.")
        return self._glass

    def wait(self, *names: str) -> str:
        """Until the page shows one of these screens, which it gives; raises ConsoleError."""
        name, ends_s = "", time.monotonic() + STEP_LIMIT_S
        while time.monotonic() < ends_s:
            name = str(guest_screen.shown(self.guest).get("name", ""))
            if name in names:
                return name
            _pause()
        raise ConsoleError(f"the page shows {name!r}, awaited {' or '.join(names)}.")

    def link(self, *, up: bool) -> None:
        """The network cable: in, or pulled out."""
        self.glass.order("set_link", name="virtio-net-pci.0", up=up)

    def cross(self, until: str) -> list[str]:
        """Act as a traveller does until a screen of that name; gives the screens that were seen."""
        seen: list[str] = []
        ends_s = time.monotonic() + VISIT_LIMIT_S
        touched, touched_at_s = -1, 0.0
        while time.monotonic() < ends_s:
            found = guest_screen.shown(self.guest)
            name = str(found.get("name", ""))
            if name and seen[-1:] != [name]:
                seen.append(name)
                if name == "document":
                    guest_devices.lay_down(self.reader)
            if name == until:
                return seen
            now_s = time.monotonic()
            if found and (found["serial"] != touched or now_s > touched_at_s + PATIENCE_S):
                touched, touched_at_s = self._touch(found), now_s
            _pause()
        raise ConsoleError(f"the traveller saw {', '.join(seen)}.")

    def _touch(self, screen: dict[str, Any]) -> int:
        """What the next step needs; a traveller waits where nothing does."""
        kinds = {str(each["kind"]) for each in screen["buttons"]}
        if screen["name"] == "attract":
            self.glass.touch(*START)
        elif "primary" in kinds:
            self.glass.touch(*PRIMARY)
        elif "choice" in kinds:
            self.glass.touch(*FIRST_CHOICE)
        return int(screen["serial"])


@contextmanager
def placed(image: Path, log: Path) -> Iterator[Post]:
    """A post with a new card of that image, its devices and its centre, in a folder of their own.

    Where the guest does not do what was awaited, its screen lies beside `log` as a picture.
    """
    with ExitStack() as stack:
        scratch = tempfile.TemporaryDirectory(prefix="kiosk-post-", dir=image.parent)
        folder = Path(stack.enter_context(scratch))
        centre = stack.enter_context(Centre(folder / "site"))
        reader = stack.enter_context(guest_devices.reader_on(folder / "reader"))
        camera = guest_devices.camera_files(guest_devices.kernel_package(), folder / "kernel")
        card = insert(image, folder, "virt")
        post = stack.enter_context(Post(card, centre, folder / "reader", reader, camera, log))
        try:
            yield post
        except ConsoleError:
            with suppress(ConsoleError):  # it may have no power by now
                post.glass.picture(log.with_suffix(".png"))
            raise


def _pause() -> None:
    """Between two looks: an emulated board that is asked all the time does little else."""
    threading.Event().wait(LOOK_EVERY_S)
