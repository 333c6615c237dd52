"""dm-verity: a hash tree behind the system, so that the kernel reads nothing that was changed."""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_DNS, uuid5

from image_build.steps import BuildError, run

BLOCK_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Verity:
    """What the kernel must be told: data blocks of 4096 bytes, salt and root hash in hex."""

    blocks: int
    salt: str
    root_hash: str

    def word(self) -> str:
        """For the kernel's command line."""
        return f"kiosk.verity={self.blocks}:{self.salt}:{self.root_hash}"


def protect(image: Path) -> Verity:
    """Append the tree to `image`. The salt comes from the data, so that equal data stay equal."""
    size = image.stat().st_size
    padded = -(-size // BLOCK_BYTES) * BLOCK_BYTES
    with image.open("r+b") as file:
        file.truncate(padded)
    digest = sha256()
    with image.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    salt = digest.hexdigest()
    told = run(
        [
            *("veritysetup", "format", "--hash=sha256", f"--salt={salt}"),
            *(f"--data-block-size={BLOCK_BYTES}", f"--hash-block-size={BLOCK_BYTES}"),
            *(f"--uuid={uuid5(NAMESPACE_DNS, salt)}", f"--hash-offset={padded}"),
            *(image, image),
        ]
    )
    found = re.search(r"Root hash:\s*([0-9a-f]{64})", told)
    if found is None:
        raise BuildError("veritysetup named no root hash.", "Look at its version: 2.6 is known.")
    return Verity(padded // BLOCK_BYTES, salt, found[1])
