"""The officer's desk as the kiosk's configuration asks for it."""

import os
import pwd
from collections.abc import Callable

from firmware_app import clock
from firmware_app.config import Config
from firmware_app.config_officer import OfficerPage
from firmware_app.errors import SetupError
from firmware_app.services.keys import Keys
from firmware_app.workers.lamp import LampWorker
from firmware_app.workers.officer import Hands, OfficerDesk
from firmware_app.workers.officer_after import Afterwards
from firmware_app.workers.officer_calls import Calls
from firmware_app.workers.officer_gate import Gate
from firmware_app.workers.officer_line import OfficerLine
from firmware_app.workers.officer_registry import OfficerRegistry
from firmware_app.workers.session import Session
from firmware_app.workflow.vocabulary import Event
from mqtt.outbox import Outbox
from mqtt.relay import RelayServer
from mqtt.webauthn import Party

NO_PAGE = Party("", "")
USER_MEND = "Install the unit border-kiosk-officer, or correct officer.user in kiosk.toml."
SOCKET_MEND = "Check officer.socket in kiosk.toml: its folder must be there and be the kiosk's own."


def open_desk(
    config: Config,
    keys: Keys,
    outbox: Outbox,
    relay: RelayServer,
    session: Session,
    post: Callable[[Event], None],
) -> OfficerDesk:
    """The desk, not started; without [officer] it still says the calls. Raises SetupError."""
    page = config.officer
    after = Afterwards(config.kiosk_id, outbox, keys.sealer, relay.committed)
    hands = Hands(post, after.store, clock.utc_now)
    folder = page.officers if page is not None else config.storage.outbox.with_name("officers")
    desk = OfficerDesk(
        config.kiosk_id,
        Party(page.origin, page.host) if page is not None else NO_PAGE,
        OfficerRegistry(folder),
        session,
        Calls(config.kiosk_id, keys.signer, relay.say, clock.utc_now),
        hands,
        config.law.retention_days,
    )
    if page is not None:
        desk.gate = Gate(idle_s=page.sign_out_after_s)
        desk.line = OfficerLine(page.socket, desk, _peers(page))
    return desk


def start_desk(desk: OfficerDesk, lamp: LampWorker | None) -> None:
    """Serve from now on; raises SetupError where the socket cannot be made."""
    if lamp is not None:
        lamp.device.start()
        desk.lamp = lambda on: lamp.shine(on=on)
    try:
        desk.line.start()
    except OSError as error:
        raise SetupError(f"the officer's socket: {error.strerror}.", SOCKET_MEND) from error


def stop_desk(desk: OfficerDesk, lamp: LampWorker | None) -> None:
    """Finish what was asked, hang up, be dark; safe to call twice."""
    desk.line.stop()
    if lamp is not None:
        lamp.device.stop()


def _peers(page: OfficerPage) -> frozenset[int]:
    if not page.user:
        return frozenset({os.geteuid()})
    try:
        return frozenset({pwd.getpwnam(page.user).pw_uid})
    except KeyError:
        raise SetupError(f"officer.user: no user {page.user!r} here.", USER_MEND) from None
