"""How far a kiosk's set-up is, in files; light, because each start of the appliance asks."""

import json
from dataclasses import dataclass
from pathlib import Path

NAME = "provision.toml"


@dataclass(frozen=True, slots=True)
class Places:
    """Files that provisioning writes; the folder `setup` beside kiosk.toml is its own."""

    config: Path
    publisher: Path

    def own(self, name: str) -> Path:
        """A file of the steps themselves."""
        return self.config.parent / "setup" / name

    @property
    def copy(self) -> Path:
        """What is being taken, with its token; gone when all is done."""
        return self.own(NAME)

    @property
    def answer(self) -> Path:
        """The centre's answer, until all is done."""
        return self.own("answer")

    @property
    def taken(self) -> Path:
        """SHA-256 of each file that was taken, one a line: its source may be wiped."""
        return self.own("taken")

    @property
    def state(self) -> Path:
        """What the last call came to, for whoever looks."""
        return self.own("state.json")

    def nothing_is_taken(self) -> bool:
        """No copy, or one that a cut left overwritten and not removed."""
        return not self.copy.exists() or not self.copy.read_bytes().strip(b"\0")


@dataclass(frozen=True, slots=True)
class State:
    """How far it is: empty | refused | taken | no_link | carry_request | done; what says why.

    code: of what was refused, as the screen shows it to an engineer; "" else.
    """

    name: str
    what: str = ""
    mend: str = ""
    kiosk_id: str = ""
    code: str = ""


def look(places: Places) -> State:
    """What the last call came to; never raises."""
    try:
        said = json.loads(places.state.read_bytes())
        return State(**{name: str(said.get(name, "")) for name in State.__slots__})
    except (OSError, ValueError, AttributeError):
        return State("done" if places.config.exists() else "empty")
