"""The log: one JSON object a line, sessions and herds in it, payloads and tokens never."""
import json
import re
import subprocess

from client import actor, session, sessions, topic
from hub import BINARY, UNLIMITED, clean_environment, serving
from raw import RawSocket, handshake

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
LEVELS = {"debug", "info", "warn", "error"}


def well_formed(line):
    assert list(line)[:3] == ["timestamp", "level", "event"], line
    assert TIMESTAMP.fullmatch(line["timestamp"]), line
    assert line["level"] in LEVELS
    assert re.fullmatch(r"[a-z][a-z0-9_]*", line["event"])


async def a_bit_of_everything(hub):
    a, b = await actor(hub), await actor(hub)
    name = topic()
    await b.subscribe(name)
    await a.publish(name, "secret-payload-1")
    await a.deliver(b.me, "secret-payload-2", metadata={"authToken": "secret-token"})
    await a.ask("hub:broadcast", {"type": "app:x", "data": "secret-payload-3"})
    await a.ask("hub:nope")
    await a.send_raw("{secret-payload-4")
    await a.fence()
    c = await session(hub, me=a.me)
    await c.register()
    await a.closed()
    b.cut()
    await c.close()


async def test_every_line_is_well_formed_and_keeps_secrets(start_hub):
    hub = start_hub(*UNLIMITED, "--log-level", "debug")
    await a_bit_of_everything(hub)
    await hub.stopped()
    assert len(hub.logs) > 10
    for line in hub.logs:
        well_formed(line)
        assert "secret" not in json.dumps(line)
    events = [line["event"] for line in hub.logs]
    assert events[:2] == ["starting", "listening"] and events[-1] == "stopped"
    for event in ("session_state", "actor_registered", "actor_replaced", "message_refused"):
        assert event in events
    assert hub.log_lines("message_refused", code="unknown_type", level="debug")
    assert hub.logs[0]["version"] == "0.1.0" and hub.logs[0]["pid"] == hub.process.pid
    timestamps = [line["timestamp"] for line in hub.logs]
    assert timestamps == sorted(timestamps)


async def test_levels_filter(start_hub):
    hub = start_hub(*UNLIMITED)
    await a_bit_of_everything(hub)
    await hub.stopped()
    assert {line["level"] for line in hub.logs} <= {"info", "warn", "error"}
    assert "actor_registered" not in {line["event"] for line in hub.logs}


async def test_nothing_per_message_at_info(start_hub):
    hub = start_hub(*UNLIMITED)
    a, b = await actor(hub), await actor(hub)
    for n in range(300):
        await a.tell(b.me, n)
        await a.publish("t", n)
        await a.ask("hub:nope")
    await b.fence()
    await hub.stopped()
    assert len(hub.logs) < 20  # the process and two sessions, whatever they sent


async def test_lines_do_not_grow_with_the_registry(start_hub):
    hub = start_hub(*UNLIMITED)
    a, b = await session(hub), await session(hub)
    for holder, prefix in ((a, "a"), (b, "b")):
        await holder.ask("hub:register", {"actors": [
            {"actorAddress": f"@(log/{prefix}{n})", "capabilities": ["x"]} for n in range(100)]})
    await a.close()
    await b.close()
    await hub.stopped()
    assert max(len(json.dumps(line)) for line in hub.logs) < 1000
    assert len(hub.logs) < 30


async def test_a_session_that_ends_uncleanly(start_hub):
    hub = start_hub(*UNLIMITED)
    a = RawSocket(hub)
    session_id = a.connect()["payload"]["sessionId"]
    a.reset()
    hub.wait_log("session_state", sessionId=session_id, toState="disconnected")
    steps = [(e["fromState"], e["toState"])
             for e in hub.log_lines("session_state", sessionId=session_id)]
    assert steps == [("connecting", "connected"), ("connected", "disconnected")]


async def test_a_socket_that_never_connected(start_hub):
    hub = start_hub(*UNLIMITED)
    RawSocket(hub).close()
    line = hub.wait_log("session_state", toState="disconnected")
    assert line["fromState"] == "connecting"


async def test_a_replaced_actor_is_logged(start_hub):
    hub = start_hub(*UNLIMITED)
    old = await actor(hub)
    new = await actor(hub, me=old.me)
    assert hub.wait_log("actor_replaced", actorAddress=old.me)["level"] == "info"
    await new.fence()


async def test_a_refused_connect_is_logged(start_hub, tmp_path):
    import tokens
    hub = start_hub(*UNLIMITED, "--jwt-secret-file", tokens.secret_file(tmp_path))
    a = RawSocket(hub)
    a.ask("hub:connect", metadata={"protocolVersion": "0.1.0", "capabilities": ["x"]})
    line = hub.wait_log("session_refused")
    assert line["level"] == "warn" and line["reason"]


async def test_a_herd_is_noticed(start_hub):
    hub = start_hub(*UNLIMITED, "--herd-threshold", "10", "--high-connection-rate", "20")
    await sessions(hub, 60)
    hub.wait_log("high_connection_rate", level="warn", threshold=20)
    hub.wait_log("thundering_herd_detected", level="error", threshold=10)
    assert len(hub.log_lines("thundering_herd_detected")) < 10  # not one line per connection
    assert len(hub.log_lines("high_connection_rate")) < 10


async def test_thresholds_not_passed_say_nothing(start_hub):
    hub = start_hub(*UNLIMITED, "--herd-threshold", "1000", "--high-connection-rate", "1000")
    await sessions(hub, 60)
    await hub.stopped()
    assert not hub.log_lines("high_connection_rate")
    assert not hub.log_lines("thundering_herd_detected")


def test_refusals_do_not_flood_the_log(start_hub):
    hub = start_hub("--max-connections-per-ip", "1")
    assert handshake(hub).status == 101
    for _ in range(200):
        assert handshake(hub).status == 429
    hub.wait_log("connection_refused")
    assert len(hub.log_lines("connection_refused")) < 50


def test_text_for_a_terminal():
    process = subprocess.Popen([BINARY, *serving("--log-format", "text")],
                               stdout=subprocess.PIPE, text=True, env=clean_environment())
    line = ""
    while "listening" not in line:
        line = process.stdout.readline()
        assert line and not line.startswith("{")
    assert ' info  listening url="ws://127.0.0.1:' in line
    process.terminate()
    assert process.wait(20) == 0
    process.stdout.close()


def test_hostile_names_cannot_break_a_line(start_hub):
    hub = start_hub(*UNLIMITED, "--log-level", "debug")
    a = RawSocket(hub, me='@(quote"back\\slash/\u2028/\U0001F600)')
    a.connect()
    a.register()
    hub.wait_log("actor_registered", actorAddress=a.me)
