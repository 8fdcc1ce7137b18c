"""A store that cannot write: routing goes on, nothing is promised, nothing is lost (signal-hub(8),
"Durability contract")."""
import contextlib
import json
import sqlite3

import pytest

from client import actor, session, sessions, topic, unique, until
from disk import Disk
from expect import refused
from hub import UNLIMITED
from test_away import lose

FLAGS = (*UNLIMITED, "--grace", "1h", "--checkpoint-interval", "20ms")
DURABLE = {"metadata": {"durable": True}}


@pytest.fixture
def disk(tmp_path):
    return Disk(tmp_path)


@pytest.fixture
def start(start_hub, disk):
    return lambda *flags: start_hub(*FLAGS, *flags, db=disk.database, env=disk.env)


def health(hub):
    status, _, body = hub.http("/health")
    return status, json.loads(body)


def store(hub):
    return health(hub)[1]["checks"]["store"]


def rows(database, text, *values):
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(text, values).fetchall()


async def until_written(hub):
    async def done():
        return store(hub)["lag"] == 0 and store(hub)["status"] == "ok"

    await until(done, "everything to be written")


async def unharmed(a, b):
    """What promises nothing works as ever."""
    await a.tell(b.me, "still here")
    assert (await b.receive("app:event"))["payload"] == "still here"
    assert (await a.deliver(b.me, "asked"))["payload"]["status"] == "delivered"
    assert (await b.receive("app:event"))["payload"] == "asked"
    await a.subscribe(topic())


async def refuses_to_promise(client, away):
    for answer in (await client.ask("hub:renew", {"renewalToken": "x"}, **DURABLE),
                   await client.ask("hub:subscribe", {"topic": topic(), "durable": True}),
                   await client.deliver(away.me, "lost?")):
        payload = refused(answer, "internal_error")
        assert payload["retryable"] is True


@pytest.mark.parametrize("how, says", [
    ("ENOSPC", "SQLITE_FULL"), ("EIO", "SQLITE_IOERR"), ("EROFS", "SQLITE_IOERR")])
async def test_a_disk_that_fails_and_works_again(start, disk, how, says):
    hub = start()
    a, b, away = await actor(hub), await actor(hub), await actor(hub)
    await lose(away, a)
    await until_written(hub)
    disk.be(how)
    late = await actor(hub)
    failed = hub.wait_log("store_failed")
    assert says in failed["reason"], failed
    assert failed["level"] == "error"
    status, body = health(hub)
    assert (status, body["status"]) == (503, "unhealthy")
    assert says in body["checks"]["store"]["error"]
    assert body["checks"]["store"]["backlog"] <= body["checks"]["store"]["limit"]
    await unharmed(a, b)
    await refuses_to_promise(a, away)
    disk.be("")
    assert hub.wait_log("store_recovered")["duration"] >= 0
    await until_written(hub)
    assert health(hub)[0] == 200
    assert rows(disk.database, "select count(*) from actors where address = ?", late.me) == [(1,)]
    assert (await a.deliver(away.me, "kept"))["payload"]["status"] == "queued"
    assert len(hub.log_lines("store_failed")) == 1


async def test_what_waited_for_a_commit_is_answered_when_it_comes(start, disk):
    hub = start()
    a = await actor(hub)
    await until_written(hub)
    disk.be("ENOSPC")
    request = await a.send("hub:subscribe", {"topic": topic(), "durable": True}, pattern="ask")
    hub.wait_log("store_failed")
    await a.fence()
    assert a.inbox == []
    disk.be("")
    assert (await a.answer(request))["type"] == "hub:subscribed"


async def test_a_writer_that_holds_the_lock(start, disk):
    hub = start()
    a, b, away = await actor(hub), await actor(hub), await actor(hub)
    await lose(away, a)
    await until_written(hub)
    with contextlib.closing(sqlite3.connect(disk.database, isolation_level=None)) as other:
        other.execute("begin immediate")
        late = await actor(hub)
        await unharmed(a, b)
        assert "SQLITE_BUSY" in hub.wait_log("store_failed")["reason"]
        await unharmed(a, b)
        await refuses_to_promise(a, away)
        other.execute("rollback")
    await until_written(hub)
    hub.wait_log("store_recovered")
    assert rows(disk.database, "select status from actors where address = ?", late.me) == [
        ("online",)]


async def test_a_backlog_above_its_limit_is_let_go_and_all_is_written_anew(start, disk):
    hub = start("--journal-limit", "1000")
    await until_written(hub)
    disk.be("EIO")
    everybody = await sessions(hub, 25)
    for client in everybody:
        await client.ask("hub:register", {"actors": [
            {"actorAddress": unique(), "capabilities": ["x"]} for _ in range(100)]})
        assert store(hub)["backlog"] <= 1000
    assert hub.wait_log("journal_overflow")["level"] == "warn"
    gone = everybody[0]
    await gone.close(1000)
    disk.be("")
    await until_written(hub)
    assert rows(disk.database, "select count(*) from actors") == [(2400,)]
    assert await everybody[1].actor_count() == 2400


async def test_a_reader_that_pins_the_log(start, disk):
    hub = start("--wal-limit", "1MiB")
    owner = await session(hub)
    await owner.register(metadata={"filler": "x" * 3000})
    await until_written(hub)
    with contextlib.closing(sqlite3.connect(disk.database, isolation_level=None)) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from actors").fetchall()

        async def pinned():
            await owner.ask("hub:register", {
                "actorAddress": owner.me, "capabilities": ["x"],
                "metadata": {"filler": unique() + "x" * 3000}}, **DURABLE)
            return hub.log_lines("wal_pinned")

        await until(pinned, "the log to be pinned", timeout=60)
        body = health(hub)[1]
        assert (body["status"], body["checks"]["store"]["walPinned"]) == ("degraded", True)
        assert body["checks"]["store"]["walBytes"] > 1 << 20
        reader.execute("rollback")
    hub.wait_log("wal_released")

    async def small():
        return store(hub)["walBytes"] <= 1 << 20

    await until(small, "the log to be cut short")
    assert health(hub)[1]["status"] == "ok"


async def test_a_slow_commit_does_not_hold_up_routing(start, disk):
    hub = start()
    a, b = await actor(hub), await actor(hub)
    await until_written(hub)
    disk.be("slow 1000")
    slow = await a.send("hub:subscribe", {"topic": topic(), "durable": True}, pattern="ask")
    for n in range(50):
        await b.tell(a.me, n)
    got = await a.take(50, "app:event")  # before the commit
    assert [m["payload"] for m in got] == list(range(50))
    assert not any(m.get("correlationId") == slow for m in a.inbox)
    disk.be("")
    assert (await a.answer(slow))["payload"]["durable"] is True


async def test_a_stop_that_cannot_save_says_so(start_hub, disk):
    hub = start_hub(*FLAGS, "--drain-timeout", "500ms", db=disk.database, env=disk.env)
    await until_written(hub)
    disk.be("ENOSPC")
    await actor(hub)
    hub.wait_log("store_failed")
    hub.signal()
    assert hub.wait_exit() == 4
    lost = hub.wait_log("stopped_unsaved")
    assert lost["count"] >= 1 and lost["level"] == "error"
