"""Each check of /health is driven away from `ok` by its real cause, and comes back (signal-hub(8),
"HTTP")."""
import asyncio
import json
import os
import pathlib
import re
import signal
import time

import pytest

from client import actor, session, sessions, topic, until
from disk import Disk
from hub import UNLIMITED
from prometheus import scrape
from raw import tcp
from reliable import FLAGS, ack, acking, queued, send
from test_away import come_back, lose
from test_slow_consumer import BULKY, MIB, deaf_subscriber

LEVELS = {"ok": 0, "degraded": 1, "unhealthy": 2}


def checks(hub):
    status, _, body = hub.http("/health")
    health = json.loads(body)
    assert status == (503 if health["status"] == "unhealthy" else 200)
    worst = max((c["status"] for c in health["checks"].values()), key=LEVELS.get)
    assert health["status"] == worst
    return health["checks"]


async def until_is(hub, check, *wanted, do=None):
    """Waits until the check has one of these statuses, doing something meanwhile; the check."""

    async def reached():
        if do:
            await do()
        found = checks(hub)[check]
        return found if found["status"] in wanted else None

    found = await until(reached, f"{check} to be {wanted}: {checks(hub)[check]}", timeout=30)
    assert scrape(hub).value("signalhub_health_status", check=check) == LEVELS[found["status"]]
    return found


async def came_and_went(hub, check, bad, good, do=None):
    """The check's answer while it was bad; `bad` and `good` bring it there and back."""
    before = checks(hub)[check]
    assert before["status"] == "ok"
    await bad()
    found = await until_is(hub, check, "degraded", "unhealthy", do=do)
    assert found["value"] >= found["threshold"]
    assert found["since"] >= before["since"]
    line = hub.wait_log("health_degraded", check=check)
    assert line["level"] == "warn" and line["threshold"] == found["threshold"]
    await good()
    after = await until_is(hub, check, "ok")
    assert after["since"] >= found["since"]
    hub.wait_log("health_recovered", check=check)
    return found


async def nothing():
    pass


def test_a_fresh_hub_is_well(hub):
    found = checks(hub)
    assert set(found) == {"store", "journal", "connections", "actors", "memory", "queues",
                          "dead_letters", "breakers", "stale", "disconnections", "descriptors",
                          "loop", "db_size"}
    for name, check in found.items():
        assert {"status", "value", "threshold", "since"} <= set(check), name
        assert check["since"] > 1_700_000_000_000


def test_every_check_is_driven_here(hub):
    source = pathlib.Path(__file__).read_text()
    driven = set(re.findall(r'(?:until_is|came_and_went)\(hub, "(\w+)"', source))
    assert driven == set(checks(hub))


async def test_connections(start_hub):
    hub = start_hub(*UNLIMITED, "--max-connections", "10")
    clients = []

    async def fill():
        clients.extend(await sessions(hub, 10))

    async def leave():
        for client in clients[:5]:
            await client.close()

    found = await came_and_went(hub, "connections", fill, leave)
    assert (found["status"], found["value"], found["threshold"]) == ("degraded", 10, 9)


async def test_actors(start_hub):
    hub = start_hub(*UNLIMITED, "--max-actors", "10")
    a = await session(hub)

    async def fill():
        for n in range(9):
            await a.register(f"@(full/{n})")

    async def leave():
        await a.ask("hub:unregister", {"actorAddress": "@(full/0)"})

    assert (await came_and_went(hub, "actors", fill, leave))["status"] == "degraded"


async def test_memory(start_hub):
    limit = 16 * MIB
    hub = start_hub(*UNLIMITED, "--max-queue-bytes", "0", "--memory-limit", str(limit))
    deaf, publisher = deaf_subscriber(hub), await session(hub)

    async def publish():
        await publisher.publish("heavy", [0, BULKY], "app:bulk")

    async def end():
        deaf.reset()

    found = await came_and_went(hub, "memory", nothing, end, do=publish)
    assert found["status"] == "degraded" and found["unhealthyFrom"] == limit


async def test_queues(start_hub):
    hub = start_hub(*UNLIMITED, "--degraded-queue-depth", "30")
    deaf, publisher = deaf_subscriber(hub), await session(hub)

    async def publish():
        await publisher.publish("heavy", [0, BULKY], "app:bulk")

    async def end():
        deaf.reset()

    assert (await came_and_went(hub, "queues", nothing, end, do=publish))["value"] >= 30


async def test_stale(start_hub):
    hub = start_hub(*UNLIMITED, "--stale-after", "300ms", "--idle-timeout", "0")
    clients = await sessions(hub, 5)

    async def speak():
        for client in clients:
            await client.fence()

    found = await until_is(hub, "stale", "degraded")
    hub.wait_log("session_stale")
    assert found["value"] > 10
    hub.http("/health")
    await until_is(hub, "stale", "ok", do=speak)
    hub.wait_log("health_recovered", check="stale")


async def test_stale_sessions_are_closed_if_asked_for(start_hub):
    hub = start_hub(*UNLIMITED, "--stale-after", "200ms", "--stale-close")
    a = await session(hub)
    assert await a.closed() == 1008
    assert a.inbox[-1]["payload"]["reason"] == "idle"
    hub.wait_log("session_state", toState="disconnected")
    assert scrape(hub).value("signalhub_connections_closed_total", outcome="idle") == 1


async def test_descriptors(start_hub):
    hub = start_hub(*UNLIMITED, "--degraded-descriptors", "30", "--unhealthy-descriptors", "60",
                    open_files=300)
    sockets = []

    async def fill():
        sockets.extend(tcp(hub) for _ in range(100))

    async def fill_more():
        sockets.extend(tcp(hub) for _ in range(5))

    async def leave():
        for sock in sockets:
            sock.close()

    await fill()
    assert (await until_is(hub, "descriptors", "degraded"))["value"] in range(30, 60)
    found = await until_is(hub, "descriptors", "unhealthy", do=fill_more)
    assert found["unhealthyFrom"] == 60
    await leave()
    await until_is(hub, "descriptors", "ok")


async def test_store_and_journal(start_hub, tmp_path):
    disk = Disk(tmp_path)
    hub = start_hub(*UNLIMITED, "--degraded-journal-lag", "200ms", "--unhealthy-journal-lag",
                    "600ms", db=disk.database, env=disk.env)
    a = await actor(hub)

    async def break_it():
        disk.be("ENOSPC")
        await a.subscribe(topic())

    async def mend():
        disk.be("")

    assert checks(hub)["store"]["value"] == 1
    await break_it()
    store = await until_is(hub, "store", "unhealthy")
    assert store["value"] == 0 and store["error"]
    assert (await until_is(hub, "journal", "unhealthy"))["value"] >= 600
    hub.wait_log("health_degraded", check="journal", status="degraded")
    await mend()
    assert "error" not in await until_is(hub, "store", "ok")
    await until_is(hub, "journal", "ok")


async def test_a_slow_disk_degrades_the_journal(start_hub, tmp_path):
    disk = Disk(tmp_path)
    hub = start_hub(*UNLIMITED, "--degraded-journal-lag", "300ms", db=disk.database, env=disk.env)
    a = await actor(hub)

    async def slow():
        disk.be("slow 1500")

    async def fast():
        disk.be("")

    async def write():
        await a.subscribe(topic())

    found = await came_and_went(hub, "journal", slow, fast, do=write)
    assert found["status"] == "degraded"


async def test_disconnections_count_for_a_minute(late_hub):
    hub = late_hub(*UNLIMITED, "--idle-timeout", "0", "--ping-interval", "0")
    stays, *others = await sessions(hub, 20)

    async def cut():
        for other in others:
            other.cut()

    async def later():
        hub.later(minutes=2)

    found = await came_and_went(hub, "disconnections", cut, later)
    assert found["value"] == 95
    await stays.fence()


async def test_dead_letters_count_for_a_quarter_of_an_hour(late_hub):
    hub = late_hub(*UNLIMITED, "--idle-timeout", "0", "--ping-interval", "0", "--grace", "1m",
                   "--degraded-dead-letters", "3")
    a = await actor(hub)
    b = await actor(hub)
    await lose(b, a)
    for n in range(3):
        assert (await a.deliver(b.me, n))["payload"]["status"] == "queued"

    async def grace_ends():
        hub.later(minutes=2)

    async def later():
        hub.later(minutes=16)

    assert (await came_and_went(hub, "dead_letters", grace_ends, later))["value"] == 3


async def test_breakers(start_hub):
    hub = start_hub(*FLAGS, "--ack-timeout", "50ms", "--max-attempts", "10", "--breaker-failures",
                    "2", "--breaker-pause", "300ms", "--retry-base", "20ms", "--retry-cap", "20ms")
    a, b = await actor(hub), await acking(hub)

    async def silent():
        await queued(a, b.me)

    async def answers():
        while checks(hub)["breakers"]["status"] != "ok":
            await ack(b, await b.receive("app:event"), pattern="tell")

    found = await came_and_went(hub, "breakers", silent, answers)
    assert (found["status"], found["value"], found["threshold"]) == ("degraded", 1, 1)
    hub.wait_log("breaker_opened", actorAddress=b.me)
    hub.wait_log("breaker_closed", actorAddress=b.me)


async def test_the_database_has_reached_its_limit(start_hub, tmp_path):
    hub = start_hub(*FLAGS, "--db-limit", "1MiB", "--receipt-ttl", "1s", "--dedupe-window", "1s",
                    db=tmp_path / "hub.db")
    a, b = await actor(hub), await acking(hub)
    await lose(b, a)
    refusals = []

    async def fill():
        while not refusals:
            answer = await send(a, b.me, "x" * 30_000)
            if answer["type"] == "hub:error":
                refusals.append(answer["payload"])

    async def leave():
        again, _ = await come_back(hub, b.me, metadata={"acks": True})
        empties = asyncio.ensure_future(take_all(again))
        await until_is(hub, "db_size", "ok")
        empties.cancel()
        await asyncio.gather(empties, return_exceptions=True)

    async def take_all(client):
        while True:
            await ack(client, await client.receive("app:event", timeout=90), pattern="tell")

    found = await came_and_went(hub, "db_size", fill, leave)
    assert found["status"] == "degraded" and found["threshold"] == 2**20 + 1
    assert refusals[0]["code"] == "queue_full" and refusals[0]["retryable"]
    assert "--db-limit" in refusals[0]["message"]
    assert hub.wait_log("db_limit_reached")["limit"] == 2**20
    hub.wait_log("db_limit_cleared")
    await queued(a, b.me)


@pytest.mark.parametrize("unhealthy_from, status", [("0", "degraded"), ("400ms", "unhealthy")])
async def test_a_loop_that_stands_still(start_hub, unhealthy_from, status):
    hub = start_hub(*UNLIMITED, "--degraded-loop-lag", "100ms", "--unhealthy-loop-lag",
                    unhealthy_from)
    # Longer than from one watch to the next, so that one is late.
    hub.signal(signal.SIGSTOP)
    os.waitid(os.P_PID, hub.process.pid, os.WSTOPPED | os.WNOWAIT)
    stopped = time.monotonic()
    while time.monotonic() < stopped + 1.5:
        await asyncio.sleep(0.05)
    hub.signal(signal.SIGCONT)
    found = await until_is(hub, "loop", status)
    assert found["value"] >= found.get("unhealthyFrom", 100)
    hub.wait_log("health_degraded", check="loop", status=status)
    await until_is(hub, "loop", "ok")
    hub.wait_log("health_recovered", check="loop")


async def test_a_reload_moves_thresholds(start_hub, tmp_path):
    config = tmp_path / "hub.toml"
    config.write_text("degraded-queue-depth = 100000\n")
    hub = start_hub("--config", config)
    assert checks(hub)["queues"]["threshold"] == 100_000
    config.write_text("degraded-queue-depth = 0\n")
    hub.signal(signal.SIGHUP)
    hub.wait_log("reloaded")
    assert checks(hub)["queues"]["threshold"] is None


@pytest.mark.parametrize("path, member", [("/ready", "ready"), ("/live", "live")])
def test_ready_and_live(hub, path, member):
    status, _, body = hub.http(path)
    assert status == 200 and json.loads(body)[member] is True
    assert hub.http(path, "HEAD")[0] == 200
    assert hub.http(path, "POST")[0] == 405


async def test_a_hub_that_stops_is_live_and_not_ready(start_hub, tmp_path):
    disk = Disk(tmp_path)
    hub = start_hub("--drain-timeout", "5s", db=disk.database, env=disk.env)
    a = await actor(hub)
    keeping = tcp(hub)  # accepted before the listeners close
    disk.be("slow 1500")
    await a.subscribe(topic())
    hub.signal(signal.SIGTERM)
    hub.wait_log("draining")
    keeping.sendall(b"GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"503" in keeping.recv(4096).split(b"\r\n")[0]
    keeping.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"200" in keeping.recv(4096).split(b"\r\n")[0]
    disk.be("")
    assert await asyncio.to_thread(hub.wait_exit) == 0
