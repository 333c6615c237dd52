"""What the fuzzer does with an input: lines, a specimen with changes, or fields of a document."""

from datetime import date

from firmware_app.domain.mrz import Mrz, MrzError, MrzFields, parse
from firmware_app.domain.mrz_layouts import LAYOUTS
from firmware_app.domain.mrz_repair import Doubt, parse_settled, settle
from firmware_app.domain.mrz_writer import MrzFieldError, write

TODAY = date(2026, 11, 22)
SPECIMENS = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
    "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<",
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<",
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<",
    "IDFRADOUEL<<<<<<<<<<<<<<<<<<<<932013\n0506932020438CHRISTIANE<<NI2906209F3",
    "IDROUPOPESCU<<ION<<<<<<<<<<<<<<<<<<<\nXX000000<5ROU8505095M130509012049941",
)
WITHOUT_DATES = (
    "IDD<<T220001293<<<<<<<<<<<<<<<\n<<<<<<<<<<<<<<<D<<<<<<<<<<<<<4\nMUSTERMANN<<ERIKA<<<<<<<<<<<<<",
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7400002F<<<<159<<<<<<<<<<<<<<<0",
)
FIELDS = (
    "A\nA B\nL8\nUTO\n1974-08-12\n2012-04-15\nZE184226B",
    f"{'A' * 30}\nBBBB C DD\nD23145890734\nUTO\nXXXX-XX-XX\n\nZ",
    f"{'A B' * 20}\n\nD23145890\nUTO\n1974-XX-XX",
)
KINDS = ("lines", "mutated", "fields")


def seeds() -> list[bytes]:
    """What the fuzzer starts from: every specimen as every kind of input."""
    texts = (*SPECIMENS, *WITHOUT_DATES, *FIELDS)
    kinds = range(len(KINDS))
    return [
        bytes([kind, number]) + text.encode() for number, text in enumerate(texts) for kind in kinds
    ]


def one(data: bytes) -> None:
    """One input: its first byte chooses what is tried, the rest is text."""
    if len(data) < 2:
        return
    text = data[2:].decode("utf-8", errors="replace")
    {"lines": lines, "mutated": mutated, "fields": fields}[KINDS[data[0] % len(KINDS)]](
        text, data[1]
    )


def lines(text: str, which: int) -> None:
    """Any lines through the parser, the repair with and without doubts, and the writer."""
    rows = tuple(text.split("\n"))
    doubts = tuple(
        Doubt(which % 3, (which * 7 + step * 5) % 48, "08OBDQ<"[: 2 + which % 6])
        for step in range(which % 5)
    )
    settled = settle(rows, doubts, today=TODAY)
    assert len(settled.lines) == len(rows)
    for attempt in (lambda: parse(rows, TODAY), lambda: parse_settled(rows, doubts, today=TODAY)):
        try:
            mrz = attempt()
        except MrzError:
            continue
        assert isinstance(mrz, Mrz)
        written_again(mrz)


def mutated(text: str, which: int) -> None:
    """A specimen with single characters replaced by those of the text."""
    whole = list(SPECIMENS[which % len(SPECIMENS)])
    for step, sign in enumerate(text[:12]):
        place = (ord(sign) * 31 + step * 17 + which) % len(whole)
        if whole[place] != "\n":
            whole[place] = "<0123456789OIBSZGDQAXM"[ord(sign) % 22]
    lines("".join(whole), which)


def fields(text: str, which: int) -> None:
    """Any fields through the writer; what it writes must be read again as it was meant."""
    parts = (text.split("\n") + [""] * 9)[:9]
    layout = LAYOUTS[which % len(LAYOUTS)]
    begin = f"{layout.begins[0]}D" if layout.name in {"FR-ID", "RO-ID"} else layout.begins[0]
    state = {"FR-ID": "FRA", "RO-ID": "ROU"}.get(layout.name, "UTO")
    meant = MrzFields(
        layout.name, begin, state, parts[0], parts[1], parts[2],
        parts[3], parts[4], "F" if which & 8 else "unspecified", parts[5],
        tuple(parts[6 : 6 + which // 64]),
    )  # fmt: skip
    dates = MrzFields(
        layout.name, begin, state, "ERIKSSON", parts[1] or "ANNA", parts[2] or "L898902C3",
        "UTO", f"19{which % 100:02d}-XX-XX", "X", f"20{which % 40:02d}-01-01", (),
    )  # fmt: skip
    for one_of_both in (meant, dates):
        try:
            written = write(one_of_both)
        except MrzFieldError:
            continue
        try:
            assert parse(written, TODAY).all_hold
        except MrzError:
            assert one_of_both is meant


def written_again(mrz: Mrz) -> None:
    """What was read can be written, or the writer says which field it cannot carry."""
    try:
        again = write(mrz.fields)
    except MrzFieldError:
        return
    assert parse(again, TODAY).all_hold
