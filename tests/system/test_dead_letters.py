"""signal-hub dead-letters, with a hub and without one (§7)."""
import json
import shutil
import sqlite3

import pytest

from client import actor, session
from hub import ROOT, run
from reliable import FLAGS, ack, acking, dead, delivery_of, nack, queued, receipt
from test_away import come_back, lose
from test_restart import written

GOLDEN = ROOT / "tests" / "golden" / "schema_3.db"
NEWEST, OLDEST = "8589934599", "4294967299"


@pytest.fixture
def database(tmp_path):
    """Two dead letters that a hub has left behind; the older one's target is gone."""
    path = tmp_path / "hub.db"
    shutil.copyfile(GOLDEN, path)
    return path


def value(path, query):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return db.execute(query).fetchone()[0]


def letters(path, *arguments):
    """What list prints as JSON."""
    done = run("dead-letters", "list", "--json", "--db", path, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def ids(path, *arguments):
    return [letter["id"] for letter in letters(path, *arguments)]


def test_they_are_listed_the_newest_first_and_filtered(database):
    assert ids(database) == [NEWEST, OLDEST]
    assert ids(database, "--target", "@(browser/*)") == [NEWEST]
    assert ids(database, "--target", "browser/2") == [NEWEST]
    assert ids(database, "--reason", "actor_expired") == [OLDEST]
    assert ids(database, "--newer-than", "1h") == []
    assert ids(database, "--older-than", "1h") == [NEWEST, OLDEST]
    assert letters(database)[0] == {
        "id": NEWEST, "messageId": "m-8589934599", "sender": "@(sender)",
        "target": "@(browser/2)", "type": "t", "reason": "max_attempts", "attempts": 5,
        "lastError": "no answer", "acceptedAt": 1_700_000_000_000, "deadAt": 1_700_000_061_000,
        "expiresAt": 1_700_000_060_000, "bytes": 26}


def test_a_longer_list_ends_with_a_hint(database):
    done = run("dead-letters", "list", "--limit", "1", "--db", database)
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ID", NEWEST]
    assert "--limit" in done.stderr


def test_show_tells_the_story_and_the_message(database):
    done = run("dead-letters", "show", NEWEST, "--db", database)
    assert done.returncode == 0
    assert "2023-11-14T22:13:51.000Z  timeout: no answer in 30000 ms\n" in done.stdout
    assert done.stdout.endswith('  {"from":"@(x)","type":"t"}\n')
    shown = json.loads(run("dead-letters", "show", NEWEST, "--json", "--db", database).stdout)
    assert shown["message"] == {"from": "@(x)", "type": "t"}
    assert [e["event"] for e in shown["history"]] == [
        "received", "stored", "timeout", "dead_lettered"]
    assert run("dead-letters", "show", "5", "--db", database).returncode == 1


def test_purge_deletes_what_was_chosen_and_nothing_else(database):
    assert run("dead-letters", "purge", "--db", database).returncode == 2
    assert ids(database) == [NEWEST, OLDEST]
    done = run("dead-letters", "purge", "--reason", "actor_expired", "--db", database)
    assert (done.returncode, done.stdout) == (0, "purged 1\n")
    assert ids(database) == [NEWEST]
    assert run("dead-letters", "purge", OLDEST, "--db", database).returncode == 1
    assert run("dead-letters", "purge", NEWEST, "--db", database).stdout == "purged 1\n"
    assert value(database, "PRAGMA integrity_check") == "ok"


def test_requeue_leaves_what_nobody_would_get(database):
    done = run("dead-letters", "requeue", "--all", "--db", database)
    assert (done.returncode, done.stdout) == (1, "requeued 1\n")
    assert f"{OLDEST} stays: nobody is registered as @(gone)" in done.stderr
    assert ids(database) == [OLDEST]
    assert value(database, "SELECT count(*) FROM v_queue WHERE message_id = 'm-8589934599'"
                           " AND state = 'queued' AND expires_at IS NULL") == 1


@pytest.mark.parametrize("arguments", [["list"], ["show", "1"], ["requeue", "--all"],
                                       ["purge", "--all"]])
def test_of_no_database_there_are_none(tmp_path, arguments):
    path = tmp_path / "none.db"
    done = run("dead-letters", *arguments, "--db", path)
    assert done.returncode == 3 and f"there is no database {path}" in done.stderr
    assert list(tmp_path.iterdir()) == []


async def test_a_refused_message_is_seen_while_the_hub_serves_and_changed_after_it(
        start_hub, tmp_path):
    path = tmp_path / "hub.db"
    first = start_hub(*FLAGS, db=path)
    sender, target = await actor(first), await acking(first)
    id_ = await queued(sender, target.me, "later")
    await nack(target, await target.receive("app:event"), reason="not now", requeue=False)
    await dead(sender, id_, "not now")
    await written(first)
    (letter,) = letters(path)
    assert (letter["messageId"], letter["reason"]) == (id_, "not now")
    for change in ("requeue", "purge"):
        refused = run("dead-letters", change, letter["id"], "--db", path)
        assert refused.returncode == 3
        assert f"in use by the process {first.process.pid}," in refused.stderr
        assert "/api/v1/dead-letters" in refused.stderr
    await lose(target, sender)
    await first.stopped()

    assert run("dead-letters", "requeue", letter["id"], "--db", path).stdout == "requeued 1\n"
    assert ids(path) == []
    second = start_hub(*FLAGS, db=path)
    back, _ = await come_back(second, target.me, metadata={"acks": True})
    message = await back.receive("app:event")
    assert (message["payload"], delivery_of(message)[1]) == ("later", 1)
    await ack(back, message)
    again = await session(second, me=sender.me)
    await again.register()
    await receipt(again, id_, "acknowledged")
