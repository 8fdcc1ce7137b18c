"""hub:pause and hub:resume towards those who feed a full queue (§5)."""
import asyncio

from client import HUB, Client, actor, session, until
from hub import UNLIMITED
from raw import RawSocket

HUB_FLAGS = (*UNLIMITED, "--pause-threshold", "20", "--resume-threshold", "5",
             "--max-queue-bytes", "268435456", "--log-level", "debug")
BULKY = "x" * 32_768
SMALL_BUFFER = 4_096


def deaf_actor(hub):
    """A registered session that reads nothing, with little room in its kernel."""
    deaf = RawSocket(hub, receive_buffer=SMALL_BUFFER)
    deaf.connect()
    deaf.register()
    return deaf


async def feed_until_paused(sender, target, most=4000):
    """Sends to `target` until the hub asks for a pause; how many went out, and the pause."""
    for n in range(most):
        await sender.send("hub:send", {"type": "app:bulk", "data": [n, BULKY]}, to=target)
        await sender.fence()  # so that no message is under way when the pause comes
        for index, message in enumerate(sender.inbox):
            if message["type"] == "hub:pause":
                return n + 1, sender.inbox.pop(index)
    raise AssertionError("no hub:pause")


def read_numbers(deaf, count):
    numbers = []
    for message in deaf.messages():
        if message["type"] == "app:bulk":
            numbers.append(message["payload"][0])
            if len(numbers) == count:
                break
    return numbers


async def received_so_far(client):
    return (await client.ask("hub:metrics"))["payload"]["messages_received"]


async def test_pause_above_the_threshold_and_resume_below(hub):
    deaf = deaf_actor(hub)
    sender = await session(hub)
    sent, pause = await feed_until_paused(sender, deaf.me)
    assert pause["from"] == HUB and pause["to"] == sender.me and pause["pattern"] == "tell"
    assert pause["correlationId"] is None
    assert pause["payload"] == {"reason": "outbound_queue_full", "target": deaf.me}
    assert not [m for m in sender.inbox if m["type"] == "hub:resume"]

    numbers = await asyncio.to_thread(read_numbers, deaf, sent)
    resume = await sender.receive("hub:resume")
    assert resume["from"] == HUB and resume["to"] == sender.me
    assert resume["payload"] == {"target": deaf.me}
    assert numbers == list(range(sent))  # a pause loses nothing


async def test_only_those_who_feed_it_are_paused(hub):
    deaf, other = deaf_actor(hub), await actor(hub)
    sender, bystander = await session(hub), await session(hub)
    sent, _ = await feed_until_paused(sender, deaf.me)
    for n in range(50):
        await bystander.tell(other.me, n)
        await bystander.fence()  # a burst might fill this queue, too
    await bystander.nothing_more()
    await other.take(50, "app:event")

    # Who joins in is told, too.
    await bystander.tell(deaf.me, 1, "app:late")
    pause = await bystander.receive("hub:pause")
    assert pause["payload"]["target"] == deaf.me
    await asyncio.to_thread(read_numbers, deaf, sent)
    assert deaf.receive("app:late")["payload"] == 1
    for client in (sender, bystander):
        assert (await client.receive("hub:resume"))["payload"] == {"target": deaf.me}


async def test_one_that_keeps_on_is_slowed_down_and_loses_nothing(hub):
    deaf, sender = deaf_actor(hub), await Client.open(hub.url)
    session_id = (await sender.connect())["payload"]["sessionId"]
    sent, _ = await feed_until_paused(sender, deaf.me)
    more = 40
    for n in range(sent, sent + more):
        await sender.send("hub:send", {"type": "app:bulk", "data": [n, ""]}, to=deaf.me)
    hub.wait_log("reading_paused", sessionId=session_id)
    numbers = await asyncio.to_thread(read_numbers, deaf, sent + more)
    assert numbers == list(range(sent + more))
    await sender.receive("hub:resume")
    await sender.fence()


async def test_a_pause_can_come_again(hub):
    deaf, sender = deaf_actor(hub), await session(hub)
    for _ in range(2):
        sent, _ = await feed_until_paused(sender, deaf.me)
        await asyncio.to_thread(read_numbers, deaf, sent)
        await sender.receive("hub:resume")


async def test_a_fan_out_never_pauses_its_publisher(hub):
    deaf, publisher = deaf_actor(hub), await session(hub)
    assert deaf.ask("hub:subscribe", {"topic": "bulk"})["type"] == "hub:subscribed"
    feeder = await session(hub)
    sent, _ = await feed_until_paused(feeder, deaf.me)
    for n in range(50):
        assert (await publisher.publish("bulk", [n, ""]))["subscriberCount"] == 1
    await publisher.nothing_more()
    assert len(await asyncio.to_thread(read_numbers, deaf, sent)) == sent


async def test_queue_stats_of_a_session_that_was_paused(hub):
    deaf, sender = deaf_actor(hub), await session(hub)
    sent, _ = await feed_until_paused(sender, deaf.me)
    before, polls = await received_so_far(sender), 0
    id_ = deaf.send("hub:queue_stats", pattern="ask")

    async def was_read():
        nonlocal polls
        polls += 1
        return await received_so_far(sender) > before + polls

    await until(was_read, "the hub to read the question")
    await asyncio.to_thread(read_numbers, deaf, sent)
    stats = deaf.receive("hub:queue_stats_response")
    assert stats["correlationId"] == id_
    assert stats["payload"]["queueDepth"] > 5
    assert stats["payload"]["queueBytes"] > 32_768
    assert (stats["payload"]["pauseThreshold"], stats["payload"]["resumeThreshold"]) == (20, 5)
