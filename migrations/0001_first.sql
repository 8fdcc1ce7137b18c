-- Times are milliseconds since the Unix epoch, UTC; the views show them readable.

CREATE TABLE actors (
  address            TEXT PRIMARY KEY,
  capabilities       TEXT NOT NULL,     -- JSON array of texts
  metadata           TEXT NOT NULL,     -- JSON object
  identity           TEXT NOT NULL,     -- of the session that holds or held the address
  connected_as       TEXT NOT NULL,     -- and what that session first called itself
  connection_id      TEXT NOT NULL,     -- its session id
  status             TEXT NOT NULL CHECK (status IN ('online', 'away', 'dormant')),
  offline_since      INTEGER,           -- NULL while online
  registered_at      INTEGER NOT NULL,
  expires_at         INTEGER NOT NULL,
  ttl_ms             INTEGER NOT NULL,
  version            INTEGER NOT NULL,
  registration       INTEGER NOT NULL,
  token_counter      INTEGER NOT NULL,
  renew_on_heartbeat INTEGER NOT NULL
) STRICT;

CREATE TABLE subscriptions (
  address         TEXT NOT NULL,
  topic           TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  durable         INTEGER NOT NULL,
  PRIMARY KEY (address, topic)
) STRICT, WITHOUT ROWID;

-- Messages that wait for an actor.
CREATE TABLE messages (
  position    INTEGER PRIMARY KEY,      -- run number in the upper 32 bits, never used again
  target      TEXT NOT NULL,
  sender      TEXT NOT NULL,
  message_id  TEXT NOT NULL,            -- the sender's
  accepted_at INTEGER NOT NULL,
  expires_at  INTEGER,
  promised    INTEGER NOT NULL,         -- the sender was told that it is stored
  bytes       INTEGER NOT NULL,         -- of the text
  message     TEXT NOT NULL             -- JSON, without id and to; last, so that it need not be read
) STRICT;
CREATE INDEX messages_by_target ON messages (target);

CREATE TABLE dead_letters (
  position    INTEGER PRIMARY KEY,
  target      TEXT NOT NULL,
  sender      TEXT NOT NULL,
  message_id  TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  expires_at  INTEGER,
  promised    INTEGER NOT NULL,
  reason      TEXT NOT NULL,
  dead_at     INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,
  message     TEXT NOT NULL
) STRICT;
CREATE INDEX dead_letters_by_target ON dead_letters (target);

-- Last versions of removed addresses: an address's version never goes backwards.
CREATE TABLE retired_versions (
  address TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  until   INTEGER NOT NULL              -- forgotten then
) STRICT, WITHOUT ROWID;
CREATE INDEX retired_versions_by_until ON retired_versions (until);

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES
  ('created_at', CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
  ('run', 0),                           -- rises with every start
  ('run_started_at', 0),
  ('stopped_clean', 1),                 -- the last run could write everything
  ('crashes', 0),                       -- runs that did not
  ('last_batch', 0);                    -- of this run

-- Not in any view.
CREATE TABLE secrets (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIEW v_actors AS
SELECT address, status, version,
       strftime('%Y-%m-%dT%H:%M:%fZ', registered_at / 1000.0, 'unixepoch') AS registered_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch') AS expires_at,
       expires_at / 1000 - unixepoch('now') AS remaining_seconds,
       strftime('%Y-%m-%dT%H:%M:%fZ', offline_since / 1000.0, 'unixepoch') AS offline_since,
       capabilities, metadata, identity, connected_as, connection_id,
       (SELECT count(*) FROM subscriptions AS s WHERE s.address = a.address) AS subscriptions
FROM actors AS a;

CREATE VIEW v_subscriptions AS
SELECT s.address, s.topic, s.subscription_id, s.durable, a.status
FROM subscriptions AS s LEFT JOIN actors AS a ON a.address = s.address;

CREATE VIEW v_queue AS
SELECT position, target, sender, message_id,
       CASE WHEN json_valid(message) THEN json_extract(message, '$.type') END AS type,
       strftime('%Y-%m-%dT%H:%M:%fZ', accepted_at / 1000.0, 'unixepoch') AS accepted_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch') AS expires_at,
       expires_at / 1000 - unixepoch('now') AS remaining_seconds,
       promised, bytes, message
FROM messages;

CREATE VIEW v_dead_letters AS
SELECT position, target, sender, message_id, reason,
       strftime('%Y-%m-%dT%H:%M:%fZ', dead_at / 1000.0, 'unixepoch') AS dead_at,
       CASE WHEN json_valid(message) THEN json_extract(message, '$.type') END AS type,
       strftime('%Y-%m-%dT%H:%M:%fZ', accepted_at / 1000.0, 'unixepoch') AS accepted_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch') AS expires_at,
       promised, bytes, message
FROM dead_letters;

CREATE VIEW v_meta AS
SELECT key,
       CASE WHEN key IN ('created_at', 'run_started_at')
            THEN strftime('%Y-%m-%dT%H:%M:%fZ', value / 1000.0, 'unixepoch')
            ELSE value END AS value
FROM meta;
