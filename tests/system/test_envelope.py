"""The envelope: types and required fields, duplicate keys, depth, numbers, reserved names (§2)."""
import json

import pytest

from client import HUB, actor, envelope, new_id, now_ms, session, unique
from expect import answered, refused, unknown_actor

WRONG = [
    ("id", 5), ("id", None), ("id", ""), ("id", "x" * 129), ("id", ["a"]),
    ("from", 5), ("from", None), ("from", ""), ("from", "nobody"), ("from", "@()"),
    ("from", "@(a(b))"), ("from", "@(a\nb)"), ("from", "@(" + "x" * 257 + ")"),
    ("to", 5), ("to", None), ("to", {}),
    ("type", 5), ("type", None), ("type", ""), ("type", "x" * 129),
    ("pattern", "shout"), ("pattern", 5), ("pattern", None),
    ("correlationId", 5), ("correlationId", []),
    ("timestamp", "now"), ("timestamp", None), ("timestamp", {}),
    ("metadata", "x"), ("metadata", []), ("metadata", 5),
    ("ttl", "60"), ("ttl", {}), ("ttl", True),
    ("signature", 5), ("signature", {}),
]


@pytest.mark.parametrize("field, value", WRONG,
                         ids=lambda v: (v if isinstance(v, str) else json.dumps(v))[:20] or "empty")
async def test_wrong_type_names_the_field(hub, field, value):
    a = await session(hub)
    message = {**envelope("hub:heartbeat", {"timestamp": 1}, sender=a.me), field: value}
    await a.send_raw(json.dumps(message))
    answer = await a.receive("hub:error")
    payload = refused(answer, "invalid_message", naming=field)
    assert field in payload["message"] and payload["details"]["field"] == field
    assert answer["correlationId"] == (None if field == "id" else message["id"])
    await a.fence()


@pytest.mark.parametrize("field", ["id", "from", "to", "type", "pattern", "timestamp"])
async def test_missing_required_field_is_named(hub, field):
    a = await session(hub)
    message = envelope("hub:heartbeat", {"timestamp": 1}, sender=a.me, omit=[field])
    await a.send_raw(json.dumps(message))
    answer = await a.receive("hub:error")
    refused(answer, "invalid_message", naming=field)
    assert answer["correlationId"] == message.get("id")


async def test_missing_nullable_fields_count_as_null(hub):
    a = await session(hub)
    id_ = await a.send("hub:heartbeat", sender=a.me, timestamp=1234,
                       omit=["payload", "correlationId", "metadata", "ttl", "signature"])
    answer = await a.answer(id_)
    assert answered(answer, "hub:heartbeat_ack", a.me, id_)["timestamp"] == 1234


async def test_missing_metadata_is_forwarded_as_empty(hub):
    a, b = await actor(hub), await actor(hub)
    id_ = await a.send("hub:send", {"type": "app:x", "data": 1}, to=b.me, omit=["metadata"])
    message = await b.receive("app:x")
    assert message["metadata"] == {"forwarded": True, "via": HUB, "originalMessageId": id_}


async def test_null_where_null_is_allowed(hub):
    a = await session(hub)
    id_ = await a.send("hub:heartbeat", None, correlationId=None, ttl=None, signature=None)
    assert (await a.answer(id_))["type"] == "hub:heartbeat_ack"


async def test_unknown_fields_are_ignored(hub):
    a = await session(hub)
    id_ = await a.send("hub:heartbeat", {"timestamp": 1, "more": [1]}, extra={"deep": [1, 2]})
    assert (await a.answer(id_))["type"] == "hub:heartbeat_ack"


async def test_whitespace_and_member_order_do_not_matter(hub):
    a = await session(hub)
    message = envelope("hub:heartbeat", {"timestamp": 1}, sender=a.me)
    backwards = dict(reversed(list(message.items())))
    await a.send_raw(" \r\n\t" + json.dumps(backwards, indent=7) + "\n ")
    assert (await a.answer(message["id"]))["type"] == "hub:heartbeat_ack"


async def test_ids_count_bytes_not_characters(hub):
    a = await session(hub)
    good = await a.send("hub:heartbeat", None, id="ü" * 64)
    assert (await a.answer(good))["type"] == "hub:heartbeat_ack"
    await a.send("hub:heartbeat", None, id="ü" * 65)
    refused(await a.receive("hub:error"), "invalid_message", naming="id")


# ---- duplicate keys -----------------------------------------------------------------------------


def with_duplicate(message, first, key=None):
    """The message's JSON with `first` as an earlier member of the same name."""
    name, value = first
    text = json.dumps(message)
    return "{" + f"{key or json.dumps(name)}:{json.dumps(value)}," + text[1:]


@pytest.mark.parametrize("first", [("type", "hub:nope"), ("id", "another"), ("from", 5),
                                   ("timestamp", "x"), ("pattern", "shout"), ("metadata", [])])
async def test_of_duplicate_keys_the_last_wins(hub, first):
    a = await session(hub)
    message = envelope("hub:heartbeat", {"timestamp": 1}, sender=a.me)
    await a.send_raw(with_duplicate(message, first))
    answer = await a.answer(message["id"])
    answered(answer, "hub:heartbeat_ack", a.me, message["id"])


async def test_an_escaped_key_is_the_same_key(hub):
    a = await session(hub)
    message = envelope("hub:heartbeat", {"timestamp": 1}, sender=a.me)
    text = json.dumps(message)[:-1] + ',"ty\\u0070e":"hub:nope"}'
    await a.send_raw(text)
    answer = await a.answer(message["id"])
    refused(answer, "unknown_type")


async def test_what_was_checked_is_what_is_forwarded(hub):
    """A duplicate member can neither smuggle a reserved type nor another payload."""
    a, b = await actor(hub), await actor(hub)
    head = json.dumps(envelope("hub:send", None, sender=a.me, to=b.me, omit=["payload"]))[:-1]

    await a.send_raw(head + ',"payload":{"type":"app:x","type":"hub:forged","data":1}}')
    refused(await a.receive("hub:error"), "invalid_message", naming="type")

    await a.send_raw(head + ',"payload":{"type":"hub:forged","data":1,"type":"app:x","data":2}}')
    message = await b.receive()
    assert (message["type"], message["payload"]) == ("app:x", 2)

    await a.send_raw(head + ',"payload":{"type":"hub:forged"},"payload":{"type":"app:y","data":3}}')
    message = await b.receive()
    assert (message["type"], message["payload"]) == ("app:y", 3)


# ---- depth and numbers --------------------------------------------------------------------------


def nested(depth):
    """Arrays in arrays as `data`, so that the whole message is nested `depth` deep."""
    inside = depth - 2  # the envelope and its payload
    return "[" * inside + "]" * inside


async def test_nesting_up_to_256_is_forwarded(hub):
    a, b = await actor(hub), await actor(hub)
    text = json.dumps(envelope("hub:send", {"type": "app:deep", "data": "@"}, sender=a.me, to=b.me))
    await a.send_raw(text.replace('"@"', nested(256)))
    assert nested(256) in (await b.receive("app:deep")).raw


@pytest.mark.parametrize("depth", [257, 5_000, 200_000])
async def test_deeper_nesting_is_invalid_json(hub, depth):
    a = await session(hub)
    text = json.dumps(envelope("hub:send", {"type": "app:deep", "data": "@"}, sender=a.me, to=a.me))
    await a.send_raw(text.replace('"@"', nested(depth)))
    answer = await a.receive("hub:error")
    refused(answer, "invalid_json")
    assert answer["correlationId"] is None


@pytest.mark.parametrize("field", ["timestamp", "ttl"])
@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400])
async def test_numbers_the_hub_reads_must_be_representable(hub, field, number):
    a = await session(hub)
    message = envelope("hub:heartbeat", None, sender=a.me, **{field: "@@"})
    await a.send_raw(json.dumps(message).replace('"@@"', number))
    refused(await a.answer(message["id"]), "invalid_message", naming=field)


@pytest.mark.parametrize("number", ["1e999", "123456789012345678901234567890", "-1e-999"])
async def test_numbers_the_hub_does_not_read_may_be_anything(hub, number):
    a = await session(hub)
    message = envelope("hub:heartbeat", {"timestamp": 1, "other": "@@"}, sender=a.me)
    await a.send_raw(json.dumps(message).replace('"@@"', number))
    assert (await a.answer(message["id"]))["type"] == "hub:heartbeat_ack"


# ---- reserved names -----------------------------------------------------------------------------


@pytest.mark.parametrize("reserved", ["hub:disconnect", "hub:registered", "hub:", "hub:x"])
@pytest.mark.parametrize("type_, more", [
    ("hub:send", {}), ("hub:broadcast", {}), ("hub:publish", {"topic": "reserved"})])
async def test_hub_types_cannot_be_forged(hub, type_, more, reserved):
    a, b = await actor(hub), await actor(hub)
    await b.subscribe("reserved")
    to = b.me if type_ == "hub:send" else HUB
    answer = await a.ask(type_, {**more, "type": reserved, "data": 1}, to=to)
    refused(answer, "invalid_message", naming="payload.type")
    await b.nothing_more()


@pytest.mark.parametrize("type_", ["hub:nope", "hub:", "hub:connected", "hub:acked",
                                   "hub:history", "chat"])
async def test_unknown_type(hub, type_):
    a = await session(hub)
    id_ = new_id()
    answer = await a.ask(type_, {"messageId": "x", "topic": "t", "deliveryId": "x"}, id=id_)
    refused(answer, "unknown_type")
    assert (answer["correlationId"], answer["to"]) == (id_, a.me)


async def test_no_star_in_an_address_registered(hub):
    a = await session(hub)
    answer = await a.ask("hub:register", {"actorAddress": "@(all/*)", "capabilities": ["x"]})
    refused(answer, "invalid_message", naming="actorAddress")


async def test_no_star_in_an_address_sent_to(hub):
    a = await actor(hub)
    unknown_actor(await a.deliver("@(test/*)"), "@(test/*)")
    await a.nothing_more()


async def test_no_star_in_a_topic_published_to(hub):
    a = await session(hub)
    answer = await a.ask("hub:publish", {"topic": "all/*", "type": "app:x", "data": 1})
    refused(answer, "invalid_message", naming="topic")


@pytest.mark.parametrize("to", ["", "nobody", "@()", "@(a(b))", "test/x", "@(x" + "y" * 300 + ")"])
async def test_a_target_that_is_no_address_is_an_unknown_actor(hub, to):
    a = await session(hub)
    unknown_actor(await a.deliver(to), to)
    await a.tell(to)
    await a.nothing_more()


@pytest.mark.parametrize("to", ["@(" + "x" * 256 + ")", "@(grüße/日本)", "@(a b/c:d@e)"])
async def test_addresses_are_any_utf8_up_to_256_bytes(hub, to):
    a = await actor(hub)
    b = await session(hub, me=to)
    await b.register()
    await a.tell(to, 1)
    assert (await b.receive("app:event"))["to"] == to


async def test_an_answer_goes_to_the_requests_from(hub):
    a = await session(hub)
    stranger = unique("stranger")
    id_ = await a.send("hub:heartbeat", {"timestamp": 1}, sender=stranger)
    answered(await a.answer(id_), "hub:heartbeat_ack", stranger, id_)


async def test_trace_ids_are_echoed(hub):
    a = await session(hub)
    trace = {"traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7"}
    for type_, payload in [("hub:heartbeat", None), ("hub:list_actors", {}), ("hub:nope", None)]:
        answer = await a.ask(type_, payload, metadata={**trace, "other": 1})
        assert answer["metadata"] == trace
    assert (await a.ask("hub:heartbeat"))["metadata"] == {}


async def test_a_timestamp_of_the_sender_is_not_judged_without_auth(hub):
    a = await session(hub)
    id_ = await a.send("hub:heartbeat", None, timestamp=now_ms() - 86_400_000)
    assert (await a.answer(id_))["type"] == "hub:heartbeat_ack"
