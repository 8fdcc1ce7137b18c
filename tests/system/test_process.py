"""The process: what it binds, ports in use, bad listen addresses, unix sockets."""
import pathlib
import socket

import pytest
import websockets

from client import Client
from hub import Hub, run_hub
from raw import RawSocket


def listeners(port):
    """Local addresses in LISTEN on this port, from the kernel's tables."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in pathlib.Path(table).read_text().splitlines()[1:]:
            _, local, _, state = line.split()[:4]
            address, listening_port = local.rsplit(":", 1)
            if state == "0A" and int(listening_port, 16) == port:
                found.append(address)
    return found


def test_loopback_is_bound_to_loopback_only(hub):
    assert listeners(hub.port) == ["0100007F"]


def test_ipv6_loopback(start_hub):
    hub = start_hub(listen="[::1]:0")
    port = int(hub.url.rsplit(":", 1)[1].split("/")[0])
    assert listeners(port) == ["00000000000000000000000001000000"]
    assert "[::1]" in hub.url


def test_any_address_is_bound_when_asked_for():
    with Hub("--insecure", listen="0.0.0.0:0") as hub:
        assert listeners(hub.port) == ["00000000"]


def test_several_listen_addresses(start_hub):
    hub = start_hub("--listen", "127.0.0.2:0")
    hub.wait_log("listening", where=lambda e: "127.0.0.2" in e["url"])
    urls = {e["url"] for e in hub.log_lines("listening")}
    assert len(urls) == 2
    for url in urls:
        hub.url = url
        RawSocket(hub).connect()


async def test_the_url_of_the_log_is_one_to_connect_to(hub):
    assert hub.url.startswith("ws://127.0.0.1:") and hub.url.endswith("/ws")
    await (await Client.open(hub.url)).connect()


def test_a_port_in_use_is_said_and_ends(hub):
    done = run_hub(listen=f"127.0.0.1:{hub.port}")
    assert done.returncode == 1
    assert f"127.0.0.1:{hub.port}" in done.stderr
    assert "in use" in done.stderr.lower()
    assert hub.http("/health")[0] == 200


def test_an_address_of_another_machine(hub):
    done = run_hub("--insecure", listen="192.0.2.1:0")
    assert done.returncode != 0
    assert "192.0.2.1" in done.stderr


@pytest.mark.parametrize("listen", ["", "nonsense", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                                    "127.0.0.1:65536", "127.0.0.1:-1", ":::1"])
def test_a_listen_address_that_is_none(listen):
    done = run_hub(listen=listen)
    assert done.returncode == 2
    assert "listen" in done.stderr


async def test_sessions_over_a_unix_socket(start_hub, tmp_path):
    path = tmp_path / "hub.sock"
    start_hub(listen=f"unix:{path}")
    async with websockets.unix_connect(str(path), "ws://localhost/ws") as socket_:
        await socket_.send('{"type":"ping"}')
        assert await socket_.recv() == '{"type":"pong"}'


def test_unix_socket(tmp_path):
    path = tmp_path / "hub.sock"
    with Hub(listen=f"unix:{path}") as hub:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(10)
        client.connect(str(path))
        client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 200"
        client.close()
        assert str(path) in hub.url
    assert not path.exists()


def test_a_port_can_be_used_again_at_once(start_hub):
    first = start_hub()
    a = RawSocket(first)
    a.connect()
    first.signal()
    assert a.end() == 1001  # the hub closes first, and its port stays in TIME_WAIT
    assert first.wait_exit() == 0
    RawSocket(start_hub(listen=f"127.0.0.1:{first.port}")).connect()


def test_compression_is_refused_where_it_is_broken():
    done = run_hub("--compression")
    assert done.returncode == 2
    assert "compression" in done.stderr


def test_descriptors_are_closed_after_connections(start_hub):
    hub = start_hub("--max-connections-per-ip", "0", "--accept-rate", "0")

    def open_files():
        return len(list(pathlib.Path(f"/proc/{hub.process.pid}/fd").iterdir()))

    def cycle():
        for _ in range(30):
            a = RawSocket(hub)
            a.connect()
            a.send("hub:disconnect")
            a.wait_closed()
            a.close()

    cycle()
    hub.http("/health")
    before = open_files()
    for _ in range(5):
        cycle()
    hub.http("/health")
    assert open_files() <= before + 5
