"""A thousand actors with five thousand subscriptions, and a crash while messages fly."""
import asyncio
import signal
import time

import pytest

from client import close_all, new_id, session, until
from hub import UNLIMITED, Hub
from peer import Gone, Peer

SESSIONS, ACTORS, TOPICS = 20, 50, 50
EACH = 5  # subscriptions of an actor
MARK = {"durable": True}


def address(n, m):
    return f"@(thousand/{n}/{m})"


def topics_of(n, m):
    first = n * ACTORS + m
    return [f"thousand-{(first + 7 * k) % TOPICS}" for k in range(EACH)]


def registration(n):
    return {"actors": [{"actorAddress": address(n, m), "capabilities": ["crash"],
                        "ttlSeconds": 3600} for m in range(ACTORS)]}


async def come(hub, n, deliver=lambda message: None):
    """A session with its actors; what registering them answered, by address."""
    peer = await Peer.reach(hub.url, address(n, 0), deliver)
    answer = await peer.request("hub:register", registration(n), metadata=MARK)
    return peer, {a["actorAddress"]: a for a in answer["payload"]["actors"]}


async def move_in(hub, n):
    peer, _ = await come(hub, n)
    answers = await asyncio.gather(*[
        await peer.begin("hub:subscribe", {"topics": topics_of(n, m)}, sender=address(n, m),
                         metadata=MARK) for m in range(ACTORS)])
    assert all("error" not in t for a in answers for t in a["payload"]["topics"])
    return peer


async def chatter(peer, n):
    """Publishes and registers again until the hub is gone."""
    try:
        while True:
            begun = [await peer.begin("hub:publish", {
                "topic": f"thousand-{k}", "type": "crash:noise", "data": "x" * 200})
                for k in range(TOPICS)]
            begun.append(await peer.begin("hub:register", registration(n)))
            await asyncio.gather(*begun)
    except Gone:
        pass


async def end_under_load(hub, peers, number):
    """SIGKILL, or SIGTERM, while several sessions keep the hub busy; the exit code."""
    load = [asyncio.ensure_future(chatter(peers[n], n)) for n in range(4)]
    watcher = await session(hub)

    async def busy():
        figures = (await watcher.ask("hub:metrics"))["payload"]
        return figures["messages_sent"] > 20_000

    await until(busy, "the load is on")
    hub.signal(number)
    code = await asyncio.to_thread(hub.wait_exit)
    await asyncio.gather(*load, *(peer.drained() for peer in peers))
    await close_all()
    return code


def start_again(database, record_property):
    began = time.monotonic()
    hub = Hub(*UNLIMITED, "--grace", "1h", db=database).start()
    while hub.http("/ready")[0] != 200:
        assert time.monotonic() - began < 60
    took = time.monotonic() - began
    print(f"ready after {took:.3f} s; recovery took {hub.wait_log('recovered')['duration']} ms")
    record_property("ready_seconds", round(took, 3))
    return hub


async def hear_again(hub):
    """Everybody comes back without subscribing and gets a publication on each topic, once."""
    heard = []

    def deliver(message):
        if message["type"] == "crash:probe":
            heard.append((message["to"], message["metadata"]["topic"]))

    arrived = await asyncio.gather(*(come(hub, n, deliver) for n in range(SESSIONS)))
    for n, (_, registered) in enumerate(arrived):
        for m in range(ACTORS):
            mine = registered[address(n, m)]
            assert mine["resumed"] is True, mine
            assert sorted(mine["subscriptions"]) == sorted(topics_of(n, m)), mine
    speaker = await session(hub)
    probe = new_id()
    for k in range(TOPICS):
        answer = await speaker.publish(f"thousand-{k}", probe, type_="crash:probe")
        assert answer["subscriberCount"] == SESSIONS * ACTORS * EACH // TOPICS
    wanted = sorted((address(n, m), topic) for n in range(SESSIONS) for m in range(ACTORS)
                    for topic in topics_of(n, m))

    async def everywhere():
        return len(heard) >= len(wanted)

    await until(everywhere, lambda: f"{len(heard)} of {len(wanted)}")
    assert sorted(heard) == wanted
    return [peer for peer, _ in arrived]


async def live_through(hub, database, number, record_property):
    peers = await asyncio.gather(*(move_in(hub, n) for n in range(SESSIONS)))
    code = await end_under_load(hub, peers, number)
    assert code == (0 if number == signal.SIGTERM else -number)
    again = start_again(database, record_property)
    try:
        said = again.wait_log("recovered")
        assert (said["actors"], said["subscriptions"]) == (SESSIONS * ACTORS,
                                                          SESSIONS * ACTORS * EACH)
        assert said["clean"] is (number == signal.SIGTERM)
        await hear_again(again)
    finally:
        await close_all()
        await asyncio.to_thread(again.stop)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_is_back_at_once_and_nobody_has_to_subscribe_again(tmp_path, number, record_property):
    database = tmp_path / "hub.db"
    hub = Hub(*UNLIMITED, "--grace", "1h", db=database).start()
    try:
        asyncio.run(live_through(hub, database, number, record_property))
    finally:
        hub.process.kill()
