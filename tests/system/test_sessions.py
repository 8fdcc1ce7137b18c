"""PROTOCOL.md §3: states, identity, clean and unclean ends, duplicates."""
import time

import pytest

from client import Client, Closed, HUB, error_of, unique


def test_connected_answer(shared):
    client = Client(shared)
    answer = client.connect()
    assert answer["type"] == "hub:connected"
    payload = answer["payload"]
    assert payload["serverVersion"] == "0.1.0" and payload["maxMessageSize"] == 1048576
    assert payload["heartbeatInterval"] == 20000 and payload["features"] == []
    assert payload["capabilities"] == {"maxActorsPerInstance": 50000, "supportsBackpressure": True,
                                       "supportedContentTypes": ["application/json"]}
    assert answer["metadata"] == {"actorIdentity": client.address}
    client.close()


def test_before_connect_everything_else_is_unauthorized(shared):
    client = Client(shared)
    answer = client.ask("hub:heartbeat", None)
    payload = error_of(answer, "hub:unauthorized")
    assert payload["action"] == "hub:heartbeat" and payload["reason"]
    assert answer["metadata"]["errorCode"] == "PERMISSION_DENIED"
    assert client.connect()["type"] == "hub:connected"
    client.close()


@pytest.mark.parametrize("version", ["1.0.0", "2.3.4-rc.1"])
def test_other_major_version_is_a_mismatch_and_closes(shared, version):
    client = Client(shared)
    answer = client.connect(protocolVersion=version)
    payload = error_of(answer, "hub:version_mismatch")
    assert payload["clientVersion"] == version and payload["serverVersion"] == "0.1.0"
    assert payload["supportedVersions"] == ["0.1.0"]
    assert client.receive_close() == 1008


@pytest.mark.parametrize("metadata,field", [
    ({"protocolVersion": None}, "metadata.protocolVersion"),
    ({"protocolVersion": "1"}, "metadata.protocolVersion"),
    ({"capabilities": []}, "metadata.capabilities"),
    ({"capabilities": "x"}, "metadata.capabilities"),
    ({"capabilities": [1]}, "metadata.capabilities"),
    ({"clientMetadata": 3}, "metadata.clientMetadata"),
    ({"features": "x"}, "metadata.features"),
])
def test_connect_names_wrong_fields(shared, metadata, field):
    client = Client(shared)
    payload = error_of(client.connect(**metadata))
    assert payload["code"] == "invalid_message" and payload["details"]["field"] == field
    client.close()


@pytest.mark.parametrize("address", [HUB, "@(cloudflare/signal-hub/x)", "@(a*)"])
def test_reserved_identity_is_refused(shared, address):
    client = Client(shared, address=address)
    assert error_of(client.connect())["details"]["field"] == "from"
    client.close()


def test_repeated_connect_is_answered_with_the_same_session(client):
    first = client.connect()["payload"]["sessionId"]
    assert client.connect()["payload"]["sessionId"] == first
    client.address = unique("stranger")
    assert error_of(client.connect(), "hub:unauthorized")


def test_disconnect_is_acknowledged_before_the_close(member, shared):
    one, other = member(), member()
    answer = one.ask("hub:disconnect", {"reason": "done"}, pattern="tell")
    assert answer["type"] == "hub:disconnect" and answer["payload"] == {"acknowledged": True}
    with pytest.raises(Closed) as closed:
        one.receive()
    assert closed.value.code == 1000
    assert error_of(other.ask("hub:send", {"type": "t"}, to=one.address), "hub:unknown_actor")


@pytest.mark.parametrize("how", ["close", "going_away", "vanish"])
def test_any_end_removes_actors_without_a_store(shared, member, how):
    watcher = member()
    one = Client(shared)
    one.connect()
    one.register()
    one.subscribe("ends")
    {"close": one.close, "going_away": lambda: one.close(1001), "vanish": one.vanish}[how]()
    deadline = time.monotonic() + 10
    while watcher.ask("hub:discover", {"pattern": one.address})["payload"]["actors"]:
        assert time.monotonic() < deadline


def test_duplicate_registration_moves_the_address(member, shared):
    sender = member()
    address = unique("moving")
    old = member(address=address)
    old.subscribe("kept")
    other_address = unique("other")
    old.register(other_address)
    new = Client(shared, address=address)
    new.connect()
    registered = new.register()
    assert registered["resumed"] is True and registered["subscriptions"] == ["kept"]
    assert registered["version"] == old.registered["version"] + 1
    farewell = old.receive()
    assert farewell["type"] == "hub:disconnect"
    assert farewell["payload"]["reason"] == "duplicate_connection"
    assert old.receive_close() == 1000
    sender.ask("hub:send", {"type": "t", "data": 1}, to=address)
    assert new.receive()["payload"] == 1
    sender.ask("hub:publish", {"topic": "kept", "type": "p", "data": 2})
    assert new.receive()["payload"] == 2
    assert error_of(sender.ask("hub:send", {"type": "t"}, to=other_address), "hub:unknown_actor")
    new.close()


def test_messages_flow_while_an_address_moves(member, shared):
    sender = member()
    address = unique("busy")
    holders = [member(address=address)]
    for number in range(200):
        sender.send("hub:send", {"type": "n", "data": number}, to=address, pattern="tell")
        if number % 50 == 25:
            sender.silent()
            holders.append(member(address=address))
    sender.silent()
    got = []
    for holder in holders[:-1]:
        last = None
        try:
            while True:
                last = holder.receive()
                if last["type"] == "n":
                    got.append(last["payload"])
        except Closed as closed:
            assert closed.code == 1000
        assert last["payload"]["reason"] == "duplicate_connection"
    while len(got) < 200:
        got.append(holders[-1].expect("n")["payload"])
    assert got == list(range(200))


def test_same_from_is_no_duplicate_without_auth(shared):
    address = unique("same")
    pair = [Client(shared, address=address) for _ in range(2)]
    for client in pair:
        assert client.connect()["type"] == "hub:connected"
        client.subscribe("both")
    pair[0].ask("hub:publish", {"topic": "both", "type": "t"})
    for client in pair:
        assert client.silent("t", "hub:published")
        client.close()


def test_first_registered_address_becomes_the_identity(member, shared):
    target = member()
    client = Client(shared)
    client.connect()
    client.subscribe("guest-topic")
    guest = client.address
    client.address = unique("real")
    client.register()
    client.address = guest
    client.send("hub:send", {"type": "t"}, to=target.address, pattern="tell")
    real = target.receive()["from"]
    assert real != guest
    client.address = real
    publisher = member()
    publisher.ask("hub:publish", {"topic": "guest-topic", "type": "p"})
    assert client.expect("p")["to"] == real
    client.close()


def test_from_is_enforced(member):
    one, victim, target = member(), member(), member()
    second = unique("second")
    one.register(second)
    for said, seen in [(victim.address, one.address), (second, second),
                       (one.address, one.address), ("@(nobody)", one.address)]:
        message = one.envelope("hub:send", {"type": "t"}, to=target.address, pattern="tell")
        message["from"] = said
        one.send_text(__import__("json").dumps(message))
        assert target.receive()["from"] == seen


def test_transitions_are_logged(start):
    hub = start()
    client = Client(hub)
    session = client.connect()["payload"]["sessionId"]
    up = hub.event("session_state", sessionId=session)
    assert (up["fromState"], up["toState"], up["trigger"]) == ("connecting", "connected", "connect")
    client.send("hub:disconnect", None, pattern="tell")
    client.receive_close()
    down = hub.event("session_state", sessionId=session, toState="disconnecting")
    assert down["fromState"] == "connected"
    end = hub.event("session_state", sessionId=session, toState="disconnected")
    assert isinstance(end["duration"], int)
