"""Every screen before axe-core, the usual judge of WCAG 2.2; what it misses, test_page sees."""

from collections.abc import Callable
from importlib.resources import files
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.slow

AXE = files("axe_playwright_python").joinpath("axe.min.js")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
JUDGE = """rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] }).then(
  r => r.violations.map(v => [v.id, v.help, v.nodes.map(n => n.target.join(' ')).slice(0, 4)]))"""


KEY_SCREENS = {"language", "confirm", "face-turn", "typing-birth", "typing-state", "review", "go"}


@pytest.mark.parametrize(("language", "size"), [("en", (1920, 1080)), ("ar", (1080, 1920))])
def test_axe_finds_nothing_on_any_screen(
    open_kiosk: Callable[..., Any], pictures: ModuleType, language: str, size: tuple[int, int]
) -> None:
    kiosk = open_kiosk(*size, bypass_csp=True)  # the judge is no part of the page
    kiosk.page.emulate_media(reduced_motion="reduce")
    kiosk.camera[0] = pictures.drawn_face()
    kiosk.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = {}
    for name, screen in pictures.gallery(language).items():
        if language != "en" and name not in KEY_SCREENS:
            continue
        kiosk.show(screen)
        violations = kiosk.page.evaluate(JUDGE, list(RULES))
        if violations:
            found[name] = violations
    assert found == {}
