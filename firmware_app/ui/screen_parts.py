"""What screens share: the buttons that stand on many of them, and the rows of a document; pure."""

from firmware_app.domain.mrz import Mrz
from firmware_app.ui.screen import Button, Row
from firmware_app.workflow.outside import Terms

STEPS = 6
HELP = Button("help", "button-help", "help", "help")
BACK = Button("back", "button-back", icon="back")
END = Button("end", "button-end", icon="end")
CONTINUE = Button("continue", "button-continue", "primary", "continue")


def document_rows(mrz: Mrz) -> tuple[Row, ...]:
    """The document as the traveller confirms it; personal."""
    return (
        Row("row-name", f"{mrz.given_names} {mrz.surname}".strip(), "name"),
        Row("row-document-number", mrz.number, "code"),
        Row("row-nationality", mrz.nationality, "state"),
        Row("row-date-of-birth", mrz.birth, "day"),
        Row("row-expiry", mrz.expiry, "day"),
    )


def contact_rows(terms: Terms) -> tuple[Row, ...]:
    """Whom to ask for what was stored; nothing where the post names nobody."""
    rows = (Row("row-contact", terms.contact), Row("row-rights", terms.rights_url))
    return tuple(row for row in rows if row.value)
