"""What a kiosk shows that is not set up yet: pictures first, for whoever stands there; pure."""

from typing import Literal

from firmware_app.ui.screen import Screen

Stage = Literal["wait", "enrol", "link", "stick", "done", "failed"]
CUES: dict[Stage, str] = {
    "wait": "setup-cue-wait",
    "enrol": "setup-cue-enrol",
    "link": "setup-cue-link",
    "stick": "setup-cue-stick",
    "done": "setup-cue-done",
    "failed": "setup-cue-failed",
}


def setup_screen(stage: Stage, code: str, language: str) -> Screen:
    """The screen of one stage; code: why it failed, for the engineer (docs/field-guide.md)."""
    return Screen(
        "setup",
        "page-moment" if stage == "done" else "setup-title",
        language=language,
        cue=CUES[stage],
        picture=f"setup-{stage}",
        code=code,
    )
