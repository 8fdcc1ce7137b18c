"""signal-hub why: what became of a stored message, from the file (§7)."""
import json
import re
import shutil
import sqlite3

import pytest

from client import actor, unique
from hub import ROOT, run
from reliable import FLAGS, ack, acking, nack, queued, receipt
from test_restart import written

GOLDEN = ROOT / "tests" / "golden" / "schema_3.db"


def why(path, *arguments):
    """Its lines without the times."""
    done = run("why", *arguments, "--db", path)
    assert (done.returncode, done.stderr) == (0, "")
    return [re.sub(r"\d{4}-\d\d-\d\dT[\d:.]{12}Z", "TIME", line)
            for line in done.stdout.splitlines()]


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "hub.db"
    shutil.copyfile(GOLDEN, path)
    return path


def test_each_end_of_a_message_is_told(database):
    assert why(database, "m-8589934597") == [
        "m-8589934597 from @(sender) to @(browser/2): acknowledged after 1 attempt",
        "  TIME  received", "  TIME  stored", "  TIME  attempt: 1", "  TIME  acknowledged"]
    assert why(database, "m-8589934599")[-1] == "  TIME  dead_lettered: max_attempts"
    assert why(database, "m-8589934598")[-1] == "  TIME  delivered"
    assert why(database, "m-8589934593")[0].endswith(": retrying after 1 attempt")


def test_a_publication_is_told_with_those_it_is_for(database):
    lines = why(database, "p-1", "--from", "sender")
    assert lines[0] == "p-1 from @(sender) on news: published to 2, stored for 1"
    assert "p-1 from @(sender) to @(agents/worker) on news: queued" in lines
    assert run("why", "p-1", "--from", "other", "--db", database).returncode == 1


def test_json_is_as_the_administration_api_has_it(database):
    told = json.loads(run("why", "m-8589934599", "--json", "--db", database).stdout)
    (delivery,) = told["deliveries"]
    assert told["messageId"] == "m-8589934599"
    assert (delivery["state"], delivery["reason"], delivery["attempts"]) == (
        "dead_lettered", "max_attempts", 5)
    assert delivery["history"][0] == {"at": 1_700_000_000_000, "event": "received",
                                      "detail": None}


def test_an_id_that_nobody_knows_fails(database):
    done = run("why", "never", "--db", database)
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing is known of never" in done.stderr


def test_an_older_database_is_not_read_before_it_is_migrated(tmp_path):
    path = tmp_path / "hub.db"
    shutil.copyfile(GOLDEN.with_name("schema_2.db"), path)
    done = run("why", "m-1", "--db", path)
    assert done.returncode == 3 and "signal-hub migrate --db" in done.stderr


async def test_a_message_is_followed_while_the_hub_serves(start_hub, tmp_path):
    path = tmp_path / "hub.db"
    hub = start_hub(*FLAGS, "--retry-base", "1ms", db=path)
    sender, target = await actor(hub), await acking(hub)
    id_ = await queued(sender, target.me, "work", id=unique("order"))
    await written(hub)
    assert why(path, id_)[0] == f"{id_} from {sender.me} to {target.me}: queued"
    await nack(target, await target.receive("app:event"), reason="busy", requeue=True)
    await ack(target, await target.receive("app:event"))
    await receipt(sender, id_, "acknowledged")
    await written(hub)
    lines = why(path, id_)
    assert lines[0] == f"{id_} from {sender.me} to {target.me}: acknowledged after 2 attempts"
    assert any("busy" in line for line in lines), lines
    assert lines[-1] == "  TIME  acknowledged"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        row = db.execute("SELECT outcome, attempts, duration_ms >= 0 FROM v_receipts").fetchone()
    assert row == ("acknowledged", 2, 1)
