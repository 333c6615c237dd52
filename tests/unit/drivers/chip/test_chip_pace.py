"""PACE against the worked examples of Doc 9303-11, appendices G, H and I, byte for byte."""

import pytest

from drivers.chip import pace_mapping, security_infos, suites
from drivers.chip.api import CanSecret, MrzSecret
from drivers.chip.domain_parameters import standardised
from drivers.chip.errors import (
    ChipAccessError,
    ChipDataError,
    ChipProtocolError,
    PaceUnavailableError,
)
from drivers.chip.pace import Mapping, Pace, Password, offer, password
from drivers.chip.security_infos import PaceInfo
from drivers.chip.suites import AES_128

MRZ = MrzSecret.of("T22000129", "640812", "101031")
PASSWORD = Password(bytes.fromhex("89DED1B26624EC1E634C1989302849DD"), 1)
IM_PASSWORD = Password(bytes.fromhex("591468CDA83D65219CCCB8560233600F"), 1)
PACE_OID = "04007F0007020204"
MODP_Q = 0xF518AA8781A8DF278ABA4E7D64B7CB9D49462353

GM_SCRIPT = (
    ("0022C1A40F800A04007F00070202040202830101", "9000"),
    ("10860000027C0000", "7C12801095A3A016522EE98D01E76CB6B98B42C39000"),
    (
        (
            "10860000457C438141047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E"
            "544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D00"
        ),
        (
            "7C43824104824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57"
            "30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C549000"
        ),
    ),
    (
        (
            "10860000457C438341042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C"
            "3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB3646200"
        ),
        (
            "7C438441049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB"
            "7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F0949000"
        ),
    ),
    ("008600000C7C0A8508C2B0BD78D94BA86600", "7C0A86083ABB9674BCE93C089000"),
)
GM_NUMBERS = (
    "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99",
    "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595",
)
DH_GM_SCRIPT = (
    ("0022C1A40F800A04007F00070202040102830101", "9000"),
    ("10860000027C0000", "7C128010854D8DF5827FA6852D1A4FA701CDDDCA9000"),
    (
        (
            "10860000867C818381818023FB3749EA030D2A25B278D2A562047ADE3F01B74F17A15402CB7352CA7D2B3E"
            "B71C343DB13D1DEBCE9A3666DBCFC920B49174A602CB47965CAA73DC702489A44D41DB914DE9613DC5E98C"
            "94160551C0DF86274B9359BC0490D01B03AD54022DCB4F57FAD6322497D7A1E28D46710F461AFE710FBBBC"
            "5F8BA166F4311975EC6C00"
        ),
        (
            "7C818382818078879F57225AA8080D52ED0FC890A4B25336F699AA89A2D3A189654AF70729E623EA5738B2"
            "6381E4DA19E004706FACE7B235C2DBF2F38748312F3C98C2DD4882A41947B324AA1259AC22579DB93F7085"
            "655AF30889DBB845D9E6783FE42C9F2449400306254C8AE8EE9DD812A804C0B66E8CAFC14F84D8258950A9"
            "1B44126EE69000"
        ),
    ),
    (
        (
            "10860000867C8183838180907D89E2D425A178AA81AF4A7774EC8E388C115CAE67031E85EECE520BD91155"
            "1B9AE4D04369F29A02626C86FBC6747CC7BC352645B6161A2A42D44EDA80A08FA8D61B76D3A154AD8A5A51"
            "786B0BC07147057871A922212C5F67F43173172236B7747D1671E6D692A3C7D40A0C3C5CE397545D015C17"
            "5EB5130551EDBC2EE5D400"
        ),
        (
            "7C8183848180075693D9AE941877573E634B6E644F8E60AF17A0076B8B123D9201074D36152BD8B3A213F5"
            "3820C42ADC79AB5D0AEEC3AEFB91394DA476BD97B9B14D0A65C1FC71A0E019CB08AF55E1F729005FBA7E3F"
            "A5DC41899238A250767A6D46DB974064386CD456743585F8E5D90CC8B4004B1F6D866C79CE0584E49687FF"
            "61BC29AEA19000"
        ),
    ),
    ("008600000C7C0A8508B46DD9BD4D98381F00", "7C0A8608917F37B5C0E6D8D19000"),
)
DH_GM_NUMBERS = (
    "5265030F751F4AD18B08AC565FC7AC952E41618D",
    "89CCD99B0E8D3B1F11E1296DCA68EC53411CF2CA",
)
IM_SCRIPT = (
    ("0022C1A40F800A04007F00070202040402830101", "9000"),
    ("10860000027C0000", "7C128010143DC40C08C8E891FBED7DEDB92B64AD9000"),
    ("10860000147C1281105DD4CBFC96F5453B130D890A1CDBAE3200", "7C0282009000"),
    (
        (
            "10860000457C4383410489CBA23FFE96AA18D824627C3E934E54A9FD0B87A95D1471DC1C0ABFDCD640D4"
            "6755DE9B7B778280B6BEBD57439ADFEB0E21FD4ED6DF42578C13418A59B34C3700"
        ),
        (
            "7C4384410467F78E5F7F7686082B293E8D087E056916D0F74BC01A5F8957D0DE45691E51E8"
            "932B69A962B52A0985AD2C0A271EE6A13A8ADDDCD1A3A994B9DED257F4D227539000"
        ),
    ),
    ("008600000C7C0A8508450F02B86F6A090900", "7C0A860875D4D96E8D5B03089000"),
)
IM_NUMBERS = (
    "5DD4CBFC96F5453B130D890A1CDBAE32",
    "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595",
)
DH_IM_SCRIPT = (
    ("0022C1A40F800A04007F00070202040302830101", "9000"),
    ("10860000027C0000", "7C1280109ABB8864CA0FF1551E620D1EF4E135109000"),
    ("10860000147C128110B3A6DB3C870C3E99245E0D1C06B747DE00", "9000"),
    (
        (
            "10860000867C81838381800F0CC62945A8029251FB7EF3C094E12EC68E4EF07F27CB9D9CD04C5C4250FAE0"
            "E4F8A951557E929AEB48E5C6DD47F2F5CD7C351A9BD2CD722C07EDE166770F08FFCB370262CF308DD7B07F"
            "2E0DA9CAAA1492344C852906919538C98A4BA4187E76CE9D87832386D319CE2E043C3343AEAE6EDBA1A989"
            "4DC5094D22F7FE1351D500"
        ),
        (
            "7C8183848180928D9A0F9DBA450F13FC859C6F290D1D36E42431138A4378500BEB4E0401854CFF111F71CB"
            "6DC1D0335807A11388CC8EAA87B07907AAD9FBA6B169AF6D8C26AF8DDDC39ADC3AD2E3FF882B84D23E9768"
            "E95A80E4746FB07A9767679FE92133B4D379935C771BD7FBED6C7BB4B1708B275EA75679524CDC9C6A9137"
            "0CC662A2F39000"
        ),
    ),
    ("008600000C7C0A850855D61977CBF5307E00", "7C0A8608C2F04230187E15259000"),
)
# The example's private key is longer than the order; what is left of it modulo q is the same key.
DH_IM_PRIVATE = int(
    "4BD0E54740F9A028E6A515BFDAF967848C4F5F5FFF65AA0915947FFD1A0DF2FA6981271BC905F3551457B7E03A"
    "C3B8066DE4AA406C1171FB43DD939C4BA16175103BA3DEE16419AA248118F90CC36A3D6F4C373652E0C3CCE7F0"
    "F1D0C5425B3600F0F0D6A67F004C8BBA33F2B4733C7252445C1DFC4F1107203F71D2EFB28161",
    16,
)
DH_IM_NUMBERS = ("B3A6DB3C870C3E99245E0D1C06B747DE", f"{DH_IM_PRIVATE % MODP_Q:040X}")
CAM_SCRIPT = (
    ("0022C1A40F800A04007F00070202040602830101", "9000"),
    ("10860000027C0000", "7C128010CB60E8E0D85B76A9BD304747C2AD42E29000"),
    (
        (
            "10860000457C438141047F1D410ADB7DDB3B84BF1030800981A9105D7457B4A3ADE002384F3086C67EDE"
            "1AB889104A27DB6D842B019020FBF3CEACB0DC627F7BDCAC29969E19D0E553C100"
        ),
        (
            "7C43824104A234236AA9B9621E8EFB73B5245C0E09D2576E5277183C1208BDD55280CAE8B3"
            "04F365713A356E65A451E165ECC9AC0AC46E3771342C8FE5AEDD092685338E239000"
        ),
    ),
    (
        (
            "10860000457C43834104446C934084D9DAB863944F219520076C29EE3F7AE6722B11FF319EC1C7728F95"
            "5483400BFF60BF0C5929270009277DC2A515E12575010AD9BA916CF1BF86FEFC00"
        ),
        (
            "7C4384410402AD566F3C6EC7F9324509AD50A51FA52030782A4968FCFEDF737DAEA9933331"
            "11C3B9B4C2287789BD137E7F8AA882E2A3C633CCD6ECC2C63C57AD401A09C2E19000"
        ),
    ),
    (
        "008600000C7C0A8508E86BD06018A1CD3B00",
        (
            "7C3C86088596CF055C67C1A38A301EEA964DAAE372AC990E3EFDE6333353BFC89A6704D93DA8798CF77F5B"
            "7A54BD10CBA372B42BE0B9B5F28AA8DE2F4F929000"
        ),
    ),
)
CAM_NUMBERS = (
    "5D8BB87BD74D985A4B7D4325B9F7B976FE835122773400798914AA22738135CC",
    "76ECFDAA9841C323A3F5FC5E88B88DB3EFF7E35EBF57A7E6946CB630006C2120",
)
CAM_STATIC_KEY = bytes.fromhex(
    "041872709494399E7470A6431BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC8"
    "84D256A40E35EFCB59BF6753D3A489D28C7A4D973C2DA138A6E7A4A08F68E16F"
)
CARD_SECURITY_INFOS = (
    "31643062060904007F0007020201023052300C060704007F0007010202010D034200041872709494399E7470A6"
    "431BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC884D256A40E35EFCB59BF6753D3A489D28C7A4D973C2DA1"
    "38A6E7A4A08F68E16F02010D"
)

EXAMPLES = {
    "G.1 ECDH generic": (
        *("0202", 13, PASSWORD, GM_SCRIPT, GM_NUMBERS),
        *("F5F0E35C0D7161EE6724EE513A0D9A7F", "FE251C7858B356B24514B3BD5F4297D1"),
    ),
    "G.2 DH generic": (
        *("0102", 0, PASSWORD, DH_GM_SCRIPT, DH_GM_NUMBERS),
        *("2F7F46ADCC9E7E521B45D192FAFA9126", "805A1D27D45A5116F73C54469462B7D8"),
    ),
    "H.1 ECDH integrated": (
        *("0402", 13, IM_PASSWORD, IM_SCRIPT, IM_NUMBERS),
        *("0D3FEB33251A6370893D62AE8DAAF51B", "B01E89E3D9E8719E586B50B4A7506E0B"),
    ),
    "H.2 DH integrated": (
        *("0302", 0, IM_PASSWORD, DH_IM_SCRIPT, DH_IM_NUMBERS),
        *("01AFC10CF87BE36D8179E87370171F07", "23F0FBD05FD6C7B8B88F4C8309669061"),
    ),
}


def _offer(arcs, parameters):
    return offer(PaceInfo(bytes.fromhex(PACE_OID + arcs), 2, parameters))


@pytest.mark.parametrize("example", EXAMPLES)
def test_worked_example_byte_for_byte(example, scripted, numbers):
    arcs, parameters, secret, script, drawn, encryption, mac = EXAMPLES[example]
    card = scripted(*script)
    evidence = Pace(card, _offer(arcs, parameters), secret, numbers(*drawn)).establish()
    assert evidence is None
    assert card.secured.keys.encryption.hex().upper() == encryption
    assert card.secured.keys.mac.hex().upper() == mac
    assert card.apdus == 5


def test_worked_example_of_chip_authentication_mapping(scripted, numbers):
    secret = password(MrzSecret.of("C11T002JM", "960812", "231031"), AES_128)
    card = scripted(*CAM_SCRIPT)
    evidence = Pace(card, _offer("0602", 13), secret, numbers(*CAM_NUMBERS)).establish()
    assert card.secured.keys.encryption.hex().upper() == "0A9DA4DB03BDDE39FC5202BC44B2E89E"
    assert card.secured.keys.mac.hex().upper() == "4B1C06491ED5140CA2B537D344C6C0B1"
    assert evidence.data.hex().upper() == (
        "85DC3FA93D0952BFA82F5FD189EE75BD82F11D1F0B8ED4BF5319AC9B53C426B3"
    )
    assert evidence.proves(CAM_STATIC_KEY)
    assert not evidence.proves(standardised(13).base)


def test_key_of_the_mrz_is_the_example_s():
    assert password(MRZ, AES_128).key == PASSWORD.key
    assert password(MRZ, AES_128).reference == 1
    assert password(CanSecret.of("123456"), AES_128).reference == 2


def test_wrong_password_is_told_from_a_wrong_proof(scripted, numbers):
    last = GM_SCRIPT[-1][0]
    card = scripted(*GM_SCRIPT[:-1], (last, "6300"))
    with pytest.raises(ChipAccessError):
        Pace(card, _offer("0202", 13), PASSWORD, numbers(*GM_NUMBERS)).establish()
    card = scripted(*GM_SCRIPT[:-1], (last, "7C0A86083ABB9674BCE93C099000"))
    with pytest.raises(ChipProtocolError, match="token is wrong"):
        Pace(card, _offer("0202", 13), PASSWORD, numbers(*GM_NUMBERS)).establish()
    assert card.secured is None


def test_chip_that_declines_says_so_by_its_own_type(scripted, numbers):
    card = scripted((GM_SCRIPT[0][0], "6A80"))
    with pytest.raises(PaceUnavailableError, match="6A80"):
        Pace(card, _offer("0202", 13), PASSWORD, numbers()).establish()


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (1, "7C0080009000"),
        (1, "9000"),
        (1, "7C0380010290009000"),
        (2, "7C438241" + "04" + "11" * 64 + "9000"),
        (2, "7C4382410490009000"),
        (3, "7C438441" + GM_SCRIPT[3][0][18:-2] + "9000"),
        (3, "7C03840100" + "9000"),
        (4, "7C009000"),
        (4, "90"),
        (4, ""),
    ],
)
def test_spoilt_steps_end_typed(step, answer, scripted, numbers):
    card = scripted(*GM_SCRIPT[:step], (GM_SCRIPT[step][0], answer))
    with pytest.raises(ChipProtocolError):
        Pace(card, _offer("0202", 13), PASSWORD, numbers(*GM_NUMBERS)).establish()
    assert card.secured is None


def test_ambiguous_parameters_are_named_to_the_chip(scripted, numbers):
    asked = "0022C1A412800A04007F0007020204020283010184010D"
    card = scripted((asked, "6A80"))
    with pytest.raises(PaceUnavailableError):
        Pace(card, _offer("0202", 13), PASSWORD, numbers(), ambiguous=True).establish()


@pytest.mark.parametrize("number", [*range(3), *range(8, 19)])
@pytest.mark.parametrize("arc", [2, 4])
def test_every_standardised_group_maps_and_agrees(number, arc):
    group = standardised(number)
    mapping = "02" if arc == 2 else "04"
    if number < 3:
        mapping = "01" if arc == 2 else "03"
    found = _offer(mapping + "02", number)
    assert found.mapping is (Mapping.GENERIC if arc == 2 else Mapping.INTEGRATED)
    if arc == 4 and number == 10:
        with pytest.raises(ChipDataError, match="not defined"):
            group.encode(5)
        return
    generator = group.encode(0x1234567) if arc == 4 else group.times(77, group.base)
    one, other = group.times(1001, generator), group.times(2003, generator)
    assert group.times(2003, one) == group.times(1001, other)
    assert group.combine(one, other) == group.times(3004, generator)


@pytest.mark.parametrize(
    ("arcs", "parameters"),
    [("0202", 5), ("0202", 0), ("0102", 13), ("0209", 13), ("0902", 13), ("0602", 0)],
)
def test_what_no_standard_defines_is_no_offer(arcs, parameters):
    with pytest.raises(ChipDataError):
        _offer(arcs, parameters)


def test_security_infos_of_the_examples():
    infos = security_infos.card_access(
        bytes.fromhex("31143012060A04007F0007020204020202010202010D")
    )
    assert infos.pace == (PaceInfo(bytes.fromhex(PACE_OID + "0202"), 2, 13),)
    dg14 = bytes.fromhex("6E66" + CARD_SECURITY_INFOS)
    (key,) = security_infos.dg14(dg14).keys
    assert key.key_id == 13
    assert key.public_key.endswith(CAM_STATIC_KEY)


def test_longer_keys_map_too():
    for suite in (suites.AES_192, suites.AES_256, suites.TRIPLE_DES):
        group = standardised(13)
        nonce = bytes(range(pace_mapping.nonce_bytes(suite)))
        ours = bytes(range(suite.key_bytes))
        mapped = pace_mapping.integrated(group, suite, nonce, ours)
        assert group.combine(mapped, mapped) == group.times(2, mapped)
