"""What `kiosk doctor` finds about the page's languages and about its voices."""

from typing import Literal

from firmware_app.config import Config
from firmware_app.engineer.locales_commands import doctors_words
from firmware_app.engineer.sounds_commands import values_of
from firmware_app.engineer.sounds_make import Coverage, coverage
from firmware_app.ui import espeak
from firmware_app.ui.texts import Texts

Found = tuple[Literal["good", "bad", "unsure"], str, str]


def languages(config: Config, texts: Texts) -> Found:
    """Which messages no native reader has reviewed."""
    if waiting := doctors_words(texts, config.page.languages):
        mend = "Have a native reader go through the file: docs/languages.md, reviewing."
        return "unsure", waiting, mend
    return "good", ", ".join(config.page.languages), ""


def sounds(config: Config, texts: Texts) -> Found:
    """Whether every message can be heard in every language, and in whose voice."""
    folder = config.sound.folder
    if folder is None:
        mend = "Run `kiosk sounds make`, and name its folder under [sound]."
        return "unsure", "no clips: the kiosk has bells only", mend
    found = coverage(folder, texts, values_of(config))
    if damaged := [one.language for one in found if one.damaged]:
        mend = f"Run `kiosk sounds make --out {folder}`, or take the recordings once more."
        return "bad", f"clips that are away or changed: {', '.join(damaged)}", mend
    lacking = [_lacking(one) for one in found if one.missing or one.old]
    if lacking:
        return "unsure", "; ".join(lacking), "docs/sound.md: making and recording clips."
    return "good", ", ".join(f"{one.language} {one.voice}" for one in found), ""


def _lacking(one: Coverage) -> str:
    if not espeak.voiced(one.language) and not one.recorded:
        return f"{one.language}: no machine speaks it and nothing is recorded"
    return f"{one.language}: {len(one.missing)} clips missing, {len(one.old)} of older words"
