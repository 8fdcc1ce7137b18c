"""The connect timeout, the hub's pings, idle sockets (§1)."""
import asyncio

from websockets import ConnectionClosed

from client import Client, session, until
from hub import DEADLINE, UNLIMITED
from raw import CLOSE, PING, RawSocket

QUICK_CONNECT = (*UNLIMITED, "--connect-timeout", "400ms")
QUICK_IDLE = (*UNLIMITED, "--ping-interval", "150ms", "--idle-timeout", "900ms")


async def test_connect_timeout_closes_1008_and_spares_who_connected(start_hub):
    hub = start_hub(*QUICK_CONNECT)
    served = await session(hub)
    silent = await Client.open(hub.url)
    assert await silent.closed() == 1008
    await served.fence()


async def test_a_refused_connect_does_not_extend_the_timeout(start_hub):
    hub = start_hub(*QUICK_CONNECT)
    a = await Client.open(hub.url)
    assert (await a.ask("hub:connect", metadata={}))["type"] == "hub:error"
    assert await a.closed() == 1008


async def test_ping_texts_do_not_extend_the_connect_timeout(start_hub):
    hub = start_hub(*QUICK_CONNECT)
    a = await Client.open(hub.url)

    async def keep_pinging():
        try:
            while True:
                await a.send_raw('{"type":"ping"}')
                await a.receive("pong")
        except (ConnectionClosed, AssertionError):
            return

    await asyncio.wait_for(keep_pinging(), DEADLINE)
    assert await a.closed() == 1008


def test_the_hub_pings(start_hub):
    hub = start_hub(*UNLIMITED, "--ping-interval", "100ms")
    a = RawSocket(hub)
    a.connect()
    pings = 0
    while pings < 3:
        _, opcode, _ = a.read_frame()
        pings += opcode == PING


async def test_a_socket_without_any_sign_of_life_is_dropped(start_hub):
    hub = start_hub(*QUICK_IDLE)
    watcher = await session(hub)  # answers pings, sends nothing by itself
    silent = RawSocket(hub)
    silent.connect()
    silent.register()
    assert await watcher.is_registered(silent.me)

    async def dropped():
        return not await watcher.is_registered(silent.me)

    await until(dropped, "the silent session's actor to go")
    hub.wait_log("idle_timeout")
    assert silent.wait_closed() == 1008
    await watcher.fence()


async def test_pongs_alone_keep_a_session(start_hub):
    hub = start_hub(*QUICK_IDLE)
    quiet = await session(hub)  # only its library's pongs are heard of it
    silent = RawSocket(hub)
    silent.connect()
    # The idle timeout of one that spoke later, measured by the hub itself.
    assert await asyncio.to_thread(silent.wait_closed) == 1008
    await quiet.fence()


async def test_messages_alone_keep_a_session(start_hub):
    hub = start_hub(*UNLIMITED, "--ping-interval", "0", "--idle-timeout", "900ms")
    talker = RawSocket(hub)
    talker.connect()
    silent = RawSocket(hub)
    silent.connect()
    silent.sock.settimeout(0.05)
    while True:
        assert talker.ask("hub:heartbeat", {"timestamp": 1})["type"] == "hub:heartbeat_ack"
        try:
            if silent.read_frame()[1] == CLOSE:
                break
        except TimeoutError:
            continue
    assert talker.ask("hub:heartbeat", {"timestamp": 1})["type"] == "hub:heartbeat_ack"
