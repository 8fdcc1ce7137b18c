"""hub:subscribe and hub:publish (§4 Delivery, §8)."""
import asyncio

import pytest

from client import HUB, actor, new_id, session, sessions, topic, unique
from expect import COMMON, answered, common_part, forwarded, refused


async def test_subscribed_and_published_are_exact(hub):
    a, b = await actor(hub), await actor(hub)
    name, id_ = topic(), new_id()
    answer = await a.ask("hub:subscribe", {"topic": name}, id=id_)
    payload = answered(answer, "hub:subscribed", a.me, id_)
    assert set(payload) == {"topic", "subscriptionId"}
    assert payload["topic"] == name
    assert isinstance(payload["subscriptionId"], str) and payload["subscriptionId"]

    publication = new_id()
    answer = await b.ask("hub:publish", {"topic": name, "type": "app:x", "data": [1]},
                         id=publication, metadata={"own": 1})
    assert answered(answer, "hub:published", b.me, publication) == {
        "topic": name, "subscriberCount": 1}
    message = await a.receive("app:x")
    forwarded(message, sender=b.me, to=a.me, type_="app:x", data=[1], correlation=publication,
              metadata={"topic": name, "publication": True, "via": HUB})
    assert message["id"] != publication
    await b.nothing_more()


async def test_nobody_subscribed(hub):
    a = await session(hub)
    name = topic()
    assert await a.publish(name, 1) == {"topic": name, "subscriberCount": 0}


async def test_the_publisher_gets_it_too_if_subscribed(hub):
    a = await session(hub)
    name = topic()
    await a.subscribe(name)
    id_ = await a.send("hub:publish", {"topic": name, "type": "app:x"}, pattern="ask")
    await a.fence()
    assert [m["type"] for m in a.inbox] == ["app:x", "hub:published"]
    assert all(m["correlationId"] == id_ for m in a.inbox)


async def test_a_publication_by_tell_is_delivered(hub):
    a, b = await session(hub), await session(hub)
    name = topic()
    await a.subscribe(name)
    id_ = await b.send("hub:publish", {"topic": name, "type": "app:x"})
    assert (await a.receive("app:x"))["correlationId"] == id_
    await b.nothing_more()


async def test_subscribing_again_is_free_and_keeps_the_id(hub):
    a, b = await session(hub), await session(hub)
    name = topic()
    first = await a.subscribe(name)
    assert await a.subscribe(name) == first
    assert (await b.publish(name))["subscriberCount"] == 1
    await a.receive("app:event")
    await a.nothing_more()
    other = await b.subscribe(name)
    assert other != first


async def test_topics_do_not_mix(hub):
    a, b = await session(hub), await session(hub)
    name = topic()
    await a.subscribe(name)
    for other in (name + "x", name[:-1], name.upper(), "x" + name, name + "/below"):
        assert (await b.publish(other))["subscriberCount"] == 0
    await a.nothing_more()


@pytest.mark.parametrize("pattern, matching, other", [
    ("{t}/*", ["{t}/a", "{t}/a/b", "{t}/"], ["{t}", "x{t}/a"]),
    ("*{t}", ["{t}", "a/{t}"], ["{t}a"]),
    ("{t}/*/end", ["{t}/a/end", "{t}/a/b/end"], ["{t}/end", "{t}/a/end2"]),
    ("{t}**", ["{t}", "{t}/a"], ["x"]),
    ("{t}?", [], ["{t}a", "{t}"]),
    ("{t}[a]", ["{t}[a]"], ["{t}a"]),
])
async def test_patterns(hub, pattern, matching, other):
    a, b = await session(hub), await session(hub)
    t = topic("p")
    await a.subscribe(pattern.replace("{t}", t))
    for name in matching:
        name = name.replace("{t}", t)
        assert (await b.publish(name))["subscriberCount"] == 1, name
        assert (await a.receive("app:event"))["metadata"]["topic"] == name
    for name in other:
        assert (await b.publish(name.replace("{t}", t)))["subscriberCount"] == 0, name
    await a.nothing_more()


async def test_a_subscriber_of_name_and_pattern_gets_it_once(hub):
    a, b = await session(hub), await session(hub)
    name = topic("once")
    for pattern in (name, "once-*", "*" + name[4:]):
        await a.subscribe(pattern)
    assert (await b.publish(name))["subscriberCount"] == 1
    await a.receive("app:event")
    await a.nothing_more()


async def test_every_subscriber_gets_it_in_the_same_order(hub):
    receivers, publishers = await sessions(hub, 10), await sessions(hub, 4)
    name = topic()
    for receiver in receivers:
        await receiver.subscribe(name)

    async def publish_many(publisher):
        for n in range(50):
            await publisher.send("hub:publish", {"topic": name, "type": "app:x", "data": n})
            await asyncio.sleep(0)

    await asyncio.gather(*map(publish_many, publishers))
    orders = []
    for receiver in receivers:
        got = await receiver.take(200, "app:x")
        orders.append([(m["from"], m["payload"]) for m in got])
    assert all(order == orders[0] for order in orders)
    for publisher in publishers:
        assert [n for who, n in orders[0] if who == publisher.me] == list(range(50))


async def test_subscribing_in_the_middle(hub):
    a, b = await session(hub), await session(hub)
    name = topic()
    await b.publish(name, "before")
    await a.subscribe(name)
    await b.publish(name, "after")
    assert (await a.receive("app:event"))["payload"] == "after"
    await a.nothing_more()


# ---- bulk ---------------------------------------------------------------------------------------


async def test_bulk_subscribe(hub):
    a, b = await session(hub), await session(hub)
    names = [topic(f"b{n}") for n in range(3)]
    id_ = new_id()
    answer = await a.ask("hub:subscribe", {"topics": names}, id=id_)
    payload = answered(answer, "hub:subscribed", a.me, id_)
    assert set(payload) == {"topics"}
    assert [set(e) for e in payload["topics"]] == [{"topic", "subscriptionId"}] * 3
    assert [e["topic"] for e in payload["topics"]] == names
    for name in names:
        assert (await b.publish(name))["subscriberCount"] == 1


async def test_bulk_elements_are_independent(hub):
    a, b = await session(hub), await session(hub)
    good, last = topic("good"), topic("last")
    answer = await a.ask("hub:subscribe", {"topics": [good, "", "x" * 257, 5, last]})
    elements = answer["payload"]["topics"]
    assert "error" not in elements[0] and "error" not in elements[4]
    for element in elements[1:4]:
        assert set(element["error"]) == COMMON
        assert element["error"]["code"] in ("invalid_message", "limit_exceeded")
        common_part(element["error"], element["error"]["code"])
    for name in (good, last):
        assert (await b.publish(name))["subscriberCount"] == 1


async def test_bulk_errors_name_their_element(hub):
    a = await session(hub)
    answer = await a.ask("hub:subscribe", {"topics": [topic(), "", 7, "hub/x"]})
    _, empty, number, system = answer["payload"]["topics"]
    assert empty["error"]["details"]["field"] == "payload.topics[1]"
    assert number["error"]["code"] == "invalid_message"
    assert number["error"]["details"]["field"] == "payload.topics[2]"
    assert system["topic"] == "hub/x" and system["error"]["code"] == "unsupported"


# ---- names and bounds ---------------------------------------------------------------------------


@pytest.mark.parametrize("type_", ["hub:subscribe", "hub:publish"])
@pytest.mark.parametrize("name", [None, "", 5, "x" * 257, []],
                         ids=lambda v: str(v)[:8] or "empty")
async def test_a_wrong_topic_is_named(hub, type_, name):
    a = await session(hub)
    answer = await a.ask(type_, {"topic": name, "type": "app:x"})
    refused(answer, "invalid_message", naming="payload.topic")


@pytest.mark.parametrize("name", ["x", "x" * 256, "ü" * 128, "a b/c.d:e#f+g", "hubs/x"],
                         ids=lambda v: v[:8])
async def test_topics_of_1_to_256_bytes(hub, name):
    a = await session(hub)
    await a.subscribe(name)
    await a.publish(name, 1)
    assert (await a.receive("app:event"))["metadata"]["topic"] == name


async def test_only_the_hub_publishes_to_hub_topics(hub):
    a = await session(hub)
    answer = await a.ask("hub:publish", {"topic": "hub/presence", "type": "app:x", "data": 1})
    refused(answer, "invalid_message", naming="payload.topic")


async def test_1000_subscriptions_an_actor(hub):
    a = await actor(hub)
    names = [f"{topic('n')}-{n}" for n in range(1001)]
    for start in range(0, 1000, 100):
        answer = await a.ask("hub:subscribe", {"topics": names[start:min(start + 100, 1000)]})
        assert not [e for e in answer["payload"]["topics"] if "error" in e]
    refused(await a.ask("hub:subscribe", {"topic": names[1000]}), "limit_exceeded",
            naming="subscriptions")
    await a.subscribe(names[0])  # again: free
    second = unique("second")
    await a.register(second)
    await a.subscribe(names[1000], sender=second)  # another actor has its own


@pytest.mark.parametrize("payload, field", [
    (None, "payload"), ({}, "payload.topic"), ({"topics": []}, "payload.topics"),
    ({"topics": "t"}, "payload.topics")], ids=str)
async def test_wrong_subscribe_fields_are_named(hub, payload, field):
    a = await session(hub)
    refused(await a.ask("hub:subscribe", payload), "invalid_message", naming=field)


@pytest.mark.parametrize("payload, field", [
    ({"topic": "t"}, "type"), ({"topic": "t", "type": 5}, "type"), (None, "payload"),
    ("x", "payload")], ids=str)
async def test_wrong_publish_fields_are_named(hub, payload, field):
    a = await session(hub)
    refused(await a.ask("hub:publish", payload), "invalid_message", naming=field)
