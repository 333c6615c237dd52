"""Machine speech: text to espeak-ng's standard input, WAV from its standard output; all in RAM.

Nothing spoken is ever an argument (other users see those) or a file.
"""

import re
import shutil
import struct
import subprocess
from collections.abc import Mapping
from typing import ClassVar

VOICES: Mapping[str, str] = {
    "en": "en-gb",
    "fr": "fr-fr",
    "ar": "ar",
    "am": "am",
    "sw": "sw",
    "tr": "tr",
}
"""What espeak-ng 1.51 speaks; it has no Somali, Hausa or Bambara, and none is pretended."""

PROGRAM = "espeak-ng"
WORDS_PER_MINUTE = 145
SLOWLY = 110
PITCH = 45
LIMIT_S = 10.0
LONGEST = 600
COMMANDS = re.compile(r"[\[\]<>{}|\x00-\x1f]+")
HEADER_BYTES = 44


class VoiceError(Exception):
    """No machine voice could say it; the words are never in the message."""

    mend: ClassVar[str] = "Install espeak-ng, or give recordings: docs/sound.md."


def has_espeak() -> bool:
    """Whether this machine has the program."""
    return shutil.which(PROGRAM) is not None


def voiced(language: str) -> bool:
    """Whether a machine voice speaks the language."""
    return language in VOICES


def wav(text: str, language: str, words_per_minute: int = WORDS_PER_MINUTE) -> bytes:
    """The text as a WAV file, mono, 22.05 kHz, 16 bit; raises VoiceError.

    What espeak-ng would take as phonemes or markup is left out.
    """
    if not voiced(language):
        raise VoiceError(f"espeak-ng has no voice for {language}.")
    command = [PROGRAM, "-v", VOICES[language], "-s", str(words_per_minute), "-p", str(PITCH)]
    said = COMMANDS.sub(" ", text)[:LONGEST]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell; the text goes through a pipe
            [*command, "--stdin", "--stdout"],
            input=said.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=LIMIT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        raise VoiceError("espeak-ng did not speak.") from None  # the cause could hold the words
    return _whole(done.stdout)


def _whole(data: bytes) -> bytes:
    """The same with its true lengths: a pipe's header has none (RIFF, WAVE_FORMAT_PCM)."""
    if len(data) <= HEADER_BYTES or not data.startswith(b"RIFF"):
        raise VoiceError("espeak-ng gave no sound.")
    riff, pcm = struct.pack("<I", len(data) - 8), struct.pack("<I", len(data) - HEADER_BYTES)
    return data[:4] + riff + data[8 : HEADER_BYTES - 4] + pcm + data[HEADER_BYTES:]
