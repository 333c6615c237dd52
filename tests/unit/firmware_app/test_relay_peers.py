"""The relay socket of an appliance belongs to the publisher's user, that of a laptop to its own."""

import os
import pwd
from pathlib import Path

from firmware_app.services.relay_peers import PUBLISHER, publisher_uids

UNIT = Path(__file__).parents[3] / "systemd" / "border-kiosk-publish.service"


def user(uid):
    return pwd.struct_passwd((PUBLISHER, "x", uid, uid, "", "/", "/bin/false"))


def nobody(name):
    raise KeyError(name)


def test_the_publishers_own_user_and_no_other_where_it_exists():
    asked = []
    assert publisher_uids(lambda name: asked.append(name) or user(801)) == {801}
    assert asked == [PUBLISHER]
    assert f"User={PUBLISHER}\n" in UNIT.read_text()


def test_a_machine_without_that_user_lets_the_kiosks_own_in():
    assert publisher_uids(nobody) == {os.geteuid()}
