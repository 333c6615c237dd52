"""The way to PostgreSQL without demanding its library of those who use SQLite."""

from importlib.util import find_spec

from mqtt.central.errors import ExtraMissingError
from mqtt.central.store import QUARANTINE_LIMIT_BYTES, CentralStore


def postgres_store(
    url: str,
    *,
    read_only: bool = False,
    replicated: bool = False,
    quarantine_limit_bytes: int = QUARANTINE_LIMIT_BYTES,
) -> CentralStore:
    """A PostgresStore; raises ExtraMissingError, StoreError and its kinds."""
    if find_spec("psycopg") is None:
        raise ExtraMissingError("psycopg, the library for PostgreSQL, is not installed.")
    from mqtt.central.store_postgres import PostgresStore  # noqa: PLC0415 - an optional extra

    return PostgresStore(
        url,
        read_only=read_only,
        replicated=replicated,
        quarantine_limit_bytes=quarantine_limit_bytes,
    )
