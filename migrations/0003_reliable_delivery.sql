-- Messages that are tried until they are acknowledged, what became of them, and their ids, which
-- are remembered so that a retry is not a second message.

ALTER TABLE actors ADD COLUMN acks INTEGER NOT NULL DEFAULT 0;         -- it acknowledges
ALTER TABLE actors ADD COLUMN drop_oldest INTEGER NOT NULL DEFAULT 0;  -- when its queue is full
ALTER TABLE subscriptions ADD COLUMN acks INTEGER NOT NULL DEFAULT 0;

DROP VIEW v_actors;
DROP VIEW v_subscriptions;
DROP VIEW v_queue;
DROP VIEW v_dead_letters;

-- Made anew so that the text stays last. No index: every message would pay for it, and whoever
-- asks for one by anything but its position can read them all.
CREATE TABLE messages_3 (
  position     INTEGER PRIMARY KEY,     -- run number in the upper 32 bits, never used again
  target       TEXT NOT NULL,
  sender       TEXT NOT NULL,
  message_id   TEXT NOT NULL,           -- the sender's
  topic        TEXT NOT NULL,           -- the subscription's, of a publication
  accepted_at  INTEGER NOT NULL,
  stored_at    INTEGER,
  expires_at   INTEGER,
  promised     INTEGER NOT NULL,        -- the sender was told that it is stored
  reliable     INTEGER NOT NULL,        -- delivered until it is acknowledged
  asked        INTEGER NOT NULL,        -- the sender wants to hear what became of it
  priority     INTEGER NOT NULL,        -- 0 goes first
  attempts     INTEGER NOT NULL,        -- that failed
  attempted_at INTEGER,                 -- the last time
  last_error   TEXT NOT NULL,
  trail        TEXT NOT NULL,           -- JSON array of {at, event, detail}
  bytes        INTEGER NOT NULL,        -- of the text
  message      TEXT NOT NULL            -- JSON, without id and to; last, so that it need not be read
) STRICT;
INSERT INTO messages_3
SELECT position, target, sender, message_id, '', accepted_at, NULL, expires_at, promised, 0,
       promised, 1,
       0, NULL, '', '[]', bytes, message
FROM messages ORDER BY position;
DROP TABLE messages;
ALTER TABLE messages_3 RENAME TO messages;

-- What has ended, one row a message, and reliable publications as such.
CREATE TABLE receipts (
  position     INTEGER PRIMARY KEY,
  target       TEXT NOT NULL,           -- of a publication as such: its topic
  sender       TEXT NOT NULL,
  message_id   TEXT NOT NULL,
  topic        TEXT NOT NULL,
  accepted_at  INTEGER NOT NULL,
  stored_at    INTEGER,
  attempted_at INTEGER,
  finished_at  INTEGER NOT NULL,
  attempts     INTEGER NOT NULL,
  reliable     INTEGER NOT NULL,
  outcome      TEXT NOT NULL
               CHECK (outcome IN ('delivered', 'acknowledged', 'dead_lettered', 'published')),
  reason       TEXT NOT NULL,           -- of a dead letter
  last_error   TEXT NOT NULL,
  trail        TEXT NOT NULL,
  receipt_due  INTEGER NOT NULL,        -- the sender has not heard of it yet
  subscribers  INTEGER,                 -- of a publication as such
  stored       INTEGER                  -- of a publication as such: for how many
) STRICT;

CREATE INDEX receipts_due ON receipts (sender) WHERE receipt_due;

CREATE TABLE dead_letters_3 (
  position     INTEGER PRIMARY KEY,
  target       TEXT NOT NULL,
  sender       TEXT NOT NULL,
  message_id   TEXT NOT NULL,
  topic        TEXT NOT NULL,
  accepted_at  INTEGER NOT NULL,
  stored_at    INTEGER,
  expires_at   INTEGER,
  promised     INTEGER NOT NULL,
  reliable     INTEGER NOT NULL,
  asked        INTEGER NOT NULL,
  priority     INTEGER NOT NULL,
  attempts     INTEGER NOT NULL,
  attempted_at INTEGER,
  last_error   TEXT NOT NULL,
  trail        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  dead_at      INTEGER NOT NULL,
  bytes        INTEGER NOT NULL,
  message      TEXT NOT NULL
) STRICT;
INSERT INTO dead_letters_3
SELECT position, target, sender, message_id, '', accepted_at, NULL, expires_at, promised, 0, 0, 1,
       0, NULL, '', '[]', reason, dead_at, bytes, message
FROM dead_letters ORDER BY position;
DROP TABLE dead_letters;
ALTER TABLE dead_letters_3 RENAME TO dead_letters;
CREATE INDEX dead_letters_by_age ON dead_letters (dead_at);

CREATE VIEW v_actors AS
SELECT address, status, version,
       strftime('%Y-%m-%dT%H:%M:%fZ', registered_at / 1000.0, 'unixepoch') AS registered_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch') AS expires_at,
       expires_at / 1000 - unixepoch('now') AS remaining_seconds,
       strftime('%Y-%m-%dT%H:%M:%fZ', offline_since / 1000.0, 'unixepoch') AS offline_since,
       capabilities, metadata, identity, connected_as, connection_id,
       (SELECT count(*) FROM subscriptions AS s WHERE s.address = a.address) AS subscriptions,
       acks, iif(drop_oldest, 'drop_oldest', 'reject') AS overflow
FROM actors AS a;

CREATE VIEW v_subscriptions AS
SELECT s.address, s.topic, s.subscription_id, s.durable, a.status, s.acks
FROM subscriptions AS s LEFT JOIN actors AS a ON a.address = s.address;

CREATE VIEW v_queue AS
SELECT position, target, sender, message_id,
       iif(json_valid(message), json_extract(message, '$.type'), NULL) AS type,
       topic,
       CASE WHEN expires_at <= unixepoch('now') * 1000 THEN 'expired'
            WHEN attempts > 0 THEN 'retrying' ELSE 'queued' END AS state,
       priority, attempts,
       strftime('%Y-%m-%dT%H:%M:%fZ', attempted_at / 1000.0, 'unixepoch') AS attempted_at,
       last_error,
       strftime('%Y-%m-%dT%H:%M:%fZ', accepted_at / 1000.0, 'unixepoch') AS accepted_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', stored_at / 1000.0, 'unixepoch') AS stored_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch') AS expires_at,
       expires_at / 1000 - unixepoch('now') AS remaining_seconds,
       promised, reliable, asked, bytes, trail, message
FROM messages ORDER BY position;

CREATE VIEW v_dead_letters AS
SELECT position, target, sender, message_id, reason,
       strftime('%Y-%m-%dT%H:%M:%fZ', dead_at / 1000.0, 'unixepoch') AS dead_at,
       iif(json_valid(message), json_extract(message, '$.type'), NULL) AS type,
       topic, attempts,
       strftime('%Y-%m-%dT%H:%M:%fZ', attempted_at / 1000.0, 'unixepoch') AS attempted_at,
       last_error,
       strftime('%Y-%m-%dT%H:%M:%fZ', accepted_at / 1000.0, 'unixepoch') AS accepted_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', stored_at / 1000.0, 'unixepoch') AS stored_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch') AS expires_at,
       promised, reliable, asked, priority, bytes, trail, message
FROM dead_letters ORDER BY position;

CREATE VIEW v_receipts AS
SELECT position, target, sender, message_id, outcome, reason, topic, attempts,
       strftime('%Y-%m-%dT%H:%M:%fZ', accepted_at / 1000.0, 'unixepoch') AS accepted_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', stored_at / 1000.0, 'unixepoch') AS stored_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', attempted_at / 1000.0, 'unixepoch') AS attempted_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', finished_at / 1000.0, 'unixepoch') AS finished_at,
       finished_at - accepted_at AS duration_ms,
       last_error, reliable, receipt_due, subscribers, stored, trail
FROM receipts ORDER BY position;
