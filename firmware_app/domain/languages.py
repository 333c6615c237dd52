"""The languages of the page: tag, own name, direction and letters; the one list of them."""

from dataclasses import dataclass
from typing import Literal

Tag = Literal["en", "fr", "ar", "am", "so", "ha", "bm", "sw", "tr"]
Direction = Literal["ltr", "rtl"]
Script = Literal["LATIN", "ARABIC", "ETHIOPIC"]
BASIC = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its BCP 47 tag, with its own name in its own script.

    script: as Unicode names its letters; letters: lower case ones of its alphabet, where the script
    has many alphabets; font: the Noto family that its words are drawn with.
    """

    tag: Tag
    own_name: str
    direction: Direction = "ltr"
    script: Script = "LATIN"
    letters: str = BASIC
    font: str = "Noto Sans"


LANGUAGES: dict[str, Language] = {
    one.tag: one
    for one in (
        Language("en", "English"),
        Language("fr", "Français", letters=BASIC + "àâæçéèêëîïôœùûüÿ"),
        Language("ar", "العربية", "rtl", "ARABIC", "", "Noto Sans Arabic"),
        Language("am", "አማርኛ", "ltr", "ETHIOPIC", "", "Noto Sans Ethiopic"),
        Language("so", "Soomaali"),
        Language("ha", "Hausa", letters=BASIC + "ɓɗƙƴ"),
        Language("bm", "Bamanankan", letters=BASIC + "ɛɔŋɲ"),
        Language("sw", "Kiswahili"),
        Language("tr", "Türkçe", letters=BASIC + "çğıöşüâîû"),
    )
}
MOST_ON_THE_SCREEN = 9
