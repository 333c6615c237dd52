"""What is due at the end of its retention: content and ciphertext go, the chain stays."""

from mqtt.central.engine import Engine, within
from mqtt.central.store import Purge, Retention

PERSONAL = "('crossing', 'attachment', 'officer_decision')"
SIZE = """
  coalesce((SELECT length(ciphertext) FROM ciphertexts AS c WHERE c.arrival = s.arrival), 0)
  + coalesce((SELECT length(event) FROM events AS e WHERE e.arrival = s.arrival), 0)
"""
# By its own date; an attachment by its crossing's; undated personal content by its receipt.
DUE = f"""
SELECT arrival FROM statements WHERE purged_utc IS NULL AND retain_until < ?
UNION SELECT arrival FROM statements WHERE purged_utc IS NULL AND relates_to IN
  (SELECT event_id FROM statements WHERE retain_until < ?)
UNION SELECT arrival FROM statements AS undated WHERE purged_utc IS NULL AND kind IN {PERSONAL}
  AND retain_until IS NULL AND received_utc < ? AND NOT EXISTS
  (SELECT 1 FROM statements AS crossing WHERE crossing.event_id = undated.relates_to
   AND crossing.retain_until IS NOT NULL)
"""  # noqa: S608 - constants of this file


class Shelf:
    """The retention of one database; whoever calls `take` holds the transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self, retention: Retention) -> Purge:
        """How many statements, waiting messages and bytes."""
        sql = f"SELECT count(*), sum({SIZE}) FROM statements AS s WHERE arrival IN ({DUE})"  # noqa: S608 - constants of this file
        count, size = self._engine.rows(sql, _days(retention))[0]
        day = str(retention.undated_before or "")
        held = "SELECT count(*), sum(length(wire)) FROM quarantine WHERE received_utc < ?"
        waiting, held_size = self._engine.rows(held, (day,))[0]
        return Purge(count, waiting, int(size or 0) + int(held_size or 0))

    def take(self, retention: Retention, at: str, limit: int) -> tuple[list[int], Purge]:
        """Delete the content of at most `limit` statements; gives which."""
        sql = f"SELECT s.arrival, {SIZE} FROM statements AS s WHERE s.arrival IN ({DUE}) LIMIT ?"  # noqa: S608 - constants of this file
        rows = self._engine.rows(sql, (*_days(retention), limit))
        arrivals = [row[0] for row in rows]
        if arrivals:
            for delete in (
                "DELETE FROM ciphertexts WHERE arrival IN",
                "DELETE FROM events WHERE arrival IN",
            ):
                self._engine.change(within(delete, arrivals), arrivals)
            mark = within("UPDATE statements SET purged_utc = ? WHERE arrival IN", arrivals)
            self._engine.change(mark, (at, *arrivals))
        return arrivals, Purge(events=len(rows), bytes=sum(row[1] for row in rows))


def _days(retention: Retention) -> tuple[str, str, str]:
    today = retention.today.isoformat()
    return today, today, str(retention.undated_before or "")
