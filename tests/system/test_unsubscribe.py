"""hub:unsubscribe in its variants (§4 Delivery)."""
import asyncio

import pytest

from client import new_id, session, topic
from expect import answered, refused


async def test_unsubscribed_is_exact(hub):
    a = await session(hub)
    name, id_ = topic(), new_id()
    await a.subscribe(name)
    answer = await a.ask("hub:unsubscribe", {"topic": name}, id=id_)
    assert answered(answer, "hub:unsubscribed", a.me, id_) == {"topic": name}
    assert (await a.publish(name))["subscriberCount"] == 0


async def test_only_that_topic_ends(hub):
    a, b = await session(hub), await session(hub)
    names = [topic(f"t{n}") for n in range(4)]
    for name in names:
        await a.subscribe(name)
    await b.subscribe(names[1])
    await a.ask("hub:unsubscribe", {"topic": names[1]})
    counts = [(await b.publish(name))["subscriberCount"] for name in names]
    assert counts == [1, 1, 1, 1]  # names[1] still has b
    assert [m["metadata"]["topic"] for m in await a.take(3)] == [names[0], *names[2:]]
    await a.nothing_more()


async def test_by_subscription_id(hub):
    a = await session(hub)
    first, second = topic("first"), topic("second")
    id_ = await a.subscribe(first)
    await a.subscribe(second)
    answer = await a.ask("hub:unsubscribe", {"subscriptionId": id_})
    assert answer["payload"] == {"topic": first}
    assert (await a.publish(first))["subscriberCount"] == 0
    assert (await a.publish(second))["subscriberCount"] == 1


async def test_a_topics_name_as_subscription_id(hub):
    """What 0.1 clients send."""
    a = await session(hub)
    name = topic()
    await a.subscribe(name)
    answer = await a.ask("hub:unsubscribe", {"subscriptionId": name})
    assert answer["payload"] == {"topic": name}
    assert (await a.publish(name))["subscriberCount"] == 0


async def test_by_tell_is_not_answered(hub):
    a = await session(hub)
    name = topic()
    await a.subscribe(name)
    await a.send("hub:unsubscribe", {"topic": name})
    await a.nothing_more()
    assert (await a.publish(name))["subscriberCount"] == 0


async def test_an_unknown_topic_is_no_error(hub):
    a = await session(hub)
    name = topic()
    answer = await a.ask("hub:unsubscribe", {"topic": name})
    assert answer["type"] == "hub:unsubscribed" and answer["payload"] == {"topic": name}
    answer = await a.ask("hub:unsubscribe", {"subscriptionId": "unknown-" + name})
    assert answer["type"] == "hub:unsubscribed"


async def test_anothers_subscription_id_ends_nothing(hub):
    a, b = await session(hub), await session(hub)
    name = topic()
    id_ = await a.subscribe(name)
    await b.ask("hub:unsubscribe", {"subscriptionId": id_})
    assert (await b.publish(name))["subscriberCount"] == 1


async def test_a_pattern_ends_by_its_own_name(hub):
    a = await session(hub)
    name = topic("glob")
    await a.subscribe(name + "/*")
    await a.ask("hub:unsubscribe", {"topic": name + "/a"})  # matches it, but names it not
    assert (await a.publish(name + "/a"))["subscriberCount"] == 1
    answer = await a.ask("hub:unsubscribe", {"topic": name + "/*"})
    assert answer["payload"] == {"topic": name + "/*"}
    assert (await a.publish(name + "/a"))["subscriberCount"] == 0


async def test_subscribing_anew_gives_a_subscription_of_its_own(hub):
    a = await session(hub)
    name = topic()
    for _ in range(10):
        await a.subscribe(name)
        assert (await a.publish(name))["subscriberCount"] == 1
        await a.ask("hub:unsubscribe", {"topic": name})
        assert (await a.publish(name))["subscriberCount"] == 0


@pytest.mark.parametrize("attempt", range(3))
async def test_nothing_arrives_after_unsubscribed(hub, attempt):
    a, b = await session(hub), await session(hub)
    name = topic()
    await a.subscribe(name)
    going = True

    async def flood():
        n = 0
        while going:
            await b.send("hub:publish", {"topic": name, "type": "app:x", "data": n})
            n += 1
            await asyncio.sleep(0)

    flooding = asyncio.ensure_future(flood())
    await a.receive("app:x")
    id_ = await a.send("hub:unsubscribe", {"topic": name}, pattern="ask")
    await a.fence()
    going = False
    await flooding
    await b.fence()
    await a.fence()
    kinds = [m["type"] for m in a.inbox]
    end = kinds.index("hub:unsubscribed")
    assert a.inbox[end]["correlationId"] == id_
    assert kinds[end + 1:] == []


@pytest.mark.parametrize("payload", [None, {}, {"topic": 5}, {"subscriptionId": 5}, {"topic": ""}],
                         ids=str)
async def test_wrong_fields(hub, payload):
    a = await session(hub)
    answer = await a.ask("hub:unsubscribe", payload)
    refused(answer, "invalid_message")
