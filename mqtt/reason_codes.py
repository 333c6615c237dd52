"""What each reason code of MQTT 5 means to a kiosk: for one event, and for the line (pure)."""

import enum
from dataclasses import dataclass
from typing import Final, Literal

OK: Final = 0x00
NOBODY_SUBSCRIBED: Final = 0x10
NOT_AUTHORIZED: Final = 0x87
SESSION_TAKEN_OVER: Final = 0x8E
PACKET_TOO_LARGE: Final = 0x95
QUOTA: Final = 0x97
QOS_NOT_SUPPORTED: Final = 0x9B
FIRST_FAILURE: Final = 0x80
LATER_S: Final = 10.0
MUCH_LATER_S: Final = 30.0


class Outcome(enum.Enum):
    """What the broker's answer (MQTT 5, 3.4.2.1) means for the row that was published."""

    DELIVERED = "delivered"
    NOBODY = "nobody subscribed"  # the broker took it and threw it away
    REFUSED = "refused"
    STALE = "stale"  # an answer to nothing that is in flight


@dataclass(frozen=True, slots=True)
class Answer:
    """What one PUBACK asks of the owner; the row is kept in every case.

    holds: "row" where the fault may lie in this event alone, so that others go on; "line" where
    every other event would be answered alike. least_wait_s: wait no less before trying again.
    """

    name: str
    outcome: Outcome
    holds: Literal["nothing", "row", "line"]
    severity: Literal["info", "warning", "error"] = "warning"
    mend: str = ""
    least_wait_s: float = 0.0


_LOG = "See the broker's log: it gives the reason. The event is kept and sent again."
_RIGHTS = "Compare the broker's access list with this kiosk's id; nothing is lost meanwhile."
_SIZE = "Raise the broker's largest packet (mosquitto: max_packet_size); the event is kept."

ANSWERS: Final = {
    OK: Answer("success", Outcome.DELIVERED, "nothing", "info"),
    NOBODY_SUBSCRIBED: Answer(
        "no matching subscribers",
        Outcome.NOBODY,
        "line",
        mend="Start the central sink: the broker took the event and threw it away.",
    ),
    0x80: Answer("unspecified error", Outcome.REFUSED, "row", mend=_LOG),
    0x83: Answer("implementation specific error", Outcome.REFUSED, "row", mend=_LOG),
    NOT_AUTHORIZED: Answer("not authorized", Outcome.REFUSED, "line", "error", _RIGHTS),
    0x90: Answer("topic name invalid", Outcome.REFUSED, "line", "error", _RIGHTS, LATER_S),
    0x91: Answer("packet identifier in use", Outcome.REFUSED, "row", mend=_LOG),
    PACKET_TOO_LARGE: Answer("packet too large", Outcome.REFUSED, "row", "error", _SIZE, LATER_S),
    QUOTA: Answer(
        "quota exceeded",
        Outcome.REFUSED,
        "line",
        mend="Raise the broker's quota, or see why it is full; the kiosk slows down.",
        least_wait_s=LATER_S,
    ),
    0x99: Answer(
        "payload format invalid", Outcome.REFUSED, "row", "error", f"Report this. {_LOG}", LATER_S
    ),
}
"""All codes of MQTT 5, 3.4.2.1; 0x95 is our own answer to what the broker would not take."""


def answer(code: int) -> Answer:
    """What a PUBACK means; a code that the standard lacks is a refusal, never a delivery."""
    return ANSWERS.get(code, ANSWERS[0x80])


@dataclass(frozen=True, slots=True)
class LineEnd:
    """Why a broker ended the line or did not begin it (CONNACK, DISCONNECT), and what to do."""

    name: str
    mend: str
    least_wait_s: float = 0.0


_AGAIN = "Nothing: the publisher comes back by itself."
_TLS = "Compare the kiosk id with the certificate's CN and the broker's access list."
_FAULT = "Report this with the broker's name and release: one of the two breaks MQTT 5."
_MOVED = "Set the publisher's broker= to the server that it names; it is not followed by itself."
_LIMITS = "Raise that limit at the broker: a kiosk needs QoS 1, retained messages, wildcards."
_TWO = "Two devices use this kiosk's certificate: find the second, and revoke the certificate."

LINE_ENDS: Final = {
    0x00: LineEnd("normal disconnection", _AGAIN),
    0x80: LineEnd("unspecified error", _LOG),
    0x81: LineEnd("malformed packet", _FAULT, LATER_S),
    0x82: LineEnd("protocol error", _FAULT, LATER_S),
    0x83: LineEnd("implementation specific error", _LOG),
    0x84: LineEnd("unsupported protocol version", "Use a broker that speaks MQTT 5.", MUCH_LATER_S),
    0x85: LineEnd("client identifier not valid", _TLS, MUCH_LATER_S),
    0x86: LineEnd("bad user name or password", _TLS, MUCH_LATER_S),
    NOT_AUTHORIZED: LineEnd("not authorized", _TLS, LATER_S),
    0x88: LineEnd("server unavailable", _AGAIN),
    0x89: LineEnd("server busy", _AGAIN, LATER_S),
    0x8A: LineEnd("banned", _TLS, MUCH_LATER_S),
    0x8B: LineEnd("server shutting down", _AGAIN),
    0x8C: LineEnd("bad authentication method", _TLS, MUCH_LATER_S),
    0x8D: LineEnd("keep alive timeout", "See whether the link is overloaded; it comes back."),
    SESSION_TAKEN_OVER: LineEnd("session taken over", _TWO, MUCH_LATER_S),
    0x8F: LineEnd("topic filter invalid", _RIGHTS, LATER_S),
    0x90: LineEnd("topic name invalid", _RIGHTS, LATER_S),
    0x93: LineEnd("receive maximum exceeded", _FAULT, LATER_S),
    0x94: LineEnd("topic alias invalid", _FAULT, LATER_S),
    PACKET_TOO_LARGE: LineEnd("packet too large", _SIZE, LATER_S),
    0x96: LineEnd("message rate too high", "Raise the broker's rate, or live with it.", LATER_S),
    QUOTA: LineEnd("quota exceeded", "Raise the broker's quota for this kiosk.", LATER_S),
    0x98: LineEnd("administrative action", "Ask the broker's administrator.", LATER_S),
    0x99: LineEnd("payload format invalid", _FAULT, LATER_S),
    0x9A: LineEnd("retain not supported", _LIMITS, LATER_S),
    QOS_NOT_SUPPORTED: LineEnd("QoS not supported", _LIMITS, MUCH_LATER_S),
    0x9C: LineEnd("use another server", _MOVED, MUCH_LATER_S),
    0x9D: LineEnd("server moved", _MOVED, MUCH_LATER_S),
    0x9E: LineEnd("shared subscriptions not supported", _LIMITS, LATER_S),
    0x9F: LineEnd("connection rate exceeded", _AGAIN, LATER_S),
    0xA0: LineEnd("maximum connect time", _AGAIN),
    0xA1: LineEnd("subscription identifiers not supported", _LIMITS, LATER_S),
    0xA2: LineEnd("wildcard subscriptions not supported", _LIMITS, LATER_S),
}
"""All codes of MQTT 5, 3.2.2.2 and 3.14.2.1, that a server sends."""


def line_end(code: int) -> LineEnd:
    """What a CONNACK or DISCONNECT of the broker means; unknown codes as "unspecified error"."""
    return LINE_ENDS.get(code, LINE_ENDS[0x80])
