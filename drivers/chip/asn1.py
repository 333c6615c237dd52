"""The one door to asn1crypto: what it cannot read becomes a ChipDataError, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from asn1crypto import algos, core, crl, keys, x509

from drivers.chip.errors import ChipDataError

__all__ = ["algos", "core", "crl", "keys", "reading", "x509"]
_ITS_ERRORS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Around every use of asn1crypto, whose values are parsed when they are first looked at."""
    try:
        yield
    except _ITS_ERRORS as error:
        raise ChipDataError(f"{what}: {type(error).__name__}.") from error
