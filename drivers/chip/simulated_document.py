"""Personalises a virtual chip: files, signatures and keys, with the faults that a story wants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from Crypto.PublicKey import RSA

from drivers.chip import simulated_files as files
from drivers.chip.simulated_bac import mrz_information, password_of
from drivers.chip.simulated_der import der, set_of, tag_and_length
from drivers.chip.simulated_issuer import Issuer, State, make_issuer
from drivers.chip.simulated_keys import EcKey, RsaKey, digest
from drivers.chip.simulated_manners import GOOD, ChipManners
from drivers.chip.simulated_pace import PaceOffer
from drivers.chip.simulated_profile import ChipProfile, Holder
from drivers.chip.simulated_proofs import ActiveKey, ChipProof, EcActive, RsaActive

CARD_ACCESS, CARD_SECURITY, DIRECTORY, ATR_INFO = 0x011C, 0x011D, 0x2F00, 0x2F01
COM, SOD, FIRST_GROUP = 0x011E, 0x011D, 0x0100
LDS_AID = bytes.fromhex("A0000002471001")
OTHER_STATE = State("FRA", "FR")
_CLONER = b"cloner"
_IMPOSTOR_KEY = 0x1234567
_WEAK_OFFER = PaceOffer("ECDH-GM", "3DES", 12)
_ENDLESS_BYTES = 0xFFFFFF
_NEEDS_TERMINAL = 3


@dataclass(frozen=True, slots=True, repr=False)
class ChipFile:
    """One elementary file; an endless one gives bytes wherever it is read."""

    data: bytes
    endless: bool = False
    barred: bool = False  # to a terminal that has not authenticated itself

    def read(self, at: int, count: int) -> bytes:
        """What lies there, as far as it goes."""
        held = self.data[at : at + count]
        return held + b"\x5a" * (count - len(held)) if self.endless else held


@dataclass(frozen=True, slots=True, repr=False)
class ChipContents:
    """All that a chip holds: files by identifier, passwords, keys."""

    master: Mapping[int, ChipFile]
    application: Mapping[int, ChipFile]
    mrz_password: bytes
    can: bytes
    profile: ChipProfile
    offers: tuple[PaceOffer, ...]
    manners: ChipManners = GOOD
    active: ActiveKey | None = None
    chip_key: EcKey | None = None
    mapping_keys: Mapping[int, int] = field(default_factory=dict)

    def proof(self) -> ChipProof | None:
        """Chip authentication from its start, where the chip has it."""
        if self.chip_key is None:
            return None
        return ChipProof(self.profile.chip_authentication, self.chip_key)


@dataclass(frozen=True, slots=True, repr=False)
class Personaliser:
    """Makes chips for one issuer; `signed_at` stands in each EF.SOD."""

    issuer: Issuer
    signed_at: datetime

    def make(
        self, holder: Holder, profile: ChipProfile | None = None, manners: ChipManners = GOOD
    ) -> ChipContents:
        """One document's chip; raises ValueError on a portrait that is no picture."""
        profile = profile or ChipProfile()
        seed = b"chip " + mrz_information(holder.mrz).encode()
        active = _active(profile, seed)
        chip = EcKey.of(profile.curve, seed) if profile.chip_authentication else None
        groups = _groups(holder, profile, active, chip, manners)
        issuer, signed_at = self._signer(manners)
        sod = ChipFile(issuer.sod(groups, signed_at))
        listed = tuple(n for n in sorted(groups) if not (manners.hides_proofs and n in {14, 15}))
        application = {
            FIRST_GROUP + number: _spoilt(number, data, manners) for number, data in groups.items()
        }
        if manners.swapped_dg15:
            active = EcActive(EcKey.of(profile.curve, _CLONER))
            application[FIRST_GROUP + 15] = ChipFile(files.dg15(active.key))
        offers = profile.pace + ((_WEAK_OFFER,) if manners.access_differs else ())
        cloned = manners.clone
        return ChipContents(
            master=self._master(profile, offers, seed, issuer),
            application={**application, COM: ChipFile(files.com(listed)), SOD: sod},
            mrz_password=password_of(mrz_information(holder.mrz)),
            can=holder.can.encode(),
            profile=profile,
            offers=offers,
            manners=manners,
            active=_active(profile, _CLONER) if cloned else active,
            chip_key=EcKey.of(profile.curve, _CLONER) if cloned and chip else chip,
            mapping_keys={
                offer.parameters: EcKey.of(offer.parameters, _CLONER if cloned else seed).private
                for offer in profile.pace
                if offer.mapping == "ECDH-CAM"
            },
        )

    def _master(
        self,
        profile: ChipProfile,
        offers: tuple[PaceOffer, ...],
        seed: bytes,
        issuer: Issuer,
    ) -> dict[int, ChipFile]:
        held = {
            DIRECTORY: ChipFile(der(0x61, der(0x4F, LDS_AID))),
            ATR_INFO: ChipFile(_atr_info(profile)),
        }
        if offers:
            held[CARD_ACCESS] = ChipFile(files.card_access(offers))
        mapped = [offer for offer in profile.pace if offer.mapping == "ECDH-CAM"]
        if mapped:
            keys = [EcKey.of(offer.parameters, seed).public_key_info() for offer in mapped]
            infos = [files.pace_info(offer) for offer in profile.pace]
            infos += [files.chip_key(key) for key in keys]
            infos += [files.chip_protocol(offer.suite) for offer in mapped]
            sealed = issuer.card_security(set_of(*infos), self.signed_at)
            held[CARD_SECURITY] = ChipFile(sealed)
        return held

    def _signer(self, manners: ChipManners) -> tuple[Issuer, datetime]:
        """Who signs this document, and when."""
        if manners.other_state:
            return make_issuer(OTHER_STATE, datetime(2020, 1, 1, tzinfo=UTC)), self.signed_at
        if manners.forged_curve:
            return self.issuer.forged(_IMPOSTOR_KEY), self.signed_at
        if manners.expired_signer:
            began = self.signed_at - timedelta(days=365)
            return self.issuer.with_signer(began, years=0.5), self.signed_at
        return self.issuer, self.signed_at


def _groups(
    holder: Holder,
    profile: ChipProfile,
    active: ActiveKey | None,
    chip: EcKey | None,
    manners: ChipManners,
) -> dict[int, bytes]:
    """The data groups that are signed, by number."""
    groups = {1: files.dg1(holder.mrz), 2: files.dg2(holder.portrait)}
    if profile.protected:
        groups[3] = der(0x63, digest("sha512", b"fingers"))
    if holder.full_name or holder.birth_place:
        groups[11] = files.dg11(holder)
    if holder.authority:
        groups[12] = files.dg12(holder)
    named = active.key if isinstance(active, EcActive) else None
    proof = (profile.chip_authentication, chip.public_key_info()) if chip else None
    if profile.pace or proof or named:
        groups[14] = files.dg14(profile.pace, proof, named)
    if active is not None:
        groups[15] = files.dg15(active.key)
    if manners.bomb:
        groups[manners.bomb] = files.bomb(manners.bomb)
    return groups


def _spoilt(number: int, data: bytes, manners: ChipManners) -> ChipFile:
    """A data group as the chip gives it, whatever was signed."""
    if number == manners.endless:
        return ChipFile(data[:1] + b"\x83" + _ENDLESS_BYTES.to_bytes(3), endless=True)
    if number == manners.altered:
        at = len(data) // 2
        data = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
    if number == manners.longer:
        data = _claiming(data, 10)
    if number == manners.shorter:
        data = _claiming(data, -10)
    return ChipFile(data, barred=number == _NEEDS_TERMINAL)


def _claiming(data: bytes, more: int) -> bytes:
    """The same data behind a length that is off by so many bytes."""
    head = 2 if data[1] < 0x80 else 2 + (data[1] & 0x7F)
    return tag_and_length(data[0], len(data) - head + more) + data[head:]


def _active(profile: ChipProfile, seed: bytes) -> ActiveKey | None:
    if not profile.active:
        return None
    if profile.active == "ecdsa":
        return EcActive(EcKey.of(profile.curve, b"active " + seed))
    name = profile.active.removeprefix("rsa-")
    key = _rsa(profile.rsa_bits, cloned=seed == _CLONER)
    return RsaActive(RsaKey(key, name))


@cache
def _rsa(size_bits: int, cloned: bool) -> RSA.RsaKey:  # noqa: ARG001 (a cloner has another key)
    """Drawn once in each process: drawing takes long, and nothing here is worth a fresh one."""
    return RSA.generate(size_bits)


def _atr_info(profile: ChipProfile) -> bytes:
    """EF.ATR/INFO: extended lengths (7F66) and what the card can (47)."""
    if not profile.extended:
        return der(0x47, b"\x80\x01\x90")
    length = der(0x02, profile.most_bytes.to_bytes(2))  # unsigned, as most chips write it
    return der(0x7F66, length, length) + der(0x47, b"\x80\x01\xf0")
