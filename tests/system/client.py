"""A client of the hub that is used step by step, on the websockets library."""
import asyncio
import itertools
import json
import time
import uuid

import websockets

from hub import PATIENCE

LOOP = asyncio.new_event_loop()
asyncio.set_event_loop(LOOP)
HUB = "@(cloudflare/signal-hub)"
_numbers = itertools.count(1)


def run(awaitable, timeout=None):
    return LOOP.run_until_complete(asyncio.wait_for(awaitable, timeout or PATIENCE))


def gather(awaitables):
    async def all_of_them():
        return await asyncio.gather(*awaitables)
    return run(all_of_them(), PATIENCE * 3)


def unique(name):
    return f"@(test/{name}-{next(_numbers)})"


class Closed(Exception):
    def __init__(self, code, reason):
        super().__init__(f"closed with {code} {reason}")
        self.code = code


class Client:
    """Messages are dicts; `raw` keeps the text of the last one received."""

    def __init__(self, hub, path="/ws", address=None, source=None, **options):
        url = hub.url.rsplit("/", 1)[0] + path
        options.setdefault("max_size", None)
        options.setdefault("ping_interval", None)
        if source:
            options["local_addr"] = (source, 0)
        self.address = address or unique("client")
        self.raw = None
        self.socket = run(websockets.connect(url, compression=None, open_timeout=PATIENCE,
                                             **options))

    # -- frames
    def send_text(self, text):
        run(self.socket.send(text))

    def receive_text(self, timeout=None):
        try:
            return run(self.socket.recv(), timeout)
        except websockets.ConnectionClosed as closed:
            raise Closed(closed.code, closed.reason) from None

    # -- messages
    def envelope(self, type_, payload=None, to=HUB, pattern="ask", **fields):
        message = {"id": str(uuid.uuid4()), "from": self.address, "to": to, "type": type_,
                   "payload": payload, "pattern": pattern, "correlationId": None,
                   "timestamp": int(time.time() * 1000), "metadata": {}, "ttl": None,
                   "signature": None}
        message.update(fields)
        return message

    def send(self, type_, payload=None, **fields):
        """The id of the message sent."""
        message = self.envelope(type_, payload, **fields)
        self.send_text(json.dumps(message))
        return message["id"]

    def receive(self, timeout=None):
        self.raw = self.receive_text(timeout)
        return json.loads(self.raw)

    def expect(self, type_, correlation=..., timeout=None):
        """The next message of this type (and answer to this request); others are skipped."""
        deadline = time.monotonic() + (timeout or PATIENCE)
        while True:
            message = self.receive(max(0.01, deadline - time.monotonic()))
            if message["type"] == type_ and correlation in (..., message["correlationId"]):
                return message

    def ask(self, type_, payload=None, **fields):
        """The answer, whatever its type."""
        message_id = self.send(type_, payload, **fields)
        while True:
            answer = self.receive()
            if answer["correlationId"] == message_id and answer["from"] == HUB:
                return answer

    def silent(self, *but):
        """Nothing but these types arrived before the answer to a heartbeat sent now."""
        message_id = self.send("hub:heartbeat", {"timestamp": 1}, pattern="tell")
        while True:
            message = self.receive()
            if message["type"] == "hub:heartbeat_ack" and message["correlationId"] == message_id:
                return True
            if message["type"] not in but:
                raise AssertionError(f"unexpected {message}")

    def receive_close(self):
        """The close code, skipping messages."""
        while True:
            try:
                self.receive_text()
            except Closed as closed:
                return closed.code

    # -- the protocol's usual beginnings
    def connect(self, token=None, **metadata):
        metadata = {"protocolVersion": "0.1.0", "capabilities": ["test"], **metadata}
        if token:
            metadata["authToken"] = "bearer " + token
        return self.ask("hub:connect", None, metadata=metadata)

    def register(self, address=None, **fields):
        payload = {"actorAddress": address or self.address, "capabilities": ["test"], **fields}
        answer = self.ask("hub:register", payload)
        assert answer["type"] == "hub:registered", answer
        return answer["payload"]

    def subscribe(self, topic):
        answer = self.ask("hub:subscribe", {"topic": topic})
        assert answer["type"] == "hub:subscribed", answer
        return answer["payload"]

    def close(self, code=1000):
        run(self.socket.close(code))

    def vanish(self):
        """Drops the TCP connection without a close frame."""
        self.socket.transport.abort()
        LOOP.run_until_complete(asyncio.sleep(0))


def error_of(answer, type_="hub:error"):
    """The payload of an error answer, its common part checked."""
    assert answer["type"] == type_, answer
    assert answer["from"] == HUB and answer["pattern"] == "tell"
    payload = answer["payload"]
    assert isinstance(payload["message"], str) and payload["message"]
    assert isinstance(payload["resolution"], str) and payload["resolution"]
    assert isinstance(payload["retryable"], bool)
    assert isinstance(payload["details"], dict)
    if type_ != "hub:error":
        assert payload["code"] == type_.removeprefix("hub:")
    return payload
