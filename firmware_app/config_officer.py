"""What kiosk.toml says of the officer's page."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta


class OfficerPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The officer's page, which another program serves; docs/officer.md.

    socket: where that program meets the kiosk; user: the system's user that it runs as, "" for the
    kiosk's own; origin: the page's address as officers type it; officers: the folder of their keys.
    """

    socket: Path
    origin: Annotated[str, Meta(pattern=r"^https://[a-z0-9.-]*[a-z](:[0-9]{1,5})?$(?!\n)")]
    officers: Path
    user: Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_-]{0,31}$(?!\n)|^$")] = ""
    sign_out_after_s: Annotated[float, Meta(ge=60, le=3600)] = 600.0

    @property
    def host(self) -> str:
        """The name that officers' keys sign for."""
        return self.origin.removeprefix("https://").partition(":")[0]
