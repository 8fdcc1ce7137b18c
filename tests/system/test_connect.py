"""hub:connect, hub:heartbeat, hub:disconnect and the session states around them (§3, §4)."""
import json

import pytest

from client import HUB, Client, connect_metadata, envelope, new_id, now_ms, session, unique
from expect import COMMON, UUID, answered, common_part, refused, unauthorized
from raw import CLOSE, TEXT, RawSocket, encode_frame


async def test_connected_is_exact(hub):
    a = await Client.open(hub.url)
    id_ = new_id()
    answer = await a.ask("hub:connect", id=id_, metadata=connect_metadata(clientMetadata={"v": 1}))
    payload = answered(answer, "hub:connected", a.me, id_)
    session_id = payload.pop("sessionId")
    assert isinstance(session_id, str) and session_id
    assert payload["capabilities"].pop("supportedContentTypes") == ["application/json"]
    assert payload == {
        "serverVersion": "0.1.0", "maxMessageSize": 1_048_576, "heartbeatInterval": 20_000,
        "capabilities": {"maxActorsPerInstance": 50_000, "supportsBackpressure": True},
        "features": []}
    assert answer["metadata"] == {"actorIdentity": a.me}


async def test_settings_are_told(start_hub):
    hub = start_hub("--max-actors", "77", "--max-message-size", "70000")
    answer = await (await Client.open(hub.url)).connect()
    assert answer["payload"]["capabilities"]["maxActorsPerInstance"] == 77
    assert answer["payload"]["maxMessageSize"] == 70_000


async def test_session_ids_differ(hub):
    ids = {(await (await Client.open(hub.url)).connect())["payload"]["sessionId"]
           for _ in range(20)}
    assert len(ids) == 20


async def test_features_not_brought_yet_are_not_granted(hub):
    a = await Client.open(hub.url)
    answer = await a.connect(features=["batch", "delta", "time-travel"])
    assert answer["payload"]["features"] == []


@pytest.mark.parametrize("version", ["0.1.0", "0.0.1", "0.9.37", "0.1.0-beta.1", "0.2.0+build"])
async def test_any_version_of_major_0_is_served(hub, version):
    a = await Client.open(hub.url)
    await a.connect(protocolVersion=version)


@pytest.mark.parametrize("version", ["1.0.0", "2.3.4", "10.0.0", "2.3.4-rc.1"])
async def test_another_major_version_is_a_mismatch_and_closes_1008(hub, version):
    a = await Client.open(hub.url)
    id_ = new_id()
    answer = await a.ask("hub:connect", id=id_, metadata=connect_metadata(protocolVersion=version))
    payload = answered(answer, "hub:version_mismatch", a.me, id_)
    assert set(payload) == COMMON | {"clientVersion", "serverVersion", "supportedVersions"}
    common_part(payload, "version_mismatch")
    assert payload["clientVersion"] == version
    assert payload["serverVersion"] == "0.1.0"
    assert payload["supportedVersions"] == ["0.1.0"]
    assert await a.closed() == 1008


@pytest.mark.parametrize("field, value", [
    ("protocolVersion", None), ("protocolVersion", 1), ("protocolVersion", ""),
    ("protocolVersion", "1"), ("protocolVersion", "zero"), ("protocolVersion", "0.1"),
    ("capabilities", None), ("capabilities", []), ("capabilities", "x"), ("capabilities", [5]),
    ("clientMetadata", "x"), ("features", "batch"), ("features", [1]), ("authToken", 5),
], ids=str)
async def test_wrong_connect_metadata_is_named_and_may_be_tried_again(hub, field, value):
    a = await Client.open(hub.url)
    answer = await a.ask("hub:connect", metadata=connect_metadata(**{field: value}))
    refused(answer, "invalid_message", naming=f"metadata.{field}")
    await a.connect()


@pytest.mark.parametrize("field", ["protocolVersion", "capabilities"])
async def test_missing_connect_metadata_is_named(hub, field):
    a = await Client.open(hub.url)
    metadata = connect_metadata()
    del metadata[field]
    refused(await a.ask("hub:connect", metadata=metadata), "invalid_message", naming=field)


@pytest.mark.parametrize("sender", [HUB, "@(cloudflare/signal-hub/below)", "@(a*)"])
async def test_the_hubs_own_address_and_a_glob_are_nobodys(hub, sender):
    a = await Client.open(hub.url, me=sender)
    answer = await a.ask("hub:connect", metadata=connect_metadata())
    refused(answer, "invalid_message", naming="from")


async def test_an_address_beside_the_hubs_is_free(hub):
    a = await session(hub, me="@(cloudflare/signal-hub-2)")
    await a.register()


async def test_hub_address_is_a_setting(start_hub):
    hub = start_hub("--hub-address", "@(my/hub)")
    a = await Client.open(hub.url)
    id_ = await a.send("hub:connect", to="@(my/hub)", pattern="ask", metadata=connect_metadata())
    answer = await a.receive("hub:connected")
    assert (answer["from"], answer["correlationId"]) == ("@(my/hub)", id_)


@pytest.mark.parametrize("type_", [
    "hub:heartbeat", "hub:disconnect", "hub:refresh_token", "hub:register", "hub:unregister",
    "hub:renew", "hub:discover", "hub:list_actors", "hub:send", "hub:broadcast", "hub:subscribe",
    "hub:publish", "hub:unsubscribe", "hub:queue_stats", "hub:metrics", "hub:nope", "app:own"])
async def test_before_connected_only_connect_is_served(hub, type_):
    a = await Client.open(hub.url)
    id_ = new_id()
    answer = await a.ask(type_, {"topic": "t", "type": "app:x"}, id=id_)
    unauthorized(answer, type_, "PERMISSION_DENIED")
    assert (answer["correlationId"], answer["to"]) == (id_, a.me)
    await a.connect()


# ---- repeated connect ---------------------------------------------------------------------------


async def test_repeated_connect_keeps_the_session(hub):
    a = await Client.open(hub.url)
    first = await a.connect()
    second = await a.connect()
    assert second["payload"] == first["payload"]
    assert second["metadata"] == first["metadata"]


async def test_repeated_connect_as_another_is_refused_and_the_session_lives(hub):
    a = await session(hub)
    for _ in range(4):  # not the three refusals of a session that is not connected
        answer = await a.ask("hub:connect", sender=unique("other"), metadata=connect_metadata())
        unauthorized(answer, "hub:connect")
    await a.fence()
    assert (await a.connect())["metadata"]["actorIdentity"] == a.me


async def test_connecting_alone_is_no_duplicate_without_auth(hub):
    a = await session(hub)
    b = await session(hub, me=a.me)
    await a.nothing_more()
    await b.nothing_more()


# ---- heartbeat ----------------------------------------------------------------------------------


@pytest.mark.parametrize("timestamp", [0, 1_700_000_000_000, 12.5])
async def test_heartbeat_echoes(hub, timestamp):
    a = await session(hub)
    id_ = await a.send("hub:heartbeat", {"timestamp": timestamp})
    answer = await a.answer(id_)
    payload = answered(answer, "hub:heartbeat_ack", a.me, id_)
    assert set(payload) == {"timestamp", "serverTime"}
    assert payload["timestamp"] == timestamp
    assert abs(payload["serverTime"] - now_ms()) < 60_000
    assert abs(answer["timestamp"] - now_ms()) < 60_000


@pytest.mark.parametrize("payload", [None, {}])
async def test_heartbeat_without_timestamp_echoes_the_envelopes(hub, payload):
    a = await session(hub)
    id_ = await a.send("hub:heartbeat", payload, timestamp=4711)
    assert (await a.answer(id_))["payload"]["timestamp"] == 4711


async def test_heartbeat_of_a_wrong_type_is_refused(hub):
    a = await session(hub)
    for payload in ("x", {"timestamp": "x"}):
        id_ = await a.send("hub:heartbeat", payload)
        field = "payload.timestamp" if isinstance(payload, dict) else "payload"
        refused(await a.answer(id_), "invalid_message", naming=field)


# ---- disconnect ---------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [None, {}, {"reason": "bye"}])
async def test_disconnect_is_acknowledged_then_closed_1000(hub, payload):
    a = await session(hub)
    id_ = await a.send("hub:disconnect", payload)
    answer = await a.answer(id_)
    assert answered(answer, "hub:disconnect", a.me, id_) == {"acknowledged": True}
    assert await a.closed() == 1000
    assert a.inbox == []


@pytest.mark.parametrize("attempt", range(5))
def test_the_acknowledgement_precedes_the_close_frame(hub, attempt):
    a = RawSocket(hub)
    a.connect()
    a.send("hub:disconnect")
    _, opcode, payload = a.read_frame()
    assert opcode == TEXT and json.loads(payload)["payload"] == {"acknowledged": True}
    _, opcode, payload = a.read_frame()
    assert opcode == CLOSE and payload[:2] == b"\x03\xe8"


def test_waiting_answers_precede_the_acknowledgement(hub):
    a = RawSocket(hub)
    a.connect()
    a.register()
    asked = [envelope("hub:send", {"type": "app:x", "data": n}, sender=a.me, to=a.me, pattern="ask")
             for n in range(20)]
    asked.append(envelope("hub:broadcast", {"type": "app:x", "data": 1}, sender=a.me, pattern="ask"))
    last = envelope("hub:disconnect", sender=a.me)
    a.send_bytes(b"".join(encode_frame(TEXT, json.dumps(m)) for m in [*asked, last]))
    answers = [m["correlationId"] for m in a.messages() if m["from"] == HUB]
    assert answers[-1] == last["id"]
    assert set(answers[:-1]) == {m["id"] for m in asked}
    assert a.close_code == 1000


async def test_after_disconnect_nothing_is_served(hub):
    a = RawSocket(hub)
    a.connect()
    frames = [envelope("hub:disconnect", sender=a.me),
              envelope("hub:register", {"actorAddress": a.me, "capabilities": ["x"]}, sender=a.me,
                       pattern="ask")]
    a.send_bytes(b"".join(encode_frame(TEXT, json.dumps(m)) for m in frames))
    assert [m["type"] for m in a.messages()] == ["hub:disconnect"]
    b = await session(hub)
    assert not await b.is_registered(a.me)


async def test_session_states_are_logged(hub):
    a = await Client.open(hub.url)
    session_id = (await a.connect())["payload"]["sessionId"]
    assert UUID.fullmatch(session_id)
    await a.send("hub:disconnect")
    await a.closed()
    end = hub.wait_log("session_state", sessionId=session_id, toState="disconnected")
    assert isinstance(end["duration"], (int, float)) and end["duration"] >= 0
    steps = [(e["fromState"], e["toState"])
             for e in hub.log_lines("session_state", sessionId=session_id)]
    assert steps == [("connecting", "connected"), ("connected", "disconnecting"),
                     ("disconnecting", "disconnected")]
    triggers = [e["trigger"] for e in hub.log_lines("session_state", sessionId=session_id)]
    assert triggers[0] == "connect" and all(triggers)
