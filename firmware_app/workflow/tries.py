"""How often a step is tried, and how often more time is given, before a person takes over."""

from firmware_app.domain.biometrics import NotCaptured

TRIES = 3
EXTENSIONS = 10
RETAKES = 2


def worth_another(tries_left: int, reason: NotCaptured) -> bool:
    """Three tries, but none with a device that is away: it would only keep the traveller."""
    return tries_left > 1 and reason is not NotCaptured.DEVICE
