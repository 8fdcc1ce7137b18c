-- How often the hub had crashed when a row was written: its version rises by a thousand for every
-- crash since, although nobody has written it again.

ALTER TABLE actors ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE retired_versions ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
