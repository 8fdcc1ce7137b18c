"""HTTP (§10), logs, signals, the command line."""
import http.client
import json
import signal
import subprocess
import threading

import pytest

from client import Client, Closed
from hub import BINARY, PATIENCE, UNLIMITED, Hub, run


def test_health(shared):
    status, headers, body = shared.http("/health")
    answer = json.loads(body)
    assert status == 200 and headers["Content-Type"] == "application/json"
    assert answer["status"] == "ok" and answer["service"] == "signal-hub"
    assert answer["version"] == "0.1.0" and isinstance(answer["timestamp"], int)
    assert answer["checks"]["connections"]["status"] == "ok"


def test_ready_and_methods(shared):
    assert shared.http("/ready")[0] == 200
    status, headers, _ = shared.http("/health", method="POST")
    assert status == 405 and headers["Allow"] == "GET, HEAD"
    status, headers, body = shared.http("/metrics", method="HEAD")
    assert status == 200 and int(headers["Content-Length"]) > 1000 and body == ""


@pytest.mark.parametrize("path", ["/x", "/health/", "/../x", "/%2e%2e/etc/passwd"])
def test_unknown_paths(shared, path):
    assert shared.http(path)[0] in (403, 404)


def test_a_nul_in_the_path_ends_the_connection(shared):
    with pytest.raises(http.client.RemoteDisconnected):
        shared.http("/health%00")
    assert shared.http("/health")[0] == 200


def test_metrics_are_well_formed_and_count(start):
    hub = start()
    body = hub.http("/metrics")[2]
    kinds = {}
    for line in body.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds and name.startswith("signalhub_")
            assert (kind == "counter") == name.endswith("_total")
            kinds[name] = kind
        elif not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            float(value)
            base = name.split("{")[0]
            for suffix in ("_bucket", "_sum", "_count"):
                if base.endswith(suffix) and base.removesuffix(suffix) in kinds:
                    base = base.removesuffix(suffix)
            assert base in kinds, line
    client = Client(hub)
    client.connect()
    client.register()
    client.subscribe("t")
    client.ask("hub:publish", {"topic": "t", "type": "t"})
    client.ask("hub:nonsense", None)
    metrics = hub.metrics()
    assert metrics["connections"] == metrics["sessions_connected"] == metrics["actors"] == 1
    assert metrics["topics"] == metrics["subscriptions"] == 1
    assert metrics['requests_total{type="hub:publish"}'] == 1
    assert metrics['errors_total{code="unknown_type"}'] == 1
    assert metrics["messages_received_total"] == 5 and metrics["messages_sent_total"] == 6
    assert metrics["deliveries_total"] == 1 and metrics["turn_duration_seconds_count"] > 0
    client.close()


def test_log_lines(start):
    hub = start("--log-level", "debug")
    client = Client(hub)
    client.connect()
    client.ask("hub:send", {"type": "t", "data": "PRIVATE"}, to="@(nobody)")
    line = hub.event("message_refused")
    assert line["code"] == "unknown_actor" and line["level"] == "debug"
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert line["timestamp"].endswith("Z") and len(line["timestamp"]) == 24
    assert "PRIVATE" not in json.dumps(hub.lines)
    client.close()


def test_nothing_per_message_at_info(start):
    hub = start(*UNLIMITED)
    client = Client(hub)
    client.connect()
    client.register()
    before = len(hub.lines)
    for _ in range(50):
        client.ask("hub:send", {"type": "t"}, to=client.address)
        client.ask("hub:send", {"type": "t"}, to="@(nobody)")
    assert len(hub.lines) == before
    client.close()


def test_text_log():
    process = subprocess.Popen([BINARY, "--db", ":memory:", "--listen", "127.0.0.1:0",
                                "--log-format", "text"], stdout=subprocess.PIPE, text=True)
    lines = [process.stdout.readline() for _ in range(2)]
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert " info  listening url=" in lines[1]
    process.stdout.close()


def test_stop_tells_everybody(start):
    hub = start()
    clients = [Client(hub) for _ in range(5)]
    for client in clients:
        client.connect()
    hub.process.send_signal(signal.SIGTERM)
    for client in clients:
        message = client.expect("hub:disconnect")
        assert message["payload"]["reason"] == "server_shutdown"
        assert message["payload"]["reconnectAfter"] >= 0
        with pytest.raises(Closed) as closed:
            client.receive()
        assert closed.value.code == 1001
    assert hub.process.wait(PATIENCE) == 0
    assert hub.event("stopped")["exitCode"] == 0


def test_stop_is_bounded_by_the_drain_timeout(start):
    from raw import Raw
    hub = start("--drain-timeout", "300ms")
    raw = Raw(hub)
    assert raw.handshake() == 101  # never answers the close
    assert hub.stop(signal.SIGINT) == 0
    raw.close()


def test_second_signal_ends_at_once():
    from raw import Raw
    hub = Hub("--drain-timeout", "1h")
    raw = Raw(hub)
    assert raw.handshake() == 101
    hub.process.send_signal(signal.SIGTERM)
    hub.event("draining")
    hub.process.send_signal(signal.SIGTERM)
    assert hub.process.wait(PATIENCE) == 1
    raw.close()


def test_port_in_use(shared):
    done = run("--db", ":memory:", "--listen", f"127.0.0.1:{shared.port}")
    assert done.returncode == 1 and "in use" in done.stderr and str(shared.port) in done.stderr


def test_few_descriptors():
    import resource

    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))
    hub = Hub(*UNLIMITED, prepare=limit)
    from raw import Raw
    raws = []
    statuses = []
    for _ in range(400):
        raws.append(Raw(hub))
        statuses.append(raws[-1].handshake())
    assert 50 < statuses.count(101) < 300 and statuses.count(503) >= 1
    for raw in raws:
        raw.close()
    hub.wait_metric("connections", lambda n: n == 0)
    hub.close()


def test_reload(start, tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text('rate-limit = 1\nrate-burst = 1\n')
    hub = start("--config", str(path), "--connect-timeout", "9s")
    client = Client(hub)
    client.connect()
    path.write_text('rate-limit = 0\nlog-level = "debug"\nhub-address = "@(else)"\n')
    hub.process.send_signal(signal.SIGHUP)
    assert hub.event("reloaded")["needsRestart"] == "hub-address"
    for _ in range(5):
        assert client.ask("hub:queue_stats", None)["type"] == "hub:queue_stats_response"
    path.write_text('rate-limit = "fast"\n')
    hub.process.send_signal(signal.SIGHUP)
    assert "rate-limit" in hub.event("reload_failed")["reason"]
    client.close()


# ---- command line -------------------------------------------------------------------------------

def test_help_and_version():
    done = run("--help")
    assert done.returncode == 0 and "--rate-limit" in done.stdout and "Limits:" in done.stdout
    assert run("--version").stdout == "signal-hub 0.1.0\n"


@pytest.mark.parametrize("arguments,words", [
    (["--rate-limt", "5"], ["--rate-limt", "--rate-limit"]),
    (["--rate-limit", "fast"], ["rate-limit", "fast", "whole number"]),
    (["--grace", "5 apples"], ["grace", "duration"]),
    (["--max-message-size", "1"], ["max-message-size", "1KiB"]),
    (["--log-level", "loud"], ["log-level", "debug|info|warn|error"]),
    (["--listen", "nowhere"], ["--listen", "nowhere", "HOST:PORT"]),
    (["--tls-cert", "x"], ["--tls-cert", "--tls-key"]),
    (["--compression"], ["--compression", "libwebsockets"]),
    (["--config", "/nonexistent.toml"], ["/nonexistent.toml"]),
    (["--hub-address", "x"], ["--hub-address"]),
    (["--resume-threshold", "2000"], ["--resume-threshold", "--pause-threshold"]),
    (["frobnicate"], ["frobnicate"]),
])
def test_usage_errors_exit_2_with_a_sentence(arguments, words):
    done = run(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in done.stderr, done.stderr


@pytest.mark.parametrize("text,words", [
    ("rate-limit = 5\n", None),
    ("rate-limt = 5\n", ["hub.toml:1", "rate-limt", "rate-limit"]),
    ("\nrate-limit = 1.5\n", ["hub.toml:2", "rate-limit"]),
    ("listen = [7]\n", ["hub.toml:1", "listen"]),
    ("rate-limit = \n", ["hub.toml:1"]),
    ('actor-ttl = "2h"\n', ["--actor-ttl", "--actor-ttl-max"]),
])
def test_check(tmp_path, text, words):
    path = tmp_path / "hub.toml"
    path.write_text(text)
    done = run("check", "--config", str(path))
    assert done.returncode == (2 if words else 0), done.stderr
    for word in words or []:
        assert word in done.stderr


@pytest.mark.parametrize("flag,env,file,burst", [
    ("3", "4", "5", 3), (None, "4", "5", 4), (None, None, "5", 5), ("3", None, "5", 3),
    ("3", "4", None, 3), (None, "4", None, 4),
])
def test_precedence(start, tmp_path, flag, env, file, burst):
    flags = ["--rate-limit", "1"]
    if file:
        path = tmp_path / "hub.toml"
        path.write_text(f"rate-burst = {file}\n")
        flags += ["--config", str(path)]
    if flag:
        flags += ["--rate-burst", flag]
    hub = start(*flags, env={"SIGNAL_HUB_RATE_BURST": env} if env else None)
    client = Client(hub)
    client.connect()
    passed = 0
    while client.ask("hub:queue_stats", None)["type"] == "hub:queue_stats_response":
        passed += 1
    assert passed == burst
    client.close()


def url(hub):
    return ["--url", hub.url]


def test_subscribe_and_publish(shared):
    process = subprocess.Popen([BINARY, "subscribe", *url(shared), "--count", "1", "cli/events"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr.readline() == "subscribed to cli/events\n"
    done = run("publish", *url(shared), "cli/events", "user:login", '{"userId":"u1"}')
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["payload"]["subscriberCount"] == 1
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    message = json.loads(out)
    assert message["type"] == "user:login" and message["payload"] == {"userId": "u1"}


def test_subscribe_ends_cleanly_on_interrupt(shared):
    process = subprocess.Popen([BINARY, "subscribe", *url(shared), "a", "b"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(2):
        process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def test_send_and_actors(shared, member):
    target = member()
    path = target.address[2:-1]
    done = run("send", *url(shared), path, "hello", "[1.50]", "--ask")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["payload"]["status"] == "delivered"
    assert target.receive()["payload"] == [1.5] and '"payload":[1.50]' in target.raw
    done = run("send", *url(shared), target.address, "hello", "null")
    assert done.returncode == 0 and done.stdout == ""
    assert target.receive()["type"] == "hello"
    done = run("send", *url(shared), "@(nobody)", "hello", "1", "--ask")
    assert done.returncode == 1 and "hub:unknown_actor" in done.stderr
    done = run("actors", *url(shared), path)
    assert done.returncode == 0 and json.loads(done.stdout)["address"] == target.address


def test_actors_pages(start):
    hub = start(*UNLIMITED)
    clients = [Client(hub) for _ in range(3)]
    for number, client in enumerate(clients):
        client.connect()
        client.ask("hub:register", {"actors": [
            {"actorAddress": f"@(p/{number}/{n})", "capabilities": ["x"]} for n in range(90)]})
    done = run("actors", *url(hub), "p/*")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 270
    for client in clients:
        client.close()


def test_client_errors(shared):
    done = run("publish", *url(shared), "t", "x", "{broken")
    assert done.returncode == 2 and "{broken" in done.stderr
    done = run("publish", "--url", "ws://127.0.0.1:1/ws", "t", "x", "1")
    assert done.returncode == 1 and "cannot connect" in done.stderr
    done = run("publish", "--url", "http://127.0.0.1:1/", "t", "x", "1")
    assert done.returncode == 1 and "ws://" in done.stderr
    done = run("publish", *url(shared), "bad*topic", "x", "1")
    assert done.returncode == 1 and "payload.topic" in done.stderr
    assert run("publish").returncode == 2


def test_concurrent_http_does_not_disturb(shared, client):
    threads = [threading.Thread(target=lambda: [shared.http("/metrics") for _ in range(10)])
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        assert client.silent()
    for thread in threads:
        thread.join()
