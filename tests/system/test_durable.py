"""Durable answers and durable subscriptions (§4, §8)."""
import pytest

from client import actor, session, topic, unique, until
from expect import refused
from hub import UNLIMITED
from test_away import come_back, lose, status_of

HUB_FLAGS = (*UNLIMITED, "--grace", "1h")
DURABLE = {"metadata": {"durable": True}}


async def test_every_answer_that_may_be_undone_can_be_durable(hub):
    client = await session(hub)
    registered = await client.ask("hub:register", {
        "actorAddress": client.me, "capabilities": ["x"]}, **DURABLE)
    assert registered["type"] == "hub:registered"
    name = topic()
    for type_, payload, answer in [
            ("hub:renew", {"renewalToken": registered["payload"]["renewalToken"]}, "hub:renewed"),
            ("hub:subscribe", {"topic": name}, "hub:subscribed"),
            ("hub:subscribe", {"topics": [name, topic()]}, "hub:subscribed"),
            ("hub:unsubscribe", {"topic": name}, "hub:unsubscribed"),
            ("hub:unregister", {"actorAddress": client.me}, "hub:unregistered")]:
        assert (await client.ask(type_, payload, **DURABLE))["type"] == answer


@pytest.mark.parametrize("type_", ["hub:register", "hub:renew", "hub:subscribe"])
async def test_durable_must_be_a_boolean(hub, type_):
    client = await session(hub)
    answer = await client.ask(type_, {
        "actorAddress": client.me, "capabilities": ["x"], "topic": "t", "renewalToken": "x"},
        metadata={"durable": "yes"})
    refused(answer, "invalid_message", "metadata.durable")


async def test_a_durable_subscription_outlives_the_registration(hub):
    owner, publisher = await actor(hub), await session(hub)
    kept, passing = topic("kept"), topic("passing")
    subscribed = (await owner.ask("hub:subscribe", {"topic": kept, "durable": True}))["payload"]
    assert subscribed["durable"] is True
    assert "durable" not in (await owner.ask("hub:subscribe", {"topic": passing}))["payload"]
    await owner.close(1000)
    assert await status_of(publisher, owner.me) is None
    for name in (kept, passing):
        await publisher.send("hub:publish", {"topic": name, "type": "app:event", "data": name})
    back, registered = await come_back(hub, owner.me)
    assert registered["subscriptions"] == [kept]
    assert (await back.receive("app:event"))["payload"] == kept
    await back.nothing_more()
    again = (await back.ask("hub:subscribe", {"topic": kept}))["payload"]
    assert again == {"topic": kept, "subscriptionId": subscribed["subscriptionId"],
                     "durable": True}


async def test_it_ends_when_it_is_unsubscribed(hub):
    owner, publisher = await actor(hub), await session(hub)
    name = topic()
    await owner.ask("hub:subscribe", {"topic": name, "durable": True})
    await owner.ask("hub:unsubscribe", {"topic": name})
    await owner.close(1000)
    published = await publisher.ask("hub:publish", {"topic": name, "type": "app:e", "data": 1})
    assert published["payload"]["subscriberCount"] == 0


async def test_saying_false_makes_it_an_ordinary_one(hub):
    owner, publisher = await actor(hub), await session(hub)
    name = topic()
    await owner.ask("hub:subscribe", {"topic": name, "durable": True})
    plain = (await owner.ask("hub:subscribe", {"topic": name, "durable": False}))["payload"]
    assert "durable" not in plain
    await owner.close(1000)
    published = await publisher.ask("hub:publish", {"topic": name, "type": "app:e", "data": 1})
    assert published["payload"]["subscriberCount"] == 0


async def test_it_ends_with_its_ttl(start_hub):
    hub = start_hub(*UNLIMITED, "--grace", "50ms", "--durable-ttl", "50ms")
    owner, publisher = await actor(hub), await session(hub)
    name = topic()
    await owner.ask("hub:subscribe", {"topic": name, "durable": True})
    await owner.close(1000)

    async def ended():
        published = await publisher.ask("hub:publish", {"topic": name, "type": "app:e", "data": 1})
        return published["payload"]["subscriberCount"] == 0

    await until(ended, "the subscription to end")


async def test_only_a_registered_actor_can_hold_one(hub):
    guest = await session(hub)
    refused(await guest.ask("hub:subscribe", {"topic": topic(), "durable": True}),
            "invalid_message", "payload.durable")


async def test_stored_messages_of_an_ended_registration_become_dead_letters(hub):
    owner, sender = await session(hub), await session(hub)
    await owner.register(ttlSeconds=1)
    await owner.ask("hub:subscribe", {"topic": topic(), "durable": True})
    await lose(owner, sender)
    id_ = unique()
    assert (await sender.deliver(owner.me, id=id_))["payload"]["status"] == "queued"
    told = await sender.receive("hub:error")
    assert told["correlationId"] == id_
    assert told["payload"]["code"] == "dead_lettered"
    assert told["payload"]["details"]["reason"] == "expired"
    assert await status_of(sender, owner.me) is None
