"""PROTOCOL.md §2: fields, types, JSON rules, byte-for-byte payloads, ttl."""
import json
import time

import pytest

from client import HUB, error_of


@pytest.mark.parametrize("field,value", [
    ("id", 7), ("id", ""), ("id", "x" * 129), ("from", 1), ("from", "bob"), ("to", None),
    ("to", 5), ("type", 3), ("type", ""), ("type", "t" * 129), ("pattern", "shout"),
    ("pattern", None), ("timestamp", "now"), ("timestamp", None), ("ttl", "1"),
    ("metadata", []), ("metadata", "x"), ("correlationId", 9), ("signature", 1),
])
def test_wrong_field_is_named(client, field, value):
    message = client.envelope("hub:metrics", None)
    message[field] = value
    client.send_text(json.dumps(message))
    answer = client.receive()
    payload = error_of(answer)
    assert payload["code"] == "invalid_message"
    assert payload["details"]["field"] == field and field in payload["message"]
    assert answer["correlationId"] == (None if field == "id" else message["id"])


@pytest.mark.parametrize("field", ["id", "from", "to", "type", "pattern", "timestamp"])
def test_missing_field_is_named(client, field):
    message = client.envelope("hub:metrics", None)
    del message[field]
    client.send_text(json.dumps(message))
    assert error_of(client.receive())["details"]["field"] == field


@pytest.mark.parametrize("field", ["correlationId", "ttl", "signature", "metadata", "payload"])
def test_nullable_fields_may_be_missing(client, field):
    message = client.envelope("hub:heartbeat", None)
    del message[field]
    client.send_text(json.dumps(message))
    assert client.expect("hub:heartbeat_ack", message["id"])


def test_answer_envelope_is_complete(client):
    answer = client.ask("hub:heartbeat", {"timestamp": 1})
    assert set(answer) == {"id", "from", "to", "type", "payload", "pattern", "correlationId",
                           "timestamp", "metadata", "ttl", "signature"}
    assert answer["from"] == HUB and answer["to"] == client.address
    assert answer["pattern"] == "tell" and answer["metadata"] == {}
    assert abs(answer["timestamp"] - time.time() * 1000) < 60_000


@pytest.mark.parametrize("text", ["[]", '"x"', "7", "null"])
def test_other_than_an_object_is_invalid_message(client, text):
    client.send_text(text)
    answer = client.receive()
    assert error_of(answer)["code"] == "invalid_message"
    assert answer["correlationId"] is None


@pytest.mark.parametrize("text", ["", "{", "{}x", '{"a":tru}', '{"a":"\\q"}', '{"a":01}',
                                  '{"a":1,}', '\ufeff{}', '{"a":"\n"}'])
def test_malformed_texts(start, text):
    from client import Client
    from hub import UNLIMITED
    hub = start(*UNLIMITED)
    one = Client(hub)
    one.connect()
    one.send_text(text)
    assert error_of(one.receive())["code"] == "invalid_json"
    one.close()


def nested(client, depth):
    message = client.envelope("hub:heartbeat", None)
    text = json.dumps(message)
    # The envelope is one level, x the others.
    return text[:-1] + ',"x":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


def test_nesting_of_256_passes_and_257_is_invalid_json(client):
    client.send_text(nested(client, 256))
    assert client.receive()["type"] == "hub:heartbeat_ack"
    client.send_text(nested(client, 257))
    assert error_of(client.receive())["code"] == "invalid_json"


def test_last_duplicate_key_wins(client):
    message = client.envelope("hub:heartbeat", {"timestamp": 5})
    text = json.dumps(message)[:-1] + ',"payload":{"timestamp":6}}'
    client.send_text(text)
    assert client.receive()["payload"]["timestamp"] == 6


def raw_send(sender, target, data):
    message = sender.envelope("hub:send", None, to=target.address, pattern="tell")
    message["payload"] = "PAYLOAD"
    text = json.dumps(message).replace('"PAYLOAD"', '{"type":"t","data":%s}' % data)
    sender.send_text(text)


@pytest.mark.parametrize("data", [
    r'{"b":1.10,"a":12345678901234567890,"s":"\u00e9"}',
    r'{"big":123456789012345678901234567890,"huge":1e999,"lone":"\ud800"}',
    r'[ 1 ,2.50, {"k" : null , "k":"twice"}]',
    r'"\u0000\"\\"',
    "-0.0", "true", "null",
])
def test_payload_arrives_byte_for_byte(member, data):
    sender, target = member(), member()
    raw_send(sender, target, data)
    target.receive()
    assert f'"payload":{data},' in target.raw


def test_missing_data_is_null(member):
    sender, target = member(), member()
    sender.send("hub:send", {"type": "t"}, to=target.address, pattern="tell")
    assert target.receive()["payload"] is None


def test_trace_is_echoed_in_answers(client):
    answer = client.ask("hub:heartbeat", None, metadata={"traceId": "t-1", "spanId": "s-2",
                                                        "other": 1})
    assert answer["metadata"] == {"traceId": "t-1", "spanId": "s-2"}


def test_auth_token_is_never_forwarded(member):
    sender, target = member(), member()
    text = json.dumps(sender.envelope("hub:send", {"type": "t"}, to=target.address,
                                      pattern="tell", metadata={"k": 1, "authToken": "secret"}))
    for spelling in ('"authToken"', '"auth\\u0054oken"'):
        sender.send_text(text.replace('"authToken"', spelling))
        metadata = target.receive()["metadata"]
        assert metadata["k"] == 1 and "authToken" not in metadata
        assert "secret" not in target.raw


def test_expired_message_is_refused(client):
    answer = client.ask("hub:send", {"type": "t"}, to="@(test/x)", ttl=10,
                        timestamp=int(time.time() * 1000) - 1000)
    assert error_of(answer)["code"] == "message_expired"


def test_forwarded_ttl_is_what_remains(member):
    sender, target = member(), member()
    sender.send("hub:send", {"type": "t"}, to=target.address, pattern="tell", ttl=60_000,
                timestamp=int(time.time() * 1000) - 20_000)
    assert 30_000 < target.receive()["ttl"] <= 40_000


@pytest.mark.parametrize("kind", ["hub:send", "hub:broadcast", "hub:publish"])
def test_reserved_application_types_are_refused(client, kind):
    payload = {"type": "hub:disconnect", "topic": "t"}
    answer = client.ask(kind, payload, to="@(test/x)" if kind == "hub:send" else HUB)
    payload = error_of(answer)
    assert payload["code"] == "invalid_message" and payload["details"]["field"] == "payload.type"


@pytest.mark.parametrize("type_", ["hub:nonsense", "hub:history", "hub:ack", "hub:status", "chat"])
def test_unknown_types(client, type_):
    assert error_of(client.ask(type_, {}))["code"] == "unknown_type"


@pytest.mark.parametrize("type_,payload,metadata,field", [
    ("hub:register", {"actorAddress": "@(a)", "capabilities": ["x"]}, {"durable": True},
     "metadata.durable"),
    ("hub:register", {"actorAddress": "@(a)", "capabilities": ["x"]}, {"acks": True},
     "metadata.acks"),
    ("hub:register", {"actorAddress": "@(a)", "capabilities": ["x"], "overflow": "drop_oldest"},
     {}, "payload.overflow"),
    ("hub:subscribe", {"topic": "t", "durable": True}, {}, "payload.durable"),
    ("hub:subscribe", {"topic": "t", "ack": True}, {}, "payload.ack"),
    ("hub:subscribe", {"topic": "t", "since": {"epoch": 1, "offset": 2}}, {}, "payload.since"),
    ("hub:send", {"type": "t", "to": "@(a)"}, {"delivery": "at-least-once"}, "metadata.delivery"),
    ("hub:publish", {"type": "t", "topic": "t"}, {"delivery": "at-least-once"},
     "metadata.delivery"),
    ("hub:subscribe", {"topic": "hub/presence"}, {}, "payload.topic"),
])
def test_what_comes_later_is_unsupported(client, type_, payload, metadata, field):
    payload = error_of(client.ask(type_, payload, metadata=metadata))
    assert payload["code"] == "unsupported" and payload["details"]["field"] == field


def test_default_values_of_later_options_are_fine(client):
    assert client.ask("hub:subscribe", {"topic": "fine", "durable": False, "ack": False,
                                        "since": None})["type"] == "hub:subscribed"
    assert client.ask("hub:publish", {"topic": "nobody", "type": "t"},
                      metadata={"delivery": "at-most-once", "priority": 1})[
                          "type"] == "hub:published"
