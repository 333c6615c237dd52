"""What an operator should look at now: a traveller waits for a person. Signed, impersonal."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from mqtt.errors import WireError
from mqtt.groups import KioskId, Utc, Uuid
from mqtt.keys import PublicKey
from mqtt.signed import Form

ALERT_TYPE = "application/vnd.border-kiosk.alert+cbor"
ALERT_LIMIT_BYTES = 1024

Reason = Literal["help", "referral", "no_crossing", "crossing_not_stored"]


class AlertError(WireError):
    """An alert that its kiosk did not sign, or that is none."""

    mend = "Check that the registry holds this kiosk's present key; look at the kiosk meanwhile."


class Alert(Struct, frozen=True, kw_only=True):
    """Somebody waits (open), a person has said that he comes (answered), or it is over (closed).

    `call` is the same in all three; it names no crossing, because the topic is not sealed.
    """

    kiosk: KioskId
    call: Uuid
    state: Literal["open", "answered", "closed"]
    reason: Reason
    at: Utc


_ALERT = Form(Alert, ALERT_TYPE, ALERT_LIMIT_BYTES, AlertError)
sign_alert = _ALERT.sign


def read_alert(data: bytes, keys: Sequence[PublicKey]) -> Alert:
    """An alert that one of the kiosk's `keys` signed; raises AlertError."""
    return _ALERT.verify(data, keys)
