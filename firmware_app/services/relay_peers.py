"""Who may be the publisher on the relay socket: the appliance's own user for it, if any."""

import os
import pwd
from collections.abc import Callable

PUBLISHER = "border-kiosk-publish"
"""The user of systemd/border-kiosk-publish.service."""


def publisher_uids(named: Callable[[str], pwd.struct_passwd] = pwd.getpwnam) -> frozenset[int]:
    """That user alone; on a machine without it, such as a laptop, whoever runs the kiosk."""
    try:
        return frozenset({named(PUBLISHER).pw_uid})
    except KeyError:
        return frozenset({os.geteuid()})
