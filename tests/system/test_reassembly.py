"""Messages that never end: what they hold is counted and given back (§5)."""
import json

import pytest

from client import envelope, until
from hub import UNLIMITED, sanitized
from prometheus import scrape
from raw import TEXT, RawSocket

MIB = 1 << 20
HELD = 50_000


class Holder:
    """A session that begins a message and may finish it."""

    def __init__(self, hub):
        self.socket = RawSocket(hub)
        self.socket.connect()

    def begin(self):
        message = envelope("hub:heartbeat", {"timestamp": 1}, sender=self.socket.me,
                           padding="x" * HELD)
        self.id, text = message["id"], json.dumps(message)
        self.rest = text[HELD:]
        self.socket.send_frame(TEXT, text[:HELD], fin=False)
        return self

    def finish(self):
        self.socket.send_frame(0, self.rest)
        answer = self.socket.receive()
        assert (answer["type"], answer["correlationId"]) == ("hub:heartbeat_ack", self.id)


async def until_held(hub, size):
    async def held():
        return scrape(hub).value("signalhub_reassembly_bytes") >= size

    await until(held, f"{size} bytes in reassembly")


@pytest.mark.parametrize("how", ["finished", "reset", "oversized"])
async def test_what_a_message_held_is_given_back(start_hub, how):
    hub = start_hub(*UNLIMITED)
    holder = Holder(hub).begin()
    await until_held(hub, HELD)
    if how == "finished":
        holder.finish()
    elif how == "reset":
        holder.socket.reset()
    else:
        for _ in range(3):
            holder.socket.send_frame(0, "x" * (MIB // 2), fin=False)

    async def free():
        return scrape(hub).value("signalhub_reassembly_bytes") == 0

    await until(free, "no bytes in reassembly")


def test_what_was_refused_holds_no_memory(start_hub):
    hub = start_hub(*UNLIMITED, "--max-message-size", str(MIB))
    sockets = [RawSocket(hub) for _ in range(30)]
    for socket in sockets:
        socket.connect()
    hub.reset_peak()
    before = hub.rss()
    for socket in sockets:
        socket.send_frame(TEXT, "x" * (MIB - 1000), fin=False)
        socket.send_frame(0, "x" * 2000, fin=False)
        assert socket.receive()["type"] == "hub:message_too_large"
    if not sanitized():
        assert hub.peak_rss() - before < 10 * MIB  # all of them together would be 30
