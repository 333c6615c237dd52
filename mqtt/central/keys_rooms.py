"""Where a programme's keys lie: the root's folder, which is offline, and the centre's."""

from dataclasses import dataclass
from pathlib import Path

from mqtt.central.errors import CentralError
from mqtt.central.pki import KeyPair

MEMBERS = "centre-"
"""How the names of sink members begin, who may speak to all kiosks; no kiosk's name does."""


class KeysError(CentralError):
    """A key of the programme is missing, is there already, or may not be used so."""

    mend = "docs/keys.md goes through each step of the ceremony and what to do when a key is lost."


@dataclass(frozen=True, slots=True)
class RootRoom:
    """The folder on the stick that lies in the safe."""

    folder: Path

    @property
    def root(self) -> KeyPair:
        """The key that signs bundles and the issuing certificate, and its own certificate."""
        return KeyPair(self.folder / "root.key", self.folder / "root.pem")

    @property
    def escrow(self) -> Path:
        """The public half of the escrow key; the private half is with two holders."""
        return self.folder / "escrow.pub.pem"


@dataclass(frozen=True, slots=True)
class CentreRoom:
    """The folder of the centre: that of central.toml."""

    folder: Path

    @property
    def root(self) -> Path:
        """The root's certificate."""
        return self.folder / "root.pem"

    @property
    def escrow(self) -> Path:
        """The public half of the escrow key that the next bundle names."""
        return self.folder / "escrow.pub.pem"

    @property
    def issuing(self) -> KeyPair:
        """What issues the certificates of kiosks, brokers and members."""
        return KeyPair(self.folder / "issuing.key", self.folder / "issuing.pem")

    @property
    def authorities(self) -> Path:
        """Both certificates in one file, for the broker's cafile."""
        return self.folder / "ca.pem"

    @property
    def receipts(self) -> KeyPair:
        """What signs receipts."""
        return KeyPair(self.folder / "receipts.key", self.folder / "receipts.pub.pem")

    @property
    def commands(self) -> KeyPair:
        """What signs commands."""
        return KeyPair(self.folder / "commands.key", self.folder / "commands.pub.pem")

    @property
    def bundle(self) -> Path:
        """The newest bundle of keys, signed by the root."""
        return self.folder / "keys.bundle"

    @property
    def revoked(self) -> Path:
        """The list of revoked certificates, for the broker's crlfile."""
        return self.folder / "crl.pem"

    @property
    def registry(self) -> Path:
        """Whom the centre believes."""
        return self.folder / "registry.toml"

    @property
    def tokens(self) -> Path:
        """The open enrolment tokens."""
        return self.folder / "tokens.json"

    def recipient(self, label: str) -> KeyPair:
        """The decryption key of one month, such as 2026-11."""
        name = f"recipient-{label}"
        return KeyPair(self.folder / f"{name}.key", self.folder / f"{name}.pub.pem")

    def recipients(self) -> list[Path]:
        """The decryption keys that are there, the oldest first."""
        return sorted(self.folder.glob("recipient-*.key"))
