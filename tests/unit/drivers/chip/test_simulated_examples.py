"""The virtual chip's side of Doc 9303-11's worked examples, byte for byte."""

import pytest

from drivers.chip import simulated_curves as points
from drivers.chip.simulated_apdu import Command, Reply, StatusError
from drivers.chip.simulated_bac import Bac, mrz_information, password_of
from drivers.chip.simulated_domains import CURVES, GROUPS
from drivers.chip.simulated_mapping import CurveGroup, PowerGroup, point_of, pseudo_random
from drivers.chip.simulated_messaging import (
    AUTHENTICATE,
    ENCRYPT,
    PASSWORD,
    SUITES,
    TRIPLE_DES,
    Session,
)
from drivers.chip.simulated_pace import Pace, PaceOffer, sealed_chip_data

H = bytes.fromhex
AES_128 = SUITES["AES-128"]
BRAINPOOL_256 = CURVES[13]


def drawn(*values):
    """Random bytes that are none: these, one after another, each of the length asked for."""
    left = [H(value) for value in values]

    def take(count):
        value = left.pop(0)
        assert len(value) == count
        return value

    return take


def test_appendix_d_bac_and_secure_messaging():
    password = password_of("L898902C<369080619406236")
    random = drawn("4608F91988702212", "0B4F80323EB3191CB04970CB4052790B")
    bac = Bac(password, random)
    assert bac.challenge() == H("4608F91988702212")
    answer, session = bac.authenticate(
        H("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A7")
    )
    assert answer == H(
        "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449"
    )
    key = session.suite.derive(session.secret, ENCRYPT)
    parity = 0xFE  # DES reads seven bits of each byte; the example sets the eighth
    assert [byte & parity for byte in key] == [
        byte & parity for byte in H("979EC13B1CBFE9DCD01AB0FED307EAE5")
    ]
    assert session.counter == int("887022120C06C226", 16)
    for command, plain, reply, protected in D_4:
        opened = Command.parse(H(command), extended=True)
        within = session.open(opened)
        assert (within.header + within.data).hex().upper() == plain
        assert session.close(opened, Reply(H(reply))) == H(protected)


D_4 = (
    (
        "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
        "00A4020C011E",
        "",
        "990290008E08FA855A5D4C50A8ED9000",
    ),
    (
        "0CB000000D9701048E08ED6705417E96BA5500",
        "00B00000",
        "60145F01",
        "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000",
    ),
    (
        "0CB000040D9701128E082EA28A70F3C7B53500",
        "00B00004",
        "04303130365F36063034303030305C026175",
        "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
    ),
)


def test_the_mrz_information_of_the_appendix_g_document():
    lines = (
        "IDD<<T220001293<<<<<<<<<<<<<<<",
        "6408125<1010318D<<<<<<<<<<<<<4",
        "MUSTERMANN<<ERIKA<<<<<<<<<<<<<",
    )
    assert mrz_information(lines) == "T22000129364081251010318"
    assert AES_128.derive(password_of(mrz_information(lines)), PASSWORD) == H(
        "89DED1B26624EC1E634C1989302849DD"
    )


def test_the_mrz_information_of_a_number_longer_than_nine():
    lines = (
        "I<UTOD23145890<7349<<<<<<<<<<<",
        "3407127M9507122UTO<<<<<<<<<<<2",
        "STEVENSON<<PETER<JOHN<<<<<<<<<",
    )
    assert mrz_information(lines) == "D23145890734934071279507122"


def test_appendix_g_1_generic_mapping_over_a_curve():
    random = drawn(
        "3F00C4D39D153F2B2A214A078D899B22",
        "498FF49756F2DC1587840041839A85982BE7761D14715FB091EFA7BCE9058560",
        "107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A",
    )
    pace = Pace(
        PaceOffer("ECDH-GM", "AES-128", 13), password_of("T22000129364081251010318"), random
    )
    session = None
    for command, expected in G_1:
        answer, session = pace.answer(H(command))
        assert answer == H(expected)
    assert session is not None
    assert session.counter == 0
    assert session.suite.derive(session.secret, ENCRYPT) == H("F5F0E35C0D7161EE6724EE513A0D9A7F")
    assert session.suite.derive(session.secret, AUTHENTICATE) == H(
        "FE251C7858B356B24514B3BD5F4297D1"
    )


G_1 = (
    ("7C00", "7C12801095A3A016522EE98D01E76CB6B98B42C3"),
    (
        (
            "7C438141047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E"
            "544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D"
        ),
        (
            "7C43824104824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57"
            "30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C54"
        ),
    ),
    (
        (
            "7C438341042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C"
            "3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB36462"
        ),
        (
            "7C438441049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB"
            "7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F094"
        ),
    ),
    ("7C0A8508C2B0BD78D94BA866", "7C0A86083ABB9674BCE93C08"),
)


def test_appendix_g_2_generic_mapping_in_a_modp_group():
    group = PowerGroup(GROUPS[0])
    nonce = H("FA5B7E3E49753A0DB9178B7B9BD898C8")
    theirs = H(
        "78879F57225AA8080D52ED0FC890A4B25336F699AA89A2D3A189654AF70729E6"
        "23EA5738B26381E4DA19E004706FACE7B235C2DBF2F38748312F3C98C2DD4882"
        "A41947B324AA1259AC22579DB93F7085655AF30889DBB845D9E6783FE42C9F24"
        "49400306254C8AE8EE9DD812A804C0B66E8CAFC14F84D8258950A91B44126EE6"
    )
    _, mapped = group.generic(nonce, int("5265030F751F4AD18B08AC565FC7AC952E41618D", 16), theirs)
    secret = mapped.secret(
        int("89CCD99B0E8D3B1F11E1296DCA68EC53411CF2CA", 16),
        H(
            "075693D9AE941877573E634B6E644F8E60AF17A0076B8B123D9201074D36152B"
            "D8B3A213F53820C42ADC79AB5D0AEEC3AEFB91394DA476BD97B9B14D0A65C1FC"
            "71A0E019CB08AF55E1F729005FBA7E3FA5DC41899238A250767A6D46DB974064"
            "386CD456743585F8E5D90CC8B4004B1F6D866C79CE0584E49687FF61BC29AEA1"
        ),
    )
    assert secret[:16] == H("6BABC7B3A72BCD7EA385E4C62DB2625B")
    assert AES_128.derive(secret, AUTHENTICATE) == H("805A1D27D45A5116F73C54469462B7D8")


def test_appendix_h_1_integrated_mapping_over_a_curve():
    nonce, theirs = H("2923BE84E16CD6AE529049F1F1BBE9EB"), H("5DD4CBFC96F5453B130D890A1CDBAE32")
    number = pseudo_random(AES_128, nonce, theirs, BRAINPOOL_256.p)
    assert number == int("A2F8FF2DF50E52C6599F386ADCB595D229F6A167ADE2BE5F2C3296ADD5B7430E", 16)
    assert points.encode(BRAINPOOL_256, point_of(BRAINPOOL_256, number)) == H(
        "048E82D31559ED0FDE92A4D0498ADD3C23BABA94FB77691E31E90AEA77FB17D427"
        "4C1AE14BD0C3DBAC0C871B7F3608169364437CA30AC243A089D3F266C1E60FAD"
    )
    mapped = CurveGroup(BRAINPOOL_256).integrated(AES_128, nonce, theirs)
    secret = mapped.secret(
        int("A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595", 16),
        H(
            "0467F78E5F7F7686082B293E8D087E056916D0F74BC01A5F8957D0DE45691E51E8"
            "932B69A962B52A0985AD2C0A271EE6A13A8ADDDCD1A3A994B9DED257F4D22753"
        ),
    )
    assert secret == H("4F150FDE1D4F0E38E95017B891BAE17133A0DF45B0D3E18B60BA7BEAFDC2C713")


def test_appendix_h_2_integrated_mapping_in_a_modp_group():
    nonce, theirs = H("FA5B7E3E49753A0DB9178B7B9BD898C8"), H("B3A6DB3C870C3E99245E0D1C06B747DE")
    number = pseudo_random(AES_128, nonce, theirs, GROUPS[0].p)
    assert f"{number:X}".startswith("A0C7C50C002061A51CC87D254EF38068607417B6EE1B36473CFB800D")
    mapped = PowerGroup(GROUPS[0]).integrated(AES_128, nonce, theirs)
    assert mapped.public(1)[:16] == H("1D7D767F11E333BCD6DBAEF40E799E7A")


def test_appendix_i_1_chip_authentication_mapping_seals_its_data():
    secret = H("67950559D0C06B4D4B86972D14460837461087F8419FDBC36AAF6CEAAC462832")
    data = H("85DC3FA93D0952BFA82F5FD189EE75BD82F11D1F0B8ED4BF5319AC9B53C426B3")
    assert AES_128.derive(secret, ENCRYPT) == H("0A9DA4DB03BDDE39FC5202BC44B2E89E")
    assert sealed_chip_data(AES_128, secret, data) == H(
        "1EEA964DAAE372AC990E3EFDE6333353BFC89A6704D93DA8798CF77F5B7A54BD10CBA372B42BE0B9"
        "B5F28AA8DE2F4F92"
    )


@pytest.mark.parametrize("number", sorted(CURVES))
def test_each_curve_holds_its_generator_and_its_order(number):
    curve = CURVES[number]
    assert points.on_curve(curve, points.base(curve))
    last = points.multiply(curve, curve.n - 1, points.base(curve))
    assert last == (curve.x, curve.p - curve.y)


@pytest.mark.parametrize("number", sorted(GROUPS))
def test_each_modp_group_has_its_order(number):
    group = GROUPS[number]
    assert pow(group.g, group.q, group.p) == 1
    assert (group.p - 1) % group.q == 0


def test_a_wrong_mac_ends_in_a_status_word():
    session = Session(TRIPLE_DES, bytes(16))
    with pytest.raises(StatusError, match="6988"):
        session.open(Command.parse(H("0CB000000D9701048E08ED6705417E96BA5500"), extended=True))
