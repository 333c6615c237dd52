"""A command from the centre's folder through sink, broker, publisher and relay, and its answer."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from firmware_app.workers.commands import CommandWorker, Later, Post
from mqtt.bundle_store import BundleStore, KeyRing
from mqtt.bundles import KEYS
from mqtt.central.command_desk import CommandDesk
from mqtt.command_record import CommandRecord
from mqtt.commands import Outcome, Ping, Reader, Resend, Update
from mqtt.keys import load_private_key, load_public_key

KIOSK = "kiosk-1"


def now():
    return datetime.now(UTC)  # noqa: TID251 - a clock that is right


class Hands:
    """Does what this test needs, with the chain's outbox."""

    def __init__(self, chain):
        self.chain = chain

    def resend(self, order):
        rows = self.chain.outbox.resend(order.epoch, order.first, order.last, self.chain.now_s())
        return {"rows": str(rows)}

    def update(self, command, order):
        self.chain.update = command
        return {"step": "announced", "version": order.version}


@pytest.fixture
def worker(chain, tmp_path):
    """The kiosk's worker on the chain's relay, believing the site's bundle."""
    chain.settings = replace(chain.settings, keep_after_receipt_s=1e6)  # so that it can be resent
    chain.start_all()
    # Both ends are at the broker. What is published to a kiosk before, comes 5 minutes later.
    chain.until(lambda: "receipts_come" in chain.names(), "the first receipt")
    site = chain.site
    store = BundleStore(tmp_path / "bundles", load_public_key(site.root.public), now)
    store.take(site.bundle.read_bytes(), KEYS)
    signer = load_private_key(site.kiosk(KIOSK).signing.private)
    post = Post(Reader(KIOSK, frozenset(), 0), signer, KeyRing(store, now), chain.relay.say, now)
    record = CommandRecord.open(tmp_path / "commands.record")
    return CommandWorker(post, record, Hands(chain))


@pytest.mark.slow
def test_a_command_comes_and_its_answer_goes_back(chain, worker):
    desk = CommandDesk(chain.site.configuration.parent / "commands")
    signer = load_private_key(chain.site.commands.private)
    desk.send(Ping(), [KIOSK], signer, now())
    epoch = chain.outbox.head().epoch
    desk.send(Resend(epoch=epoch, first=1, last=1), [KIOSK], signer, now())
    done = 0

    def answered():
        nonlocal done
        while done < len(chain.signed):
            leaf, payload = chain.signed[done]
            assert leaf == "cmd"
            worker.command(payload)
            done += 1
        return all(KIOSK in one.answers for one in desk.all())

    chain.until(answered, "both answers")
    answers = [one.answers[KIOSK] for one in desk.all()]
    assert [one.outcome for one in answers] == [Outcome.DONE, Outcome.DONE]
    assert answers[1].facts == {"rows": "1"}


@pytest.mark.slow
def test_an_update_is_answered_as_it_goes_and_the_newest_answer_stands(chain, worker):
    desk = CommandDesk(chain.site.configuration.parent / "commands")
    signer = load_private_key(chain.site.commands.private)
    url = "https://centre.example:8443/border-kiosk-1.3.0-virt.raucb"
    order = Update(version="1.3.0", url=url, size=300_000_000, sha256=bytes(range(32)))
    sent = desk.send(order, [KIOSK], signer, now())

    def answer():
        found = CommandDesk(desk.folder).all()[0].answers.get(KIOSK)
        return None if found is None else (found.outcome, found.why, found.facts.get("step"))

    def announced():
        for leaf, payload in chain.signed:
            worker.take(leaf, payload)
        chain.signed.clear()
        return answer() == (Outcome.DONE, None, "announced")

    worker.start()
    chain.until(announced, "that it was noted")
    assert chain.update.order == order
    worker.later(Later(sent.id, sent.number, Outcome.DONE, None, {"step": "ready"}))
    refused = {"step": "failed", "what": "signature verification failed"}
    worker.later(Later(sent.id, sent.number, Outcome.FAILED, "rauc", refused))
    chain.until(lambda: answer() == (Outcome.FAILED, "rauc", "failed"), "what became of it")
    worker.stop()
