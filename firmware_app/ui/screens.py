"""State -> Screen: which words, buttons and pictures stand where; pure."""

from typing import assert_never

from firmware_app.domain.mrz import Mrz
from firmware_app.ui.screen import Button, Row, Screen
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.patience import LIMITS_S
from firmware_app.workflow.vocabulary import (
    AskQuestion,
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    AwaitFinger,
    ChooseLanguage,
    ConfirmDocument,
    Go,
    Idle,
    OutOfService,
    ReadNotice,
    Review,
    Saved,
    Saving,
    SeeOfficer,
    State,
    StillThere,
    WhyNoFinger,
)

STEPS = 6
HELP = Button("help", "button-help", "help", "help")
BACK = Button("back", "button-back", icon="back")
END = Button("end", "button-end", icon="end")
CANNOT_DO = Button("cannot-do", "button-cannot-do")
SKIP_CHALLENGES = Button("skip-challenges", "button-skip-challenges", icon="continue")
CONTINUE = Button("continue", "button-continue", "primary", "continue")
OWN_NAMES = {"en": "English", "fr": "Français", "ar": "العربية"}


def screen(state: State, terms: Terms) -> Screen:
    """The one screen of this state."""
    match state:
        case Idle() | OutOfService():
            return _resting(state, terms)
        case ChooseLanguage() | ReadNotice() | ConfirmDocument() | AskQuestion() | Review():
            return _touching(state, terms)
        case AwaitDocument() | AwaitChip() | AwaitFace() | AwaitFinger():
            return _sensing(state)
        case WhyNoFinger():
            return _why_no_finger(state)
        case Saving() | Saved() | Go() | SeeOfficer():
            return _ending(state)
        case StillThere(back_to=back_to):
            return Screen(
                "warning",
                "warning-title",
                back_to.visit.language,
                cue="warning-cue",
                buttons=(Button("more-time", "button-more-time", "primary", "clock"), END, HELP),
                picture="warning",
                countdown_s=int(LIMITS_S[StillThere]),
            )
        case _:
            assert_never(state)


def _resting(state: Idle | OutOfService, terms: Terms) -> Screen:
    language = terms.languages[0]
    if isinstance(state, OutOfService):
        return Screen(
            "out-of-service",
            "out-of-service-title",
            language,
            cue="out-of-service-cue",
            picture="out-of-service",
        )
    start = Button("start", "button-start", "primary", "start")
    return Screen(
        "attract",
        "attract-title",
        language,
        cue="attract-cue",
        buttons=(start, HELP),
        picture="attract",
    )


def _touching(
    state: ChooseLanguage | ReadNotice | ConfirmDocument | AskQuestion | Review, terms: Terms
) -> Screen:
    language = state.visit.language
    match state:
        case ChooseLanguage():
            names = tuple(
                Button(f"language-{code}", "", "choice", text=OWN_NAMES.get(code, code))
                for code in terms.languages
            )
            return Screen("language", "language-title", language, buttons=(*names, END, HELP))
        case ReadNotice():
            return Screen(
                "notice",
                "notice-title",
                language,
                cue="notice-cue",
                buttons=(CONTINUE, BACK, END, HELP),
                picture="notice",
            )
        case ConfirmDocument(visit=visit):
            rows = _rows(visit.document.mrz) if visit.document else ()
            return Screen(
                "confirm",
                "confirm-title",
                language,
                buttons=(
                    Button("yes", "button-yes", "primary", "yes"),
                    Button("not-me", "button-not-me", icon="no"),
                    Button("again", "button-again", icon="again"),
                    HELP,
                ),
                rows=rows,
                step=2,
                steps=STEPS,
            )
        case AskQuestion(index=index):
            return _question(index, language, terms)
        case Review(visit=visit):
            rows = _rows(visit.document.mrz) if visit.document else ()
            return Screen(
                "review",
                "review-title",
                language,
                cue="review-cue",
                buttons=(
                    Button("continue", "button-save", "primary", "yes"),
                    BACK,
                    END,
                    HELP,
                ),
                rows=rows[:2],
                step=6,
                steps=STEPS,
            )
        case _:
            assert_never(state)


def _sensing(state: AwaitDocument | AwaitChip | AwaitFace | AwaitFinger) -> Screen:
    language = state.visit.language
    match state:
        case AwaitDocument(cue=cue):
            return Screen(
                "document",
                "document-title",
                language,
                cue=cue,
                buttons=(BACK, END, HELP),
                picture="document",
                step=1,
                steps=STEPS,
            )
        case AwaitChip(percent=percent):
            return Screen(
                "reading",
                "reading-title",
                language,
                cue="reading-cue-chip",
                arguments=(("percent", percent),),
                buttons=(END, HELP),
                picture="reading",
                step=1,
                steps=STEPS,
            )
        case AwaitFace():
            return _face(state)
        case AwaitFinger(cue=cue, position=position):
            name = position.name.lower().replace("_", "-")
            return Screen(
                "finger",
                f"finger-title-{name}",
                language,
                cue=cue,
                buttons=(Button("cannot-give-finger", "button-cannot-give-finger"), END, HELP),
                picture=f"finger-{name}",
                step=4,
                steps=STEPS,
            )
        case _:
            assert_never(state)


def _face(state: AwaitFace) -> Screen:
    """The mirror; who cannot do one challenge is then offered to leave them all."""
    leave = (CANNOT_DO, SKIP_CHALLENGES) if state.left_one else (CANNOT_DO,)
    ask = state.ask
    return Screen(
        "face",
        "face-title",
        state.visit.language,
        cue=state.cue,
        buttons=(*leave, END, HELP),
        picture="face",
        live=True,
        step=3,
        steps=STEPS,
        challenge=ask.challenge,
        colour="#{:02x}{:02x}{:02x}".format(*ask.colour) if ask.colour else "",
        done_pct=ask.done_pct,
    )


def _why_no_finger(state: WhyNoFinger) -> Screen:
    name = state.position.name.lower().replace("_", "-")
    return Screen(
        "finger-why",
        "finger-why-title",
        state.visit.language,
        buttons=(
            Button("finger-missing", "button-finger-missing", "choice", "finger-missing"),
            Button("finger-bandaged", "button-finger-bandaged", "choice", "finger-bandaged"),
            Button("finger-other", "button-finger-other", "choice", "cannot-give-finger"),
            BACK,
            END,
            HELP,
        ),
        picture=f"finger-{name}",
        step=4,
        steps=STEPS,
    )


def _question(index: int, language: str, terms: Terms) -> Screen:
    question = terms.questions[index]
    answers = tuple(
        Button(code, f"{question.id}-{code}", "choice", icon=code) for code in question.answers
    )
    back = (BACK,) if index else ()
    return Screen(
        "question",
        f"{question.id}-title",
        language,
        buttons=(*answers, *back, END, HELP),
        step=5,
        steps=STEPS,
    )


def _ending(state: Saving | Saved | Go | SeeOfficer) -> Screen:
    match state:
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


def _rows(mrz: Mrz) -> tuple[Row, ...]:
    return (
        Row("row-name", f"{mrz.given_names} {mrz.surname}".strip()),
        Row("row-document-number", mrz.number),
        Row("row-nationality", mrz.nationality),
        Row("row-date-of-birth", mrz.birth),
        Row("row-expiry", mrz.expiry),
    )
