"""What a field test of liveness was a test of: networks, limits and method, as one number."""

import hashlib
from pathlib import Path

from vision.liveness import METHOD, VERSION, Limits
from vision.model_store import MODELS_FOLDER


def under_test(models: Path = MODELS_FOLDER) -> str:
    """SHA-256, in hex, of method, version, every limit, and the list of the networks.

    It changes with each of them; a record that names another was made of another test.
    """
    listed = (models / "MODELS.toml").read_bytes()
    return hashlib.sha256(f"{METHOD} {VERSION} {Limits()!r}\n".encode() + listed).hexdigest()
