"""PROTOCOL.md §5 and §6: flow control, slow consumers, rate limits, limits on connections."""
import json
import time

import pytest

from client import Client, error_of, gather
from hub import UNLIMITED
from raw import Raw


def raw_member(hub, address):
    """A registered session on a raw socket, which only reads when told to."""
    raw = Raw(hub)
    assert raw.handshake() == 101
    helper = type("C", (), {"address": address})()
    for type_, payload, metadata in [
            ("hub:connect", None, {"protocolVersion": "0.1.0", "capabilities": ["x"]}),
            ("hub:register", {"actorAddress": address, "capabilities": ["x"]}, {})]:
        raw.frame(json.dumps(Client.envelope(helper, type_, payload, metadata=metadata)).encode())
        assert json.loads(raw.read_frame()[1])["type"] in ("hub:connected", "hub:registered")
    return raw


def flood(sender, target, count, size, pattern="tell"):
    data = "x" * size
    texts = [json.dumps(sender.envelope("hub:send", {"type": "f", "data": data}, to=target,
                                        pattern=pattern)) for _ in range(count)]
    gather(sender.socket.send(text) for text in texts)


def test_pause_and_resume(start):
    hub = start(*UNLIMITED, "--pause-threshold", "50", "--resume-threshold", "10",
                "--max-queue-bytes", "64MiB")
    slow = raw_member(hub, "@(slow)")
    sender = Client(hub)
    sender.connect()
    while True:
        flood(sender, "@(slow)", 20, 100_000)
        if hub.metrics()["pauses_total"]:
            break
    pause = sender.expect("hub:pause")
    assert pause["payload"] == {"reason": "outbound_queue_full", "target": "@(slow)"}
    assert pause["to"] == sender.address and pause["correlationId"] is None
    received = 0
    while received < 20 or hub.metrics()["connections_backed_up"]:
        slow.read_frame()
        received += 1
    assert sender.expect("hub:resume")["payload"] == {"target": "@(slow)"}
    slow.close()
    sender.close()


def test_slow_consumer_is_cut_and_the_others_see_no_change(start):
    hub = start(*UNLIMITED, "--max-queue-bytes", "2MiB", "--pause-threshold", "0")
    slow = raw_member(hub, "@(slow)")
    others = [Client(hub) for _ in range(20)]
    for client in others:
        client.connect()
        client.register()
    sender = Client(hub)
    sender.connect()
    rounds = 0
    while not hub.metrics()["slow_consumers_total"]:
        sender.ask("hub:broadcast", {"type": "b", "data": "x" * 200_000})
        rounds += 1
        assert rounds < 500
        for client in others:
            assert len(client.receive()["payload"]) == 200_000
    line = hub.event("slow_consumer")
    assert line["actorAddress"] == "@(slow)"
    # Once it reads again it finds whole frames, then why, then the close.
    codes = []
    while True:
        opcode, payload = slow.read_frame()
        if opcode == 8:
            codes.append(int.from_bytes(payload[:2], "big"))
            break
        last = json.loads(payload)
    assert codes == [1013] and last["payload"]["reason"] == "slow_consumer"
    answer = sender.ask("hub:send", {"type": "t"}, to="@(slow)")
    assert error_of(answer, "hub:unknown_actor")
    for client in others:
        assert client.silent()
        client.close()
    sender.close()


def test_ignoring_pause_is_throttled(start):
    hub = start(*UNLIMITED, "--pause-threshold", "5", "--resume-threshold", "2",
                "--max-queue-bytes", "64MiB", "--log-level", "debug")
    slow = raw_member(hub, "@(slow)")
    sender = Client(hub)
    sender.connect()
    for _ in range(40):
        flood(sender, "@(slow)", 5, 300_000)
        if any(line["event"] == "reading_paused" for line in hub.lines):
            break
    assert hub.event("reading_paused")
    slow.close()
    sender.close()


def test_queue_stats(client):
    payload = client.ask("hub:queue_stats", None)["payload"]
    assert set(payload) == {"queueDepth", "queueBytes", "processingRate", "pauseThreshold",
                            "resumeThreshold", "paused"}
    assert payload["queueDepth"] == 0 and payload["queueBytes"] == 0
    assert payload["pauseThreshold"] == 1000 and payload["resumeThreshold"] == 500
    assert payload["paused"] is False and payload["processingRate"] > 0


def test_metrics_message(start):
    hub = start()
    client = Client(hub)
    client.connect()
    payload = client.ask("hub:metrics", None)["payload"]
    assert set(payload) == {"messages_received", "messages_sent", "errors", "connections_opened",
                            "connections_closed", "windowStart", "timestamp"}
    assert payload["messages_received"] == 2 and payload["messages_sent"] == 1
    assert payload["connections_opened"] == 1 and payload["connections_closed"] == 0
    assert payload["windowStart"] <= payload["timestamp"]
    client.close()


def test_memory_limit_cuts_the_largest(start):
    hub = start(*UNLIMITED, "--memory-limit", "4MiB", "--max-queue-bytes", "64MiB",
                "--pause-threshold", "0")
    slow = raw_member(hub, "@(slow)")
    sender = Client(hub)
    sender.connect()
    for _ in range(100):
        flood(sender, "@(slow)", 10, 100_000)
        if hub.metrics()["slow_consumers_total"]:
            break
    assert hub.event("memory_limit_reached")
    assert sender.silent("hub:unknown_actor")
    slow.close()
    sender.close()


# ---- rates ------------------------------------------------------------------------------------

def test_rate_limit_is_honest(start):
    hub = start()
    client = Client(hub)
    client.connect()
    for _ in range(100):
        client.ask("hub:queue_stats", None)
    answer = client.ask("hub:queue_stats", None)
    payload = error_of(answer, "hub:rate_limited")
    assert payload["limit"] == 10 and 0 < payload["retryAfter"] <= 100
    assert payload["retryable"] is True
    time.sleep(payload["retryAfter"] / 1000)
    assert client.ask("hub:queue_stats", None)["type"] == "hub:queue_stats_response"
    client.close()


def test_free_messages_cost_nothing(start):
    hub = start("--rate-limit", "1", "--rate-burst", "1")
    client = Client(hub)
    client.connect()
    for _ in range(20):
        assert client.ask("hub:heartbeat", None)["type"] == "hub:heartbeat_ack"
        assert client.ask("hub:unsubscribe", {"topic": "x"})["type"] == "hub:unsubscribed"
        client.send_text('{"type":"ping"}')
        client.receive_text()
    assert client.ask("hub:queue_stats", None)["type"] == "hub:queue_stats_response"
    assert client.ask("hub:queue_stats", None)["type"] == "hub:rate_limited"
    client.close()


def test_bulk_costs_one_per_element(start):
    hub = start("--rate-limit", "1", "--rate-burst", "10")
    client = Client(hub)
    client.connect()
    topics = [f"t{n}" for n in range(9)]
    assert client.ask("hub:subscribe", {"topics": topics})["type"] == "hub:subscribed"
    assert client.ask("hub:queue_stats", None)["type"] == "hub:queue_stats_response"
    assert client.ask("hub:queue_stats", None)["type"] == "hub:rate_limited"
    client.close()


def test_connections_per_address(start):
    hub = start("--max-connections-per-ip", "2")
    held = [Client(hub), Client(hub)]
    raw = Raw(hub)
    assert raw.handshake() == 429 and int(raw.headers["retry-after"]) >= 1
    other = Client(hub, source="127.0.0.2")
    assert other.connect()["type"] == "hub:connected"
    held.pop().close()
    hub.wait_metric("connections", lambda n: n == 2)
    again = Client(hub)
    for client in (again, other, *held):
        client.close()
    assert hub.event("connection_refused")["reason"] == "per_ip"


def test_forwarded_addresses_behind_a_trusted_proxy(start):
    hub = start("--max-connections-per-ip", "1", "--trusted-proxy", "127.0.0.0/8")
    first, second, third = Raw(hub), Raw(hub), Raw(hub)
    assert first.handshake(headers={"X-Forwarded-For": "9.9.9.9, 203.0.113.1"}) == 101
    assert second.handshake(headers={"X-Forwarded-For": "203.0.113.1, 127.0.0.9"}) == 429
    assert third.handshake(headers={"X-Forwarded-For": "203.0.113.2"}) == 101
    for raw in (first, second, third):
        raw.close()


def test_forwarded_addresses_of_strangers_are_ignored(start):
    hub = start("--max-connections-per-ip", "1")
    first, second = Raw(hub), Raw(hub)
    assert first.handshake(headers={"X-Forwarded-For": "203.0.113.1"}) == 101
    assert second.handshake(headers={"X-Forwarded-For": "203.0.113.2"}) == 429
    first.close()


def test_connections_in_all(start):
    hub = start("--max-connections", "2")
    held = [Client(hub), Client(hub)]
    raw = Raw(hub)
    assert raw.handshake() == 503 and int(raw.headers["retry-after"]) >= 1
    for client in held:
        client.close()


def test_accept_rate(start):
    hub = start("--accept-rate", "5", "--max-connections-per-ip", "0")
    statuses = []
    raws = [Raw(hub) for _ in range(20)]
    for raw in raws:
        statuses.append(raw.handshake())
    assert statuses.count(101) >= 5 and 429 in statuses
    for raw in raws:
        raw.close()


def test_herd_is_noticed(start):
    hub = start("--herd-threshold", "5", "--high-connection-rate", "8", *UNLIMITED)
    clients = [Client(hub) for _ in range(20)]
    assert hub.event("thundering_herd_detected", level="error")["threshold"] == 5
    assert hub.event("high_connection_rate", level="warn")["threshold"] == 8
    for client in clients:
        client.close()


def test_surplus_tcp_connections_are_closed(start):
    hub = start("--max-connections", "1")
    raws = [Raw(hub) for _ in range(80)]
    ended = sum(1 for raw in raws if raw.handshake() == 0)
    assert ended >= 10
    for raw in raws:
        raw.close()


@pytest.mark.parametrize("count", [2000])
def test_a_storm_is_served(start, count):
    import websockets
    hub = start(*UNLIMITED)

    async def visit():
        async with websockets.connect(hub.url, compression=None, open_timeout=60,
                                      ping_interval=None) as socket:
            await socket.send('{"type":"ping"}')
            return await socket.recv()
    assert gather(visit() for _ in range(count)) == ['{"type":"pong"}'] * count
