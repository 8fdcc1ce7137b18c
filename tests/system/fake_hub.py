"""A server that speaks just enough of the protocol for hub-bench, and misbehaves when told to.

`mischief(number, frames)`: what one receiver gets as its delivery `number` (from 0, each receiver
counts its own), given the frames it ought to get; None stands for the end of the connection.
"""
import asyncio
import json
import threading

import websockets

from client import HUB, PROTOCOL, new_id, now_ms

ANSWERS = {"hub:connect": "hub:connected", "hub:register": "hub:registered",
           "hub:subscribe": "hub:subscribed", "hub:heartbeat": "hub:heartbeat_ack"}


def whole(type_, to, payload, answers=None, sender=HUB):
    return json.dumps({
        "id": new_id(), "from": sender, "to": to, "type": type_, "payload": payload,
        "pattern": "tell", "correlationId": answers, "timestamp": now_ms(), "metadata": {},
        "ttl": None, "signature": None}, separators=(",", ":"))


class FakeHub:
    """`with FakeHub(mischief) as hub:` — hub.url is where it listens."""

    def __init__(self, mischief=None, answer=None):
        self._mischief = mischief or (lambda number, frames: frames)
        self._answer = answer or (lambda frames: frames)
        self._actors = {}       # address: socket
        self._subscribers = []  # (address, socket)
        self._delivered = {}    # socket: how many
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    async def _serve(self):
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with websockets.serve(self._session, "127.0.0.1", 0, compression=None) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws"
            self._ready.set()
            await self._over.wait()

    async def _session(self, socket, _path=None):
        try:
            async for text in socket:
                await self._serve_one(socket, json.loads(text))
        except websockets.ConnectionClosed:
            pass

    async def _serve_one(self, socket, request):
        kind, sender, payload = request["type"], request["from"], request["payload"]
        if kind in ANSWERS:
            if kind == "hub:register":
                self._actors[sender] = socket
            if kind == "hub:subscribe":
                self._subscribers.append((sender, socket))
            return await socket.send(whole(ANSWERS[kind], sender, {"serverVersion": PROTOCOL},
                                           request["id"]))
        if kind == "hub:publish":
            targets = list(self._subscribers)
        elif kind == "hub:broadcast":
            targets = list(self._actors.items())
        else:
            targets = [(request["to"], self._actors[request["to"]])]
        for address, target in targets:
            await self._deliver(target, whole(payload["type"], address, payload["data"],
                                              sender=sender))
        if request["pattern"] == "ask":
            receipt = whole("hub:delivery_ack", sender, {"status": "delivered"}, request["id"])
            for frame in self._answer([receipt]):
                await socket.send(frame)

    async def _deliver(self, target, frame):
        number = self._delivered.get(target, 0)
        self._delivered[target] = number + 1
        for out in self._mischief(number, [frame]):
            if out is None:
                return await target.close(1011)
            try:
                await target.send(out)
            except websockets.ConnectionClosed:
                return
