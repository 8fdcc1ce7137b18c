"""hub:send: targets, receipts, order (§4 Delivery)."""
import pytest

from client import HUB, actor, new_id, session, unique
from expect import forwarded, refused, send_ack, unknown_actor


async def test_a_delivery_is_exact(hub):
    a, b = await actor(hub), await actor(hub)
    id_ = await a.tell(b.me, {"n": 1}, "app:greeting", metadata={"own": 1})
    message = await b.receive("app:greeting")
    forwarded(message, sender=a.me, to=b.me, type_="app:greeting", data={"n": 1},
              metadata={"own": 1, "forwarded": True, "via": HUB, "originalMessageId": id_})
    assert message["id"] != id_
    await a.nothing_more()


async def test_an_ask_is_acknowledged_when_delivered(hub):
    a, b = await actor(hub), await actor(hub)
    id_ = new_id()
    answer = await a.deliver(b.me, 1, id=id_)
    send_ack(answer, id_)
    assert (answer["to"], answer["correlationId"]) == (a.me, id_)
    message = await b.receive("app:event")
    assert message["pattern"] == "tell" and message["correlationId"] is None


async def test_a_tell_with_require_ack_is_acknowledged(hub):
    a, b = await actor(hub), await actor(hub)
    id_ = await a.tell(b.me, metadata={"requireAck": True})
    send_ack(await a.answer(id_), id_)


async def test_require_ack_false_is_a_plain_tell(hub):
    a, b = await actor(hub), await actor(hub)
    await a.tell(b.me, metadata={"requireAck": False})
    await b.receive("app:event")
    await a.nothing_more()


async def test_the_target_may_be_in_the_payload(hub):
    a, b = await actor(hub), await actor(hub)
    id_ = new_id()
    send_ack(await a.ask("hub:send", {"to": b.me, "type": "app:x", "data": 1}, id=id_), id_)
    message = await b.receive("app:x")
    assert message["to"] == b.me and message["payload"] == 1


async def test_the_same_target_twice_is_not_ambiguous(hub):
    a, b = await actor(hub), await actor(hub)
    await a.send("hub:send", {"to": b.me, "type": "app:x", "data": 1}, to=b.me)
    await b.receive("app:x")
    await b.nothing_more()


@pytest.mark.parametrize("pattern", ["ask", "tell"])
async def test_two_different_targets_are_ambiguous(hub, pattern):
    a, b, c = await actor(hub), await actor(hub), await actor(hub)
    answer = await a.ask("hub:send", {"to": c.me, "type": "app:x", "data": 1}, to=b.me,
                         pattern=pattern)
    payload = refused(answer, "ambiguous_target")
    assert b.me in payload["message"] and c.me in payload["message"]
    await b.nothing_more()
    await c.nothing_more()


async def test_no_target_at_all(hub):
    a = await actor(hub)
    answer = await a.ask("hub:send", {"type": "app:x", "data": 1})
    refused(answer, "invalid_message", naming="to")


async def test_an_unknown_target_of_an_ask(hub):
    a = await actor(hub)
    id_, nobody = new_id(), unique("nobody")
    answer = await a.deliver(nobody, id=id_)
    unknown_actor(answer, nobody)
    assert (answer["to"], answer["correlationId"]) == (a.me, id_)


async def test_an_unknown_target_of_a_tell_says_nothing(hub):
    a = await actor(hub)
    await a.tell(unique("nobody"))
    await a.nothing_more()


async def test_an_unknown_target_of_a_tell_that_wants_an_ack(hub):
    a = await actor(hub)
    nobody = unique("nobody")
    id_ = await a.tell(nobody, metadata={"requireAck": True})
    unknown_actor(await a.answer(id_), nobody)


async def test_a_connected_but_unregistered_session_is_no_target(hub):
    a, b = await actor(hub), await session(hub)
    unknown_actor(await a.deliver(b.me), b.me)
    await b.nothing_more()


async def test_a_session_that_is_not_registered_may_send(hub):
    a, b = await session(hub), await actor(hub)
    send_ack(await a.deliver(b.me, 1, id="from-a-guest"), "from-a-guest")
    assert (await b.receive("app:event"))["from"] == a.me


async def test_an_actor_may_send_to_itself(hub):
    a = await actor(hub)
    id_ = await a.tell(a.me, "self", pattern="ask")
    assert (await a.receive("app:event"))["payload"] == "self"
    send_ack(await a.answer(id_), id_)


async def test_a_session_gets_what_is_for_any_of_its_actors(hub):
    a, b = await actor(hub), await actor(hub)
    second = unique("second")
    await b.register(second)
    await a.tell(b.me, 1)
    await a.tell(second, 2)
    assert [(m["to"], m["payload"]) for m in await b.take(2)] == [(b.me, 1), (second, 2)]


@pytest.mark.parametrize("payload, field", [
    ({"data": 1}, "type"), ({"type": None}, "type"), ({"type": 5}, "type"), ({"type": ""}, "type"),
    ({"type": "x" * 129}, "type"), ({"type": "app:x", "to": 5}, "to"), (None, "payload"),
    ("x", "payload"), ([], "payload")], ids=str)
async def test_wrong_fields_are_named(hub, payload, field):
    a = await actor(hub)
    answer = await a.ask("hub:send", payload, to=a.me)
    refused(answer, "invalid_message", naming=field)


@pytest.mark.parametrize("metadata", [{"requireAck": "yes"}, {"requireAck": 1}], ids=str)
async def test_wrong_metadata_is_named(hub, metadata):
    a = await actor(hub)
    id_ = await a.tell(a.me, metadata=metadata)
    refused(await a.answer(id_), "invalid_message", naming="requireAck")


async def test_any_application_type_up_to_128_bytes(hub):
    a, b = await actor(hub), await actor(hub)
    for type_ in ("x", "hub", "HUB:x", "user:login", "grüße", "x" * 128):
        await a.tell(b.me, 1, type_)
        assert (await b.receive())["type"] == type_


async def test_order_from_one_sender_to_one_target(hub):
    a, b = await actor(hub), await actor(hub)
    for n in range(1000):
        await a.tell(b.me, n)
    assert [m["payload"] for m in await b.take(1000)] == list(range(1000))


async def test_order_per_sender_among_several(hub):
    senders, target = [await session(hub) for _ in range(5)], await actor(hub)
    for n in range(100):
        for sender in senders:
            await sender.tell(target.me, n)
    seen = {sender.me: [] for sender in senders}
    for message in await target.take(500):
        seen[message["from"]].append(message["payload"])
    assert all(numbers == list(range(100)) for numbers in seen.values())


async def test_receipts_come_for_each_of_many(hub):
    a, b = await actor(hub), await actor(hub)
    ids = [await a.tell(b.me, n, pattern="ask") for n in range(300)]
    answers = await a.take(300, "hub:delivery_ack")
    assert sorted(m["payload"]["messageId"] for m in answers) == sorted(ids)
    assert all(m["payload"]["status"] == "delivered" for m in answers)


async def test_ids_of_deliveries_are_all_different(hub):
    a, b = await actor(hub), await actor(hub)
    for n in range(200):
        await a.tell(b.me, n)
    assert len({m["id"] for m in await b.take(200)}) == 200
