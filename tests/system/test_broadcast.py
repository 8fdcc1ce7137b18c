"""hub:broadcast: who gets it, what it looks like, what the answer counts (§4 Delivery)."""
import pytest

from client import HUB, actor, new_id, session, unique, until
from expect import answered, forwarded, refused


@pytest.fixture
def empty_hub(hub):
    """The module's hub, on which nobody of an earlier test is left."""

    async def wait():
        watcher = await session(hub)

        async def empty():
            return await watcher.actor_count() == 0

        await until(empty, "an empty registry")
        await watcher.close()

    hub.until_empty = wait
    return hub


async def broadcast(client, data=None, type_="app:news", metadata=None, **payload):
    answer = await client.ask("hub:broadcast", {"type": type_, "data": data, **payload},
                              metadata=metadata or {})
    assert answer["type"] == "hub:broadcast_ack", answer
    return answer["payload"]


async def test_every_registered_actor_gets_it_and_the_answer_counts(empty_hub):
    await empty_hub.until_empty()
    a, b = await actor(empty_hub), await actor(empty_hub)
    unregistered = await session(empty_hub)
    id_ = new_id()
    answer = await a.ask("hub:broadcast", {"type": "app:news", "data": {"n": 1}}, id=id_,
                         metadata={"own": 1})
    assert answered(answer, "hub:broadcast_ack", a.me, id_) == {
        "messageId": id_, "deliveredCount": 2, "queuedCount": 0, "failedCount": 0}
    ids = set()
    for receiver in (a, b):
        message = await receiver.receive("app:news")
        forwarded(message, sender=a.me, to=receiver.me, type_="app:news", data={"n": 1},
                  correlation=id_, metadata={"broadcast": True, "via": HUB})
        ids.add(message["id"])
    assert len(ids) == 2 and id_ not in ids
    await unregistered.nothing_more()


async def test_deliveries_precede_the_answer(empty_hub):
    await empty_hub.until_empty()
    a = await actor(empty_hub)
    id_ = await a.send("hub:broadcast", {"type": "app:news"}, pattern="ask")
    await a.fence()
    assert [m["type"] for m in a.inbox] == ["app:news", "hub:broadcast_ack"]
    assert all(m["correlationId"] == id_ for m in a.inbox)


async def test_each_actor_of_a_session_gets_its_own(empty_hub):
    await empty_hub.until_empty()
    a, b = await session(empty_hub), await actor(empty_hub)
    second = unique("second")
    await b.register(second)
    assert (await broadcast(a))["deliveredCount"] == 2
    assert {m["to"] for m in await b.take(2, "app:news")} == {b.me, second}
    await b.nothing_more()


async def test_exclude_self(empty_hub):
    await empty_hub.until_empty()
    a, b = await actor(empty_hub), await actor(empty_hub)
    assert (await broadcast(a, excludeSelf=True))["deliveredCount"] == 1
    await b.receive("app:news")
    await a.nothing_more()
    assert (await broadcast(a, excludeSelf=False))["deliveredCount"] == 2


async def test_exclude_self_is_the_from_it_was_sent_with(empty_hub):
    await empty_hub.until_empty()
    a = await actor(empty_hub)
    second = unique("second")
    await a.register(second)
    answer = await a.ask("hub:broadcast", {"type": "app:news", "excludeSelf": True}, sender=second)
    assert answer["payload"]["deliveredCount"] == 1
    assert (await a.receive("app:news"))["to"] == a.me


async def test_target_capability(empty_hub):
    await empty_hub.until_empty()
    a = await actor(empty_hub)
    readers = [await session(empty_hub) for _ in range(3)]
    for reader in readers:
        await reader.register(capabilities=["read", "other"])
    metadata = {"targetCapability": "read"}
    assert (await broadcast(a, metadata=metadata))["deliveredCount"] == 3
    for reader in readers:
        await reader.receive("app:news")
    await a.nothing_more()
    counts = await broadcast(a, metadata={"targetCapability": "nobody-has-it"})
    assert (counts["deliveredCount"], counts["queuedCount"], counts["failedCount"]) == (0, 0, 0)


async def test_capability_and_exclude_self(empty_hub):
    await empty_hub.until_empty()
    a, b = await session(empty_hub), await session(empty_hub)
    await a.register(capabilities=["read"])
    await b.register(capabilities=["read"])
    counts = await broadcast(a, excludeSelf=True, metadata={"targetCapability": "read"})
    assert counts["deliveredCount"] == 1
    await b.receive("app:news")
    await a.nothing_more()


async def test_nobody_registered(empty_hub):
    await empty_hub.until_empty()
    a = await session(empty_hub)
    counts = await broadcast(a)
    counts.pop("messageId")
    assert counts == {"deliveredCount": 0, "queuedCount": 0, "failedCount": 0}


async def test_a_broadcast_by_tell_is_delivered(empty_hub):
    await empty_hub.until_empty()
    a, b = await actor(empty_hub), await actor(empty_hub)
    id_ = await a.send("hub:broadcast", {"type": "app:news", "data": 1})
    assert (await b.receive("app:news"))["correlationId"] == id_
    await a.receive("app:news")
    await a.nothing_more()


async def test_order_of_one_senders_broadcasts_and_sends(empty_hub):
    await empty_hub.until_empty()
    a, b = await session(empty_hub), await actor(empty_hub)
    for n in range(200):
        if n % 3:
            await a.tell(b.me, n, "app:mixed")
        else:
            await a.send("hub:broadcast", {"type": "app:mixed", "data": n})
    assert [m["payload"] for m in await b.take(200)] == list(range(200))


@pytest.mark.parametrize("payload, metadata, field", [
    ({"data": 1}, {}, "type"), ({"type": 5}, {}, "type"), ({"type": ""}, {}, "type"),
    ({"type": "app:x", "excludeSelf": "yes"}, {}, "excludeSelf"),
    ({"type": "app:x"}, {"targetCapability": 5}, "targetCapability"),
    (None, {}, "payload")], ids=str)
async def test_wrong_fields_are_named(hub, payload, metadata, field):
    a = await session(hub)
    answer = await a.ask("hub:broadcast", payload, metadata=metadata)
    refused(answer, "invalid_message", naming=field)
