"""The few calls in which SQLite and PostgreSQL differ; SQL with `?`, one connection, one thread."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from mqtt.receipts import ReceiptLevel

Row = tuple[Any, ...]


def within(sql: str, values: Sequence[object]) -> str:
    """`sql` that ends in IN, VALUES or the like, and after it as many `?` as there are values."""
    return f"{sql} ({', '.join('?' * len(values))})"


class Engine(Protocol):
    """All raise StoreError."""

    @property
    def level(self) -> ReceiptLevel:
        """How safe a commit is."""
        ...

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a SELECT."""
        ...

    def change(self, sql: str, values: Sequence[object] = ()) -> int:
        """How many rows an INSERT, UPDATE or DELETE changed."""
        ...

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Many fresh rows, by the fastest way."""
        ...

    def script(self, sql: str) -> None:
        """Statements ending in semicolons, without values."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, and nobody else writes events meanwhile; durable at the end."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Around a transaction that changes the tables: nobody else changes them meanwhile."""
        ...

    def version(self) -> int:
        """The last step of `schema` that was taken; 0 for none."""
        ...

    def set_version(self, number: int) -> None:
        """Remember that a step was taken."""
        ...

    def tune(self) -> None:
        """What this database wants of the tables, once."""
        ...

    def scrub(self) -> None:
        """Overwrite or give back what was deleted."""
        ...

    def close(self) -> None:
        """Let it go; safe to call twice."""
        ...
