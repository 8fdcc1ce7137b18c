"""PROTOCOL.md §1: paths, subprotocols, sizes, text, liveness, close codes."""
import json

import pytest
import websockets

from client import Client, Closed, error_of, gather, run
from raw import Raw


@pytest.mark.parametrize("path", ["/", "/ws"])
def test_both_paths_upgrade(shared, path):
    client = Client(shared, path=path)
    assert client.connect()["type"] == "hub:connected"
    client.close()


def test_other_paths_answer_404(shared):
    assert shared.http("/nowhere")[0] == 404
    assert Raw(shared).handshake(path="/nowhere") == 404


def test_known_subprotocol_is_echoed_unknown_ones_are_refused(shared):
    client = Client(shared, subprotocols=["other", "signal-hub.v1.json"])
    assert client.socket.subprotocol == "signal-hub.v1.json"
    client.close()
    raw = Raw(shared)
    assert raw.handshake(headers={"Sec-WebSocket-Protocol": "other, signal-hub.v1.msgpack"}) == 400


def test_binary_frame_is_json_too(client):
    message = client.envelope("hub:heartbeat", {"timestamp": 7})
    run(client.socket.send(json.dumps(message).encode()))
    assert client.expect("hub:heartbeat_ack")["payload"]["timestamp"] == 7


def test_ping_text_is_answered_and_not_counted(shared, client):
    before = shared.metrics()["messages_received_total"]
    client.send_text('{"type":"ping"}')
    assert client.receive_text() == '{"type":"pong"}'
    assert shared.metrics()["messages_received_total"] == before


def test_malformed_json_is_answered_and_the_session_lives(client):
    client.send_text('{"id": tru}')
    answer = client.receive()
    assert error_of(answer)["code"] == "invalid_json"
    assert answer["correlationId"] is None
    assert client.silent()


def test_eleventh_bad_frame_in_a_minute_closes_1008(shared):
    client = Client(shared)
    client.connect()
    for _ in range(11):
        client.send_text("{")
    assert client.receive_close() == 1008


@pytest.mark.parametrize("opcode", [1, 2])
def test_invalid_utf8_closes_1007(shared, opcode):
    raw = Raw(shared)
    assert raw.handshake() == 101
    raw.frame(b'{"id":"\xff\xfe"}', opcode=opcode)
    assert raw.close_code() == 1007


def test_message_above_the_limit_is_refused_and_the_session_lives(start):
    hub = start("--max-message-size", "64KiB")
    client = Client(hub)
    client.connect()
    client.send_text(json.dumps(client.envelope("hub:send", {"type": "t", "data": "x" * 70000})))
    answer = client.receive()
    payload = error_of(answer, "hub:message_too_large")
    assert payload["maxSize"] == 65536 and payload["messageSize"] > 70000
    assert answer["correlationId"] is None
    assert client.silent()
    client.close()


def test_ten_megabytes_are_refused_unparsed_with_bounded_memory(start):
    hub = start()
    raw = Raw(hub)
    assert raw.handshake() == 101
    warm = Client(hub)
    warm.connect()
    before = hub.rss()
    try:
        raw.frame(b"x" * 10_000_000)
    except ConnectionError:
        pass  # the hub closed before it had all
    opcode, payload = raw.read_frame()
    assert opcode == 1 and json.loads(payload)["type"] == "hub:message_too_large"
    assert raw.close_code() == 1009
    assert warm.silent()
    assert hub.rss() - before < 4 << 20
    warm.close()


def test_before_connect_64_kib_are_the_limit(shared):
    client = Client(shared)
    message = client.envelope("hub:connect", None, metadata={
        "protocolVersion": "0.1.0", "capabilities": ["x"], "pad": "y" * 70000})
    client.send_text(json.dumps(message))
    assert error_of(client.receive(), "hub:message_too_large")["maxSize"] == 65536
    client.close()


def test_fragments_are_put_together(shared):
    raw = Raw(shared)
    assert raw.handshake() == 101
    text = json.dumps(Client.envelope(type("C", (), {"address": "@(test/fragments)"})(),
                                      "hub:connect", None,
                                      metadata={"protocolVersion": "0.1.0",
                                                "capabilities": ["ü"]})).encode()
    raw.frame(text[:10], final=False)
    for i in range(10, len(text) - 1):
        raw.frame(text[i:i + 1], opcode=0, final=False)
    raw.frame(text[-1:], opcode=0)
    opcode, payload = raw.read_frame()
    assert opcode == 1 and json.loads(payload)["type"] == "hub:connected"
    raw.close()


def test_oversized_fragments_are_dropped_with_the_message(start):
    hub = start("--max-message-size", "64KiB")
    raw = Raw(hub)
    assert raw.handshake() == 101
    raw.frame(b"x" * 60000, final=False)
    raw.frame(b"x" * 60000, opcode=0, final=False)
    raw.frame(b"x" * 100, opcode=0)
    assert json.loads(raw.read_frame()[1])["type"] == "hub:message_too_large"
    raw.frame(b'{"type":"ping"}')
    assert raw.read_frame()[1] == b'{"type":"pong"}'
    raw.close()


def test_endless_fragments_close_1008(start):
    hub = start()
    raw = Raw(hub)
    assert raw.handshake() == 101
    raw.frame(b"[", final=False)
    try:
        for _ in range(5000):
            raw.frame(b" ", opcode=0, final=False)
    except ConnectionError:
        pass
    assert raw.close_code() in (1008, 0)
    assert hub.http("/health")[0] == 200


def test_connect_timeout_closes_1008(start):
    hub = start("--connect-timeout", "200ms")
    client = Client(hub)
    assert client.receive_close() == 1008


def test_hub_pings_and_drops_the_silent(start):
    hub = start("--ping-interval", "100ms", "--idle-timeout", "400ms")
    raw = Raw(hub)
    assert raw.handshake() == 101
    text = json.dumps(Client.envelope(type("C", (), {"address": "@(test/silent)"})(),
                                      "hub:connect", None,
                                      metadata={"protocolVersion": "0.1.0",
                                                "capabilities": ["x"]})).encode()
    raw.frame(text)
    seen = [raw.read_frame() for _ in range(3)]
    assert any(opcode == 9 for opcode, _ in seen)
    assert raw.close_code() == 1008  # pings were never answered
    assert hub.event("idle_timeout")


def test_answered_pings_keep_a_session_alive(start):
    hub = start("--ping-interval", "50ms", "--idle-timeout", "300ms")
    client = Client(hub)
    client.connect()
    with pytest.raises(TimeoutError):
        client.receive_text(timeout=1)  # the library answers pings meanwhile
    assert client.silent()
    client.close()


def test_clean_close_is_echoed(shared):
    client = Client(shared)
    client.connect()
    client.close()
    assert client.socket.close_code == 1000


@pytest.mark.parametrize("headers,status", [
    ({"Sec-WebSocket-Version": "12"}, 426),
    ({"Sec-WebSocket-Key": "c2hvcnQ="}, 400),
    ({"Host": "evil.example"}, 403),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "http://localhost:3000"}, 101),
    ({"Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__", "Connection":
      "Upgrade, HTTP2-Settings"}, 400),
])
def test_handshake_is_strict(shared, headers, status):
    raw = Raw(shared)
    assert raw.handshake(headers=headers) == status
    raw.close()


def test_handshake_by_post_is_refused(shared):
    assert Raw(shared).handshake(method="POST") in (405, 404, 400)


def test_allowed_origin_is_exact(start):
    hub = start("--allow-origin", "https://app.example")
    for origin, status in [("https://app.example", 101), ("https://app.example.evil", 403),
                           ("http://app.example", 403)]:
        raw = Raw(hub)
        assert raw.handshake(headers={"Origin": origin}) == status, origin
        raw.close()
    raw = Raw(hub)
    assert raw.handshake() == 101  # no Origin: not a browser
    raw.close()


def test_listens_on_loopback_only(shared):
    with open("/proc/net/tcp", encoding="ascii") as file:
        listening = [line.split()[1] for line in file if line.split()[3] == "0A"]
    assert f"0100007F:{shared.port:04X}" in listening
    assert f"00000000:{shared.port:04X}" not in listening


def test_client_frames_after_close_are_ignored(shared):
    client = Client(shared)
    client.connect()
    both = [client.envelope("hub:disconnect", None, pattern="tell"),
            client.envelope("hub:heartbeat", None)]
    gather(client.socket.send(json.dumps(message)) for message in both)
    assert client.receive()["payload"] == {"acknowledged": True}
    with pytest.raises(Closed) as closed:
        client.receive()
    assert closed.value.code == 1000


def test_header_block_over_the_limit_ends_the_connection(shared):
    raw = Raw(shared)
    assert raw.handshake(headers={"X-Pad": "x" * 8000}) in (0, 431, 400)
    assert shared.http("/health")[0] == 200


def test_unix_socket(start, tmp_path):
    path = tmp_path / "hub.sock"
    start(listen=("127.0.0.1:0", f"unix:{path}"))

    async def talk():
        async with websockets.unix_connect(str(path), "ws://localhost/ws") as socket:
            await socket.send('{"type":"ping"}')
            return await socket.recv()
    assert run(talk()) == '{"type":"pong"}'
