"""A client of the hub over `websockets`: envelopes out, envelopes in, nothing dropped.

A pump reads every frame as it arrives into an inbox that keeps its order. `ask` takes the answer
out of it by correlationId and leaves everything else for `receive`.
"""
import asyncio
import json
import time
import uuid

import websockets

from hub import DEADLINE

HUB = "@(cloudflare/signal-hub)"
PROTOCOL = "0.1.0"

_open = set()


class Message(dict):
    """A received envelope; `raw` is the frame as it came, `at` when, `binary` in which kind."""

    raw = ""
    at = 0.0
    binary = False


def parse(frame):
    binary = isinstance(frame, bytes)
    text = frame.decode() if binary else frame
    message = Message(json.loads(text))
    message.raw, message.binary, message.at = text, binary, time.monotonic()
    return message


def now_ms():
    return int(time.time() * 1000)


def new_id():
    return str(uuid.uuid4())


def unique(name="actor"):
    """An address nobody else in this run uses."""
    return f"@(test/{name}-{uuid.uuid4().hex[:12]})"


def topic(name="topic"):
    return f"{name}-{uuid.uuid4().hex[:12]}"


def envelope(type_, payload=None, *, sender="@(test/nobody)", to=HUB, pattern="tell", **fields):
    """A complete envelope; `fields` replace or add members, `omit` names those to leave out."""
    omit = fields.pop("omit", ())
    whole = {
        "id": new_id(), "from": sender, "to": to, "type": type_, "payload": payload,
        "pattern": pattern, "correlationId": None, "timestamp": now_ms(), "metadata": {},
        "ttl": None, "signature": None, **fields,
    }
    return {k: v for k, v in whole.items() if k not in omit}


def connect_metadata(**more):
    return {"protocolVersion": PROTOCOL, "capabilities": ["test"], **more}


class Client:
    """One socket. `me` is what goes into `from`."""

    def __init__(self, socket, me):
        self.socket = socket
        self.me = me
        self.inbox = []
        self._news = asyncio.Condition()
        self._ended = False
        self._pump = asyncio.ensure_future(self._read())
        _open.add(self)

    @classmethod
    async def open(cls, url, me=None, **options):
        """Opens the socket; hub:connect is the caller's."""
        options = {"max_size": None, "max_queue": None, "ping_interval": None, "compression": None,
                   "close_timeout": DEADLINE, "open_timeout": DEADLINE, **options}
        socket = await websockets.connect(url, **options)
        return cls(socket, me or unique("client"))

    async def _read(self):
        try:
            async for frame in self.socket:
                message = parse(frame)
                if not self.keeps(message):
                    continue
                async with self._news:
                    self.inbox.append(message)
                    self._news.notify_all()
        except websockets.ConnectionClosed:
            pass
        finally:
            async with self._news:
                self._ended = True
                self._news.notify_all()

    def keeps(self, message):
        """Whether it goes into the inbox; for clients that deal with messages as they arrive."""
        return True

    # ---- out ------------------------------------------------------------------------------------

    async def send_raw(self, frame):
        """Text, bytes, or a list of either for a fragmented message."""
        await self.socket.send(frame)

    async def send(self, type_, payload=None, **fields):
        """Sends one envelope as a tell; its id."""
        message = envelope(type_, payload, **{"sender": self.me, **fields})
        await self.send_raw(json.dumps(message))
        return message.get("id")

    async def ask(self, type_, payload=None, **fields):
        """Sends one envelope as an ask; its answer."""
        id_ = await self.send(type_, payload, **{"pattern": "ask", **fields})
        return await self.answer(id_)

    # ---- in -------------------------------------------------------------------------------------

    async def receive(self, type_=None, where=None, timeout=DEADLINE):
        """Takes the first message out of the inbox that fits; waits for it."""

        def find():
            for index, message in enumerate(self.inbox):
                if (type_ is None or message.get("type") == type_) and \
                        (where is None or where(message)):
                    return index
            return None

        wanted = type_ or "any message"
        async with self._news:
            try:
                await asyncio.wait_for(
                    self._news.wait_for(lambda: find() is not None or self._ended), timeout)
            except asyncio.TimeoutError:
                raise AssertionError(
                    f"no {wanted} within {timeout} s; inbox: {self.peek()}") from None
            index = find()
            if index is None:
                raise AssertionError(f"socket ended (code {self.socket.close_code}) before "
                                     f"{wanted}; inbox: {self.peek()}")
            return self.inbox.pop(index)

    async def answer(self, id_, **options):
        return await self.receive(where=lambda m: m.get("correlationId") == id_ and
                                  m.get("from") == HUB, **options)

    async def take(self, count, type_=None, timeout=DEADLINE):
        """The next `count` messages (of a type), in the order they came."""
        return [await self.receive(type_, timeout=timeout) for _ in range(count)]

    async def fence(self):
        """Everything the hub had put into this session's queue before this call has arrived."""
        answer = await self.ask("hub:heartbeat", {"timestamp": 1}, pattern="tell")
        assert answer["type"] == "hub:heartbeat_ack", answer

    async def nothing_more(self):
        """Asserts that nothing is waiting for this session."""
        await self.fence()
        assert self.inbox == [], self.peek()

    async def closed(self, timeout=DEADLINE):
        """The close code the hub sent; everything before it is in the inbox. 1006: none came."""
        await asyncio.wait_for(self.socket.wait_closed(), timeout)
        await asyncio.wait_for(asyncio.shield(self._pump), timeout)
        return self.socket.close_code

    def peek(self):
        return [(m.get("type"), str(m.get("payload"))[:120]) for m in self.inbox[:8]]

    # ---- protocol -------------------------------------------------------------------------------

    async def connect(self, **metadata):
        """hub:connect, expected to succeed."""
        answer = await self.ask("hub:connect", metadata=connect_metadata(**metadata))
        assert answer["type"] == "hub:connected", answer
        return answer

    async def register(self, address=None, capabilities=("test",), metadata=None, **payload):
        """hub:register of one address, expected to succeed; the answer's payload."""
        address = address or self.me
        answer = await self.ask("hub:register", {
            "actorAddress": address, "capabilities": list(capabilities), **payload},
            metadata=metadata or {})
        assert answer["type"] == "hub:registered", answer
        return answer["payload"]

    async def subscribe(self, name, **fields):
        answer = await self.ask("hub:subscribe", {"topic": name}, **fields)
        assert answer["type"] == "hub:subscribed", answer
        return answer["payload"]["subscriptionId"]

    async def publish(self, name, data=None, type_="app:event", **fields):
        """hub:publish, expected to succeed; the answer's payload."""
        answer = await self.ask("hub:publish", {"topic": name, "type": type_, "data": data},
                                **fields)
        assert answer["type"] == "hub:published", answer
        return answer["payload"]

    async def deliver(self, to, data=None, type_="app:event", **fields):
        """hub:send as an ask: its answer."""
        return await self.ask("hub:send", {"type": type_, "data": data}, to=to, **fields)

    async def tell(self, to, data=None, type_="app:event", **fields):
        """hub:send as a tell: its id."""
        return await self.send("hub:send", {"type": type_, "data": data}, to=to, **fields)

    async def is_registered(self, address):
        answer = await self.ask("hub:discover", {"pattern": address})
        return [a["actorAddress"] for a in answer["payload"]["actors"]] == [address]

    async def actor_count(self):
        return (await self.ask("hub:list_actors", {"limit": 1}))["payload"]["total"]

    async def close(self, code=1000):
        """Ends the socket with a close frame."""
        await self.socket.close(code)
        await self._pump
        _open.discard(self)

    def cut(self):
        """Ends the TCP connection without a close frame."""
        self.socket.transport.abort()


async def session(hub, me=None, actor=False, metadata=None, **options):
    """An open, connected client; with `actor` its address is registered too."""
    client = await Client.open(hub.url, me, **options)
    await client.connect(**(metadata or {}))
    if actor:
        await client.register()
    return client


async def sessions(hub, count, **options):
    return list(await asyncio.gather(*(session(hub, **options) for _ in range(count))))


async def actor(hub, me=None, **options):
    """A session whose address is registered."""
    return await session(hub, me, actor=True, **options)


async def close_all():
    """Ends what a test left open."""
    left = list(_open)
    _open.clear()
    await asyncio.gather(*(c.socket.close() for c in left), return_exceptions=True)
    for client in left:
        client._pump.cancel()
    await asyncio.gather(*(c._pump for c in left), return_exceptions=True)


async def until(condition, what, timeout=DEADLINE):
    """Waits until an async condition holds; its value."""
    limit = time.monotonic() + timeout
    while True:
        value = await condition()
        if value:
            return value
        assert time.monotonic() < limit, f"not within {timeout} s: {what}"
        await asyncio.sleep(0.005)
