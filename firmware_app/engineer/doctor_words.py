"""What `kiosk doctor` finds about a running kiosk's devices, the page's languages and voices."""

from typing import Literal

import msgspec

from firmware_app.config import Config
from firmware_app.crew import AWAY_LIMIT_S
from firmware_app.engineer.locales_commands import doctors_words
from firmware_app.engineer.sounds_commands import values_of
from firmware_app.engineer.sounds_make import Coverage, coverage
from firmware_app.ui import espeak
from firmware_app.ui.texts import Texts

Found = tuple[Literal["good", "bad", "unsure"], str, str]


AWAY_MEND = "Check its cable and power; `journalctl -u border-kiosk` has the cause, as device_lost."
HELD = "held by the running kiosk; stop it to test them one by one"


class _Device(msgspec.Struct):
    """What /health says of one device."""

    state: Literal["open", "opening", "away"]
    away_s: float
    why: str


def held(devices: object) -> Found:
    """What the running kiosk says of its devices; one that it has not had for long is bad."""
    try:
        found = msgspec.convert(devices, dict[str, _Device])
    except msgspec.ValidationError:
        return "unsure", HELD, ""
    away = [(name, one) for name, one in found.items() if one.state == "away"]
    if any(one.away_s > AWAY_LIMIT_S for _name, one in away):
        said = [f"{name} away for {one.away_s:.0f} s ({one.why})" for name, one in away]
        return "bad", "; ".join(said), AWAY_MEND
    waiting = [name for name, one in found.items() if one.state != "open"]
    if waiting or not found:
        return "unsure", f"not open yet: {', '.join(waiting) or 'nothing'}; {HELD}", ""
    return "good", f"open: {', '.join(found)}; {HELD}", ""


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
