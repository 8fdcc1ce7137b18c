"""Stopping: everybody is told, the socket closed 1001, exit code 0 (§4 hub:disconnect)."""
import signal
import socket
import subprocess
import time

import pytest

from client import actor, session, sessions
from expect import answered
from hub import BINARY, UNLIMITED, clean_environment, serving
from raw import RawSocket, handshake


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_sessions_are_told_and_closed_1001(start_hub, number):
    hub = start_hub(*UNLIMITED)
    clients = await sessions(hub, 20)
    hub.signal(number)
    spread = []
    for client in clients:
        assert await client.closed() == 1001
        (message,) = client.inbox
        payload = answered(message, "hub:disconnect", client.me)
        assert payload["reason"] == "server_shutdown"
        assert set(payload) <= {"reason", "message", "reconnectAfter"}
        assert isinstance(payload["reconnectAfter"], int) and payload["reconnectAfter"] >= 0
        spread.append(payload["reconnectAfter"])
    assert len(set(spread)) > 5  # so that not all come back at once
    assert hub.wait_exit() == 0
    hub.wait_log("draining")
    last = hub.log_lines()[-1]
    assert (last["event"], last["exitCode"]) == ("stopped", 0)


async def test_what_was_accepted_is_delivered_before(start_hub):
    hub = start_hub(*UNLIMITED)
    a, b = await session(hub), await actor(hub)
    for n in range(500):
        await a.tell(b.me, n)
    await a.fence()
    hub.signal()
    assert await b.closed() == 1001
    assert [m["payload"] for m in b.inbox[:-1]] == list(range(500))
    assert b.inbox[-1]["payload"]["reason"] == "server_shutdown"
    assert hub.wait_exit() == 0


async def test_sockets_without_a_session_end_too(start_hub):
    hub = start_hub(*UNLIMITED)
    silent = RawSocket(hub)
    plain = socket.create_connection(hub.address)
    hub.signal()
    assert silent.end() == 1001
    plain.close()
    assert hub.wait_exit() == 0


def test_no_connection_is_accepted_while_it_stops(start_hub):
    hub = start_hub(*UNLIMITED, "--drain-timeout", "60s")
    deaf = deaf_session(hub)  # keeps the drain waiting
    hub.signal()
    hub.wait_log("draining")
    try:
        assert handshake(hub).status in (None, 503)
    except ConnectionError:
        pass
    hub.signal()
    assert hub.wait_exit() == 1
    del deaf


def deaf_session(hub):
    """A session with more in its queue than its socket takes, which reads nothing."""
    deaf = RawSocket(hub, receive_buffer=4_096)
    deaf.connect()
    deaf.register()
    feeder = RawSocket(hub)
    feeder.connect()
    for _ in range(110):
        feeder.send("hub:send", {"type": "app:bulk", "data": "x" * 60_000}, to=deaf.me)
    assert feeder.ask("hub:heartbeat")["type"] == "hub:heartbeat_ack"
    return deaf


def test_a_second_signal_exits_at_once_with_1(start_hub):
    hub = start_hub(*UNLIMITED, "--drain-timeout", "60s")
    deaf = deaf_session(hub)
    hub.signal()
    hub.wait_log("draining")
    hub.signal()
    assert hub.wait_exit() == 1
    del deaf


def test_the_drain_ends_at_its_timeout(start_hub):
    hub = start_hub(*UNLIMITED, "--drain-timeout", "300ms")
    deaf = deaf_session(hub)
    hub.signal()
    hub.wait_exit()
    assert hub.exit_code == 0
    del deaf


def test_without_sessions_it_stops_at_once(start_hub):
    hub = start_hub(*UNLIMITED, "--drain-timeout", "60s")
    start = time.monotonic()
    hub.signal()
    assert hub.wait_exit() == 0
    assert time.monotonic() - start < 10  # far from the 60 s it might take


async def test_a_client_that_does_not_close_does_not_hold_it_up(start_hub):
    hub = start_hub(*UNLIMITED)
    silent = RawSocket(hub)
    silent.connect()
    hub.signal()
    assert hub.wait_exit() == 0
    types = [m["payload"]["reason"] for m in silent.messages()]
    assert types == ["server_shutdown"] and silent.close_code == 1001


def test_sigpipe_and_broken_stdout_do_not_kill_it():
    """A log reader that goes away must not take the hub along."""
    process = subprocess.Popen([BINARY, *serving()], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, env=clean_environment())
    line = b""
    while b'"listening"' not in line:
        line = process.stdout.readline()
        assert line
    port = int(line.split(b"ws://127.0.0.1:")[1].split(b"/")[0])
    process.stdout.close()
    try:
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port)) as s:
                s.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                assert s.recv(12) == b"HTTP/1.1 200"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
