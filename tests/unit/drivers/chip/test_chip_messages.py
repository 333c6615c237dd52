"""Commands, secure messaging and BAC against Doc 9303-11, appendix D, and against hostile chips."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.chip import apdu, bac
from drivers.chip.apdu import Command, Response
from drivers.chip.api import CanSecret, MrzSecret
from drivers.chip.errors import (
    ChipAccessError,
    ChipDataError,
    ChipProtocolError,
    ChipRefusedError,
    SecureMessagingError,
)
from drivers.chip.secure_messaging import SecureMessaging
from drivers.chip.suites import AES_128, AES_256, TRIPLE_DES, SessionKeys

MRZ = MrzSecret.of("L898902C", "690806", "940623")
BAC_SCRIPT = (
    ("0084000008", "4608F919887022129000"),
    (
        (
            "0082000028"
            "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A728"
        ),
        "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D74499000",
    ),
)
BAC_NUMBERS = ("781723860C06C226", "0B795240CB7049B01C19B33E32804F0B")
SECURED = (
    ("0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800", "990290008E08FA855A5D4C50A8ED9000"),
    (
        "0CB000000D9701048E08ED6705417E96BA5500",
        "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000",
    ),
    (
        "0CB000040D9701128E082EA28A70F3C7B53500",
        "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
    ),
)
KEYS = SessionKeys(
    TRIPLE_DES,
    bytes.fromhex("979EC13B1CBFE9DCD01AB0FED307EAE5"),
    bytes.fromhex("F1CB1F1FB5ADF208806B89DC579DC1F8"),
)
COUNTER = bytes.fromhex("887022120C06C226")
SELECT_COM = Command(0, 0xA4, 0x02, 0x0C, bytes.fromhex("011E"))


def test_basic_access_and_reading_of_the_example(scripted, numbers):
    card = scripted(*BAC_SCRIPT, *SECURED)
    bac.authenticate(card, MRZ, numbers(*BAC_NUMBERS))
    assert (card.secured.keys.encryption, card.secured.keys.mac) == (KEYS.encryption, KEYS.mac)
    assert card.send(SELECT_COM) == Response(b"", 0x9000)
    assert card.ask(Command(0, 0xB0, 0, 0, answer_bytes=4), "EF.COM").hex() == "60145f01"
    rest = card.ask(Command(0, 0xB0, 0, 4, answer_bytes=18), "EF.COM")
    assert rest.hex() == "04303130365f36063034303030305c026175"
    assert card.apdus == 5


def test_seed_of_the_example():
    assert bac.seed(MRZ).hex().upper() == "239AB9CB282DAF66231DC5A4DF6BFBAE"
    assert MRZ.information == b"L898902C<369080619406236"


@pytest.mark.parametrize("status", ["6300", "6982", "6988"])
def test_wrong_mrz_is_an_access_error(status, scripted, numbers):
    card = scripted(BAC_SCRIPT[0], (BAC_SCRIPT[1][0], status))
    with pytest.raises(ChipAccessError):
        bac.authenticate(card, MRZ, numbers(*BAC_NUMBERS))
    assert card.secured is None


@pytest.mark.parametrize(
    "answer",
    [
        BAC_SCRIPT[1][1][:-6] + "009000",
        "00" + BAC_SCRIPT[1][1][2:],
        BAC_SCRIPT[1][1][2:],
        "9000",
        "90",
        "",
    ],
)
def test_wrong_proof_of_the_chip_is_a_protocol_error(answer, scripted, numbers):
    card = scripted(BAC_SCRIPT[0], (BAC_SCRIPT[1][0], answer))
    with pytest.raises(ChipProtocolError):
        bac.authenticate(card, MRZ, numbers(*BAC_NUMBERS))
    assert card.secured is None


def test_chip_without_basic_access_is_told_apart(scripted, numbers):
    with pytest.raises(ChipRefusedError) as caught:
        bac.authenticate(scripted(("0084000008", "6D00")), MRZ, numbers())
    assert caught.value.status == 0x6D00


def test_aes_session_of_the_example_s_keys(scripted):
    # The session keys of appendix G.1; the protected commands were worked out by others.
    keys = SessionKeys(
        AES_128,
        bytes.fromhex("F5F0E35C0D7161EE6724EE513A0D9A7F"),
        bytes.fromhex("FE251C7858B356B24514B3BD5F4297D1"),
    )
    card = scripted(
        (
            "0CA4020C1D871101EE0E4724F4465C1BE9C2F73ABDD73A3D8E08835D1B54575C955F00",
            "990290008E08BEA7B381C494A0799000",
        ),
        (
            "0CB000000D9701048E08AA6BA54F44DF836400",
            "871101645C0B1F998A088278D07942BBE94B60990290008E0894A33C6AA2D8CCC89000",
        ),
    )
    card.secured = SecureMessaging(keys)
    assert card.send(SELECT_COM).status == 0x9000
    assert card.send(Command(0, 0xB0, 0, 0, answer_bytes=4)).data.hex() == "60145f01"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("990290008E08FA855A5D4C50A8EE9000", "MAC is wrong"),
        ("990290018E08FA855A5D4C50A8ED9000", "MAC is wrong"),
        ("8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000", "MAC is wrong"),
        ("6A82", "plain answer, 6A82"),
        ("9000", "plain answer, 9000"),
        ("60145F019000", None),
        ("990290008E07FA855A5D4C50A89000", "99 and 8E should be"),
        ("8E08FA855A5D4C50A8ED9000", None),
        ("990290008E08FA855A5D4C50A8ED00009000", "should be"),
        ("99029000990290008E08FA855A5D4C50A8ED9000", "should be"),
        ("99", None),
        ("", None),
    ],
)
def test_answers_that_do_not_prove_themselves_end_the_session(answer, why, scripted):
    card = scripted((SECURED[0][0], answer))
    card.secured = SecureMessaging(KEYS, COUNTER)
    with pytest.raises(ChipProtocolError, match=why):
        card.send(SELECT_COM)
    if len(answer) >= 4:
        with pytest.raises(SecureMessagingError, match="has ended"):
            card.send(SELECT_COM)


def test_replayed_answer_is_refused():
    session = SecureMessaging(KEYS, COUNTER)
    answer = Response(bytes.fromhex(SECURED[0][1])[:-2], 0x9000)
    session.protect(SELECT_COM)
    assert session.unprotect(answer).status == 0x9000
    session.protect(SELECT_COM)
    with pytest.raises(ChipDataError, match="MAC"):
        session.unprotect(answer)


@given(st.binary(max_size=80))
def test_noise_is_never_an_answer(noise):
    session = SecureMessaging(KEYS, COUNTER)
    session.protect(SELECT_COM)
    with pytest.raises(ChipDataError):
        session.unprotect(Response(noise, 0x9000))


@pytest.mark.parametrize(
    ("command", "bytes_"),
    [
        (Command(0, 0xA4, 4, 12), "00a4040c"),
        (Command(0, 0xB0, 0, 0, answer_bytes=256), "00b0000000"),
        (Command(0, 0xB0, 0, 0, answer_bytes=257), "00b00000000101"),
        (Command(0, 0xB0, 0, 0, answer_bytes=65536), "00b00000000000"),
        (Command(0, 0x88, 0, 0, b"12", 256), "0088000002313200"),
        (Command(0, 0x88, 0, 0, b"12", 512), "0088000000000231320200"),
        (Command(0, 0x88, 0, 0, b"1" * 256), "00880000000100" + "31" * 256),
    ],
)
def test_forms_of_commands(command, bytes_):
    assert apdu.encode(command).hex() == bytes_
    assert "31" * 4 not in repr(command)


def test_extended_reads_are_asked_for_in_two_bytes():
    sent = SecureMessaging(KEYS, COUNTER).protect(Command(0, 0xB0, 0, 0, answer_bytes=4096))
    assert sent.data[:4].hex() == "97021000"
    assert sent.answer_bytes == 65536
    odd = SecureMessaging(KEYS, COUNTER).protect(Command(0, 0xB1, 0, 0, b"\x54\x02\x80\x00", 99))
    assert odd.data[:2].hex() == "8508"


def test_lengths_that_no_form_can_say():
    with pytest.raises(ValueError, match="no form"):
        apdu.encode(Command(0, 0, 0, 0, bytes(65536)))
    with pytest.raises(ValueError, match="no form"):
        apdu.encode(Command(0, 0, 0, 0, b"", 65537))
    with pytest.raises(ChipDataError):
        apdu.decode(bytes(65539))


@given(st.binary(max_size=300), st.sampled_from([TRIPLE_DES, AES_128, AES_256]))
def test_padding_and_ciphers_undo_themselves(data, suite):
    key = bytes(range(suite.key_bytes))
    padded = suite.pad(data)
    assert len(padded) % suite.block_bytes == 0
    assert suite.unpad(suite.decrypt(key, suite.encrypt(key, padded))) == data


def test_secrets_are_built_and_hidden():
    long = MrzSecret.of("D23145890734", "340712", "950712")
    assert long.information == b"D23145890734934071279507122"
    assert "D2314" not in repr(long)
    assert repr(CanSecret.of("123456")) == "CanSecret()"
    for number, birth in (("l898", "690806"), ("L898", "69080"), ("L8 8", "690806")):
        with pytest.raises(ValueError, match="machine readable zone"):
            MrzSecret.of(number, birth, "940623")
    with pytest.raises(ValueError, match="digits"):
        CanSecret.of("12A456")


def test_slow_protocols_are_followed(scripted):
    card = scripted(
        ("00B0000000", "6C04"),
        ("00B0000004", "60146102"),
        ("00C0000002", "5F019000"),
    )
    assert card.ask(Command(0, 0xB0, 0, 0, answer_bytes=256), "EF.COM").hex() == "60145f01"
