"""Who never reads is cut, and nobody else notices (§5)."""
import asyncio
import json

from client import session, sessions, until
from hub import UNLIMITED, sanitized
from prometheus import scrape
from raw import PING, PONG, TEXT, RawSocket

MIB = 1 << 20
BULKY = "x" * 65_536


def deaf_subscriber(hub, name="heavy"):
    deaf = RawSocket(hub, receive_buffer=4_096)
    answer = deaf.connect()
    deaf.session_id = answer["payload"]["sessionId"]
    deaf.register()
    assert deaf.ask("hub:subscribe", {"topic": name})["type"] == "hub:subscribed"
    return deaf


async def publish_until(hub, publisher, event, each=None, most=4000):
    """Publishes bulky messages to `heavy` until the hub logs `event`; how many."""
    for n in range(most):
        await publisher.publish("heavy", [n, BULKY], "app:bulk")
        if each:
            await each(n)
        if hub.log_lines(event):
            return n + 1
    raise AssertionError(f"no {event} after {most} publications")


async def test_the_slow_one_is_cut_and_the_other_99_see_no_change(start_hub):
    hub = start_hub(*UNLIMITED, "--max-queue-bytes", str(MIB))
    deaf = deaf_subscriber(hub)
    assert deaf.ask("hub:subscribe", {"topic": "ticks"})["type"] == "hub:subscribed"
    others = await sessions(hub, 99)
    for other in others:
        await other.subscribe("ticks")
    publisher = await session(hub)
    counts = []

    async def tick(n):
        counts.append((await publisher.publish("ticks", n, "app:tick"))["subscriberCount"])

    sent = await publish_until(hub, publisher, "slow_consumer", tick)
    line = hub.wait_log("slow_consumer")
    assert line["sessionId"] == deaf.session_id and line["level"] == "warn"
    assert line["actorAddress"] == deaf.me
    assert scrape(hub).value("signalhub_slow_consumers_total") == 1

    async def only_the_others():
        return await publisher.publish("ticks", sent, "app:tick") == {
            "topic": "ticks", "subscriberCount": 99}

    await until(only_the_others, "the slow one to be unsubscribed")
    await publisher.publish("ticks", "end", "app:tick")
    assert counts[0] == 100
    for other in others:
        numbers = [(await other.receive("app:tick"))["payload"] for _ in range(sent)]
        assert numbers == list(range(sent))
        await other.receive("app:tick", where=lambda m: m["payload"] == "end")
    assert not await publisher.is_registered(deaf.me)


async def test_the_slow_one_is_told_when_it_reads_again(start_hub):
    hub = start_hub(*UNLIMITED, "--max-queue-bytes", str(MIB))
    deaf, publisher = deaf_subscriber(hub), await session(hub)
    await publish_until(hub, publisher, "slow_consumer")

    messages = await asyncio.to_thread(lambda: list(deaf.messages()))
    numbers = [m["payload"][0] for m in messages if m["type"] == "app:bulk"]
    assert numbers == list(range(len(numbers)))  # whole frames, none missing in between
    last = messages[-1]
    assert last["type"] == "hub:disconnect"
    assert last["payload"]["reason"] == "slow_consumer"
    assert set(last["payload"]) <= {"reason", "message", "reconnectAfter"}
    assert deaf.close_code == 1013


async def test_one_that_does_not_even_read_that_is_cut(start_hub):
    hub = start_hub(*UNLIMITED, "--max-queue-bytes", str(MIB))
    deaf, publisher = deaf_subscriber(hub), await session(hub)
    await publish_until(hub, publisher, "slow_consumer")
    hub.wait_log("session_state", sessionId=deaf.session_id, toState="disconnected")
    await publisher.fence()


async def test_memory_stays_bounded_while_one_does_not_read(start_hub):
    hub = start_hub(*UNLIMITED, "--max-queue-bytes", str(4 * MIB))
    deaf, publisher = deaf_subscriber(hub), await session(hub)
    hub.reset_peak()
    before = hub.rss()
    await publish_until(hub, publisher, "slow_consumer")
    if not sanitized():
        assert hub.peak_rss() - before < 16 * MIB
    del deaf


async def test_the_memory_limit_cuts_the_largest_consumer(start_hub):
    hub = start_hub(*UNLIMITED, "--max-queue-bytes", "0", "--memory-limit", str(4 * MIB))
    deaf, publisher = deaf_subscriber(hub), await session(hub)
    healthy = await session(hub)
    await healthy.subscribe("heavy")
    sent = await publish_until(hub, publisher, "memory_limit_reached")
    line = hub.wait_log("memory_limit_reached")
    assert line["sessionId"] == deaf.session_id and line["level"] == "error"
    numbers = [m["payload"][0] for m in await healthy.take(sent, "app:bulk")]
    assert numbers == list(range(sent))
    await publisher.fence()


async def test_pongs_never_land_within_a_message(start_hub):
    """One that reads slowly and pings is answered between messages, however large they are."""
    hub = start_hub(*UNLIMITED, "--max-queue-bytes", str(64 * MIB))
    slow = deaf_subscriber(hub)
    publisher = await session(hub)
    large = "x" * 900_000
    count = 8
    for n in range(count):
        await publisher.publish("heavy", [n, large], "app:bulk")
    numbers, pongs = [], 0
    while len(numbers) < count or not pongs:
        slow.send_frame(PING, b"are you there?")
        _, opcode, payload = slow.read_frame()
        if opcode == PONG:
            assert payload == b"are you there?"
            pongs += 1
            continue
        assert opcode == TEXT
        n, text = json.loads(payload)["payload"]
        assert text == large
        numbers.append(n)
    assert numbers == list(range(count))
