"""A restart that nobody notices: the durability contract of signal-hub(8), sentence by sentence."""
import os
import signal
import sqlite3
import subprocess

import pytest

from client import actor, session, topic, until
from hub import UNLIMITED, Hub, run_hub
from test_away import come_back, lose, status_of

FLAGS = (*UNLIMITED, "--grace", "1h")


@pytest.fixture
def database(tmp_path):
    return tmp_path / "hub.db"


@pytest.fixture
def start(start_hub, database):
    return lambda *flags: start_hub(*FLAGS, *flags, db=database)


def kill(hub):
    hub.signal(signal.SIGKILL)
    assert hub.wait_exit() == -signal.SIGKILL


def query(database, text):
    """Rows as the sqlite3 command prints them."""
    done = subprocess.run(["sqlite3", "-readonly", database, text], capture_output=True, text=True,
                          check=True)
    return done.stdout.splitlines()


async def written(hub):
    """Everything that was changed so far is on disk."""
    async def empty():
        return '"lag":0' in hub.http("/health")[2]

    await until(empty, "the journal to be on disk")


async def test_everything_is_there_after_a_clean_stop(start):
    first = start()
    owner, sender = await session(first), await session(first)
    before = await owner.register(ttlSeconds=3000)
    plain, kept = topic("plain"), topic("kept")
    ids = {plain: await owner.subscribe(plain)}
    await owner.ask("hub:subscribe", {"topic": kept, "durable": True})
    await lose(owner, sender)
    await sender.tell(owner.me, "waiting")
    assert (await sender.deliver(owner.me, "stored"))["payload"]["status"] == "queued"
    await sender.send("hub:publish", {"topic": plain, "type": "app:event", "data": "published"})
    await sender.fence()
    await first.stopped()
    second = start()
    watcher = await session(second)
    assert await status_of(watcher, owner.me) == "away"
    back, registered = await come_back(second, owner.me)
    assert registered["resumed"] is True
    assert registered["version"] == before["version"] + 1
    assert sorted(registered["subscriptions"]) == sorted([plain, kept])
    got = [m["payload"] for m in await back.take(3, "app:event")]
    assert got == ["waiting", "stored", "published"]
    assert await back.subscribe(plain) == ids[plain]
    recovered = second.wait_log("recovered")
    assert (recovered["run"], recovered["clean"]) == (2, True)
    assert (recovered["actors"], recovered["subscriptions"], recovered["messages"]) == (1, 2, 3)


async def test_sessions_of_a_clean_stop_are_away_after_it(start):
    first = start()
    owner = await actor(first)
    await first.stopped()
    second = start()
    assert await status_of(await session(second), owner.me) == "away"


async def test_a_crash_loses_nothing_that_was_on_disk(start):
    first = start()
    owner, sender = await actor(first), await session(first)
    name = topic()
    await owner.subscribe(name)
    await written(first)
    kill(first)
    second = start()
    assert second.wait_log("recovered")["clean"] is False
    back, registered = await come_back(second, owner.me)
    assert registered["resumed"] is True
    publisher = await session(second)
    await publisher.send("hub:publish", {"topic": name, "type": "app:event", "data": "on"})
    assert (await back.receive("app:event"))["payload"] == "on"


@pytest.mark.parametrize("how", ["registered", "subscribed", "unsubscribed", "unregistered"])
async def test_a_durable_answer_survives_a_crash_right_after_it(start, how):
    durable = {"metadata": {"durable": True}}
    first = start("--checkpoint-interval", "1h")
    owner, name = await session(first), topic()
    payload = {"actorAddress": owner.me, "capabilities": ["x"]}
    await owner.ask("hub:register", payload, **durable)
    if how in ("subscribed", "unsubscribed"):
        await owner.ask("hub:subscribe", {"topic": name}, **durable)
    if how == "unsubscribed":
        await owner.ask("hub:unsubscribe", {"topic": name}, **durable)
    if how == "unregistered":
        await owner.ask("hub:unregister", {"actorAddress": owner.me}, **durable)
    kill(first)
    _, registered = await come_back(start(), owner.me)
    assert registered["resumed"] is (how != "unregistered")
    assert registered["subscriptions"] == ([name] if how == "subscribed" else [])


async def test_a_durable_subscription_and_a_queued_message_survive_a_crash(start):
    first = start("--checkpoint-interval", "1h")
    owner, sender = await actor(first), await session(first)
    name = topic()
    await owner.ask("hub:subscribe", {"topic": name, "durable": True})
    await lose(owner, sender)
    assert (await sender.deliver(owner.me, "kept"))["payload"]["status"] == "queued"
    kill(first)
    back, registered = await come_back(start(), owner.me)
    assert registered["subscriptions"] == [name]
    assert (await back.receive("app:event"))["payload"] == "kept"
    await back.nothing_more()


async def test_a_delivered_message_is_not_delivered_after_the_restart(start):
    first = start()
    owner, sender = await actor(first), await session(first)
    await lose(owner, sender)
    await sender.deliver(owner.me, "once")
    back, _ = await come_back(first, owner.me)
    await back.receive("app:event")
    await back.fence()
    await first.stopped()
    again, _ = await come_back(start(), owner.me)
    await again.nothing_more()


async def test_versions_rise_by_a_thousand_after_a_crash_and_tokens_still_renew(start):
    first = start()
    owner, gone = await session(first), await actor(first)
    await owner.register()
    registered = await owner.register()
    await gone.ask("hub:unregister", {"actorAddress": gone.me}, metadata={"durable": True})
    await written(first)
    renewed = await owner.ask("hub:renew", {"renewalToken": registered["renewalToken"]})
    kill(first)  # perhaps before the renewal was written
    second = start()
    other = await session(second)
    answer = await other.ask("hub:renew", {"renewalToken": renewed["payload"]["renewalToken"]})
    assert answer["type"] == "hub:renewed"
    back, again = await come_back(second, owner.me)
    assert again["version"] == registered["version"] + 1001
    _, other_again = await come_back(second, gone.me)
    assert other_again["version"] == 1002


async def test_versions_go_on_by_one_after_a_clean_stop(start):
    first = start()
    gone = await actor(first)
    await gone.close(1000)
    await first.stopped()
    _, registered = await come_back(start(), gone.me)
    assert (registered["version"], registered["resumed"]) == (2, False)


async def test_what_has_expired_while_the_hub_was_down_is_gone(late_hub, database):
    first = late_hub(*FLAGS, db=database)
    owner = await session(first)
    await owner.register(ttlSeconds=60)
    await first.stopped()
    first.later(5)
    second = late_hub(*FLAGS, db=database)
    assert await status_of(await session(second), owner.me) is None
    assert second.wait_log("recovered")["expired"] == 1


async def test_no_ttl_ends_before_the_grace_after_a_restart(start_hub, database):
    first = start_hub(*UNLIMITED, "--grace", "1h", db=database)
    owner = await session(first)
    registered = await owner.register(ttlSeconds=60)
    await first.stopped()
    second = start_hub(*UNLIMITED, "--grace", "1h", db=database)
    watcher = await session(second)
    found = (await watcher.ask("hub:discover", {"pattern": owner.me}))["payload"]["actors"][0]
    assert found["expiresAt"] > registered["expiresAt"] + 3_000_000


async def test_the_state_can_be_read_while_the_hub_serves(start, database):
    hub = start()
    owner, name = await actor(hub), topic()
    await owner.ask("hub:subscribe", {"topic": name, "durable": True})
    rows = query(database, f"select address, status from v_actors where address = '{owner.me}'")
    assert rows == [f"{owner.me}|online"]
    rows = query(database, f"select topic, durable from v_subscriptions where address='{owner.me}'")
    assert rows == [f"{name}|1"]
    assert "run|1" in query(database, "select * from v_meta")


async def test_a_start_that_finds_its_port_taken_is_no_crash(start, start_hub, database):
    first = start()
    owner, sender = await actor(first), await session(first)
    await lose(owner, sender)
    await sender.tell(owner.me, "waiting")
    await sender.fence()
    await first.stopped()
    other = start_hub()
    done = run_hub(*FLAGS, db=database, listen=f"127.0.0.1:{other.port}")
    assert done.returncode == 1
    second = start()
    assert second.wait_log("recovered")["clean"] is True
    back, registered = await come_back(second, owner.me)
    assert registered["version"] == 2
    assert (await back.receive("app:event"))["payload"] == "waiting"


async def test_two_hubs_do_not_share_a_database(start, database):
    first = start()
    done = run_hub(*FLAGS, db=database)
    assert done.returncode == 3
    assert str(first.process.pid) in done.stderr and str(database) in done.stderr
    assert await status_of(await actor(first), "@(nobody)") is None


@pytest.mark.parametrize("damage, says", [
    ("pragma user_version = 999", "newer"),
    ("pragma application_id = 7", "another program"),
])
def test_a_foreign_or_newer_database_is_refused_and_left_as_it_is(database, damage, says):
    Hub(*FLAGS, db=database).start().stop()
    connection = sqlite3.connect(database)
    connection.execute(damage)
    connection.commit()
    connection.close()
    before = database.read_bytes()
    done = run_hub(*FLAGS, db=database)
    assert done.returncode == 3
    assert str(database) in done.stderr, done.stderr
    assert says in done.stderr, done.stderr
    assert database.read_bytes() == before


@pytest.mark.parametrize("damage", ["whole", "one page"])
def test_a_damaged_file_is_refused_and_left_as_it_is(database, damage):
    Hub(*FLAGS, db=database).start().stop()
    content = bytearray(database.read_bytes())
    content[slice(None) if damage == "whole" else slice(4096, 8192)] = os.urandom(4096)
    database.write_bytes(content)
    done = run_hub(*FLAGS, db=database)
    assert done.returncode == 3
    assert str(database) in done.stderr, done.stderr
    assert database.read_bytes() == content


def test_a_path_that_cannot_be_opened_is_an_error_that_names_it(tmp_path):
    done = run_hub(*FLAGS, db=tmp_path / "no" / "such" / "folder" / "hub.db")
    assert done.returncode == 3
    assert "folder" in done.stderr and "--db" in done.stderr


def test_files_are_not_for_others(database):
    Hub(*FLAGS, db=database).start().stop()
    assert database.stat().st_mode & 0o777 == 0o640
