"""What kiosk.toml says of updates: where the parts of it meet, and when one may be put in."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

Quiet = Annotated[
    str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$(?!\n)")
]


class Update(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Updates from the centre or a stick; docs/updates.md.

    board: the folder in which the kiosk says what is wanted; room: where others fetch and put it
    in; door: the mark by which they ask the kiosk to take nobody more. quiet: the hours (UTC) in
    which the kiosk may restart; idle_s: without a traveller before anything is begun; patience_h:
    after so long any moment between two travellers will do; rate_kb_s: of the download, 0: all.
    """

    board: Path
    room: Path
    door: Path
    quiet: Quiet = ""
    idle_s: Annotated[float, Meta(ge=10, le=86_400)] = 120.0
    patience_h: Annotated[float, Meta(ge=0, le=720)] = 24.0
    rate_kb_s: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
