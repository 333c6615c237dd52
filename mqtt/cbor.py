"""Deterministic CBOR (RFC 8949, 4.2.1) out, and nothing but bounded deterministic CBOR in (pure)."""

from collections.abc import Collection

import cbor2


class CborError(ValueError):
    """Not CBOR, not deterministic, or beyond the bounds; the caller turns it into its own error."""


def dumps(value: object) -> bytes:
    """Shortest forms and sorted keys; text or small integer keys only, where cbor2's order is that of RFC 8949."""
    return cbor2.dumps(value, canonical=True)


def loads(data: bytes, *, limit_bytes: int, tags: Collection[int] = ()) -> object:
    """The one value in `data`, where its encoding is the deterministic one; raises CborError and nothing else."""
    raise NotImplementedError
