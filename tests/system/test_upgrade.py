"""Who may upgrade, and to what: paths, subprotocols, the handshake's rules (§1)."""
import pytest

from raw import RawSocket, accept_of, handshake, read_response, tcp


@pytest.mark.parametrize("path", ["/", "/ws"])
def test_websocket_paths_upgrade(hub, path):
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    response = handshake(hub, path, Sec_WebSocket_Key=key)
    assert response.status == 101
    assert response.headers["sec-websocket-accept"] == accept_of(key)
    assert response.headers["upgrade"].lower() == "websocket"
    assert "sec-websocket-protocol" not in response.headers
    assert "sec-websocket-extensions" not in response.headers


@pytest.mark.parametrize("path", ["/nope", "/ws/deeper", "/wss"])
def test_any_other_path_is_not_found(hub, path):
    assert handshake(hub, path).status == 404


@pytest.mark.parametrize("path", ["/health", "/metrics", "/ready"])
def test_http_endpoints_do_not_upgrade(hub, path):
    assert handshake(hub, path).status != 101


@pytest.mark.parametrize("offered, chosen", [
    ("signal-hub.v1.json", "signal-hub.v1.json"),
    ("chat, signal-hub.v1.json", "signal-hub.v1.json"),
    ("signal-hub.v1.msgpack, signal-hub.v1.json", "signal-hub.v1.json"),
])
def test_known_subprotocol_is_chosen(hub, offered, chosen):
    response = handshake(hub, Sec_WebSocket_Protocol=offered)
    assert response.status == 101
    assert response.headers["sec-websocket-protocol"] == chosen


@pytest.mark.parametrize("offered", ["chat", "chat, superchat", "SIGNAL-HUB.V2.JSON",
                                     "signal-hub.v1.msgpack"])
def test_only_unknown_subprotocols_are_refused(hub, offered):
    assert handshake(hub, Sec_WebSocket_Protocol=offered).status == 400


def test_a_session_runs_with_and_without_subprotocol(hub):
    for options in ({}, {"Sec_WebSocket_Protocol": "signal-hub.v1.json"}):
        RawSocket(hub, **options).connect()


@pytest.mark.parametrize("headers, expected", [
    ({"Sec_WebSocket_Version": "12"}, 426),
    ({"Sec_WebSocket_Version": "8"}, 426),
    ({"Sec_WebSocket_Version": None}, 426),
    ({"Sec_WebSocket_Key": "c2hvcnQ="}, 400),
    ({"Sec_WebSocket_Key": "not base64 at all!!!!!!!"}, 400),
    ({"Sec_WebSocket_Key": None}, 400),
    ({"method": "POST"}, None),
    ({"method": "PUT"}, None),
    ({"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings",
      "HTTP2_Settings": "AAMAAABkAAQAAP__"}, 400),
    ({"Upgrade": "TLS/1.0"}, None),
], ids=lambda h: ",".join(f"{k}={v}" for k, v in h.items())[:40] if isinstance(h, dict) else str(h))
def test_handshake_that_is_none_is_refused(hub, headers, expected):
    status = handshake(hub, **headers).status
    assert status == expected if expected else 400 <= status < 500


def test_http2_by_upgrade_speaks_no_http2(hub):
    response = handshake(hub, "/", Upgrade="h2c", Connection="Upgrade, HTTP2-Settings",
                         HTTP2_Settings="AAMAAABkAAQAAP__", Sec_WebSocket_Key=None,
                         Sec_WebSocket_Version=None)
    assert response.status != 101
    assert hub.http("/health")[0] == 200


def test_http2_by_prior_knowledge_speaks_no_http2(hub):
    sock = tcp(hub)
    sock.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
    answer = b""
    try:
        while chunk := sock.recv(4096):
            answer += chunk
            if b"\r\n\r\n" in answer:
                break
    except ConnectionError:
        pass
    # A server's HTTP/2 preface is a SETTINGS frame: length, then type 4.
    assert answer[3:4] != b"\4"
    assert hub.http("/health")[0] == 200


def test_header_block_without_end_is_bounded(hub):
    sock = tcp(hub)
    try:
        sock.sendall(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        for _ in range(64):
            sock.sendall(b"X-Filler: " + b"a" * 1024 + b"\r\n")
        response = read_response(sock)
        assert response.status is None or response.status >= 400
    except ConnectionError:
        pass
    assert hub.http("/health")[0] == 200


def test_compression_is_not_negotiated_by_default(hub):
    response = handshake(hub, Sec_WebSocket_Extensions="permessage-deflate")
    assert response.status == 101
    assert "sec-websocket-extensions" not in response.headers
