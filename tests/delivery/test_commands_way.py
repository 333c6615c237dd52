"""A command from the centre's folder through sink, broker, publisher and relay, and its answer."""

from datetime import UTC, datetime

import pytest

from firmware_app.workers.commands import CommandWorker, Post
from mqtt.bundle_store import BundleStore, KeyRing
from mqtt.bundles import KEYS
from mqtt.central.command_desk import CommandDesk
from mqtt.command_record import CommandRecord
from mqtt.commands import Outcome, Ping, Reader, Resend
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


@pytest.fixture
def worker(chain, tmp_path):
    """The kiosk's worker on the chain's relay, believing the site's bundle."""
    chain.start_broker()
    chain.start_sink()
    chain.start_owner()
    chain.start_publisher()
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
    chain.until(lambda: chain.stored() or True, "the sink")
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
