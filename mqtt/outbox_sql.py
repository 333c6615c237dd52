"""The tables of the outbox and every statement that it runs (pure)."""

VERSION = 1
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE row (
  row_id INTEGER PRIMARY KEY,
  epoch TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL,
  event_id TEXT NOT NULL, hour TEXT NOT NULL, attachment INTEGER NOT NULL,
  statement_sha256 BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready', 'sent', 'receipted')),
  attempts INTEGER NOT NULL DEFAULT 0, committed_at_s REAL NOT NULL,
  due_at_s REAL, receipted_at_s REAL,
  UNIQUE (epoch, sequence)
) STRICT;
CREATE INDEX row_by_state ON row (state, attachment, row_id);
CREATE TABLE bytes (
  row_id INTEGER PRIMARY KEY REFERENCES row, statement BLOB NOT NULL, ciphertext BLOB NOT NULL
) STRICT;
"""
INSERT_ROW = """
INSERT INTO row (epoch, sequence, kind, event_id, hour, attachment, statement_sha256, state,
                 committed_at_s)
VALUES (?, ?, ?, ?, ?, ?, ?, 'ready', ?)
"""
INSERT_BYTES = "INSERT INTO bytes (row_id, statement, ciphertext) VALUES (?, ?, ?)"
BATCH = """
SELECT row_id, epoch, sequence, kind, event_id, hour, attempts, statement, ciphertext
FROM row JOIN bytes USING (row_id) WHERE row_id = ?
"""
READY = "SELECT row_id FROM row WHERE state = 'ready' ORDER BY attachment, row_id LIMIT ?"
MARK_SENT = """
UPDATE row SET state = 'sent', attempts = attempts + 1,
  due_at_s = ? + min(?, ? * (1 << min(attempts, 20)))
WHERE row_id = ? AND state = 'ready'
"""
RECEIPTED = """
UPDATE row SET state = 'receipted', receipted_at_s = ?
WHERE epoch = ? AND sequence = ? AND statement_sha256 = ? AND state IN ('ready', 'sent')
RETURNING row_id
"""
STATEMENT_AT = "SELECT statement_sha256 FROM row WHERE epoch = ? AND sequence = ?"
RECEIPTED_THERE = """
UPDATE row SET state = 'receipted', receipted_at_s = ?
WHERE epoch = ? AND sequence = ? AND statement_sha256 = ? AND state <> 'receipted'
"""
OLDEST_RECEIPTED = """
SELECT epoch, sequence FROM row WHERE state = 'receipted' AND receipted_at_s <= ?
ORDER BY row_id LIMIT ?
"""
ERASE_BYTES = """
DELETE FROM bytes WHERE row_id = (SELECT row_id FROM row WHERE epoch = ? AND sequence = ?)
"""
ERASE_ROW = "DELETE FROM row WHERE epoch = ? AND sequence = ?"
OLDEST_UNRECEIPTED = "SELECT min(committed_at_s) FROM row WHERE state IN ('ready', 'sent')"
COUNTS = "SELECT state, count(*) FROM row GROUP BY state"
ANY_DUE = "SELECT 1 FROM row WHERE state = 'sent' AND due_at_s <= ? LIMIT 1"
READY_AGAIN = "UPDATE row SET state = 'ready' WHERE state = 'sent' AND due_at_s <= ?"
RESEND = """
UPDATE row SET state = 'ready' WHERE epoch = ? AND sequence BETWEEN ? AND ?
"""
RESUME_SENT = "UPDATE row SET due_at_s = ? WHERE state = 'sent'"
GET = "SELECT value FROM meta WHERE key = ?"
SET = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
PLACES = "SELECT epoch, sequence FROM row"
ROW_PLACES = "SELECT row_id, epoch, sequence FROM row ORDER BY row_id"
RECEIPTED_PLACES = """
SELECT receipted_at_s, epoch, sequence, statement_sha256 FROM row WHERE state = 'receipted'
"""
LINKS_BACK = """
SELECT row_id, statement_sha256, statement FROM row JOIN bytes USING (row_id) ORDER BY row_id DESC
"""
WHOLE_ROW = """
SELECT epoch, sequence, kind, event_id, hour, attachment, statement_sha256, state, committed_at_s,
  receipted_at_s, statement, ciphertext
FROM row JOIN bytes USING (row_id) WHERE row_id = ?
"""
COPY_ROW = """
INSERT INTO row (epoch, sequence, kind, event_id, hour, attachment, statement_sha256, state,
                 committed_at_s, receipted_at_s)
VALUES (?, ?, ?, ?, ?, ?, ?, replace(?, 'sent', 'ready'), ?, ?)
"""
FORGET_APART = "DELETE FROM meta WHERE key IN ('apart_epoch', 'apart_sequence', 'apart_previous')"
WAITING = """
SELECT row_id, statement_sha256 FROM row WHERE state <> 'receipted' ORDER BY attachment, row_id
"""
ROW_BYTES = "SELECT statement, ciphertext FROM bytes WHERE row_id = ?"
LINKS = "SELECT row_id, epoch, sequence FROM row WHERE row_id > ? ORDER BY row_id LIMIT ?"
