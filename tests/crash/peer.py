"""A client that keeps books as frames arrive, so that what a dying hub still sent counts."""
import asyncio
import json

import websockets

from client import Client, connect_metadata, envelope


class Gone(Exception):
    """The connection, or the hub, is no more."""


class Peer(Client):
    """`request` returns a future of the answer; `on_answer` is called before anything else sees it.

    Messages that answer nothing go to `deliver`.
    """

    deliver = staticmethod(lambda message: None)

    def __init__(self, socket, me):
        self._waiting = {}
        self.frozen = False  # nothing is written any more, so that all that came can be read
        super().__init__(socket, me)
        self._pump.add_done_callback(self._end)

    @classmethod
    async def reach(cls, url, me, deliver):
        """A connected session; Gone if there is none to be had."""
        try:
            peer = await cls.open(url, me)
        except (OSError, websockets.WebSocketException, asyncio.TimeoutError) as error:
            raise Gone(error) from error
        peer.deliver = deliver
        answer = await peer.request("hub:connect", metadata=connect_metadata())
        assert answer["type"] == "hub:connected", answer
        return peer

    @property
    def outstanding(self):
        return len(self._waiting)

    def keeps(self, message):
        waiting = self._waiting.pop(message.get("correlationId"), None)
        if waiting is None:
            self.deliver(message)
            return False
        future, on_answer = waiting
        if on_answer:
            on_answer(message)
        if not future.done():
            future.set_result(message)
        return False

    def _end(self, _):
        waiting, self._waiting = self._waiting, {}
        for future, _ in waiting.values():
            if not future.done():
                future.set_exception(Gone("no answer came"))
                future.exception()  # looked at: nobody has to wait for it

    async def post_tell(self, type_, payload, **fields):
        await self.write(envelope(type_, payload, **{"sender": self.me, **fields}))

    async def write(self, message):
        if self.frozen or self._pump.done():
            raise Gone("nothing is written to an ended session")
        try:
            await self.send_raw(json.dumps(message))
        except websockets.ConnectionClosed as error:
            raise Gone(error) from error

    async def begin(self, type_, payload=None, on_answer=None, **fields):
        """Sends a request; the future of its answer."""
        message = envelope(type_, payload, **{"sender": self.me, "pattern": "ask", **fields})
        future = asyncio.get_running_loop().create_future()
        self._waiting[message["id"]] = (future, on_answer)
        await self.write(message)
        return future

    async def request(self, type_, payload=None, **options):
        return await (await self.begin(type_, payload, **options))

    async def close(self, code=1000):
        if self.frozen:
            raise Gone("nothing is written to an ended session")
        try:
            await self.socket.close(code)
        except websockets.ConnectionClosed as error:
            raise Gone(error) from error
        await self.drained()

    async def drained(self):
        """Everything that came has been dealt with, and nothing more will."""
        await asyncio.wait([self._pump])
