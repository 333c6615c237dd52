"""The kiosk's clips: a folder with a manifest, asked by language and message; and their routes.

A client's words never become a path: they are looked up in the manifest, and what the manifest
names is read only where its SHA-256 is the manifest's. Nothing personal is a clip; what is personal
is spoken from RAM, once for each screen, and only where the post has headphones.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from firmware_app.domain.languages import LANGUAGES
from firmware_app.ui import espeak, speech
from firmware_app.ui.current import Current, Shown
from firmware_app.ui.texts import Texts

Headphones = Literal["none", "ask", "always"]
Wish = Literal["ask", "always"]
Source = Literal["espeak-ng", "recording"]
MANIFEST = "sounds.json"
MEDIA = {".opus": "audio/ogg; codecs=opus", ".ogg": "audio/ogg", ".wav": "audio/wav"}
LARGEST_BYTES = 2_000_000
WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
VALUE = re.compile(r"[A-Za-z0-9-]{1,16}")
SERIAL = re.compile(r"[0-9]{1,15}")
MOST_VALUES = 4


class Clip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One clip: what it says (`text`), where it lies below the folder, and where it is from.

    key: the message id, with values as speech.key writes them; consent: how a recorded speaker
    agreed, and where that paper is, never a name; review: which native reader heard it.
    """

    language: str
    key: str
    file: str
    sha256: str
    source: Source
    text: str
    consent: str = ""
    review: str = "none"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All clips of a folder."""

    version: Literal[1] = 1
    clips: tuple[Clip, ...] = ()

    def by_key(self) -> dict[tuple[str, str], Clip]:
        """By language and key; of two a recording counts."""
        ordered = sorted(self.clips, key=lambda one: one.source == "recording")
        return {(one.language, one.key): one for one in ordered}


def read_manifest(folder: Path) -> Manifest:
    """What the folder holds; empty where it has no manifest that reads."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return Manifest()


def read_clip(folder: Path, clip: Clip) -> bytes | None:
    """The clip's bytes; None where they are away, too many, or not those of the manifest."""
    path = folder / clip.file
    inside = path.resolve().is_relative_to(folder.resolve()) and path.suffix in MEDIA
    try:
        if not inside or path.stat().st_size > LARGEST_BYTES:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    return data if sha256(data).hexdigest() == clip.sha256 else None


@dataclass(slots=True)
class Sounds:
    """What a post has for the ear; a manifest that comes or changes later is taken up.

    wish: whether reading aloud waits to be asked for; headphones: whether the post has some that
    are never a loudspeaker: none, on the traveller's word (ask), or nothing else (always).
    """

    folder: Path | None = None
    wish: Wish = "ask"
    headphones: Headphones = "none"
    _clips: Mapping[tuple[str, str], Clip] = field(init=False, default_factory=dict)
    _read_at_ns: int = field(init=False, default=-1)

    def clip(self, language: str, key: str) -> tuple[bytes, str] | None:
        """A clip's bytes and media type; None where there is none."""
        self._look_again()
        found = self._clips.get((language, key))
        if self.folder is None or found is None:
            return None
        data = read_clip(self.folder, found)
        return (data, MEDIA[Path(found.file).suffix]) if data else None

    def _look_again(self) -> None:
        if self.folder is None:
            return
        try:
            changed_at_ns = (self.folder / MANIFEST).stat().st_mtime_ns
        except OSError:
            return
        if changed_at_ns != self._read_at_ns:
            self._clips = read_manifest(self.folder).by_key()
            self._read_at_ns = changed_at_ns


@dataclass(slots=True)
class SpokenOnce:
    """Which rows of the screen of now were spoken; of an older screen nothing is kept."""

    _serial: int = 0
    _rows: set[str] = field(default_factory=set)

    def first(self, serial: int, row: str) -> bool:
        """Whether this is the first time; it is not a second time after that."""
        if serial != self._serial:
            self._serial, self._rows = serial, set()
        before = len(self._rows)
        self._rows.add(row)
        return len(self._rows) > before


def sound_routes(sounds: Sounds, current: Current, texts: Texts) -> list[Route]:
    """`/sound/LANGUAGE/MESSAGE?VALUE=..`, `/speak/SERIAL/ROW` and what the post wishes."""
    once = SpokenOnce()
    return [
        Route("/sound/settings", partial(_settings, sounds)),
        Route("/sound/{language}/{message}", partial(_sound, sounds)),
        Route("/speak/{serial}/{row}", partial(_speak, sounds, current, texts, once)),
    ]


def _settings(sounds: Sounds, _request: Request) -> Response:
    return JSONResponse({"speech": sounds.wish, "headphones": sounds.headphones})


def _sound(sounds: Sounds, request: Request) -> Response:
    """The clip with these values, else the one that says none; 204 where there is neither."""
    language, message = request.path_params["language"], request.path_params["message"]
    values = dict(request.query_params)
    if language not in LANGUAGES or not WORD.fullmatch(message) or not _are_values(values):
        return Response(status_code=404)
    for key in (speech.key(message, values), message):
        if found := sounds.clip(language, key):
            return Response(found[0], media_type=found[1])
    return Response(status_code=204)


def _are_values(values: Mapping[str, str]) -> bool:
    return len(values) <= MOST_VALUES and all(
        WORD.fullmatch(name) and VALUE.fullmatch(value) for name, value in values.items()
    )


def _speak(
    sounds: Sounds, current: Current, texts: Texts, once: SpokenOnce, request: Request
) -> Response:
    """A row of the screen of now as speech, once; 404: no headphones here, 204: nothing to say."""
    if sounds.headphones == "none":
        return Response(status_code=404)
    now, serial = current.now(), _serial(request.path_params["serial"])
    row = request.path_params["row"]
    words = _words(now, row, texts) if now and now.serial == serial else ""
    if now is None or not words or not once.first(serial, row):
        return Response(status_code=204)
    try:
        spoken = espeak.wav(words, now.screen.language, espeak.SLOWLY)
    except espeak.VoiceError:
        return Response(status_code=204)
    return Response(spoken, media_type=MEDIA[".wav"])


def _serial(text: str) -> int:
    """A screen's serial; -1, which is none, for anything else."""
    return int(text) if SERIAL.fullmatch(text) else -1


def _words(now: Shown, row: str, texts: Texts) -> str:
    """What is to be said of that row; nothing where the screen has no such row."""
    screen = now.screen
    if row in {"code", "reference"}:
        return speech.spelled(screen.code if row == "code" else screen.reference)
    if not row.isdecimal() or len(row) > 2 or int(row) >= len(screen.rows):
        return ""
    return speech.words_of(texts, screen.language, screen.rows[int(row)])
