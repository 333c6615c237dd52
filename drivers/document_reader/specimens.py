"""The documents that a simulated reader can be given: Utopia's specimens and the project's own."""

Lines = tuple[str, ...]

# ICAO Doc 9303-4, appendix A: the specimen passport, expired in 2012.
EXPIRED: Lines = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
# The same holder with a passport that is valid until 15 April 2031, and an identity card.
PASSPORT: Lines = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902D17UTO7408122F3104150ZE184226B<<<<<14",
)
CARD: Lines = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F3104150UTO<<<<<<<<<<<2",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
# The passport with one digit of its number misread: the check digits tell.
MISREAD: Lines = (PASSPORT[0], PASSPORT[1].replace("898902", "898802"))

SPECIMENS: dict[str, Lines] = {
    "specimen": PASSPORT,
    "expired": EXPIRED,
    "card": CARD,
    "misread": MISREAD,
}
