"""Issuing states in two spellings: three letters in the zone, two in certificates.

Doc 9303-3, section 5, gives both; the rest is ISO 3166-1 (iso-codes 4.15.0). Pure.
"""

from functools import cache

_ISO = (
    "ABW:AW AFG:AF AGO:AO AIA:AI ALA:AX ALB:AL AND:AD ARE:AE "  # codespell:ignore
    "ARG:AR ARM:AM ASM:AS ATA:AQ ATF:TF ATG:AG AUS:AU AUT:AT "  # codespell:ignore
    "AZE:AZ BDI:BI BEL:BE BEN:BJ BES:BQ BFA:BF BGD:BD BGR:BG "  # codespell:ignore
    "BHR:BH BHS:BS BIH:BA BLM:BL BLR:BY BLZ:BZ BMU:BM BOL:BO "  # codespell:ignore
    "BRA:BR BRB:BB BRN:BN BTN:BT BVT:BV BWA:BW CAF:CF CAN:CA "  # codespell:ignore
    "CCK:CC CHE:CH CHL:CL CHN:CN CIV:CI CMR:CM COD:CD COG:CG "  # codespell:ignore
    "COK:CK COL:CO COM:KM CPV:CV CRI:CR CUB:CU CUW:CW CXR:CX "  # codespell:ignore
    "CYM:KY CYP:CY CZE:CZ DEU:DE DJI:DJ DMA:DM DNK:DK DOM:DO "  # codespell:ignore
    "DZA:DZ ECU:EC EGY:EG ERI:ER ESH:EH ESP:ES EST:EE ETH:ET "  # codespell:ignore
    "FIN:FI FJI:FJ FLK:FK FRA:FR FRO:FO FSM:FM GAB:GA GBR:GB "  # codespell:ignore
    "GEO:GE GGY:GG GHA:GH GIB:GI GIN:GN GLP:GP GMB:GM GNB:GW "  # codespell:ignore
    "GNQ:GQ GRC:GR GRD:GD GRL:GL GTM:GT GUF:GF GUM:GU GUY:GY "  # codespell:ignore
    "HKG:HK HMD:HM HND:HN HRV:HR HTI:HT HUN:HU IDN:ID IMN:IM "  # codespell:ignore
    "IND:IN IOT:IO IRL:IE IRN:IR IRQ:IQ ISL:IS ISR:IL ITA:IT "  # codespell:ignore
    "JAM:JM JEY:JE JOR:JO JPN:JP KAZ:KZ KEN:KE KGZ:KG KHM:KH "  # codespell:ignore
    "KIR:KI KNA:KN KOR:KR KWT:KW LAO:LA LBN:LB LBR:LR LBY:LY "  # codespell:ignore
    "LCA:LC LIE:LI LKA:LK LSO:LS LTU:LT LUX:LU LVA:LV MAC:MO "  # codespell:ignore
    "MAF:MF MAR:MA MCO:MC MDA:MD MDG:MG MDV:MV MEX:MX MHL:MH "  # codespell:ignore
    "MKD:MK MLI:ML MLT:MT MMR:MM MNE:ME MNG:MN MNP:MP MOZ:MZ "  # codespell:ignore
    "MRT:MR MSR:MS MTQ:MQ MUS:MU MWI:MW MYS:MY MYT:YT NAM:NA "  # codespell:ignore
    "NCL:NC NER:NE NFK:NF NGA:NG NIC:NI NIU:NU NLD:NL NOR:NO "  # codespell:ignore
    "NPL:NP NRU:NR NZL:NZ OMN:OM PAK:PK PAN:PA PCN:PN PER:PE "  # codespell:ignore
    "PHL:PH PLW:PW PNG:PG POL:PL PRI:PR PRK:KP PRT:PT PRY:PY "  # codespell:ignore
    "PSE:PS PYF:PF QAT:QA REU:RE ROU:RO RUS:RU RWA:RW SAU:SA "  # codespell:ignore
    "SDN:SD SEN:SN SGP:SG SGS:GS SHN:SH SJM:SJ SLB:SB SLE:SL "  # codespell:ignore
    "SLV:SV SMR:SM SOM:SO SPM:PM SRB:RS SSD:SS STP:ST SUR:SR "  # codespell:ignore
    "SVK:SK SVN:SI SWE:SE SWZ:SZ SXM:SX SYC:SC SYR:SY TCA:TC "  # codespell:ignore
    "TCD:TD TGO:TG THA:TH TJK:TJ TKL:TK TKM:TM TLS:TL TON:TO "  # codespell:ignore
    "TTO:TT TUN:TN TUR:TR TUV:TV TWN:TW TZA:TZ UGA:UG UKR:UA "  # codespell:ignore
    "UMI:UM URY:UY USA:US UZB:UZ VAT:VA VCT:VC VEN:VE VGB:VG "  # codespell:ignore
    "VIR:VI VNM:VN VUT:VU WLF:WF WSM:WS YEM:YE ZAF:ZA ZMB:ZM "  # codespell:ignore
    "ZWE:ZW "  # codespell:ignore
)
_OTHERS: dict[str, tuple[str, ...]] = {
    "D": ("DE",),
    "GBD": ("GB",),
    "GBN": ("GB",),
    "GBO": ("GB",),
    "GBP": ("GB",),
    "GBS": ("GB",),
    "EUE": ("EU",),
    "UNO": ("UN",),
    "UNA": ("UN",),
    "UNK": ("UN", "KS"),
    "RKS": ("KS", "XK"),
    "XKX": ("KS", "XK"),
    "ZIM": ("ZW",),
    "UTO": ("UT",),
}
_UNDER: dict[str, str] = {
    "GB": "AIA BMU CYM FLK GGY GIB IMN JEY MSR PCN SGS SHN TCA VGB",
    "CN": "HKG MAC",
    "DK": "FRO GRL",  # codespell:ignore
    "FR": "ATF BLM GLP GUF MAF MTQ MYT NCL PYF REU SPM WLF",
    "NL": "ABW BES CUW SXM",
    "US": "ASM GUM MNP PRI VIR",
}


def certificate_countries(state: str) -> frozenset[str]:
    """Which countries a signer may name for an issuing state of the zone; empty: nobody knows.

    A state's territories may be signed for by the state.
    """
    found = set(_OTHERS.get(state, ()))
    if state in _iso():
        found.add(_iso()[state])
    found.update(signer for signer, under in _UNDER.items() if state in under.split())
    return frozenset(found)


def agree(state: str, signer: str, authority: str) -> tuple[bool | None, str]:
    """Whether the zone's state, the signer's country and its authority's are one, and a sentence.

    `state` is empty where DG1 was not read. None: it cannot be told.
    """
    if not signer or not authority:
        return None, "a certificate names no country."
    if signer != authority:
        return False, f"the document signer is of {signer}, its authority of {authority}."
    if not state:
        return True, f"document signer and authority are of {signer}; DG1 was not read."
    allowed = certificate_countries(state)
    if not allowed:
        return None, f"no certificates' country is known for the issuing state {state}."
    if signer not in allowed:
        return False, f"DG1 is of {state}, its signer of {signer}: a document of another state."
    return True, f"DG1 is of {state}, document signer and authority are of {signer}."


@cache
def _iso() -> dict[str, str]:
    pairs = (pair.partition(":") for pair in _ISO.split())
    return {three: two for three, _, two in pairs}
