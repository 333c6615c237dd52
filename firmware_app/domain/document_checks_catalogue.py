"""Every document check by its stable code: what it asks, each answer it can give, what follows.

The questions are those of BSI TR-03135, parts 1 and 3; passed is its "successful", not_done its
"undetermined". Codes and reasons are added, never renamed and never given another meaning.
"""

from firmware_app.domain.document_checks_chip_codes import CHIP
from firmware_app.domain.document_checks_values import (
    Check,
    Entry,
    Follow,
    Result,
    Why,
    failed,
    no_case,
    not_done,
)

__all__ = [
    "CATALOGUE", "CHECK_DIGITS", "VISUAL_FIELDS", "Check", "Entry", "Follow", "Result", "Why",
    "because", "follow", "passed",
]  # fmt: skip

AGAIN = Follow.READ_AGAIN
CHECK_DIGITS = {
    "number": "the document number",
    "birth": "the date of birth",
    "expiry": "the date of expiry",
    "optional": "the optional data",
    "composite": "all checked fields together",
}
"""By field, with the field's name for people."""
VISUAL_FIELDS = (
    "issuing_state",
    "number",
    "surname",
    "given_names",
    "nationality",
    "birth",
    "sex",
    "expiry",
)

_LINES = {
    "mrz.format": Entry(
        "Are number and length of the lines a layout of Doc 9303 or a known national one?",
        ("mrz.lines",),
        {"typed": no_case("a person typed the fields one by one; no lines were read")},
        "Nothing: lines of no layout never become a document.",
    ),
    "mrz.forbidden_characters": Entry(
        "Does each field hold only the characters that Doc 9303-3, 4.3 allows there?",
        ("mrz.lines",),
        {
            "malformed_fields": failed("the inputs name the fields with wrong characters", AGAIN),
        },
        "Treat a failure like a wrong check digit.",
    ),
}
_DIGIT_WHYS = {
    "wrong": failed("the printed digit is not the computed one", AGAIN),
    "not_a_digit": failed("a letter or filler stands where the digit belongs", AGAIN),
    "field_empty": no_case("a filler stands there, as Doc 9303 allows for an empty field"),
    "not_in_layout": no_case("this layout has no such digit"),
    "not_typed": not_done("a person typed the document and did not give this digit"),
}
_DIGITS = {
    f"mrz.check_digit.{field}": Entry(
        f"Is the check digit of {about} right (Doc 9303-3, 4.9)?",
        (f"mrz.{field}",),
        _DIGIT_WHYS,
        "A failure that stayed after a second reading is a finding: some genuine documents carry "
        "wrong digits, many altered ones too. Compare with the document itself.",
    )
    for field, about in CHECK_DIGITS.items()
}
_READING = {
    "mrz.repaired": Entry(
        "Are the lines as they were read?",
        ("mrz.lines",),
        {
            "repaired": Why(
                Result.PASSED,
                "no: look-alikes were put right, one reading only was left; the inputs name the "
                "places, document.repairs what stood there",
            ),
            "typed": no_case("a person typed the fields; no lines were read"),
        },
        "Keep the repairs with the record. Many repairs from one kiosk: its reader needs cleaning.",
    ),
    "mrz.read_confidence": Entry(
        "Was the camera's reading sure of every character?",
        ("mrz.lines",),
        {
            "doubtful_characters": failed("the inputs name the places it was not sure of", AGAIN),
            "doubt_settled": Why(
                Result.PASSED,
                "not where the inputs name it, but a check digit leaves one reading there",
            ),
            "confidence_incomplete": failed("the reading does not cover the lines", AGAIN),
            "not_read_by_camera": no_case("a reader or a person gave the lines"),
        },
        "On a failure do not search lists by exact text; have the document read again.",
    ),
    "mrz.names_complete": Entry(
        "Are the names whole?",
        ("mrz.surname", "mrz.given_names"),
        {
            "names_may_be_cut": not_done(
                "a name fills its field to the end, where Doc 9303 cuts it (Doc 9303-3, 4.6)"
            )
        },
        "Where not done, compare names by their beginning only.",
    ),
}
_DOCUMENT = {
    "document.kind": Entry(
        "Is the document code known, and one of this layout?",
        ("mrz.document_code", "mrz.layout"),
        {
            "kind_unknown": failed("no kind of Doc 9303 begins so", AGAIN),
            "kind_not_of_layout": failed("Doc 9303 does not let it open this layout"),
        },
        "A failure wants an officer's look at the document.",
    ),
    "document.travel_document": Entry(
        "Is it a document that one can travel on, not a visa alone?",
        ("mrz.document_code",),
        {"visa": failed("the lines of a visa were read, not the passport's", AGAIN)},
        "On a failure ask for the passport itself; number and expiry are the visa's.",
    ),
    "document.issuing_state": Entry(
        "Is the issuing state or organization a code of Doc 9303-3, section 5?",
        ("mrz.issuing_state",),
        {
            "code_unknown": failed("no such code", AGAIN),
            "code_withdrawn": failed("the code of a state that issues no more documents"),
        },
        "A failure is a misreading or an invented state: an officer looks.",
    ),
    "document.nationality": Entry(
        "Is the nationality a code of Doc 9303-3, section 5?",
        ("mrz.nationality",),
        {
            "code_unknown": failed("no such code", AGAIN),
            "not_in_layout": no_case("this layout names no nationality"),
        },
        "A failure is a misreading or an invented state: an officer looks.",
    ),
    "document.specimen": Entry(
        "Is it a real document, not a specimen such as Utopia's (UTO)?",
        ("mrz.issuing_state", "mrz.nationality"),
        {"specimen_state": failed("a state that is none, used for specimens")},
        "Never count it as a traveller, except in the profiles training and demo.",
    ),
    "document.expiry": Entry(
        "Is the document still valid today?",
        ("mrz.expiry", "today"),
        {
            "expired": failed("its last day is over"),
            "expiry_no_date": failed("no such day in the calendar", AGAIN),
            "expiry_incomplete": not_done("a part of the date is unknown", Follow.REFER),
            "expiry_perhaps_never": not_done(
                "an identity card with 1 January or 31 December 99: some states print this for "
                "cards that never expire",
                Follow.REFER,
            ),
            "clock_not_sure": not_done(
                "it ends within the kiosk's doubt about the day", Follow.REFER
            ),
            "never_expires": no_case("fillers instead of a date: the card does not expire"),
            "expiry_not_printed": not_done(
                "fillers instead of a date on a passport or visa, which have to end", Follow.REFER
            ),
            "not_in_layout": not_done(
                "this layout names no expiry: it stands on the card only", Follow.REFER
            ),
        },
        "Expired: apply the law of the post. Not done: judge it with a clock of your own and the "
        "state's rules.",
    ),
    "document.issue_plausibility": Entry(
        "Can birth, expiry and kind belong to one issued document? Only the French card's zone "
        "says when it was issued; for all others this is what can be judged without.",
        ("mrz.birth", "mrz.issued", "mrz.expiry", "mrz.document_code", "today"),
        {
            "birth_no_date": failed("no such day in the calendar", AGAIN),
            "born_after_today": failed("born in the future"),
            "born_after_issue": failed("born after the month of issue"),
            "born_after_expiry": failed("born after the document ended"),
            "issued_after_today": failed("issued in the future"),
            "age_implausible": failed("older than any proven age"),
            "expiry_too_far": failed("valid for longer than any such document is issued for"),
            "dates_unknown": not_done("no date is known"),
        },
        "A failure is a misreading, a wrong kiosk clock or a forgery: an officer looks. The inputs "
        "say which dates were known.",
    ),
    "document.optional_data": Entry(
        "Is what the state printed for its own use plausible?",
        ("mrz.optional",),
        {
            "national_meaning": not_done("its meaning is the state's own and is left untouched"),
            "field_empty": no_case("there is none"),
        },
        "Judge it, if at all, by the issuing state's own rules.",
    ),
}
_UNREAD = {
    "visual_zone_not_read": not_done("this kiosk does not read the visual zone"),
    "field_not_read": not_done("this field was not read"),
    "not_comparable": not_done("letters of no table, or a name that the zone had no room for"),
    "not_in_layout": no_case("the machine readable zone has no such field"),
}
_FIELD_WHYS = {"differs": failed("the two differ"), **_UNREAD}
_VISUAL = {
    "vz.against_mrz": Entry(
        "Does the visual zone say the same as the machine readable zone, in every field read?",
        ("vz", "mrz.lines"),
        {
            "differs": failed("at least one field differs"),
            "visual_zone_not_read": _UNREAD["visual_zone_not_read"],
            "field_not_read": not_done("no field of it was read, or none could be compared"),
        },
        "A failure is a strong sign of alteration: an officer looks. Not done: nobody compared.",
    ),
    **{
        f"vz.against_mrz.{field}": Entry(
            f"The same for the {field.replace('_', ' ')} alone"
            + (", transliterated by Doc 9303-3, section 6?" if "name" in field else "?"),
            (f"vz.{field}", f"mrz.{field}"),
            _FIELD_WHYS,
            "As `vz.against_mrz`.",
        )
        for field in VISUAL_FIELDS
    },
}
_NO_LIGHT = {"no_page_scanner": not_done("this kiosk has no scanner with such light")}
_OPTICAL = {
    f"optical.{name}": Entry(asks, ("page",), _NO_LIGHT, "Not done: the paper was not examined.")
    for name, asks in {
        "infrared_ink": "Is the zone printed in ink that shows under infrared (Doc 9303-3, 4.4)?",
        "ultraviolet": "Is the paper dull and its security print visible under ultraviolet?",
        "document_model": "Does the page look like the pages of this state, kind and year?",
    }.items()
}

CATALOGUE: dict[str, Entry] = {
    **_LINES,
    **_DIGITS,
    **_READING,
    **_DOCUMENT,
    **_VISUAL,
    **CHIP,
    **_OPTICAL,
}
"""By code, in the order in which an event lists the checks."""


def passed(code: str, *inputs: str) -> Check:
    """The check passed; the catalogue's inputs, unless it used others."""
    return Check(code, Result.PASSED, inputs=inputs or CATALOGUE[code].inputs)


def because(code: str, why: str, *inputs: str) -> Check:
    """The check ended with a reason of the catalogue, which decides the result.

    Without named inputs a failure used all of them, and what was not done used none.
    """
    entry = CATALOGUE[code]
    result = entry.whys[why].result
    used = entry.inputs if result is Result.FAILED else ()
    return Check(code, result, why, inputs or used)


def follow(check: Check) -> Follow:
    """What the kiosk does after this check."""
    whys = CATALOGUE[check.code].whys if check.code in CATALOGUE else {}
    if check.why in whys:
        return whys[check.why].follow
    return Follow.REFER if check.result is Result.FAILED else Follow.NOTHING
