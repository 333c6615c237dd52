"""A kiosk.toml that the centre wants: judged, kept aside, put into force for the next start."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from firmware_app import config
from firmware_app.config import Config
from firmware_app.errors import ConfigError
from firmware_app.services.questions import questions_and_texts
from firmware_app.ui.texts import Texts
from mqtt.files import write_durably

ALLOWED = frozenset({"page", "policy", "law"})
STAGED = "kiosk.toml.staged"


class NotAllowedError(ConfigError):
    """The wanted configuration changes what only a person at the kiosk may."""

    mend = "Change page, policy and law from the centre; the rest with `kiosk` at the kiosk."


@dataclass(frozen=True, slots=True)
class ConfigStage:
    """`file` is the kiosk.toml in force, `folder` where a staged one waits."""

    file: Path
    folder: Path

    def judge(self, text: str) -> Config:
        """The configuration that `text` is; raises ConfigError, and NotAllowedError.

        From the centre only page, policy and law may change, and supervision not be taken away;
        questions that the kiosk would refuse at its start are refused here.
        """
        wanted, present = config.judge(self.file, text), config.load(self.file)
        for name in Config.__struct_fields__:
            if name not in ALLOWED and getattr(wanted, name) != getattr(present, name):
                raise NotAllowedError(f"{name} may not be changed from the centre.")
        if present.policy.supervised and not wanted.policy.supervised:
            raise NotAllowedError("policy.supervised may not be taken away from the centre.")
        questions_and_texts(wanted, Texts.load(languages=wanted.page.languages))
        return wanted

    def stage(self, text: str) -> None:
        """Keep it aside, on the disk when this returns; raises ConfigError, OSError."""
        self.judge(text)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(self.folder / STAGED, text.encode())

    def apply(self, digest: bytes) -> None:
        """Put the staged text of that SHA-256 into force for the next start; the old one is kept.

        Raises ConfigError where another text, or none, is staged; OSError.
        """
        present = self.file.read_bytes()
        if sha256(present).digest() == digest:
            return
        try:
            data = (self.folder / STAGED).read_bytes()
        except FileNotFoundError:
            raise ConfigError("nothing is staged.", "Stage it first.") from None
        if sha256(data).digest() != digest:
            raise ConfigError("another text is staged.", "Stage it again, then apply it.")
        self.judge(data.decode())
        mode = self.file.stat().st_mode & 0o777
        write_durably(self.file.with_name(self.file.name + ".previous"), present, mode)
        write_durably(self.file, data, mode)
        (self.folder / STAGED).unlink()


def changed(old: Config, new: Config) -> list[str]:
    """The names of the parts that differ."""
    one, other = msgspec.structs.asdict(old), msgspec.structs.asdict(new)
    return sorted(name for name in one if one[name] != other[name])
