"""The screens as the traveller leaves: warning, saving, saved, go, officer; pure."""

from typing import assert_never

from firmware_app.ui.screen import Button, Screen
from firmware_app.ui.screen_parts import CONTINUE, END, HELP
from firmware_app.workflow.patience import LIMITS_S
from firmware_app.workflow.states import Go, Saved, Saving, SeeOfficer, StillThere


def _warning(state: StillThere) -> Screen:
    """Thirty idle seconds: whoever touches nothing now is gone."""
    return Screen(
        "warning",
        "warning-title",
        state.back_to.visit.language,
        cue="warning-cue",
        buttons=(Button("more-time", "button-more-time", "primary", "clock"), END, HELP),
        picture="warning",
        countdown_s=int(LIMITS_S[StillThere]),
    )


def ending(state: StillThere | Saving | Saved | Go | SeeOfficer) -> Screen:
    """The visit is being saved, or over."""
    match state:
        case StillThere():
            return _warning(state)
        case Saving(visit=visit):
            language = visit.language
            return Screen(
                "saving", "saving-title", language, cue="saving-cue-wait", picture="saving"
            )
        case Saved(code=code, language=language):
            return Screen(
                "saved",
                "saved-title",
                language,
                cue="saved-cue",
                buttons=(CONTINUE, HELP),
                picture="saved",
                code=code,
            )
        case Go(code=code, language=language, outcome=outcome):
            return Screen(
                "go",
                "go-title",
                language,
                cue=f"go-cue-{outcome.value}",
                buttons=(END, HELP),
                picture="go" if outcome.value == "completed" else "officer",
                code=code,
            )
        case SeeOfficer(language=language):
            return Screen(
                "officer",
                "officer-title",
                language,
                cue="officer-cue",
                buttons=(END,),
                picture="officer",
            )
        case _:
            assert_never(state)
