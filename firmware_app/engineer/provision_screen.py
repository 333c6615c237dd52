"""`kiosk provision screen`: how far the set-up is, on the page that later serves travellers."""

import signal
import threading
from itertools import chain, cycle, repeat
from pathlib import Path

from firmware_app.errors import SetupError
from firmware_app.services.provision_state import Places, State, look
from firmware_app.ui.screens_setup import Stage, setup_screen
from firmware_app.ui.server import PageError, PageServer
from firmware_app.ui.texts import Texts

HOST = "127.0.0.1"
LOOK_S = 0.5
LANGUAGE_LOOKS = 12
"""So many looks each language stands: nobody has chosen one yet."""
STAGES: dict[str, Stage] = {
    "empty": "wait",
    "taken": "enrol",
    "no_link": "link",
    "carry_request": "stick",
    "done": "done",
    "refused": "failed",
}


def show(config: Path, publisher: Path, port: int) -> int:
    """Serve until SIGTERM; border-kiosk.service takes the port then. Raises SetupError."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    return serve(Places(config, publisher), port, stopping)


def serve(places: Places, port: int, stopping: threading.Event) -> int:
    """The page, drawn anew where the state changed or another language's turn has come."""
    texts = Texts.load()
    page = PageServer(HOST, port, texts, _nothing, lambda: None)
    try:
        page.start()
    except PageError as error:
        raise SetupError(str(error), error.mend) from error
    try:
        shown = None
        for turn, language in enumerate(_languages(texts.languages())):
            wanted = (look(places), language)
            if wanted != shown:
                page.show(setup_screen(stage(wanted[0]), wanted[0].code, language))
                shown = wanted
            if stopping.wait(LOOK_S if turn else 0.0):
                break
    finally:
        page.stop()
    return 0


def stage(state: State) -> Stage:
    """What its picture is."""
    return STAGES.get(state.name, "wait")


def _languages(tags: tuple[str, ...]) -> "chain[str]":
    return chain.from_iterable(repeat(tag, LANGUAGE_LOOKS) for tag in cycle(tags))


def _nothing(_button: str, _text: str | None = None) -> None:
    """There is no button."""
