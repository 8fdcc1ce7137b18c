"""Fan-outs to many: complete, in order, in slices, within the limit (§4 "Order")."""
import asyncio

import pytest

from client import actor, session, sessions, until
from expect import refused
from hub import UNLIMITED

MANY = 1500
WATCHERS = 200
# One recipient a slice: a fan-out lasts many turns of the loop.
SLICED = (*UNLIMITED, "--fanout-slice", "1")


async def populate(hub, count, prefix="many"):
    """`count` actors, 100 a session; the sessions."""
    holders = await sessions(hub, -(-count // 100))

    async def enlist(holder, start):
        elements = [{"actorAddress": f"@({prefix}/{n:05})", "capabilities": ["many"]}
                    for n in range(start, min(start + 100, count))]
        answer = await holder.ask("hub:register", {"actors": elements})
        assert not [e for e in answer["payload"]["actors"] if "error" in e]

    await asyncio.gather(*(enlist(h, 100 * n) for n, h in enumerate(holders)))
    return holders


async def collect(holders, count_each, type_):
    taken = await asyncio.gather(*(h.take(count_each, type_) for h in holders))
    return [list(messages) for messages in taken]


async def test_1500_actors_and_200_subscribers_complete_and_in_order(start_hub):
    hub = start_hub(*UNLIMITED)
    holders = await populate(hub, MANY)
    watchers = await sessions(hub, WATCHERS)
    await asyncio.gather(*(w.subscribe("events") for w in watchers))
    sender = await session(hub)

    rounds = 5
    for n in range(rounds):
        answer = await sender.ask("hub:broadcast", {"type": "app:news", "data": n})
        assert answer["payload"]["deliveredCount"] == MANY
        assert (answer["payload"]["queuedCount"], answer["payload"]["failedCount"]) == (0, 0)
        assert (await sender.publish("events", n, "app:tick"))["subscriberCount"] == WATCHERS

    reached = set()
    for messages in await collect(holders, 100 * rounds, "app:news"):
        by_actor = {}
        for message in messages:
            by_actor.setdefault(message["to"], []).append(message["payload"])
        assert all(numbers == list(range(rounds)) for numbers in by_actor.values())
        reached |= set(by_actor)
    assert len(reached) == MANY
    for messages in await collect(watchers, rounds, "app:tick"):
        assert [m["payload"] for m in messages] == list(range(rounds))
    for client in (*holders, *watchers):
        await client.nothing_more()


async def test_slices_keep_the_order_of_sender_and_topic(start_hub):
    hub = start_hub(*SLICED)
    watchers = await sessions(hub, 30)
    for watcher in watchers:
        await watcher.subscribe("t")
    target = await actor(hub)
    await target.subscribe("t")
    sender = await session(hub)
    expected = []
    for n in range(60):
        expected.append(n)
        if n % 3 == 0:
            await sender.send("hub:publish", {"topic": "t", "type": "app:x", "data": n})
        elif n % 3 == 1:
            await sender.tell(target.me, n, "app:x")
        else:
            await sender.send("hub:broadcast", {"type": "app:x", "data": n})
    assert [m["payload"] for m in await target.take(60, "app:x")] == expected
    for watcher in watchers:
        got = [m["payload"] for m in await watcher.take(20, "app:x")]
        assert got == expected[::3]


async def test_slices_keep_one_order_per_topic_for_several_publishers(start_hub):
    hub = start_hub(*SLICED)
    watchers, publishers = await sessions(hub, 25), await sessions(hub, 4)
    for watcher in watchers:
        await watcher.subscribe("t*")
    for n in range(20):
        for publisher in publishers:
            await publisher.send("hub:publish", {"topic": "t1", "type": "app:x", "data": n})
    orders = [[(m["from"], m["payload"]) for m in await w.take(80, "app:x")] for w in watchers]
    assert all(order == orders[0] for order in orders)


async def test_others_are_served_while_a_fan_out_runs(start_hub):
    """An answer that overtakes the fan-out's shows it; one in ten tries is proof enough."""
    hub = start_hub(*SLICED)
    await populate(hub, MANY)
    sender, other = await session(hub), await session(hub)
    for _ in range(10):
        id_ = await sender.send("hub:broadcast", {"type": "app:news", "data": None}, pattern="ask")
        pong = await other.ask("hub:heartbeat")
        done = await sender.answer(id_)
        assert done["payload"]["deliveredCount"] == MANY
        if pong.at < done.at:
            return
    raise AssertionError("nobody was served before the fan-out had ended")


async def test_the_senders_next_messages_wait_behind_its_fan_out(start_hub):
    hub = start_hub(*SLICED)
    await populate(hub, 300)
    sender = await session(hub)
    first = await sender.send("hub:broadcast", {"type": "app:news"}, pattern="ask")
    second = await sender.send("hub:list_actors", {"limit": 1}, pattern="ask")
    await sender.answer(second)
    assert [m["correlationId"] for m in sender.inbox] == [first]  # it had come before


async def test_a_flood_behind_a_fan_out_is_bounded_and_complete(start_hub):
    hub = start_hub(*SLICED)
    await populate(hub, 300)
    sender, target = await session(hub), await actor(hub)
    await sender.send("hub:broadcast", {"type": "app:news"})
    for n in range(2000):
        await sender.tell(target.me, n)
    got = [m["payload"] for m in await target.take(2000, "app:event")]
    assert got == list(range(2000))


async def test_who_left_is_counted_as_failed_and_gets_nothing(start_hub):
    hub = start_hub(*SLICED)
    holders = await populate(hub, MANY)
    leaving = holders[-1]
    sender = await session(hub)
    for _ in range(50):  # on a busy machine the fan-out is often over first
        id_ = await sender.send("hub:broadcast", {"type": "app:news"}, pattern="ask")
        gone = await leaving.ask("hub:unregister", {"actorAddress": f"@(many/{MANY - 1:05})"})
        assert gone["type"] == "hub:unregistered"
        payload = (await sender.answer(id_))["payload"]
        assert payload["deliveredCount"] + payload["failedCount"] == MANY
        if payload["failedCount"] == 1:
            await leaving.fence()
            assert f"@(many/{MANY - 1:05})" not in [m["to"] for m in leaving.inbox
                                                    if m["correlationId"] == id_]
            return
        leaving.inbox.clear()
        await leaving.register(f"@(many/{MANY - 1:05})")
    raise AssertionError("the actor never left in time")


async def test_the_senders_leaving_changes_nothing(start_hub):
    hub = start_hub(*SLICED)
    holders = await populate(hub, 500)
    sender = await session(hub)
    await sender.send("hub:broadcast", {"type": "app:news"})
    await sender.close()
    for messages in await collect(holders, 100, "app:news"):
        assert len(messages) == 100


async def test_what_waits_behind_a_fan_out_is_sent_though_the_sender_left(start_hub):
    hub = start_hub(*SLICED)
    listeners = await sessions(hub, 20)
    for listener in listeners:
        await listener.subscribe("t")
    sender = await session(hub)
    for n in range(5):
        await sender.send("hub:publish", {"topic": "t", "type": "app:x", "data": n})
    await sender.close()
    for listener in listeners:
        assert [m["payload"] for m in await listener.take(5, "app:x")] == list(range(5))


async def test_nothing_of_a_sliced_topic_after_its_unsubscribed(start_hub):
    hub = start_hub(*SLICED)
    listeners = await sessions(hub, 30)
    for listener in listeners:
        await listener.subscribe("t")
    publisher = await session(hub)
    await publisher.send("hub:publish", {"topic": "t", "type": "app:x"}, pattern="ask")
    for listener in listeners:
        await listener.send("hub:unsubscribe", {"topic": "t"}, pattern="ask")
    for listener in listeners:
        await listener.receive("hub:unsubscribed")
        listener.inbox.clear()  # what came before it
    await publisher.receive("hub:published")
    for listener in listeners:
        await listener.nothing_more()


async def test_who_registers_later_gets_nothing_of_it(start_hub):
    hub = start_hub(*SLICED)
    await populate(hub, 500)
    sender, late = await session(hub), await session(hub)
    id_ = await sender.send("hub:broadcast", {"type": "app:news"}, pattern="ask")
    await late.register()
    done = await sender.answer(id_)
    await late.fence()
    got = [m for m in late.inbox if m["type"] == "app:news"]
    assert len(got) + 500 == done["payload"]["deliveredCount"]


@pytest.mark.parametrize("type_", ["hub:broadcast", "hub:publish"])
async def test_the_broadcast_limit(start_hub, type_):
    hub = start_hub(*UNLIMITED, "--broadcast-limit", "10")
    receivers = [await actor(hub) for _ in range(10)]
    for receiver in receivers:
        await receiver.subscribe("t")
    sender = await session(hub)
    payload = {"type": "app:x", "data": 1, "topic": "t"}
    assert (await sender.ask(type_, payload))["type"] != "hub:error"
    for receiver in receivers:
        await receiver.receive("app:x")

    await sender.register()
    await sender.subscribe("t")
    refused(await sender.ask(type_, payload), "broadcast_limit_exceeded")
    for receiver in receivers:
        await receiver.nothing_more()
    # The registry shrinks, and it goes through again.
    await receivers[0].close()

    async def passes():
        return (await sender.ask(type_, payload))["type"] != "hub:error"

    await until(passes, "fewer recipients than the limit")
