"""`kiosk provision take` with nothing to take: each start of a kiosk that is set up."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from firmware_app.engineer.report import emit
from firmware_app.errors import SetupError
from firmware_app.services.provision_state import NAME, Places, State, look

WAITS_EXIT_CODE = 6
"""Nothing is wrong: it waits for a file, a link or a stick."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a kiosk looks: files or folders, a stick (for request and answer, too), its camera."""

    places: tuple[Path, ...]
    stick: Path | None
    camera: str
    seconds: float

    def files(self) -> Iterator[Path]:
        """Each provision.toml that lies there now."""
        for place in (*self.places, *((self.stick,) if self.stick else ())):
            path = place / NAME if place.is_dir() else place
            if path.is_file():
                yield path


def at_rest(places: Places, sources: Sources) -> State | None:
    """The state of a kiosk that is set up and was brought nothing; None: `take` has to look."""
    state = look(places)
    if state.name != "done" or not places.config.exists() or not places.nothing_is_taken():
        return None
    return None if any(sources.files()) else state


def told(state: State, *, as_json: bool) -> int:
    """Say it; 0 done, 6 waits, 3 refused."""
    words = " - ".join(one for one in (state.name, state.kiosk_id, state.what) if one)
    emit(asdict(state), f"{words}\n  mend: {state.mend}" if state.mend else words, as_json=as_json)
    if state.name == "refused":
        return SetupError.exit_code
    return 0 if state.name == "done" else WAITS_EXIT_CODE
