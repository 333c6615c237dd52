"""What a virtual chip can do and whom it stands for, as plain values."""

from dataclasses import dataclass

from drivers.chip.simulated_pace import PaceOffer


@dataclass(frozen=True, slots=True, repr=False)
class Holder:
    """The document's holder as its page shows him or her.

    mrz: two or three lines; portrait: JPEG or JPEG 2000; can: the number on the card's front.
    """

    mrz: tuple[str, ...]
    portrait: bytes
    can: str = "123456"
    full_name: str = ""
    birth_place: str = ""
    authority: str = ""
    issued: str = "20250101"

    def __repr__(self) -> str:
        """Say nothing of the holder."""
        return f"Holder({len(self.mrz)} lines, portrait of {len(self.portrait)} bytes)"


@dataclass(frozen=True, slots=True)
class ChipProfile:
    """Protocols and sizes.

    active: "", "rsa-sha1", "rsa-sha256" or "ecdsa"; chip_authentication: "", "3DES" or "AES-128"
    and longer; curve: domain parameters of the chip's own EC keys; rsa_bits: of its RSA key;
    extended: whether it takes extended lengths, and then most_bytes: of one response;
    says_end: whether it warns (6282) when a read reaches past the file's end.
    """

    pace: tuple[PaceOffer, ...] = (PaceOffer("ECDH-GM", "AES-128", 13),)
    bac: bool = True
    active: str = ""
    chip_authentication: str = "AES-128"
    curve: int = 13
    rsa_bits: int = 1024
    extended: bool = True
    most_bytes: int = 32_768
    protected: bool = True
    says_end: bool = False


PLAIN_BAC = ChipProfile(pace=(), chip_authentication="", extended=False)
"""A passport of the first generation: BAC, nothing that proves the chip."""
