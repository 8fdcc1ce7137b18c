"""/health, /ready, /metrics and what else is asked over HTTP (§10)."""
import asyncio
import http.client
import json

import pytest

from client import actor, now_ms, session, topic, unique, until
from hub import UNLIMITED
from prometheus import scrape
from raw import handshake, read_response, tcp


def test_health(hub):
    status, headers, body = hub.http("/health")
    assert status == 200
    assert headers["content-type"].startswith("application/json")
    health = json.loads(body)
    assert health["status"] == "ok"
    assert health["service"] == "signal-hub"
    assert health["version"] == "0.1.0"
    assert abs(health["timestamp"] - now_ms()) < 60_000
    assert health["checks"]["connections"]["status"] == "ok"


async def test_health_is_degraded_near_a_limit(start_hub):
    hub = start_hub("--max-actors", "10", "--rate-limit", "0")
    a = await session(hub)
    for _ in range(10):
        await a.register(unique())
    status, _, body = hub.http("/health")
    assert status == 200
    assert json.loads(body)["status"] == "degraded"


def test_ready(hub):
    status, headers, body = hub.http("/ready")
    assert status == 200
    assert headers["content-type"].startswith("application/json")
    assert isinstance(json.loads(body), dict)


@pytest.mark.parametrize("path", ["/nope", "/health/", "/health/deeper", "/metricsx", "/api/v2/stats",
                                  "/../etc/passwd", "/%2e%2e/etc/passwd"])
def test_unknown_paths_are_not_found(hub, path):
    assert hub.http(path)[0] == 404


def test_a_nul_in_the_path_ends_the_connection(hub):
    with pytest.raises(http.client.RemoteDisconnected):
        hub.http("/health%00")
    assert hub.http("/health")[0] == 200


def test_a_query_does_not_hide_a_path(hub):
    assert hub.http("/health?verbose=1")[0] == 200


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_head_has_the_headers_and_no_body(hub, path):
    status, headers, body = hub.http(path, "HEAD")
    assert status == 200 and body == ""
    assert int(headers["content-length"]) > 0
    assert headers["content-type"] == hub.http(path)[1]["content-type"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_other_methods_are_not_allowed(hub, method, path):
    status, headers, _ = hub.http(path, method, body=b"{}" if method != "DELETE" else None)
    assert status == 405
    assert headers["allow"] == "GET, HEAD"
    assert hub.http("/health")[0] == 200


@pytest.mark.parametrize("path", ["/", "/ws"])
def test_websocket_paths_without_an_upgrade(hub, path):
    assert 400 <= hub.http(path)[0] < 500


def test_requests_on_one_connection(hub):
    sock = tcp(hub)
    for _ in range(3):
        sock.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        response = read_response(sock)
        assert response.status == 200
        assert json.loads(response.body)["status"] == "ok"
        if response.headers.get("connection", "").lower() == "close":
            sock = tcp(hub)


def test_http_1_0(hub):
    sock = tcp(hub)
    sock.sendall(b"GET /health HTTP/1.0\r\n\r\n")
    assert read_response(sock).status in (200, 400)
    assert hub.http("/health")[0] == 200


@pytest.mark.parametrize("request_line", [
    b"nonsense\r\n\r\n", b"\r\n\r\n", b"GET\r\n\r\n", b"\0\1\2\3\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /health HTTP/9.9\r\n\r\n"])
def test_what_is_no_http_harms_nothing(hub, request_line):
    sock = tcp(hub)
    sock.sendall(request_line)
    assert hub.http("/health")[0] == 200


# ---- metrics ------------------------------------------------------------------------------------


def test_metrics_are_well_formed(hub):
    found = scrape(hub)
    assert found.types
    assert all(name.startswith("signalhub_") for name in found.types)
    assert set(found.help) == set(found.types)
    for name, kind in found.types.items():
        assert (kind == "counter") == name.endswith("_total"), name


async def test_levels_follow_what_happens(start_hub):
    hub = start_hub(*UNLIMITED)
    a, b = await session(hub), await actor(hub)
    await b.register(unique("second"))
    await a.subscribe("t1")
    await b.subscribe("t1")
    await b.subscribe("t*")
    found = scrape(hub)
    assert found.value("signalhub_connections") == 2
    assert found.value("signalhub_actors") == 2
    assert found.value("signalhub_topics") == 2
    assert found.value("signalhub_subscriptions") == 3
    await b.close()

    async def smaller():
        return scrape(hub).value("signalhub_connections") == 1

    await until(smaller, "one connection less")
    found = scrape(hub)
    assert found.value("signalhub_actors") == 0
    assert found.value("signalhub_subscriptions") == 1


async def test_messages_are_counted(start_hub):
    hub = start_hub()
    a, name = await actor(hub), topic()
    await a.subscribe(name)
    await a.publish(name)
    await a.ask("hub:nope")
    found = scrape(hub)
    assert found.value("signalhub_sessions_connected") == 1
    assert found.value("signalhub_requests_total", type="hub:publish") == 1
    assert found.value("signalhub_messages_received_total") == 5
    assert found.value("signalhub_messages_sent_total") == 6  # an answer each, and the publication
    assert found.value("signalhub_deliveries_total") == 1


async def test_scraping_disturbs_no_session(hub):
    a = await session(hub)

    def scrape_often():
        for _ in range(10):
            scrape(hub)

    scraping = [asyncio.to_thread(scrape_often) for _ in range(4)]
    everything = asyncio.gather(*scraping)
    while not everything.done():
        await a.nothing_more()
    await everything


async def test_counters_by_type_and_reason(start_hub):
    hub = start_hub("--max-message-size", "10000", "--rate-limit", "1", "--rate-burst", "20",
                    "--max-connections-per-ip", "2")
    a, b = await session(hub), await actor(hub)
    await a.tell(b.me)
    await a.tell(unique("nobody"))
    await a.ask("hub:nope")
    await a.send_raw("x" * 10_001)
    await a.receive("hub:message_too_large")
    await a.deliver(b.me, timestamp=0, ttl=1)
    assert handshake(hub).status == 429
    found = scrape(hub)
    assert found.value("signalhub_requests_total", type="hub:connect") == 2
    assert found.value("signalhub_requests_total", type="hub:send") == 3
    assert found.value("signalhub_errors_total", code="unknown_type") == 1
    assert found.value("signalhub_errors_total", code="message_too_large") == 1
    assert found.value("signalhub_messages_dropped_total", reason="unknown_target") == 1
    assert found.value("signalhub_messages_dropped_total", reason="oversized") == 1
    assert found.value("signalhub_messages_dropped_total", reason="expired") == 1
    assert found.value("signalhub_connections_refused_total", reason="per_ip") == 1
    assert found.value("signalhub_turn_duration_seconds_count") > 0
    before = dict(found)
    await a.fence()
    for key, value in scrape(hub).items():
        if found.types.get(key[0]) == "counter":
            assert value >= before[key], key


async def test_labels_come_from_the_hub_only(start_hub):
    """No name a client invents becomes a label, however many it invents."""
    hub = start_hub(*UNLIMITED)
    a = await session(hub)
    size = len(hub.http("/metrics")[2])
    for n in range(300):
        await a.ask(f"hub:invented-{n}")
        await a.subscribe(f"topic-{n}")
        await a.tell(unique())
    text = hub.http("/metrics")[2]
    assert "invented" not in text and "topic-" not in text
    assert len(text) < size + 500
