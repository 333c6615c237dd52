"""One real Chromium for the tests of the page, and the kiosk's own screens to show in it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from queue import SimpleQueue
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, sync_playwright

from firmware_app.ui.screen import Screen
from firmware_app.ui.server import PageServer
from firmware_app.ui.texts import Texts


@pytest.fixture(scope="session")
def pictures() -> ModuleType:
    """The script make_screens.py, which knows every screen of the kiosk."""
    path = Path(__file__).parent / "make_screens.py"
    spec = spec_from_file_location("make_screens", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["make_screens"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def browser(pictures: ModuleType) -> Iterator[Browser]:
    """Chromium, once for each file: while it lives, nothing else here can start a browser."""
    if not Path(pictures.CHROMIUM).exists():
        pytest.skip("no /usr/bin/chromium: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=pictures.CHROMIUM, args=pictures.ARGUMENTS
        )
        yield browser
        browser.close()


@dataclass
class Kiosk:
    """A served page in a browser with a finger, and all that went wrong or out in it."""

    server: PageServer
    page: Page
    touched: SimpleQueue[str]
    typed: SimpleQueue[str]
    camera: list[bytes | None]
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def show(self, screen: Screen) -> None:
        """Show a screen and wait until the page has drawn it."""
        self.server.show(screen)
        shown = self.server._current.now()
        assert shown is not None
        serial = str(shown.serial)  # "one moment" may pass by on a busy machine: it has serial 0
        self.page.wait_for_function("now => kiosk.dataset.serial === now", arg=serial)

    def settle(self) -> None:
        """Let pass the moment in which a fresh screen takes no touch."""
        self.page.wait_for_timeout(320)

    def tap(self, button_id: str) -> None:
        """Touch a button as a person does, when the screen has stood for a moment."""
        self.settle()
        self.button(button_id).tap()

    def button(self, button_id: str) -> Locator:
        return self.page.locator(f'[data-button="{button_id}"]')

    def keep_complaint(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def keep_request(self, request: Request) -> None:
        self.requests.append(request.url)


@pytest.fixture
def open_kiosk(browser: Browser) -> Iterator[Callable[..., Kiosk]]:
    """Opens a kiosk of a size; at the end nothing may have been complained of."""
    opened: list[Kiosk] = []

    def open_one(
        width: int = 1920, height: int = 1080, inches: float = 0.0, **options: Any
    ) -> Kiosk:
        touched: SimpleQueue[str] = SimpleQueue()
        camera: list[bytes | None] = [None]
        typed: SimpleQueue[str] = SimpleQueue()

        def on_touch(button: str, text: str | None = None) -> None:
            if text is not None:
                typed.put(text)
            touched.put(button)

        server = PageServer("127.0.0.1", 0, Texts.load(), on_touch, lambda: camera[0])
        server.diagonal_inch = inches
        server.start()
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=True, **options
        )
        page = context.new_page()
        kiosk = Kiosk(server, page, touched, typed, camera)
        page.on("console", lambda said: kiosk.keep_complaint(said.type, said.text))
        page.on("pageerror", lambda error: kiosk.complaints.append(str(error)))
        page.on("request", kiosk.keep_request)
        opened.append(kiosk)
        page.goto(f"http://127.0.0.1:{server.port}/")
        return kiosk

    yield open_one
    for kiosk in opened:
        kiosk.page.context.close()
        kiosk.server.stop()
    for kiosk in opened:
        assert kiosk.complaints == []
        own = f"http://127.0.0.1:{kiosk.server.port}/"
        assert [url for url in kiosk.requests if not url.startswith(own)] == []
