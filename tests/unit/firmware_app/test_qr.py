"""The reference that a traveller takes along: on the screen, as a QR that other decoders read."""

import shutil
import subprocess
from datetime import date

import cv2
import numpy as np
import pytest

from firmware_app.domain.crossing import Party, Stored, Visit
from firmware_app.domain.questions import QUESTIONS
from firmware_app.domain.rules import Policy
from firmware_app.ui import qr
from firmware_app.ui.screens import screen
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import Go, ReadNotice, Saved
from mqtt.reference import reference

CONTACT, RIGHTS = "+233 302 000 000, data@border.example", "https://border.example/my-data"
TERMS = Terms(
    date(2026, 11, 22),
    Policy(),
    ("en", "ar"),
    QUESTIONS,
    contact=CONTACT,
    rights_url=RIGHTS,
)
REFERENCE = reference("01a20168-0000-7000-8000-5d3f00c0ffee")
STORED = Stored("01a20168-0000-7000-8000-5d3f00c0ffee", REFERENCE, referred=False)
PARTY = Party((STORED,))


def drawn(rows, module_px):
    """The symbol as the page paints it: dark on white, so many pixels a module."""
    dark = np.array([[sign == "1" for sign in row] for row in rows])
    return np.where(np.kron(dark, np.ones((module_px, module_px), bool)), 0, 255).astype(np.uint8)


def zbar(picture, folder):
    """What the decoder of zbar-tools reads."""
    program = shutil.which("zbarimg")
    if program is None:
        pytest.skip("zbarimg is not installed (Debian package zbar-tools)")
    file = folder / "symbol.png"
    cv2.imwrite(str(file), picture)
    done = subprocess.run(
        [program, "--quiet", "--raw", str(file)], capture_output=True, text=True, check=True
    )
    return done.stdout.removesuffix("\n")


def on_screen(state):
    shown = screen(state, TERMS)
    assert shown.qr
    assert {len(row) for row in shown.qr} == {len(shown.qr)}
    return shown


@pytest.mark.parametrize("module_px", [2, 4, 6])
def test_two_decoders_read_back_what_stands_on_the_screen(module_px, tmp_path):
    shown = on_screen(Saved(PARTY))
    wanted = f"{qr.URN}{REFERENCE.replace('-', '')}\n{CONTACT}\n{RIGHTS}"
    picture = drawn(shown.qr, module_px)
    assert zbar(picture, tmp_path) == wanted
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    assert text == wanted


def test_a_photograph_of_the_screen_is_read_too(tmp_path):
    page = np.full((1080, 1920), 230, np.uint8)
    symbol = drawn(on_screen(Go(PARTY)).qr, 8)
    side = len(symbol)
    page[300 : 300 + side, 700 : 700 + side] = symbol
    turned = cv2.warpAffine(
        page, cv2.getRotationMatrix2D((960, 540), 7, 0.8), (1920, 1080), borderValue=200
    )
    noisy = cv2.GaussianBlur(turned, (5, 5), 0).astype(np.int16)
    noisy += np.random.default_rng(1).integers(-12, 13, noisy.shape)
    assert zbar(noisy.clip(0, 255).astype(np.uint8), tmp_path).startswith(qr.URN)


def test_the_screens_say_the_reference_and_whom_to_ask_and_nothing_personal():
    for state in (Saved(PARTY), Go(PARTY)):
        shown = on_screen(state)
        assert (shown.reference, shown.code) == (REFERENCE, "")
        assert [row.value for row in shown.rows] == [CONTACT, RIGHTS]
    notice = screen(ReadNotice(Visit("id"), more=True), TERMS)
    assert [row.message for row in notice.rows] == ["row-contact", "row-rights"]
    assert qr.payload([REFERENCE]) == f"{qr.URN}{REFERENCE.replace('-', '')}"


def test_a_group_takes_all_its_references_along(tmp_path):
    other = Stored("x", reference("01a20168-0000-7000-8000-000000000001"), referred=True)
    shown = on_screen(Go(Party((STORED, other))))
    assert shown.code == f"{REFERENCE} {other.code}"
    assert zbar(drawn(shown.qr, 4), tmp_path).count(qr.URN) == 2


def test_each_of_five_fits_a_symbol_that_a_phone_can_read_from_the_screen():
    codes = [reference(f"01a20168-0000-7000-8000-{number:012x}") for number in range(5)]
    rows = qr.rows(qr.payload(codes, "x" * 80, "https://" + "y" * 112))
    assert len(rows) - 2 * qr.QUIET <= 81, "version 16: 8 px a module in 712 px"
