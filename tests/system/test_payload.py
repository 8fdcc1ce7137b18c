"""Payloads: validated in full, forwarded byte for byte; metadata and ttl on the way (§2)."""
import json

import pytest

from client import HUB, actor, envelope, now_ms, session, topic
from expect import forwarded, refused

PUBLISHED = '{"b":1.10,"a":12345678901234567890,"s":"\\u00e9"}'

BYTES = [
    PUBLISHED,
    "1.10", "1e999", "-0", "-0.0", "1E+2", "123456789012345678901234567890",
    "0.1000000000000000055511151231257827", '"\\ud800"', '"\\udc00\\ud800"', '"\\/"', '"\\u0000"',
    '{ "spaces" : [ 1 ,\n 2 ] }', '{"k":1,"k":2}', "[]", "{}", '""', "true", "false", "null",
    '"grüße 日本 \U0001F600"',
]


def with_data(type_, payload, data, **fields):
    """The frame with `data` put in as it is, and the id."""
    message = envelope(type_, {**payload, "type": "app:bytes", "data": "@@@"}, **fields)
    return json.dumps(message, separators=(",", ":")).replace('"@@@"', data), message["id"]


@pytest.mark.parametrize("data", BYTES, ids=lambda d: d[:24])
async def test_sent_payload_arrives_byte_for_byte(hub, data):
    a, b = await actor(hub), await actor(hub)
    frame, _ = with_data("hub:send", {}, data, sender=a.me, to=b.me)
    await a.send_raw(frame)
    message = await b.receive("app:bytes")
    assert f'"payload":{data},' in message.raw


async def test_broadcast_payload_arrives_byte_for_byte(start_hub):
    hub = start_hub()
    a, b = await actor(hub), await actor(hub)
    frame, _ = with_data("hub:broadcast", {}, PUBLISHED, sender=a.me)
    await a.send_raw(frame)
    for receiver in (a, b):
        assert f'"payload":{PUBLISHED},' in (await receiver.receive("app:bytes")).raw


async def test_published_payload_arrives_byte_for_byte(hub):
    a, b = await session(hub), await session(hub)
    name = topic()
    await a.subscribe(name)
    await b.subscribe(name)
    frame, _ = with_data("hub:publish", {"topic": name}, PUBLISHED, sender=a.me)
    await a.send_raw(frame)
    for receiver in (a, b):
        assert f'"payload":{PUBLISHED},' in (await receiver.receive("app:bytes")).raw


@pytest.mark.parametrize("size", [1, 125, 126, 4_000, 4_096, 5_000, 65_535, 65_536, 900_000])
async def test_payloads_of_all_sizes(hub, size):
    a, b = await actor(hub), await actor(hub)
    data = "".join(chr(97 + n % 26) for n in range(size))
    await a.tell(b.me, data)
    assert (await b.receive("app:event"))["payload"] == data


@pytest.mark.parametrize("data", ["tru", '"\\q"', "[1,]", '{"a"}', "01", "+1", ".5", "'x'",
                                  '"\\ud8"'])
async def test_what_is_skipped_is_validated_too(hub, data):
    a, b = await actor(hub), await actor(hub)
    frame, _ = with_data("hub:send", {}, data, sender=a.me, to=b.me)
    await a.send_raw(frame)
    refused(await a.receive("hub:error"), "invalid_json")
    await b.nothing_more()


async def test_missing_data_is_forwarded_as_null(hub):
    a, b = await actor(hub), await actor(hub)
    id_ = await a.send("hub:send", {"type": "app:empty"}, to=b.me)
    message = await b.receive("app:empty")
    assert '"payload":null,' in message.raw
    forwarded(message, sender=a.me, to=b.me, type_="app:empty", data=None,
              metadata={"forwarded": True, "via": HUB, "originalMessageId": id_})


async def test_metadata_is_forwarded_but_for_the_token(hub):
    a, b = await actor(hub), await actor(hub)
    secret = "token-that-must-not-travel"
    id_ = await a.tell(b.me, metadata={"authToken": secret, "traceId": "t", "own": {"deep": 1.50},
                                       "authToken2": 1})
    message = await b.receive("app:event")
    assert message["metadata"] == {"traceId": "t", "own": {"deep": 1.5}, "authToken2": 1,
                                   "forwarded": True, "via": HUB, "originalMessageId": id_}
    assert '"deep": 1.5' in message.raw
    assert secret not in message.raw
    assert not any(secret in json.dumps(line) for line in hub.log_lines())


async def test_an_escaped_token_key_is_not_forwarded_either(hub):
    a, b = await actor(hub), await actor(hub)
    message = envelope("hub:send", {"type": "app:x", "data": 1}, sender=a.me, to=b.me,
                       metadata={"@@": "secret-of-mine"})
    await a.send_raw(json.dumps(message).replace('"@@"', '"auth\\u0054oken"'))
    assert "secret-of-mine" not in (await b.receive("app:x")).raw


async def test_what_the_hub_puts_into_metadata_cannot_be_forged(hub):
    a, b = await actor(hub), await actor(hub)
    id_ = await a.tell(b.me, metadata={"forwarded": False, "via": "@(evil)",
                                       "originalMessageId": "forged"})
    message = await b.receive("app:event")
    assert message["metadata"] == {"forwarded": True, "via": HUB, "originalMessageId": id_}
    for key in ("forwarded", "via", "originalMessageId"):
        assert message.raw.count(f'"{key}"') == 1


# ---- ttl ----------------------------------------------------------------------------------------


async def test_no_ttl_stays_none(hub):
    a, b = await actor(hub), await actor(hub)
    await a.tell(b.me)
    assert (await b.receive("app:event"))["ttl"] is None


async def test_a_forwarded_ttl_is_what_remains(hub):
    a, b = await actor(hub), await actor(hub)
    await a.tell(b.me, ttl=60_000, timestamp=now_ms() - 40_000)
    assert 10_000 < (await b.receive("app:event"))["ttl"] <= 20_000


async def test_a_forwarded_ttl_is_judged_by_the_senders_clock(hub):
    a, b = await actor(hub), await actor(hub)
    await a.tell(b.me, ttl=1_000, timestamp=now_ms() + 600_000)
    assert 590_000 < (await b.receive("app:event"))["ttl"] <= 601_000


@pytest.mark.parametrize("type_, more", [
    ("hub:broadcast", {}), ("hub:publish", {"topic": "ttl"})])
async def test_a_fan_out_carries_the_remaining_ttl(start_hub, type_, more):
    hub = start_hub()
    a, b = await actor(hub), await actor(hub)
    await b.subscribe("ttl")
    await a.ask(type_, {**more, "type": "app:x", "data": 1}, ttl=60_000, timestamp=now_ms() - 30_000)
    assert 0 < (await b.receive("app:x"))["ttl"] <= 30_000


@pytest.mark.parametrize("type_, more", [
    ("hub:send", {}), ("hub:broadcast", {}), ("hub:publish", {"topic": "expired"}),
    ("hub:heartbeat", {"timestamp": 1}), ("hub:register", {"actorAddress": "@(test/late)"})])
async def test_an_expired_message_is_refused_on_arrival(hub, type_, more):
    a, b = await actor(hub), await actor(hub)
    await b.subscribe("expired")
    payload = {**more, "type": "app:late", "data": 1, "capabilities": ["x"]}
    answer = await a.ask(type_, payload, to=b.me if type_ == "hub:send" else HUB,
                         ttl=1_000, timestamp=now_ms() - 2_000)
    refused(answer, "message_expired")
    assert answer["to"] == a.me
    await b.nothing_more()
    assert not await a.is_registered("@(test/late)")
