"""Connections: per IP, per second, in all; proxies; what happens when descriptors run out (§6)."""
import select
import time

from hub import DEADLINE
from raw import PING, RawSocket, handshake, tcp


def refused_for_now(response, *statuses):
    assert response.status in statuses, response.status
    retry = int(response.headers["retry-after"])
    assert retry >= 1
    return retry


def until_admitted(hub, timeout=DEADLINE, **options):
    limit = time.monotonic() + timeout
    while True:
        response = handshake(hub, **options)
        if response.status == 101:
            return response
        response.sock.close()
        assert time.monotonic() < limit, f"still {response.status}"


def test_connections_per_ip(start_hub):
    hub = start_hub("--max-connections-per-ip", "2")
    first = handshake(hub)
    assert first.status == handshake(hub).status == 101
    refused_for_now(handshake(hub), 429)
    assert handshake(hub, source="127.0.0.2").status == 101
    first.sock.close()
    until_admitted(hub)
    refused_for_now(handshake(hub), 429)


def test_the_default_is_100_per_ip(start_hub):
    hub = start_hub()
    kept = [handshake(hub) for _ in range(100)]
    assert {r.status for r in kept} == {101}
    refused_for_now(handshake(hub), 429)
    assert hub.http("/health")[0] == 200  # plain requests are no connections of this kind
    line = hub.wait_log("connection_refused")
    assert line["reason"] == "per_ip"


def test_a_refused_handshake_holds_no_place(start_hub):
    hub = start_hub("--max-connections-per-ip", "2")
    for _ in range(10):
        assert handshake(hub, "/nope").status == 404
        assert handshake(hub, Sec_WebSocket_Version="12").status != 101
    assert [handshake(hub).status for _ in range(3)] == [101, 101, 429]


def test_connections_in_all(start_hub):
    hub = start_hub("--max-connections", "3", "--max-connections-per-ip", "0")
    kept = [handshake(hub, source=f"127.0.0.{n + 1}") for n in range(3)]
    assert {r.status for r in kept} == {101}
    refused_for_now(handshake(hub), 503)
    kept[0].sock.close()
    until_admitted(hub)


def test_accepts_per_second_and_retry_after(start_hub):
    hub = start_hub("--accept-rate", "5", "--max-connections-per-ip", "0")
    statuses = []
    while 101 in statuses[-1:] or not statuses:
        response = handshake(hub)
        statuses.append(response.status)
        assert len(statuses) < 200
    assert len(statuses) > 5
    retry = refused_for_now(response, 429, 503)
    start = time.monotonic()
    until_admitted(hub)
    assert time.monotonic() - start <= retry + 1  # it is no longer than told


def test_over_the_reserve_a_connection_is_closed_without_an_answer(start_hub):
    hub = start_hub("--max-connections", "2", "--max-connections-per-ip", "0")
    assert [handshake(hub).status for _ in range(2)] == [101, 101]
    idle = [tcp(hub) for _ in range(100)]
    for sock in idle:
        try:
            sock.sendall(b"GET /health HTTP/1.1\r\n")  # the head is never finished
        except ConnectionError:
            pass  # closed already
    readable = []
    limit = time.monotonic() + DEADLINE
    while len(readable) < 16:
        readable = select.select(idle, [], [], 0.1)[0]
        assert time.monotonic() < limit, f"only {len(readable)} connections were closed"
    assert len(readable) <= 60
    for sock in readable:
        try:
            assert sock.recv(100) == b""
        except ConnectionError:
            pass
    for sock in idle:
        sock.close()
    limit = time.monotonic() + DEADLINE
    while handshake(hub).status is None:  # a place for an answer again
        assert time.monotonic() < limit


# ---- behind a proxy -----------------------------------------------------------------------------

PROXY = ("--trusted-proxy", "127.0.0.1/32", "--max-connections-per-ip", "1")


def test_the_client_behind_a_trusted_proxy_counts(start_hub):
    hub = start_hub(*PROXY)
    assert handshake(hub, X_Forwarded_For="10.0.0.1").status == 101
    refused_for_now(handshake(hub, X_Forwarded_For="10.0.0.1"), 429)
    assert handshake(hub, X_Forwarded_For="10.0.0.2").status == 101
    assert handshake(hub, X_Forwarded_For="2001:db8::1").status == 101
    refused_for_now(handshake(hub, X_Forwarded_For="2001:db8::1"), 429)


def test_the_last_untrusted_address_counts(start_hub):
    hub = start_hub(*PROXY)
    assert handshake(hub, X_Forwarded_For="10.0.0.1").status == 101
    # What the client wrote itself stands in front and is not believed.
    refused_for_now(handshake(hub, X_Forwarded_For="99.9.9.9, 10.0.0.1"), 429)
    # A trusted proxy in the chain is passed over.
    refused_for_now(handshake(hub, X_Forwarded_For="99.9.9.9, 10.0.0.1, 127.0.0.1"), 429)
    assert handshake(hub, X_Forwarded_For="10.0.0.1, 10.0.0.2").status == 101


def test_without_a_trusted_proxy_the_header_is_ignored(start_hub):
    hub = start_hub("--max-connections-per-ip", "1")
    assert handshake(hub, X_Forwarded_For="10.0.0.1").status == 101
    refused_for_now(handshake(hub, X_Forwarded_For="10.0.0.2"), 429)


def test_the_header_of_an_untrusted_peer_is_ignored(start_hub):
    hub = start_hub(*PROXY)
    assert handshake(hub, source="127.0.0.9", X_Forwarded_For="10.0.0.1").status == 101
    refused_for_now(handshake(hub, source="127.0.0.9", X_Forwarded_For="10.0.0.2"), 429)


# ---- descriptors --------------------------------------------------------------------------------


def test_few_descriptors_refuse_connections_but_harm_nobody(start_hub):
    hub = start_hub("--max-connections-per-ip", "0", "--accept-rate", "0", "--ping-interval",
                    "100ms", open_files=64)
    served = RawSocket(hub)
    served.connect()
    kept, refused = [], 0
    for _ in range(150):
        try:
            response = handshake(hub)
        except ConnectionError:
            refused += 1
            continue
        if response.status == 101:
            kept.append(response.sock)
        else:
            assert response.status in (None, 503)
            refused += 1
    assert 8 <= len(kept) < 64 and refused

    # It does not spin over what it cannot accept: three pings of time, hardly any CPU.
    cpu, start = hub.cpu_seconds(), time.monotonic()
    pings = 0
    while pings < 3:
        pings += served.read_frame()[1] == PING
    assert hub.cpu_seconds() - cpu < 0.5 * (time.monotonic() - start) + 0.05
    assert served.ask("hub:heartbeat", {"timestamp": 1})["type"] == "hub:heartbeat_ack"

    for sock in kept:
        sock.close()
    until_admitted(hub)
    assert len(hub.logs) < 200  # and the log is not flooded
