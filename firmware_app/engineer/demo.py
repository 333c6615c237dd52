"""`kiosk demo` and `kiosk story`: a traveller crosses, and one sees what the centre got."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from firmware_app.engineer import demo_voices
from firmware_app.engineer import story as stories
from firmware_app.engineer.officer_site import is_free
from firmware_app.engineer.report import emit, progress, table
from firmware_app.engineer.small_site import ALONE, SmallSite
from firmware_app.engineer.story import Expect, Story
from firmware_app.engineer.traveller import Traveller
from firmware_app.errors import KioskError, StoryError
from mqtt.central.mosquitto import free_port

RECEIPT_LIMIT_S = 30.0
POLL_S = 0.05
BEGINS = "attract"
OFFICER_PORT = 8443
WHOEVER_COMES = ('direction = "ask"', 'transport = ["on-foot", "car", "bus"]')
ENDS = frozenset({"saved", "officer", "out-of-service"})
LEAVES = Story(
    "Leaves", {"saved": "continue", "companions": "alone", "go": "end"}, (), (), Expect("none")
)


@dataclass(slots=True)
class Crossed:
    """What one acted crossing came to."""

    event: dict[str, Any] | None
    receipt: dict[str, Any] | None
    steps: list[tuple[str, float]] = field(default_factory=list)
    total_s: float = 0.0
    to_receipt_s: float = 0.0
    wire_bytes: int = 0


def demo(folder: Path, port: int, *, once: bool, as_json: bool) -> int:
    """Start a site, let the demo traveller cross, show it; then keep the page up for a person."""
    story = stories.load(Path("demo"))
    progress("Starting broker, centre, publisher and kiosk on this machine ...")
    officer_port = OFFICER_PORT if is_free(OFFICER_PORT) else free_port()
    post = ALONE if once else WHOEVER_COMES
    with SmallSite(folder, port, pcsc=True, officer_port=officer_port, post=post) as site:
        progress(f"First screen after {site.first_screen_s:.1f} s: http://127.0.0.1:{port}")
        if "chip_reader" in site.devices:
            progress("Chips are read through pcscd, from its virtual reader.")
        crossed = cross(site, story)
        emit(_document(crossed), _words(crossed), as_json=as_json)
        if not once:
            progress(site.officer.words(officer_port))
            demo_voices.begin(site)
            _walk_yourself(site, story, port)
    return 0


def act(story: Story, folder: Path, port: int, *, as_json: bool) -> int:
    """Act one story and hold what came of it against what it expects; raises StoryError."""
    with SmallSite(folder, port, pcsc=True) as site:
        crossed = cross(site, story)
    differences = compare(story, crossed.event)
    document = _document(crossed) | {"story": story.title, "differences": differences}
    emit(document, _words(crossed), as_json=as_json)
    if differences:
        raise StoryError(f"{story.title}: " + "; ".join(differences))
    progress(f"{story.title}: as told.")
    return 0


def cross(site: SmallSite, story: Story) -> Crossed:
    """One traveller, from the first screen to the receipt; raises KioskError."""
    before = len(site.crossings())
    steps: list[tuple[str, float]] = []

    def on_screen(name: str, at_s: float) -> None:
        if steps or name == BEGINS:  # the one before may still be reading where to go
            steps.append((name, at_s))
            progress(f"  {at_s - steps[0][1]:5.2f} s  {name}")

    def is_over(name: str) -> bool:
        """Saved, with a person, shut; or at the first screen again, as whoever ended the visit."""
        return bool(steps) and (name in ENDS or (name == BEGINS and len(steps) > 1))

    Traveller(story, site.stage, site.page_port, on_screen=on_screen).walk(is_over)
    started_s = steps[0][1]
    total_s = time.monotonic() - started_s
    if story.expect.outcome == "none":
        return Crossed(None, None, _stays(steps), total_s)
    event = _await(lambda: _newer(site, before), "the centre did not get the crossing")
    receipt = _await(lambda: _receipt(site, event), "the receipt did not come back")
    to_receipt_s = time.monotonic() - started_s
    wire_bytes = site.wire_bytes(event)
    return Crossed(event, receipt, _stays(steps), total_s, to_receipt_s, wire_bytes)


def compare(story: Story, event: dict[str, Any] | None) -> list[str]:
    """Where the stored event is not what the story expects."""
    expect = story.expect
    if event is None:
        return [] if expect.outcome == "none" else ["no event was stored"]
    seen = event["event"]
    found: dict[str, tuple[object, object]] = {
        "outcome": (expect.outcome, seen["crossing"]["outcome"]),
        "reasons": (sorted(expect.reasons), sorted(seen["crossing"]["referral_reasons"])),
    }
    if expect.decision:
        found["decision"] = (expect.decision, seen["comparison"][0]["decision"])
    if expect.not_captured:
        reasons = [one.get("reason_not_captured") for one in seen["biometrics"]]
        found["not captured"] = (sorted(expect.not_captured), sorted(filter(None, reasons)))
    if expect.liveness:
        found["liveness"] = (expect.liveness, seen.get("liveness", {}).get("decision"))
    if expect.challenges:
        asked = seen.get("liveness", {}).get("challenges", ())
        became = [one.get("why", one["result"]) for one in asked]
        found["challenges"] = (sorted(expect.challenges), sorted(became))
    results = {one["code"]: one["result"] for one in seen["document_checks"]}
    found |= {code: (wanted, results.get(code)) for code, wanted in expect.checks.items()}
    return [
        f"{name}: expected {wanted}, stored {got}"
        for name, (wanted, got) in found.items()
        if wanted != got
    ]


def _stays(steps: list[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(name, round(later - at_s, 3)) for (name, at_s), (_, later) in pairwise(steps)]


def _newer(site: SmallSite, before: int) -> dict[str, Any] | None:
    found = site.crossings()
    return found[-1] if len(found) > before else None


def _receipt(site: SmallSite, event: dict[str, Any]) -> dict[str, Any] | None:
    """The receipt that names this event, as the kiosk verified it and said in its log."""
    for line in site.child("kiosk").log.read_text(errors="replace").splitlines():
        if '"receipt_verified"' in line:
            found: dict[str, Any] = json.loads(line)
            if event["sequence"] in found["sequences"] and event["epoch"] in found["epochs"]:
                return found
    return None


def _await(ask: Callable[[], dict[str, Any] | None], failure: str) -> dict[str, Any]:
    until_s = time.monotonic() + RECEIPT_LIMIT_S
    pause = threading.Event()
    while time.monotonic() < until_s:
        answer = ask()
        if answer is not None:
            return answer
        pause.wait(POLL_S)
    raise KioskError(f"{failure} within {RECEIPT_LIMIT_S:.0f} s.")


def _document(crossed: Crossed) -> dict[str, Any]:
    return {
        "event": crossed.event,
        "receipt": crossed.receipt,
        "steps_s": dict(crossed.steps),
        "crossing_s": round(crossed.total_s, 3),
        "to_receipt_s": round(crossed.to_receipt_s, 3),
        "wire_bytes": crossed.wire_bytes,
    }


def _words(crossed: Crossed) -> str:
    if crossed.event is None:
        return "No event: nobody crossed."
    parts = [
        "",
        "The crossing, as the centre decrypted and stored it",
        json.dumps(crossed.event, indent=2, ensure_ascii=False),
        "",
        "The centre's signed receipt, as the kiosk verified it",
        json.dumps(crossed.receipt, indent=2),
        "",
        "Time of each step",
        table([(name, f"{seconds:6.2f} s") for name, seconds in crossed.steps]),
        f"touch to saved {crossed.total_s:.2f} s, touch to receipt {crossed.to_receipt_s:.2f} s",
    ]
    return "\n".join(parts)


def _walk_yourself(site: SmallSite, story: Story, port: int) -> None:
    """The body goes on acting (document, head, finger); the touches are a person's."""
    Traveller(LEAVES, site.stage, port).walk(lambda name: name == BEGINS)
    body = Traveller(story, site.stage, port, hands=False)
    progress(f"\nNow walk through it yourself: http://127.0.0.1:{port}   (Ctrl-C ends)")
    try:
        body.walk(lambda _name: False)
    except KeyboardInterrupt:
        progress("Stopping.")
