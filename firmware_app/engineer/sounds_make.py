"""Makes a folder of clips: which there must be, by espeak-ng where it can, by recordings else."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path

import msgspec

from firmware_app.domain.languages import LANGUAGES
from firmware_app.engineer.report import progress, told
from firmware_app.errors import SetupError
from firmware_app.ui import espeak, speech
from firmware_app.ui.local_forms import LocalForms
from firmware_app.ui.sounds import (
    LARGEST_BYTES,
    MANIFEST,
    MEDIA,
    Clip,
    Manifest,
    Source,
    read_clip,
    read_manifest,
)
from firmware_app.ui.texts import Texts

RANGES: Mapping[str, Sequence[int]] = {
    "percent": range(0, 101, 10),
    "step": range(1, 10),
    "steps": range(5, 10),
    "person": range(1, 6),
    "persons": range(2, 6),
}
"""Values for which a message has clips of its own; with others its sentence stays unsaid."""

PART_OF = {"step": "steps", "person": "persons"}
CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
LISTED_EVERY = 25
OPUSENC = "opusenc"
BITRATE_KBIT_S = "24"
ENCODING_LIMIT_S = 30.0
RAW = {".wav", ".flac"}

Values = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clip that there should be: its key, and what it says."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a folder has of one language: counts of clips, and what is wrong with some."""

    language: str
    wanted: int
    machine: int
    recorded: int
    reviewed: int
    missing: tuple[str, ...]
    old: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def voice(self) -> str:
        """Who speaks the language here."""
        if self.machine or self.recorded:
            parts = (("espeak-ng", self.machine), ("recordings", self.recorded))
            return ", ".join(name for name, count in parts if count)
        return "none yet" if espeak.voiced(self.language) else "none: recordings are needed"


def wanted(texts: Texts, language: str, values: Values) -> list[Wanted]:
    """Every clip of a language; `values` are the post's own for variables of messages."""
    forms = LocalForms(language)
    found = [Wanted(speech.OWN_NAME, texts.own_name(language))]
    for message_id, names in texts.variables(language).items():
        if not names:
            found.append(Wanted(message_id, texts.say(language, message_id)))
            continue
        if text := speech.without_values(texts, language, message_id):
            found.append(Wanted(message_id, text))
        for chosen in _choices(sorted(names), values):
            text = speech.plain(texts.say(language, message_id, **chosen))
            found.append(Wanted(speech.key(message_id, chosen), text))
    letters = [Wanted(f"{speech.CHARACTER}{one}", forms.digits(one.upper())) for one in CHARACTERS]
    return found + letters


def _choices(names: Sequence[str], values: Values) -> Iterator[dict[str, str | int]]:
    """Every set of values for these variables; none where one of them may be anything."""
    ranges = [(values[name],) if name in values else RANGES.get(name, ()) for name in names]
    for chosen in product(*ranges):
        one = dict(zip(names, chosen, strict=True))
        if all(_fits(one, part, whole) for part, whole in PART_OF.items()):
            yield one


def _fits(chosen: Mapping[str, str | int], part: str, whole: str) -> bool:
    return part not in chosen or whole not in chosen or int(chosen[part]) <= int(chosen[whole])


def make(folder: Path, texts: Texts, values: Values) -> tuple[int, int]:
    """Let espeak-ng say what the folder lacks; gives clips made and clips kept.

    What is there with the same words stays; recordings are never touched. A running kiosk finds
    new ones by and by: the manifest is written anew every few clips. Raises SetupError where there
    is no espeak-ng.
    """
    if not espeak.has_espeak():
        raise SetupError("espeak-ng is not installed.", "apt install espeak-ng opus-tools")
    made = kept = 0
    for language in filter(espeak.voiced, texts.languages()):
        have = {one.key: one for one in _of(folder, language, "espeak-ng")}
        plan = wanted(texts, language, values)
        for one in told(f"clips of {language}", plan):
            old = have.get(one.key)
            if old and old.text == one.text and read_clip(folder, old):
                kept += 1
                continue
            have[one.key] = _spoken(folder, language, one)
            made += 1
            if made % LISTED_EVERY == 0:
                _replace(folder, language, "espeak-ng", list(have.values()))
        planned = {one.key for one in plan}
        _replace(folder, language, "espeak-ng", [have[key] for key in have if key in planned])
        progress(f"{language}: {len(planned)} clips")
    return made, kept


def take(folder: Path, recordings: Path, texts: Texts, values: Values, of: Clip) -> list[str]:
    """Take a speaker's files, each named as its message; gives the keys taken.

    `of` says language, consent and review of each. Raises SetupError for a file of no message.
    """
    language = of.language
    texts_of = {one.key: one.text for one in wanted(texts, language, values)}
    files = sorted(one for one in recordings.iterdir() if one.suffix in MEDIA.keys() | RAW)
    if strange := [one.name for one in files if one.stem not in texts_of]:
        mend = f"Name each file as `kiosk sounds script --language {language}` does."
        raise SetupError(f"no message of {language} is called {', '.join(strange)}.", mend)
    clips = {one.key: one for one in _of(folder, language, "recording")}
    for path in told("recordings", files):
        data, suffix = _encoded(path.read_bytes(), path.suffix)
        if len(data) > LARGEST_BYTES:
            raise SetupError(f"{path.name} is too long for one message.", "Cut its ends.")
        name = f"{language}/{path.stem}.recording{suffix}"
        digest = _write(folder / name, data)
        clips[path.stem] = msgspec.structs.replace(
            of, key=path.stem, file=name, sha256=digest, text=texts_of[path.stem]
        )
    _replace(folder, language, "recording", list(clips.values()))
    return [one.stem for one in files]


def coverage(folder: Path, texts: Texts, values: Values) -> list[Coverage]:
    """What the folder has of each language, and what is missing, old or damaged."""
    by_key = read_manifest(folder).by_key()
    found = []
    for language in texts.languages():
        plan = {one.key: one.text for one in wanted(texts, language, values)}
        have = {key: clip for (tag, key), clip in by_key.items() if tag == language and key in plan}
        sources = [clip.source for clip in have.values()]
        found.append(
            Coverage(
                language,
                len(plan),
                sources.count("espeak-ng"),
                sources.count("recording"),
                sum(clip.review != "none" for clip in have.values()),
                tuple(plan.keys() - have.keys()),
                tuple(key for key, clip in have.items() if clip.text != plan[key]),
                tuple(key for key, clip in have.items() if read_clip(folder, clip) is None),
            )
        )
    return found


def _spoken(folder: Path, language: str, one: Wanted) -> Clip:
    try:
        data, suffix = _encoded(espeak.wav(one.text, language), ".wav")
    except espeak.VoiceError as error:
        raise SetupError(f"{language}: {one.key}: {error}", error.mend) from error
    name = f"{language}/{one.key}{suffix}"
    return Clip(language, one.key, name, _write(folder / name, data), "espeak-ng", one.text)


def _encoded(data: bytes, suffix: str) -> tuple[bytes, str]:
    """As Opus in Ogg, which Chromium and WPE both decode; WAV where opus-tools are not there."""
    if suffix not in RAW or shutil.which(OPUSENC) is None:
        return data, suffix
    command = [OPUSENC, "--quiet", "--speech", "--bitrate", BITRATE_KBIT_S, "--comp", "5"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [*command, "--discard-comments", "-", "-"],
            input=data,
            capture_output=True,
            timeout=ENCODING_LIMIT_S,
            check=True,
        )
    except subprocess.SubprocessError as error:
        mend = "Give WAV or FLAC that `opusenc` reads, or Ogg with Opus."
        raise SetupError("opusenc refused a sound.", mend) from error
    return done.stdout, ".opus"


def _of(folder: Path, language: str, source: Source) -> list[Clip]:
    clips = read_manifest(folder).clips
    return [one for one in clips if (one.language, one.source) == (language, source)]


def _replace(folder: Path, language: str, source: Source, clips: Sequence[Clip]) -> None:
    """Write the manifest with these clips of a language and source; whole, or the old one stays."""
    old = [
        one
        for one in read_manifest(folder).clips
        if (one.language, one.source) != (language, source)
    ]
    ordered = sorted((*old, *clips), key=lambda one: (list(LANGUAGES).index(one.language), one.key))
    data = msgspec.json.format(msgspec.json.encode(Manifest(clips=tuple(ordered))), indent=1)
    _write(folder / MANIFEST, data)


def _write(path: Path, data: bytes) -> str:
    """Write a file whole and give its SHA-256."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_bytes(data)
        new.replace(path)
    except OSError as error:
        mend = "Name a folder with --out that you may write to and that has room."
        raise SetupError(f"{path}: {error.strerror}.", mend) from error
    return sha256(data).hexdigest()
