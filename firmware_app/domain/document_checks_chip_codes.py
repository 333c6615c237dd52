"""The codes of checks on the chip: what each asks and each answer it can give.

The questions are those of BSI TR-03135, parts 1 and 3, on access, passive authentication and the
chip's authenticity. What nobody here can judge is not done, never failed.
"""

from firmware_app.domain.document_checks_values import (
    Entry,
    Follow,
    Why,
    failed,
    no_case,
    not_done,
    remark,
)

READ, ACCESS = "chip.read", "chip.access_protocol"
CARD_ACCESS = "chip.card_access_against_dg14"
PASSIVE = "chip.passive_authentication"
SIGNATURE, CHAIN, VALIDITY = "chip.passive.signature", "chip.passive.chain", "chip.passive.validity"
REVOCATION, HASHES = "chip.passive.revocation", "chip.passive.hashes"
STATES = "chip.passive.issuing_state"
ACTIVE, CHIP_AUTH = "chip.active_authentication", "chip.chip_authentication"
MAPPING, PROVEN = "chip.chip_authentication_mapping", "chip.proven"
DG1, ISSUER = "chip.dg1_against_mrz", "chip.issuer_against_mrz"

NO_READER = not_done("this kiosk has no chip reader")
NOT_READ = not_done("the chip was not read: see `chip.read`")
NOT_JUDGED = not_done("this kiosk could not judge it: something it needs is missing or unknown")
UNREAD = {"no_chip_reader": NO_READER, "chip_not_read": NOT_READ, "not_judged": NOT_JUDGED}
DATA_NOT_GENUINE = not_done(
    "it may hold, but passive authentication did not pass, so the key may be anybody's"
)
NOT_OFFERED = no_case("the chip's signed data offer no such proof")


def _proof(asks: str, *inputs: str) -> Entry:
    whys = {
        "does_not_hold": failed("the chip does not have the key that was signed: a copy"),
        "withheld": failed("the signed data promise it, and the chip does not give it"),
        "not_offered": NOT_OFFERED,
        "data_not_genuine": DATA_NOT_GENUINE,
    }
    consumer = "Not done: a copied chip would not show here; see `chip.proven`."
    return Entry(asks, inputs, UNREAD | whys, consumer)


def _part(asks: str, whys: dict[str, Why], *inputs: str) -> Entry:
    consumer = "A failure is a strong sign of forgery: an officer looks. Not done: nobody judged."
    return Entry(asks, inputs, UNREAD | whys, consumer)


_READING = {
    READ: Entry(
        "Was the chip opened and read?",
        ("chip",),
        {
            "no_chip_reader": NO_READER,
            "no_chip_answered": not_done("no chip answered: there is none, or it is broken"),
            "reader_away": not_done("the chip reader did not answer: nothing is known of a chip"),
            "access_refused": failed(
                "the chip does not open with the printed lines", Follow.READ_AGAIN
            ),
            "broken_off": not_done(
                "the reading broke off before the chip was read", Follow.READ_AGAIN
            ),
            "files_unread": not_done("some files that were asked for could not be read"),
            "files_protected": remark(
                "all but those that need terminal authentication (fingers, irises)"
            ),
        },
        "The inputs name the files that were read. A document that should have a chip and shows "
        "none wants an officer's look.",
    ),
    ACCESS: Entry(
        "Was the chip opened by the strongest protocol that both know (Doc 9303-11, 4)?",
        ("chip.card_access",),
        {
            **UNREAD,
            "basic_access_control": remark("by BAC: the chip offers nothing stronger"),
            "bac_after_pace": failed("by BAC, though the chip says that it knows PACE"),
            "no_access_control": no_case("the chip opens to everyone"),
        },
        "A failure is a fault of the chip or somebody who weakened it: an officer looks.",
    ),
    CARD_ACCESS: Entry(
        "Does the chip offer in signed DG14 what it offered unsigned before (Doc 9303-11, 4.2)?",
        ("chip.card_access", "chip.dg14"),
        {
            **UNREAD,
            "differs": failed("what was offered before is not what was signed"),
            "pace_hidden": failed("PACE is signed, and nothing of it was offered before"),
            "unsigned": not_done("PACE was offered before, and no signed DG14 says so"),
            "no_card_access": no_case("the chip offered nothing before"),
            "data_not_genuine": DATA_NOT_GENUINE,
        },
        "A failure is somebody who weakened the protocols: an officer looks.",
    ),
}
_PASSIVE = {
    PASSIVE: Entry(
        "Are the chip's data signed by its state (Doc 9303-11, 5.1)?",
        ("chip.sod",),
        {
            **UNREAD,
            "not_genuine": failed("at least one of `chip.passive.*` failed; the inputs name them"),
            "issuer_unknown": not_done("the state's certificate (CSCA) is in none of our lists"),
        },
        "Not done: the document's authenticity rests on the eye alone. Passed: the data are "
        "genuine; whether the chip is no copy says `chip.proven`.",
    ),
    SIGNATURE: _part(
        "Is the security object whole and signed by the document signer that it holds?",
        {
            "withheld": failed("the chip does not give its security object"),
            "unparsable": failed("it is no security object"),
            "does_not_hold": failed("its digest or its signature is wrong"),
        },
        "chip.sod",
    ),
    CHAIN: _part(
        "Is the document signer's certificate issued by a CSCA that we trust (Doc 9303-12)?",
        {
            "issuer_unknown": not_done("the state's certificate (CSCA) is in none of our lists"),
            "does_not_hold": failed("it claims a CSCA that we trust, which did not issue it"),
        },
        "chip.sod",
        "csca",
    ),
    VALIDITY: _part(
        "Were both certificates valid when the chip was signed?",
        {"does_not_hold": failed("it was signed outside their period")},
        "chip.sod",
        "csca",
    ),
    REVOCATION: _part(
        "Is the document signer not revoked?",
        {
            "revoked": failed("its state revoked it"),
            "no_list": not_done("there is no revocation list of its state, or it is too old"),
        },
        "chip.sod",
        "csca",
    ),
    HASHES: _part(
        "Is every data group that was read the one that was signed?",
        {
            "does_not_hold": failed("a data group differs, or was not signed at all"),
            "no_group_read": no_case("no data group was read"),
        },
        "chip.sod",
    ),
    STATES: _part(
        "Are DG1, the document signer and the CSCA of one state?",
        {"differs": failed("genuine data of another state, or a signer of another")},
        "chip.sod",
        "chip.dg1",
        "csca",
    ),
}
_PROOFS = {
    ACTIVE: _proof(
        "Is the chip the one that was signed, by its own key (Doc 9303-11, 6.1)?", "chip.dg15"
    ),
    CHIP_AUTH: _proof("The same by key agreement (Doc 9303-11, 6.2)?", "chip.dg14"),
    MAPPING: _proof(
        "The same within PACE (chip authentication mapping, Doc 9303-11, 4.4.3.3.3)?",
        "chip.card_security",
    ),
    PROVEN: Entry(
        "Is the chip proven to be the one that was issued, by any of these protocols?",
        ("chip.dg14", "chip.dg15", "chip.card_security"),
        {
            **UNREAD,
            "does_not_hold": failed("a protocol that the signed data offer failed: a copy"),
            "genuine_data_chip_not_proven": not_done(
                "the data are genuine; nothing shows that this chip is no copy of another"
            ),
            "data_not_genuine": DATA_NOT_GENUINE,
        },
        "Not done with genuine data: older chips know no proof; compare face and page with care.",
    ),
}
_AGAINST_MRZ = {
    DG1: Entry(
        "Are the lines in the chip those that are printed, or that was typed of them?",
        ("chip.dg1", "mrz.lines"),
        {
            **UNREAD,
            "differs": failed(
                "they differ: the page was altered, misread or mistyped, or the chip is another's",
                Follow.READ_AGAIN,
            ),
            "no_printed_lines": not_done(
                "a person typed the fields, which these lines do not have all"
            ),
        },
        "Not done: an altered page would not show.",
    ),
    ISSUER: Entry(
        "Is the state of the signing certificate the issuing state?",
        ("chip.sod", "mrz.issuing_state"),
        {**UNREAD, "differs": failed("a signer of one state in a document of another")},
        "Not done: see passive authentication.",
    ),
}

CHIP: dict[str, Entry] = {**_READING, **_PASSIVE, **_PROOFS, **_AGAINST_MRZ}
"""By code, in the order in which an event lists them."""
