"""The officer's page in real Chromium with a real (virtual) authenticator, over mutual TLS 1.3."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page

from firmware_app.workflow.vocabulary import Called, Go, Saved, Touched
from mqtt import events
from mqtt.officer_proof import check
from tests.peers.officer_bench import CANARY, KIOSK, NEXT_CROSSING
from tests.peers.officer_program import Site

pytestmark = pytest.mark.slow

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
LEFT = """() => JSON.stringify([
  document.documentElement.outerHTML, document.title, location.href, live, shown, asked,
  Object.entries(localStorage), Object.entries(sessionStorage), document.cookie,
  [...document.querySelectorAll('canvas')].map(c => c.width + c.height),
])"""
CACHES = "async () => JSON.stringify([await caches.keys(), (await indexedDB.databases()).length])"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path) as site:
        yield site


class Officer:
    """A browser with the tablet's certificate and a security key."""

    def __init__(self, browser: Browser, site: Site) -> None:
        client = {
            "origin": site.origin,
            "certPath": str(site.pki.tablet.public),
            "keyPath": str(site.pki.tablet.private),
        }
        self.context = browser.new_context(ignore_https_errors=True, client_certificates=[client])
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self._keep(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.cdp: CDPSession = self.context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable")
        added = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self.key = added["authenticatorId"]
        self.page.goto(site.origin + "/")
        self.site = site

    def _keep(self, kind: str, text: str) -> None:
        """Not what a test provokes (failed loads), nor that we take ES256 alone; all else."""
        known = re.search(r"status of (401|409|503)|ERR_|ES256 and RS256", text)
        if kind in {"error", "warning"} and not known:
            self.complaints.append(text)

    def is_so(self, script: str) -> Any:
        return self.page.wait_for_function(f"() => {script}", timeout=30_000)

    def register(self, officer: str = "B-117") -> None:
        code = self.site.bench.registry.add(officer, self.site.bench.now())
        self.is_so("document.body.dataset.state === 'out'")
        self.page.click("summary")
        self.page.fill("#code", code)
        self.page.click("#register button")
        self.is_so("said.textContent === say('done-registered')")

    def sign_in(self) -> None:
        self.page.click("#sign-in")
        self.is_so("document.body.dataset.state === 'signed'")

    def decide(self, where: str, action: str, code: str) -> None:
        self.page.click(f"{where} [data-decide={action}]")
        self.page.check(f"#choices input[value='{code}']")
        self.page.click("#sign")


@pytest.fixture
def officer(browser: Browser, site: Site) -> Iterator[Officer]:
    officer = Officer(browser, site)
    yield officer
    officer.context.close()
    assert officer.complaints == []


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (96, 128), (180, 120, 90)).save(out, "JPEG", comment=CANARY.encode())
    return out.getvalue()


def test_an_officer_registers_signs_in_hears_comes_overrides_and_nothing_stays(  # noqa: PLR0915 - one shift
    site: Site, officer: Officer
) -> None:
    bench, page = site.bench, officer.page
    officer.register()
    officer.sign_in()
    officer.is_so("document.body.dataset.sound === 'ready'")

    bench.to_document()
    bench.runner.post(Touched("help"))
    officer.is_so("document.body.dataset.sound === 'sounding'")
    assert page.evaluate("sound.context.state") == "running"
    assert page.inner_text("#call-list").startswith("A traveller asks for a person")
    page.click("#acknowledge")
    officer.is_so("document.body.dataset.sound === 'ready'")
    page.click("[data-act=assist]")
    bench.patient(lambda: isinstance(bench.runner.state, Called) and bench.runner.state.helped)
    officer.is_so("step.textContent.includes(say('helped'))")
    page.click("[data-act=end]")
    officer.is_so("!nobody.hidden")

    bench.crossing = NEXT_CROSSING
    bench.to_review()
    bench.session.keep_face(bench.session.token, jpeg())
    bench.runner.post(Touched("nothing"))
    officer.is_so(f"document.getElementById('rows').textContent.includes('{CANARY}')")
    officer.is_so("live_face.width === 96")
    assert Axe().run(page).response["violations"] == []
    findings = page.inner_text("#findings")
    assert "NOT ALIKE" in findings
    assert "0.200" in findings
    assert "NOT DONE" in page.inner_text("#checks")
    assert CANARY in page.evaluate(LEFT)

    officer.decide("#visit", "let_pass", "compared_by_eye")
    bench.patient(lambda: isinstance(bench.runner.state, Saved | Go))
    officer.is_so("stored.textContent.includes(say('decided-let-pass'))")
    event = next(one for one in bench.events() if isinstance(one, events.CrossingEvent))
    assert event.crossing.outcome == "completed"
    (key,) = bench.registry.officers()
    assert key.credential is not None
    check(KIOSK, NEXT_CROSSING, event.officer[0], key.credential, site.party)

    officer.is_so("visit.querySelector('#visit-body').hidden")
    assert CANARY not in page.evaluate(LEFT)
    assert json.loads(page.evaluate(CACHES)) == [[], 0]
    files = [path for path in site.folder.rglob("*") if path.is_file()]
    kept = [path.name for path in files if CANARY.encode() in path.read_bytes()]
    assert kept == [], "neither the page's program nor the kiosk's desk writes a traveller down"


def test_a_referral_is_decided_after_the_crossing_with_a_letter(
    site: Site, officer: Officer
) -> None:
    bench = site.bench
    officer.register()
    officer.sign_in()
    bench.to_review()
    bench.runner.post(Touched("continue"))
    officer.is_so("document.body.dataset.sound === 'sounding'")
    officer.decide("#stored", "refuse", "C")
    officer.is_so("stored.textContent.includes(say('decided-refuse'))")
    decision = bench.events()[-1]
    assert isinstance(decision, events.OfficerDecision)
    assert (decision.outcome, decision.officer.refusal_reason) == ("refused_by_officer", "C")


def test_the_page_tells_the_truth_when_kiosk_or_program_is_away_and_comes_back(
    site: Site, officer: Officer
) -> None:
    bench, page = site.bench, officer.page
    officer.register()
    officer.sign_in()
    bench.to_face()
    officer.is_so("!document.getElementById('visit-body').hidden")
    site.page.kill()
    site.page.wait()
    officer.is_so("document.body.dataset.state === 'away'")
    assert CANARY not in page.evaluate(LEFT)
    site.start_page()
    officer.is_so("document.body.dataset.state === 'signed'")
    officer.is_so(f"document.getElementById('rows').textContent.includes('{CANARY}')")
    officer.page.click("#sign-out")
    officer.is_so("document.body.dataset.state === 'out'")
    assert CANARY not in page.evaluate(LEFT)
    page.click("#language")
    officer.is_so("document.documentElement.lang === 'fr'")
    bench.desk.line.stop()
    officer.is_so("document.body.dataset.state === 'away'")
    assert "ne répond pas" in page.inner_text("#line")
