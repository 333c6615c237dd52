"""Which character each key gives on the keyboards that document readers pretend to be; data.

Key numbers are those of Linux's input-event-codes.h. A character outside ASCII stands as `?`: no
document has it. Letters are the same with and without shift, for the lines know capitals only.
"""

from dataclasses import dataclass

LEFT_SHIFT, RIGHT_SHIFT, CAPS_LOCK = 42, 54, 58
LEFT_CTRL, RIGHT_CTRL, LEFT_ALT, RIGHT_ALT = 29, 97, 56, 100
ENTER, KEYPAD_ENTER, TAB = 28, 96, 15

SHIFTS = frozenset({LEFT_SHIFT, RIGHT_SHIFT})
CTRLS = frozenset({LEFT_CTRL, RIGHT_CTRL})
DIGIT_ROW = range(2, 12)

KEYPAD = dict(zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), "0123456789", strict=True))
SAME_EVERYWHERE = {
    **KEYPAD,
    55: "*",
    74: "-",
    78: "+",
    83: ".",
    98: "/",
    57: " ",
    ENTER: "\r",
    KEYPAD_ENTER: "\r",
    TAB: "\r",
}

_ROWS = (range(2, 14), range(16, 28), range(30, 42), (43,), range(44, 54), (86,))


@dataclass(frozen=True, slots=True)
class Layout:
    """One country's keyboard.

    plain, shifted: from key to character. foreign: key and shift that give `<` on another
    country's keyboard and nothing of a document here. caps_shifts_digits: caps lock turns the row
    of digits too, as Windows does on French keyboards.
    """

    plain: dict[int, str]
    shifted: dict[int, str]
    foreign: frozenset[tuple[int, bool]]
    caps_shifts_digits: bool = False


def _keys(*rows: str) -> dict[int, str]:
    pairs = {
        key: sign
        for keys, signs in zip(_ROWS, rows, strict=True)
        for key, sign in zip(keys, signs, strict=True)
    }
    ascii_only = {key: sign if sign.isascii() else "?" for key, sign in pairs.items()}
    return {**SAME_EVERYWHERE, **{key: sign.upper() for key, sign in ascii_only.items()}}


_KEY_102ND = 86  # left of Z, which keyboards of the United States lack
_SHIFTED_COMMA = (51, True)

LAYOUTS: dict[str, Layout] = {
    "us": Layout(
        _keys("1234567890-=", "qwertyuiop[]", "asdfghjkl;'`", "\\", "zxcvbnm,./", "<"),
        _keys("!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"~', "|", "ZXCVBNM<>?", ">"),
        frozenset({(_KEY_102ND, False), (_KEY_102ND, True)}),
    ),
    "fr": Layout(
        _keys("&é\"'(-è_çà)=", "azertyuiop^$", "qsdfghjklmù²", "*", "wxcvbn,;:!", "<"),
        _keys("1234567890°+", "AZERTYUIOP¨£", "QSDFGHJKLM%~", "µ", "WXCVBN?./§", ">"),
        frozenset({_SHIFTED_COMMA}),
        caps_shifts_digits=True,
    ),
    "de": Layout(
        _keys("1234567890ß?", "qwertzuiopü+", "asdfghjklöä^", "#", "yxcvbnm,.-", "<"),
        _keys('!"§$%&/()=?`', "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ°", "'", "YXCVBNM;:_", ">"),
        frozenset({_SHIFTED_COMMA}),
    ),
}
