"""A drain under load: everybody is told, nothing that was answered `queued` is lost, exit code 0
(§4 hub:disconnect, §7; signal-hub(8), ADMINISTRATION)."""
import asyncio

import pytest
import websockets

from admin import socket_of
from client import actor, session, sessions, until
from hub import run
from reliable import FLAGS, acking, delivery_of, send
from test_away import lose

ENOUGH = 300  # messages that were promised before the hub is stopped
AT_ONCE = 4  # requests a sender has open at any moment


class Load:
    """Senders without a pause, to receivers that acknowledge and to others that are away."""

    def __init__(self):
        self.promised = {}  # message id -> its sender's address
        self.received = set()
        self.senders, self.present, self.away = [], [], []
        self._tasks = []

    async def start(self, hub):
        self.senders = [await actor(hub) for _ in range(6)]
        self.present = [await acking(hub) for _ in range(4)]
        for _ in range(3):
            self.away.append(await acking(hub))
            await lose(self.away[-1], self.senders[0])
        targets = [r.me for r in (*self.present, *self.away)]
        self.receive_with(self.present)
        self._tasks += [asyncio.ensure_future(self._send(sender, targets[n % len(targets)]))
                        for n, sender in enumerate(self.senders * AT_ONCE)]

    def receive_with(self, receivers):
        self._tasks += [asyncio.ensure_future(self._receive(r)) for r in receivers]

    async def ended(self):
        for task in self._tasks:
            with pytest.raises((AssertionError, websockets.ConnectionClosed), match="ended|1001"):
                await task

    async def _send(self, sender, target):
        while True:
            answer = await send(sender, target, "x" * 200)
            if answer["payload"].get("status") == "queued":
                self.promised[answer["payload"]["messageId"]] = sender.me

    async def _receive(self, receiver):
        while True:
            message = await receiver.receive("app:event", timeout=60)
            self.received.add(message["metadata"]["originalMessageId"])
            await receiver.send("hub:ack", {"deliveryId": delivery_of(message)[0]})


def acknowledged(clients):
    """The messages whose senders were told so."""
    return {m["payload"]["messageId"] for client in clients for m in client.inbox
            if m["type"] == "hub:delivery_ack" and m["payload"]["status"] == "acknowledged"}


async def stop(hub, how, socket_path):
    if how == "signal":
        hub.signal()
    else:
        done = await asyncio.to_thread(run, "drain", "--wait", "--admin-socket", socket_path)
        assert done.returncode == 0, done.stderr
    assert await asyncio.to_thread(hub.wait_exit) == 0


@pytest.mark.parametrize("how", ["signal", "command"])
async def test_a_drain_under_load_loses_nothing(start_hub, tmp_path, how):
    def start():
        return start_hub(*FLAGS, "--queue-limit", "0", "--admin-socket", socket_of(tmp_path),
                         db=tmp_path / "hub.db")

    hub, load = start(), Load()
    bystanders = await sessions(hub, 5)
    await load.start(hub)

    async def enough():
        return len(load.promised) >= ENOUGH and load.received

    await until(enough, "messages to be on their way", timeout=60)
    await stop(hub, how, socket_of(tmp_path))
    for client in (*bystanders, *load.senders, *load.present):
        assert await client.closed() == 1001
        assert client.inbox[-1]["type"] == "hub:disconnect", client.peek()
        assert client.inbox[-1]["payload"]["reason"] == "server_shutdown"
    await load.ended()
    assert (hub.log_lines()[-1]["event"], hub.log_lines()[-1]["exitCode"]) == ("stopped", 0)
    told = acknowledged(load.senders)
    assert told <= load.received and load.promised.keys() - load.received  # some wait

    hub = start()
    load.receive_with([await acking(hub, r.me) for r in (*load.present, *load.away)])
    back = [await session(hub, me=sender.me, actor=True) for sender in load.senders]

    async def all_acknowledged():
        return load.promised.keys() <= told | acknowledged(back)

    await until(all_acknowledged, "every promised message to be acknowledged", timeout=60)
    assert load.promised.keys() <= load.received
    await hub.stopped()
    await load.ended()
