"""PROTOCOL.md §4 Delivery: send, broadcast, subscribe, publish, unsubscribe; order; retries."""
import json

import pytest

from client import Client, HUB, error_of, gather, unique
from hub import UNLIMITED


def test_send_is_forwarded(member):
    sender, target = member(), member()
    sent = sender.send("hub:send", {"type": "chat", "data": {"x": 1}}, to=target.address,
                       pattern="tell", metadata={"k": "v", "forwarded": "lie"})
    message = target.receive()
    assert set(message) == {"id", "from", "to", "type", "payload", "pattern", "correlationId",
                            "timestamp", "metadata", "ttl", "signature"}
    assert message["id"] != sent and message["from"] == sender.address
    assert message["to"] == target.address and message["type"] == "chat"
    assert message["payload"] == {"x": 1} and message["pattern"] == "tell"
    assert message["correlationId"] is None and message["ttl"] is None
    assert message["metadata"] == {"k": "v", "forwarded": True, "via": HUB,
                                   "originalMessageId": sent}
    assert sender.silent()


@pytest.mark.parametrize("pattern,metadata", [("ask", {}), ("tell", {"requireAck": True})])
def test_receipt_when_written(member, pattern, metadata):
    sender, target = member(), member()
    sent = sender.send("hub:send", {"type": "t"}, to=target.address, pattern=pattern,
                       metadata=metadata)
    answer = sender.receive()
    assert answer["type"] == "hub:delivery_ack" and answer["correlationId"] == sent
    assert answer["payload"]["messageId"] == sent and answer["payload"]["status"] == "delivered"
    assert isinstance(answer["payload"]["deliveredAt"], int)
    assert target.receive()["metadata"]["originalMessageId"] == sent


def test_target_in_the_payload(member):
    sender, target = member(), member()
    answer = sender.ask("hub:send", {"type": "t", "to": target.address})
    assert answer["type"] == "hub:delivery_ack"
    answer = sender.ask("hub:send", {"type": "t", "to": target.address}, to=target.address)
    assert answer["type"] == "hub:delivery_ack"
    answer = sender.ask("hub:send", {"type": "t", "to": target.address}, to="@(test/elsewhere)")
    assert error_of(answer)["code"] == "ambiguous_target"
    answer = sender.ask("hub:send", {"type": "t"})
    assert error_of(answer)["details"]["field"] == "payload.to"


@pytest.mark.parametrize("target", ["@(test/nobody)", "nonsense", "@(a*)", ""])
def test_unknown_target(client, target):
    answer = client.ask("hub:send", {"type": "t"}, to=target)
    payload = error_of(answer, "hub:unknown_actor")
    assert payload["actorAddress"] == target
    assert payload["message"] == "Actor not registered with Signal Hub"
    client.send("hub:send", {"type": "t"}, to=target, pattern="tell")
    assert client.silent()


def test_broadcast(start):
    hub = start(*UNLIMITED)
    sender, one, two = (Client(hub) for _ in range(3))
    for client, capability in ((sender, "a"), (one, "a"), (two, "b")):
        client.connect()
        client.register(capabilities=[capability])
    answer = sender.ask("hub:broadcast", {"type": "news", "data": [1]})
    assert answer["type"] == "hub:broadcast_ack"
    assert answer["payload"] == {"messageId": answer["correlationId"], "deliveredCount": 3,
                                 "queuedCount": 0, "failedCount": 0}
    for client in (one, two):
        message = client.receive()
        assert message["metadata"] == {"broadcast": True, "via": HUB}
        assert message["correlationId"] == answer["correlationId"]
        assert message["from"] == sender.address and message["to"] == client.address
        assert message["type"] == "news" and message["payload"] == [1]
    answer = sender.ask("hub:broadcast", {"type": "n", "excludeSelf": True})
    assert answer["payload"]["deliveredCount"] == 2
    answer = sender.ask("hub:broadcast", {"type": "n"}, metadata={"targetCapability": "b"})
    assert answer["payload"]["deliveredCount"] == 1
    assert sender.silent("news")
    for client in (sender, one, two):
        client.close()


def test_publish_and_patterns(member):
    publisher, exact, glob, both = (member() for _ in range(4))
    base = unique("topic")[2:-1]
    exact.subscribe(f"{base}/a")
    glob.subscribe(f"{base}/*")
    both.subscribe(f"{base}/a")
    both.subscribe(f"{base}*")
    publisher.subscribe(f"{base}/a")
    answer = publisher.ask("hub:publish", {"topic": f"{base}/a", "type": "e", "data": 1})
    assert answer["type"] == "hub:published"
    assert answer["payload"] == {"topic": f"{base}/a", "subscriberCount": 4}
    for client in (exact, glob, both):
        message = client.receive()
        assert message["metadata"] == {"topic": f"{base}/a", "publication": True, "via": HUB}
        assert message["correlationId"] == answer["correlationId"]
        assert message["to"] == client.address
    assert both.silent() and publisher.silent("e")
    assert publisher.ask("hub:publish", {"topic": f"{base}/b", "type": "e"})["payload"][
        "subscriberCount"] == 2
    publisher.send("hub:publish", {"topic": base, "type": "e"}, pattern="tell")
    assert publisher.silent()


def test_subscribing_again_keeps_the_id(client):
    first = client.subscribe("again")
    assert set(first) == {"topic", "subscriptionId"} and first["topic"] == "again"
    assert client.subscribe("again") == first


def test_bulk_subscribe(client):
    answer = client.ask("hub:subscribe", {"topics": ["one", "", "two/*", 7, "hub/x"]})
    assert answer["type"] == "hub:subscribed"
    one, empty, two, number, system = answer["payload"]["topics"]
    assert one["topic"] == "one" and one["subscriptionId"] and two["subscriptionId"]
    assert empty["error"]["details"]["field"] == "payload.topics[1]"
    assert number["error"]["code"] == "invalid_message"
    assert system["topic"] == "hub/x" and system["error"]["code"] == "unsupported"


@pytest.mark.parametrize("payload,field", [
    ({}, "payload.topic"), ({"topic": ""}, "payload.topic"), ({"topic": "x" * 257},
                                                             "payload.topic"),
    ({"topic": 4}, "payload.topic"), ({"topics": []}, "payload.topics"), (None, "payload"),
])
def test_subscribe_errors(client, payload, field):
    assert error_of(client.ask("hub:subscribe", payload))["details"]["field"] == field


@pytest.mark.parametrize("topic", ["a*", "hub/x", "", 3])
def test_publish_errors(client, topic):
    payload = error_of(client.ask("hub:publish", {"topic": topic, "type": "t"}))
    assert payload["details"]["field"] == "payload.topic"


@pytest.mark.parametrize("how", ["topic", "subscriptionId", "name as subscriptionId"])
def test_unsubscribe_ends_that_one_only(member, how):
    one, publisher = member(), member()
    base = unique("un")[2:-1]
    gone = one.subscribe(f"{base}/gone")
    one.subscribe(f"{base}/stays")
    payload = {"topic": {"topic": gone["topic"]},
               "subscriptionId": {"subscriptionId": gone["subscriptionId"]},
               "name as subscriptionId": {"subscriptionId": gone["topic"]}}[how]
    answer = one.ask("hub:unsubscribe", payload)
    assert answer["type"] == "hub:unsubscribed" and answer["payload"] == {"topic": gone["topic"]}
    for name, count in (("gone", 0), ("stays", 1)):
        answer = publisher.ask("hub:publish", {"topic": f"{base}/{name}", "type": name})
        assert answer["payload"]["subscriberCount"] == count
    assert one.receive()["type"] == "stays"
    answer = one.ask("hub:unsubscribe", {"topic": "never-had"})
    assert answer["payload"] == {"topic": "never-had"}
    one.send("hub:unsubscribe", {"topic": f"{base}/stays"}, pattern="tell")
    assert one.silent()


def test_order_of_one_sender(member):
    sender, target = member(), member()
    messages = [json.dumps(sender.envelope("hub:send", {"type": "n", "data": n},
                                           to=target.address, pattern="tell"))
                for n in range(1000)]
    gather(sender.socket.send(m) for m in messages)
    assert [target.receive()["payload"] for _ in range(1000)] == list(range(1000))


def test_fan_out_to_1500_arrives_complete_and_in_order(start):
    hub = start(*UNLIMITED, "--pause-threshold", "0")
    sessions = [Client(hub) for _ in range(200)]
    for client in sessions:
        client.connect()
    registered = 0
    for number, client in enumerate(sessions):
        count = 8 if number < 100 else 7
        client.ask("hub:register", {"actors": [
            {"actorAddress": f"@(f/{number}/{n})", "capabilities": ["x"]} for n in range(count)]})
        client.address = f"@(f/{number}/0)"
        client.subscribe("all")
        client.mine = count
        registered += count
    assert registered == 1500
    sender = Client(hub)
    sender.connect()
    first = sender.send("hub:broadcast", {"type": "b", "data": 1})
    second = sender.send("hub:broadcast", {"type": "b", "data": 2})
    third = sender.send("hub:publish", {"topic": "all", "type": "p", "data": 3})
    bystander = Client(hub)
    bystander.connect()
    assert bystander.silent()  # served in between
    for request in (first, second):
        answer = sender.expect("hub:broadcast_ack", request)["payload"]
        assert (answer["deliveredCount"], answer["failedCount"]) == (1500, 0)
    assert sender.expect("hub:published", third)["payload"]["subscriberCount"] == 200
    for client in sessions:
        got = [client.receive() for _ in range(2 * client.mine + 1)]
        assert [m["payload"] for m in got] == [1] * client.mine + [2] * client.mine + [3]
        assert len({m["to"] for m in got[:client.mine]}) == client.mine
        client.close()


def test_publisher_may_leave_after_a_large_publish(start):
    hub = start(*UNLIMITED, "--fanout-slice", "1")
    listeners = [Client(hub) for _ in range(20)]
    for client in listeners:
        client.connect()
        client.subscribe("t")
    publisher = Client(hub)
    publisher.connect()
    for number in range(5):
        publisher.send("hub:publish", {"topic": "t", "type": "p", "data": number}, pattern="tell")
    publisher.close()
    for client in listeners:
        assert [client.receive()["payload"] for _ in range(5)] == list(range(5))
        client.close()


def test_nothing_of_a_topic_after_its_unsubscribed(start):
    hub = start(*UNLIMITED, "--fanout-slice", "1")
    listeners = [Client(hub) for _ in range(30)]
    for client in listeners:
        client.connect()
        client.subscribe("t")
    publisher = Client(hub)
    publisher.connect()
    publisher.send("hub:publish", {"topic": "t", "type": "p"})
    for client in listeners:
        client.send("hub:unsubscribe", {"topic": "t"})
    for client in listeners:
        client.expect("hub:unsubscribed")
        assert client.silent()
        client.close()
    publisher.close()


def test_broadcast_limit(start):
    hub = start("--broadcast-limit", "2")
    client = Client(hub)
    client.connect()
    client.ask("hub:register", {"actors": [{"actorAddress": f"@(b/{n})", "capabilities": ["x"]}
                                           for n in range(3)]})
    answer = client.ask("hub:broadcast", {"type": "t"})
    assert error_of(answer)["code"] == "broadcast_limit_exceeded"
    assert client.silent()
    client.close()


# ---- retries ----------------------------------------------------------------------------------

def test_a_retry_gets_the_same_answer_and_is_not_done_again(member):
    sender, target = member(), member()
    message = sender.envelope("hub:send", {"type": "t"}, to=target.address)
    answers = []
    for _ in range(2):
        sender.send_text(json.dumps(message))
        answers.append(sender.receive())
    assert answers[0]["payload"] == answers[1]["payload"]
    assert answers[1]["correlationId"] == message["id"]
    assert target.receive() and target.silent()


@pytest.mark.parametrize("type_,payload", [
    ("hub:register", {"actorAddress": "@(test/retried)", "capabilities": ["x"]}),
    ("hub:publish", {"topic": "retried", "type": "t"}),
    ("hub:broadcast", {"type": "t", "excludeSelf": True}),
])
def test_retries_of_other_requests(client, type_, payload):
    message = client.envelope(type_, payload)
    answers = []
    for _ in range(2):
        client.send_text(json.dumps(message))
        answers.append(client.expect(type_.replace("register", "registered")
                                     .replace("publish", "published")
                                     .replace("broadcast", "broadcast_ack"), message["id"]))
    assert answers[0]["payload"] == answers[1]["payload"]


@pytest.mark.parametrize("change", [{"payload": {"type": "other"}}, {"to": "@(test/other)"},
                                    {"type": "hub:broadcast"}])
def test_the_same_id_for_something_else(member, change):
    sender, target = member(), member()
    message = sender.envelope("hub:send", {"type": "t"}, to=target.address)
    sender.send_text(json.dumps(message))
    sender.receive()
    sender.send_text(json.dumps({**message, **change}))
    payload = error_of(sender.receive())
    assert payload["code"] == "invalid_message" and payload["details"]["field"] == "id"


def test_retryable_answers_are_not_remembered(start):
    hub = start("--max-actors", "1")
    client = Client(hub)
    client.connect()
    client.register()
    message = client.envelope("hub:register", {"actorAddress": unique("r"), "capabilities": ["x"]})
    client.send_text(json.dumps(message))
    assert error_of(client.receive())["code"] == "registry_full"
    client.ask("hub:unregister", None)
    client.send_text(json.dumps(message))
    assert client.receive()["type"] == "hub:registered"
    client.close()


def test_dedupe_memory_is_bounded(start):
    hub = start(*UNLIMITED, "--dedupe-memory", "10")
    client = Client(hub)
    client.connect()
    for _ in range(50):
        client.ask("hub:publish", {"topic": "t", "type": "t"})
    assert hub.metrics()["dedupe_entries"] <= 10
    client.close()
