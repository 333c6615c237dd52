"""What the traveller takes along as a QR symbol: the reference, and whom to ask about it; pure.

Nothing personal: the first line is a URN, then come the authority's contact and its page.
"""

from collections.abc import Sequence

import segno

URN = "urn:border-kiosk:event:"
QUIET = 4
"""Blank modules around the symbol (ISO/IEC 18004, 9.1)."""


def payload(references: Sequence[str], contact: str = "", rights_url: str = "") -> str:
    """The lines of the symbol; references stand without their dashes."""
    urns = (f"{URN}{one.replace('-', '')}" for one in references)
    return "\n".join(line for line in (*urns, contact, rights_url) if line)


def rows(text: str) -> tuple[str, ...]:
    """The symbol row by row as 0 and 1, blank border included; level M stands 15 % of damage."""
    symbol = segno.make(text, error="m", boost_error=False, micro=False)
    return tuple(
        "".join("1" if dark else "0" for dark in row) for row in symbol.matrix_iter(border=QUIET)
    )
