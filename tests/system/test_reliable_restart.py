"""What was stored, what was remembered and what was not told yet outlives the hub (§7)."""
import pytest

from client import actor, session, until
from reliable import (FLAGS, RELIABLE, ack, acking, dead, delivery_of, events, nack, queued, receipt,
                      send, status)
from test_away import lose
from test_restart import kill


@pytest.fixture(name="places", params=["kill", "stop"])
def fixture_places(start_hub, tmp_path, request):
    """hub(), and another() that ends it and starts the next on the same database."""
    running = []

    def start(*flags):
        running.append(start_hub(*FLAGS, *flags, db=tmp_path / "hub.db"))
        return running[-1]

    def again(*flags):
        if request.param == "kill":
            kill(running[-1])
        else:
            running[-1].stop()
        return start(*flags)

    return start, again


async def test_a_queued_message_is_delivered_by_the_next_hub(places):
    start, again = places
    hub = start()
    a, b = await actor(hub), await acking(hub)
    await lose(b, a)
    ids = [await queued(a, b.me, n) for n in range(3)]
    hub = again()
    back = await acking(hub, b.me)
    got = await back.take(3, "app:event")
    assert [m["payload"] for m in got] == [0, 1, 2]
    assert [m["metadata"]["originalMessageId"] for m in got] == ids
    for m in got:
        assert (await ack(back, m))["payload"]["known"] is True
    sender = await actor(hub, me=a.me)
    for id_ in ids:
        await receipt(sender, id_, "acknowledged")


async def test_an_ack_counts_after_the_hub_has_restarted(places):
    start, again = places
    hub = start()
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me)
    delivery, _ = delivery_of(await b.receive("app:event"))
    hub = again()
    back = await session(hub, me=b.me)
    register = await back.send("hub:register", {"actorAddress": b.me, "capabilities": ["x"]},
                               pattern="ask", metadata={"acks": True})
    assert (await ack(back, delivery))["payload"]["known"] is True
    await back.answer(register)
    sender = await actor(hub, me=a.me)
    await receipt(sender, id_, "acknowledged")
    assert (await status(sender, id_))["state"] == "acknowledged"


async def test_a_retry_after_a_restart_is_a_duplicate(places):
    start, again = places
    hub = start()
    a, b = await actor(hub), await acking(hub)
    first = await send(a, b.me, 1, id="once")
    await ack(b, await b.receive("app:event"))
    await receipt(a, "once", "acknowledged")
    await committed_again(a)
    hub = again()
    a, b = await actor(hub, me=a.me), await acking(hub, b.me)
    second = await send(a, b.me, 1, id="once")
    assert second["payload"]["duplicate"] is True
    assert second["payload"]["status"] == "queued"
    assert second["payload"]["deliveredAt"] - first["payload"]["deliveredAt"] < 60_000
    await b.nothing_more()
    fresh = await send(a, b.me, 2, id="twice")
    assert "duplicate" not in fresh["payload"]


async def test_receipts_wait_for_their_sender(places):
    start, again = places
    hub = start()
    a, b = await actor(hub), await acking(hub)
    fine, bad = await queued(a, b.me, 1), await queued(a, b.me, 2)
    got = await b.take(2, "app:event")
    await lose(a, b)
    await ack(b, got[0])
    await nack(b, got[1], requeue=False, reason="poison")
    await committed_again(b)
    hub = again()
    back = await session(hub, me=a.me)
    register = await back.ask("hub:register", {"actorAddress": a.me, "capabilities": ["x"]})
    assert register["type"] == "hub:registered"
    await receipt(back, fine, "acknowledged")
    await dead(back, bad, "poison")
    await committed_again(back)
    once_more = await actor(hub, me=a.me)
    await once_more.nothing_more()


async def committed_again(client):
    """Everything that was done before has been written down."""
    answer = await client.ask("hub:register", {"actorAddress": client.me, "capabilities": ["x"]},
                              metadata={"durable": True})
    assert answer["type"] == "hub:registered"


async def test_failed_attempts_are_remembered(places):
    start, again = places
    hub = start("--retry-base", "1h", "--retry-cap", "1h")
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me)
    await nack(b, await b.receive("app:event"), reason="busy")
    await committed_again(a)
    hub = again()
    back = await acking(hub, b.me)
    got = await back.receive("app:event")
    assert delivery_of(got)[1] == 2
    sender = await actor(hub, me=a.me)

    async def delivering():
        return (await status(sender, id_))["state"] == "delivering"
    await until(delivering, "the attempt to be known")
    assert events(await status(sender, id_))[:4] == ["received", "stored", "attempt", "nack"]


async def test_publications_come_after_a_restart(places):
    start, again = places
    hub = start()
    a, b = await actor(hub), await acking(hub)
    await b.ask("hub:subscribe", {"topic": "news", "ack": True, "durable": True})
    await lose(b, a)
    answer = await a.ask("hub:publish", {"topic": "news", "type": "app:event", "data": 7},
                         metadata=RELIABLE, id="pub")
    assert answer["payload"]["queuedCount"] == 1
    hub = again()
    a = await actor(hub, me=a.me)
    retry = await a.ask("hub:publish", {"topic": "news", "type": "app:event", "data": 7},
                        metadata=RELIABLE, id="pub")
    assert retry["payload"] == {**answer["payload"], "duplicate": True}
    back = await acking(hub, b.me)
    got = await back.receive("app:event")
    assert got["payload"] == 7
    assert (await ack(back, got))["payload"]["known"] is True
    await back.nothing_more()
