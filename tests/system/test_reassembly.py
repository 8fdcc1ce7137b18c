"""Messages that never end: what they hold counts, and the largest holder is cut first (§5)."""
import json

import pytest

from client import envelope, session, until
from hub import UNLIMITED, sanitized
from prometheus import scrape
from raw import TEXT, RawSocket

MIB = 1 << 20
HOLDERS = 20
HELD = 50_000
# Room for everybody's half message, however generously the hub buys memory for it.
LIMIT = 4 * MIB
LIMITED = (*UNLIMITED, "--memory-limit", str(LIMIT), "--max-message-size", str(2 * LIMIT))


class Holder:
    """A session that begins a message and may finish it."""

    def __init__(self, hub):
        self.socket = RawSocket(hub)
        self.session_id = self.socket.connect()["payload"]["sessionId"]

    def begin(self):
        message = envelope("hub:heartbeat", {"timestamp": 1}, sender=self.socket.me,
                           padding="x" * HELD)
        self.id, text = message["id"], json.dumps(message)
        self.rest = text[HELD:]
        self.socket.send_frame(TEXT, text[:HELD], fin=False)
        return self

    def finish(self):
        assert self.finishes()

    def finishes(self):
        """False: it was cut before."""
        try:
            self.socket.send_frame(0, self.rest)
        except ConnectionError:
            return False
        answer = self.socket.receive()
        if answer["type"] == "hub:disconnect":
            assert answer["payload"]["reason"] == "slow_consumer"
            return False
        assert (answer["type"], answer["correlationId"]) == ("hub:heartbeat_ack", self.id)
        return True


async def until_held(hub, size):
    async def held():
        return scrape(hub).value("signalhub_reassembly_bytes") >= size

    await until(held, f"{size} bytes in reassembly")


def feed_until_cut(hub, holder, most):
    """Goes on with its message until the hub has enough of it: the reason and the close code."""
    for _ in range(0, most, HELD):
        if hub.log_lines("memory_limit_reached", sessionId=holder.session_id):
            break
        try:
            holder.socket.send_frame(0, "x" * HELD, fin=False)
        except ConnectionError:
            break
    farewell = holder.socket.receive("hub:disconnect")
    code = holder.socket.end()
    return farewell["payload"]["reason"], code


async def test_the_largest_is_cut_and_the_others_finish(start_hub):
    hub = start_hub(*LIMITED)
    holders = [Holder(hub).begin() for _ in range(HOLDERS)]
    await until_held(hub, HOLDERS * HELD)
    greedy = Holder(hub).begin()
    assert feed_until_cut(hub, greedy, 2 * LIMIT) == ("slow_consumer", 1013)
    line = hub.wait_log("memory_limit_reached")
    assert line["sessionId"] == greedy.session_id and line["level"] == "error"
    assert line["heldBytes"] > LIMIT
    for holder in holders:
        holder.finish()
    assert len(hub.log_lines("memory_limit_reached")) == 1
    assert scrape(hub).value("signalhub_reassembly_bytes") == 0


async def test_what_was_cut_no_longer_counts(start_hub):
    """One after the other passes the limit; each time only that one goes."""
    hub = start_hub(*LIMITED)
    holders = [Holder(hub).begin() for _ in range(HOLDERS)]
    for _ in range(3):
        greedy = Holder(hub).begin()
        feed_until_cut(hub, greedy, 2 * LIMIT)
        hub.wait_log("memory_limit_reached", sessionId=greedy.session_id)
        hub.wait_log("session_state", sessionId=greedy.session_id, toState="disconnected")
    for holder in holders:
        holder.finish()


async def test_many_small_ones_pass_the_limit_together(start_hub):
    hub = start_hub(*LIMITED)
    witness = await session(hub)
    holders = [Holder(hub) for _ in range(3 * LIMIT // HELD)]
    hub.reset_peak()
    before = hub.rss()
    for holder in holders:
        holder.begin()
    hub.wait_log("memory_limit_reached")
    await witness.fence()
    if not sanitized():
        assert hub.peak_rss() - before < 3 * LIMIT
    # What was on its way when the limit was reached may have cut more of them meanwhile.
    left = {holder.session_id for holder in holders if holder.finishes()}
    assert len(left) >= LIMIT // HELD // 2  # no more than had to go
    cut = {line["sessionId"] for line in hub.log_lines("memory_limit_reached")}
    assert left.isdisjoint(cut) and len(left) + len(cut) == len(holders)


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
