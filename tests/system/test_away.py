"""Actors whose session was lost: away for the grace, and what waits for them (§3, §7)."""
import json

import pytest

from client import actor, session, topic, unique, until
from expect import answered, refused
from hub import UNLIMITED

HUB_FLAGS = (*UNLIMITED, "--grace", "1h")


async def status_of(watcher, address):
    found = (await watcher.ask("hub:discover", {"pattern": address}))["payload"]["actors"]
    return found[0]["status"] if found else None


async def lose(client, watcher):
    """The client's socket ends without a close frame; the hub has noticed."""
    client.cut()

    async def away():
        return await status_of(watcher, client.me) == "away"

    await until(away, f"{client.me} to be away")


async def come_back(hub, address, **register):
    """A new session of the same identity: the session and the payload of hub:registered."""
    back = await session(hub, me=address)
    return back, await back.register(**register)


async def test_an_away_actor_stays_registered_with_its_listing(hub):
    lost, watcher = await actor(hub), await session(hub)
    before = (await watcher.ask("hub:discover", {"pattern": lost.me}))["payload"]["actors"][0]
    await lose(lost, watcher)
    after = (await watcher.ask("hub:discover", {"pattern": lost.me}))["payload"]["actors"][0]
    assert after == {**before, "status": "away"}


@pytest.mark.parametrize("code", [1001, 3000, 4999])
async def test_any_close_but_a_clean_one_leaves_it_away(hub, code):
    lost, watcher = await actor(hub), await session(hub)
    await lost.close(code)
    assert await status_of(watcher, lost.me) == "away"


async def test_a_clean_close_unregisters(hub):
    gone, watcher = await actor(hub), await session(hub)
    await gone.close(1000)
    assert await status_of(watcher, gone.me) is None


async def test_disconnecting_unregisters(hub):
    gone, watcher = await actor(hub), await session(hub)
    await gone.send("hub:disconnect", {})
    await gone.closed()
    assert await status_of(watcher, gone.me) is None


async def test_it_is_removed_when_the_grace_is_over(start_hub):
    hub = start_hub(*UNLIMITED, "--grace", "50ms")
    lost, watcher = await actor(hub), await session(hub)
    lost.cut()

    async def removed():
        return await status_of(watcher, lost.me) is None

    await until(removed, "the actor to be removed")


async def test_what_waited_is_delivered_in_order_before_anything_new(hub):
    lost, sender = await actor(hub), await session(hub)
    name = topic()
    await lost.subscribe(name)
    await lose(lost, sender)
    for n in range(3):
        await sender.tell(lost.me, n)
    published = await sender.ask("hub:publish", {"topic": name, "type": "app:event", "data": 3})
    assert published["payload"]["subscriberCount"] == 1
    queued = await sender.deliver(lost.me, 4)
    assert queued["payload"]["status"] == "queued"
    back, registered = await come_back(hub, lost.me)
    assert registered["resumed"] is True
    assert registered["subscriptions"] == [name]
    await sender.tell(lost.me, 5)
    got = await back.take(6, "app:event")
    assert [m["payload"] for m in got] == [0, 1, 2, 3, 4, 5]
    assert got[3]["metadata"]["topic"] == name
    await back.nothing_more()


async def test_versions_go_on_when_it_comes_back(hub):
    lost, watcher = await actor(hub), await session(hub)
    await lose(lost, watcher)
    _, registered = await come_back(hub, lost.me)
    assert registered["version"] == 2


async def test_a_broadcast_counts_those_who_are_away_as_queued(start_hub):
    hub = start_hub(*HUB_FLAGS)
    lost, online, sender = await actor(hub), await actor(hub), await session(hub)
    await lose(lost, sender)
    answer = await sender.ask("hub:broadcast", {"type": "app:event", "data": "all"})
    counts = answer["payload"]
    assert (counts["deliveredCount"], counts["queuedCount"], counts["failedCount"]) == (1, 1, 0)
    assert (await online.receive("app:event"))["payload"] == "all"
    back, _ = await come_back(hub, lost.me)
    assert (await back.receive("app:event"))["payload"] == "all"


async def test_queued_is_the_whole_answer(hub):
    lost, sender = await actor(hub), await session(hub)
    await lose(lost, sender)
    id_ = await sender.send("hub:send", {"type": "app:event", "data": 1}, to=lost.me, pattern="ask")
    payload = answered(await sender.answer(id_), "hub:delivery_ack", sender.me, id_)
    assert set(payload) == {"messageId", "deliveredAt", "status"}
    assert (payload["messageId"], payload["status"]) == (id_, "queued")
    back, _ = await come_back(hub, lost.me)
    message = await back.receive("app:event")
    assert message["metadata"]["originalMessageId"] == id_
    await sender.nothing_more()


async def test_a_retried_ask_is_stored_once(hub):
    lost, sender = await actor(hub), await session(hub)
    await lose(lost, sender)
    for _ in range(2):
        again = await sender.deliver(lost.me, "once", id="the-same-id-" + lost.me)
        assert again["payload"]["status"] == "queued"
    back, _ = await come_back(hub, lost.me)
    assert (await back.receive("app:event"))["payload"] == "once"
    await back.nothing_more()


async def test_a_payload_waits_byte_for_byte(hub):
    lost, sender = await actor(hub), await session(hub)
    await lose(lost, sender)
    data = '{"b":1.10,"a":12345678901234567890,"s":"\\u00e9"}'
    whole = json.dumps({"id": unique(), "from": sender.me, "to": lost.me, "type": "hub:send",
                        "payload": "@", "pattern": "tell", "timestamp": 0, "metadata": {}})
    await sender.send_raw(whole.replace('"@"', '{"type":"app:event","data":%s}' % data))
    await sender.fence()
    back, _ = await come_back(hub, lost.me)
    assert f'"payload":{data}' in (await back.receive("app:event")).raw


async def test_what_expires_while_it_waits_is_not_delivered(hub):
    lost, sender = await actor(hub), await session(hub)
    await lose(lost, sender)
    await sender.tell(lost.me, "late", ttl=1)
    await sender.tell(lost.me, "in time", ttl=3_600_000)

    async def late():  # some time passes: an answer is a millisecond's work at least
        return (await sender.ask("hub:queue_stats", {}))["timestamp"] > sent + 5

    sent = (await sender.ask("hub:queue_stats", {}))["timestamp"]
    await until(late, "the clock to go on")
    back, _ = await come_back(hub, lost.me)
    assert (await back.receive("app:event"))["payload"] == "in time"
    await back.nothing_more()


async def test_a_full_mailbox_drops_its_oldest_and_refuses_to_promise_more(start_hub):
    hub = start_hub(*HUB_FLAGS, "--queue-limit", "2")
    lost, sender = await actor(hub), await session(hub)
    await lose(lost, sender)
    for n in range(3):
        await sender.tell(lost.me, n)
    back, _ = await come_back(hub, lost.me)
    assert [m["payload"] for m in await back.take(2, "app:event")] == [1, 2]
    await lose(back, sender)
    for _ in range(2):
        assert (await sender.deliver(lost.me))["payload"]["status"] == "queued"
    refused(await sender.deliver(lost.me), "queue_full")


async def test_a_stranger_gets_the_address_afresh(hub):
    lost, sender = await actor(hub), await session(hub)
    await lost.subscribe(topic())
    await lose(lost, sender)
    id_ = await sender.send("hub:send", {"type": "app:event", "data": 1}, to=lost.me, pattern="ask")
    assert (await sender.answer(id_))["payload"]["status"] == "queued"
    stranger = await session(hub)
    registered = (await stranger.ask("hub:register", {
        "actorAddress": lost.me, "capabilities": ["x"]}))["payload"]
    assert registered["resumed"] is False
    assert registered["subscriptions"] == []
    told = await sender.receive("hub:error")
    assert told["correlationId"] == id_
    assert told["payload"]["code"] == "dead_lettered"
    assert told["payload"]["details"] == {"messageId": id_, "target": lost.me,
                                          "reason": "registered_afresh"}
    await stranger.nothing_more()


async def test_the_renewal_token_resumes_it_for_anybody(hub):
    lost, watcher = await session(hub), await session(hub)
    token = (await lost.register())["renewalToken"]
    await lose(lost, watcher)
    other = await session(hub)
    registered = (await other.ask("hub:register", {
        "actorAddress": lost.me, "capabilities": ["x"], "renewalToken": token}))["payload"]
    assert registered["resumed"] is True


async def test_renewing_an_away_actor_leaves_it_away(hub):
    lost, watcher = await session(hub), await session(hub)
    registered = await lost.register(ttlSeconds=100)
    await lose(lost, watcher)
    renewed = await watcher.ask("hub:renew", {"renewalToken": registered["renewalToken"]})
    assert renewed["type"] == "hub:renewed"
    assert renewed["payload"]["expiresAt"] >= registered["expiresAt"]
    assert await status_of(watcher, lost.me) == "away"


async def test_a_subscription_ended_after_the_return_ends_its_waiting_mail_too(hub):
    lost, sender = await actor(hub), await session(hub)
    name = topic()
    await lost.subscribe(name)
    await lose(lost, sender)
    for n in range(500):
        await sender.send("hub:publish", {"topic": name, "type": "app:event", "data": n})
    await sender.fence()
    back = await session(hub, me=lost.me)
    await back.send("hub:register", {"actorAddress": lost.me, "capabilities": ["x"]})
    await back.ask("hub:unsubscribe", {"topic": name})
    arrived = len(back.inbox)
    await back.fence()
    assert len(back.inbox) == arrived
