"""The page docs/document_checks.md, written from the catalogue; a test compares the two (pure)."""

from collections.abc import Iterable, Iterator

from firmware_app.domain.document_checks_catalogue import CATALOGUE, Entry, Follow, Why

HEAD = """\
# Document checks

Every crossing with a document lists each code below exactly once, in this order, in the event's
`document_checks`: those that passed, those that failed, and those that were not done, with the
reason. This page is written from firmware_app/domain/document_checks_catalogue.py; a test compares
the two. Codes and reasons are added, never renamed and never given another meaning: pass over those
that you do not know. The questions follow BSI TR-03135, whose nearest word is given.

| result | says | BSI TR-03135 |
|---|---|---|
| `passed` | it was checked and is in order; a reason may add a remark | successful |
| `failed` | it was checked and is not in order; `why` says what | failed |
| `not_done` | it was not or could not be checked; `why` says what was missing | undetermined |
| `not_applicable` | this document has nothing to check here; `why` says so | |

`inputs` names what the check used: `mrz.*` fields of the machine readable zone, `mrz.line.2:14` a
place in it (line and column from 1), `vz.*` fields of the visual zone, `chip` and `chip.*` the chip
and its files, `csca` the kiosk's lists of states' certificates, `page` a picture of the page,
`today` the kiosk's clock (the event's `time` group says how good it was). What was not done names
inputs only where it had some. Names are not values: nothing personal stands in a check.

**No traveller is refused by a check.** What follows is nothing; or *officer*: the crossing ends
`referred`; or *again*: the document is read again, three times at most, and what stays goes to the
officer. The event's `referral_reasons` then hold:

| reason code | when |
|---|---|
| `document_check_failed` | a check failed that is not one of the next two |
| `document_read_doubtful` | the camera's reading is in doubt (`mrz.read_confidence`) |
| `document_specimen` | a specimen of Utopia; not in the profiles training, demo and selftest |
| `document_typed` | a person typed the document: no device read it |
| `document_not_judged` | a check that has to be done could not be (`document.expiry`) |

Every other check that was not done refers nobody by itself: the post decides what it asks of its
kiosks and officers, and the list says what it got.

"""
MANY = 2
FOLLOWS = {Follow.NOTHING: "nothing", Follow.REFER: "officer", Follow.READ_AGAIN: "again"}
CODES = "## Codes\n\n| code | asks | inputs | what a consumer should do |\n|---|---|---|---|\n"
REASONS = """
## Reasons

| code | result | `why` | says | what follows |
|---|---|---|---|---|
"""
TAIL = """
Trust in a chip has an order: the state's signature over the data first (`chip.passive.*`, summed up
in `chip.passive_authentication`), and only with it the chip's own proofs, because their keys are
among the data (summed up in `chip.proven`). Passive authentication alone is genuine data in a chip
that is not proven: `chip.proven` is `not_done`, `genuine_data_chip_not_proven`. Terminal
authentication is not done by any kiosk, and fingers and irises in the chip are not read.

What no code stands for, because other groups of the event say it: whether the document was reported
lost or stolen (`lists`), and whether its bearer is its holder (`comparison`, `liveness`).
"""


def page() -> str:
    """The whole page."""
    codes = "".join(_row(code, entry) for code, entry in CATALOGUE.items())
    shared = {id(entry.whys): entry.whys for entry in CATALOGUE.values()}
    return HEAD + CODES + codes + REASONS + "".join(_reasons(shared.values())) + TAIL


def _row(code: str, entry: Entry) -> str:
    inputs = ", ".join(f"`{name}`" for name in entry.inputs)
    return f"| `{code}` | {entry.asks} | {inputs} | {entry.consumer} |\n"


def _reasons(all_whys: Iterable[dict[str, Why]]) -> Iterator[str]:
    """A row for each reason of the codes that share them; one for a whole kind of checks, once."""
    told: set[int] = set()
    for whys in all_whys:
        sharing = [code for code, entry in CATALOGUE.items() if entry.whys is whys]
        for why, said in whys.items():
            if id(said) not in told:
                general = _is_general(said)
                told |= {id(said)} if general else set()
                yield _reason(_label(sharing, general=general), why, said)


def _is_general(said: Why) -> bool:
    """Whether many kinds of checks give that very reason."""
    whys = {id(entry.whys): entry.whys for entry in CATALOGUE.values()}
    return sum(any(one is said for one in each.values()) for each in whys.values()) > MANY


def _label(sharing: list[str], *, general: bool) -> str:
    if general:
        return f"`{sharing[0].partition('.')[0]}.*`"
    if len(sharing) > 1:
        return f"`{sharing[0].rsplit('.', 1)[0]}.*`"
    return f"`{sharing[0]}`"


def _reason(codes: str, why: str, said: Why) -> str:
    follows = FOLLOWS[said.follow]
    return f"| {codes} | {said.result.value} | `{why}` | {said.says} | {follows} |\n"
