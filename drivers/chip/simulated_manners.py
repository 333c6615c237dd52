"""How a virtual chip misbehaves, as a story tells it; all zeros and False is a good chip."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChipManners:
    """Faults on the line count APDUs since power came, from 1; 0 is never.

    wrong_mac_at, replay_at: that response has a wrong MAC, or is the one before once more.
    silent_at, gone_at: from that APDU on there is no answer, or no card.
    broken_at: that APDU is answered with 6F00. cut_at: half of that response is lost.
    slow_s: before each answer.
    endless: this data group says that it is 16 MB long, and gives bytes for ever.
    longer, shorter: this data group's length says ten bytes more, or fewer, than there are.
    bomb: this data group is a thousand objects within one another, correctly signed.
    bac_only: PACE stands in EF.CardAccess, and the chip refuses it (a downgrade).
    access_differs: EF.CardAccess, which nobody signs, offers other than DG14 says.
    swapped_dg15: DG15 is another key's, as a cloner would write it; clone: the files are right,
    and the chip's own keys are not those that they name.
    hides_proofs: EF.COM does not list DG14 and DG15.
    altered: this data group was changed after it was signed.
    other_state: signed by another state's issuer. expired_signer: the document signer's certificate
    had ended when it signed. forged_curve: signed by an impostor of the issuer (CVE-2020-0601).
    """

    wrong_mac_at: int = 0
    replay_at: int = 0
    silent_at: int = 0
    gone_at: int = 0
    broken_at: int = 0
    cut_at: int = 0
    slow_s: float = 0.0
    endless: int = 0
    longer: int = 0
    shorter: int = 0
    bomb: int = 0
    bac_only: bool = False
    access_differs: bool = False
    swapped_dg15: bool = False
    clone: bool = False
    hides_proofs: bool = False
    altered: int = 0
    other_state: bool = False
    expired_signer: bool = False
    forged_curve: bool = False


GOOD = ChipManners()

STORIES: dict[str, ChipManners] = {
    "good": GOOD,
    "wrong-mac": ChipManners(wrong_mac_at=12),
    "replay": ChipManners(replay_at=12),
    "silent": ChipManners(silent_at=10),
    "gone": ChipManners(gone_at=10),
    "broken": ChipManners(broken_at=10),
    "cut": ChipManners(cut_at=12),
    "endless": ChipManners(endless=2),
    "longer": ChipManners(longer=2),
    "shorter": ChipManners(shorter=2),
    "bomb": ChipManners(bomb=11),
    "downgrade": ChipManners(bac_only=True),
    "access-differs": ChipManners(access_differs=True),
    "swapped-key": ChipManners(swapped_dg15=True),
    "clone": ChipManners(clone=True),
    "hidden": ChipManners(hides_proofs=True),
    "altered-data": ChipManners(altered=1),
    "altered-portrait": ChipManners(altered=2),
    "other-state": ChipManners(other_state=True),
    "expired-signer": ChipManners(expired_signer=True),
    "forged-curve": ChipManners(forged_curve=True),
    "slow": ChipManners(slow_s=0.2),
}
"""By the word that a cue or a URL may name."""
