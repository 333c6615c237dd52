"""What stops the kiosk before a traveller comes, each with the mend in one sentence."""

from typing import ClassVar


class KioskError(Exception):
    """The kiosk cannot start or go on."""

    mend: str = "Run `kiosk doctor`."
    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        if mend:
            self.mend = mend


class ConfigError(KioskError):
    """kiosk.toml is missing, no TOML, or says what nobody reads."""

    mend = "Compare the line with kiosk.example.toml, then `kiosk check-config`."
    exit_code = 2


class SetupError(KioskError):
    """Something outside the kiosk is missing or taken: a port, a program, a right, room on disk."""

    mend = "Read the line above; `kiosk doctor` tells more."
    exit_code = 3


class StoryError(KioskError):
    """The story went another way than it says, or cannot be read."""

    mend = "The line above says where; log/kiosk.log in the folder of the run says why."
    exit_code = 4


class NotShippedError(SetupError):
    """A command whose modules the image does not hold: simulators, centre, attack laboratory."""

    mend = "Run it from a checkout on the engineer's machine; a kiosk holds no simulator."
