"""Who a session is, and what it may put into `from` (§3, §4)."""
from client import HUB, actor, session, topic, unique
from expect import forwarded, refused, unauthorized


async def seen_from(sender, receiver, claimed):
    """The `from` that arrives when `sender` claims `claimed`."""
    id_ = await sender.send("hub:send", {"type": "app:who", "data": None}, to=receiver.me,
                            sender=claimed)
    message = await receiver.receive("app:who")
    assert message["metadata"]["originalMessageId"] == id_
    return message["from"]


async def test_the_identity_is_the_from_of_connect(hub):
    a, b = await session(hub), await actor(hub)
    assert await seen_from(a, b, a.me) == a.me


async def test_a_foreign_from_is_replaced_by_the_identity(hub):
    a, b, other = await session(hub), await actor(hub), await actor(hub)
    assert await seen_from(a, b, unique("stranger")) == a.me
    assert await seen_from(a, b, other.me) == a.me
    assert await seen_from(a, b, HUB) == a.me
    assert await seen_from(a, b, "@(cloudflare/signal-hub/below)") == a.me


async def test_the_first_address_registered_replaces_the_identity(hub):
    a, b = await session(hub), await actor(hub)
    first, second = unique("first"), unique("second")
    await a.register(first)
    assert await seen_from(a, b, unique("stranger")) == first
    await a.register(second)
    assert await seen_from(a, b, unique("stranger")) == first


async def test_every_address_registered_here_is_kept_as_from(hub):
    a, b = await session(hub), await actor(hub)
    first, second = unique("first"), unique("second")
    await a.register(first)
    await a.register(second)
    assert await seen_from(a, b, first) == first
    assert await seen_from(a, b, second) == second


async def test_an_address_given_up_is_no_longer_kept(hub):
    a, b = await actor(hub), await actor(hub)
    second = unique("second")
    await a.register(second)
    await a.ask("hub:unregister", {"actorAddress": second})
    assert await seen_from(a, b, second) == a.me


async def test_a_fan_out_enforces_from_too(hub):
    a, b = await session(hub), await session(hub)
    name = topic()
    await b.subscribe(name)
    id_ = await a.send("hub:publish", {"topic": name, "type": "app:who"}, sender=unique("forged"))
    forwarded(await b.receive("app:who"), sender=a.me, to=b.me, type_="app:who", data=None,
              correlation=id_)


async def test_who_is_not_registered_may_subscribe(hub):
    a, b = await session(hub), await session(hub)
    name = topic()
    await a.subscribe(name)
    assert (await b.publish(name, 1))["subscriberCount"] == 1
    assert (await a.receive("app:event"))["to"] == a.me
    await a.close()
    assert (await b.publish(name, 2))["subscriberCount"] == 0


async def test_two_sessions_of_one_unregistered_identity_each_get_it(hub):
    a = await session(hub)
    b = await session(hub, me=a.me)
    name = topic()
    await a.subscribe(name)
    await b.subscribe(name)
    assert (await a.publish(name, 1))["subscriberCount"] == 2
    for receiver in (a, b):
        assert (await receiver.receive("app:event"))["to"] == a.me


async def test_subscriptions_made_before_registering_go_along(hub):
    a, b = await session(hub), await session(hub)
    name = topic()
    await a.subscribe(name)
    assert (await a.register())["subscriptions"] == [name]
    assert (await b.publish(name, 1))["subscriberCount"] == 1
    assert (await a.receive("app:event"))["to"] == a.me


async def test_subscriptions_go_along_to_another_address(hub):
    a, b = await session(hub), await session(hub)
    name, real = topic(), unique("real")
    await a.subscribe(name)
    assert (await a.register(real))["subscriptions"] == [name]
    await b.publish(name, 1)
    assert (await a.receive("app:event"))["to"] == real


async def test_subscriptions_belong_to_the_from_they_were_made_with(hub):
    a, b = await session(hub), await session(hub)
    first, second = unique("first"), unique("second")
    await a.register(first)
    await a.register(second)
    name = topic()
    await a.subscribe(name, sender=first)
    await a.subscribe(name, sender=second)
    assert (await b.publish(name, 1))["subscriberCount"] == 2
    assert {m["to"] for m in await a.take(2, "app:event")} == {first, second}
    await a.ask("hub:unsubscribe", {"topic": name}, sender=second)
    assert (await b.publish(name, 2))["subscriberCount"] == 1
    assert (await a.receive("app:event"))["to"] == first


async def test_unregistering_ends_the_actors_subscriptions(hub):
    a, b = await actor(hub), await session(hub)
    name = topic()
    await a.subscribe(name)
    await a.ask("hub:unregister", {"actorAddress": a.me})
    assert (await b.publish(name))["subscriberCount"] == 0


async def test_another_sessions_address_cannot_be_unregistered(hub):
    a, b = await actor(hub), await actor(hub)
    answer = await b.ask("hub:unregister", {"actorAddress": a.me})
    unauthorized(answer, "hub:unregister", "PERMISSION_DENIED")
    assert await b.is_registered(a.me)


async def test_the_hubs_address_cannot_be_registered(hub):
    a = await session(hub)
    for address in (HUB, "@(cloudflare/signal-hub/below)"):
        answer = await a.ask("hub:register", {"actorAddress": address, "capabilities": ["x"]})
        refused(answer, "invalid_message", naming="actorAddress")
