"""At-least-once delivery: stored, delivered, acknowledged, given up (§7)."""
import pytest

from client import actor, session, topic, until
from expect import refused
from reliable import (FLAGS, RELIABLE, ack, acking, dead, delivery_of, events, nack, queued, receipt,
                      send, status)
from test_away import come_back, lose

HUB_FLAGS = (*FLAGS, "--retry-base", "50ms", "--retry-cap", "200ms")


async def test_it_is_queued_delivered_acknowledged_and_told(hub):
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me, {"n": 1}, metadata={"tag": "x"})
    got = await b.receive("app:event")
    assert got["payload"] == {"n": 1} and got["from"] == a.me and got["to"] == b.me
    assert got["metadata"]["originalMessageId"] == id_ and got["metadata"]["tag"] == "x"
    delivery, attempt = delivery_of(got)
    assert attempt == 1
    answer = await ack(b, delivery)
    assert answer["type"] == "hub:acked"
    assert answer["payload"] == {"deliveryId": delivery, "known": True}
    await receipt(a, id_, "acknowledged")
    assert (await ack(b, delivery))["payload"]["known"] is False
    await b.nothing_more()


async def test_an_actor_that_acknowledges_nothing_is_done_when_the_bytes_left(hub):
    a, b = await actor(hub), await actor(hub)
    id_ = await queued(a, b.me)
    assert delivery_of(await b.receive("app:event"))[1] == 1
    await receipt(a, id_, "delivered")


async def test_a_tell_hears_of_errors_only(hub):
    a, b = await actor(hub), await acking(hub)
    await a.tell(b.me, 1, metadata=RELIABLE)
    await ack(b, await b.receive("app:event"))
    await a.nothing_more()
    lost = await a.tell("@(test/nobody-there)", 1, metadata=RELIABLE)
    assert (await a.answer(lost))["type"] == "hub:unknown_actor"


async def test_many_are_acknowledged_at_once(hub):
    a, b = await actor(hub), await acking(hub)
    ids = [await queued(a, b.me, n) for n in range(5)]
    got = await b.take(5, "app:event")
    assert [m["payload"] for m in got] == list(range(5))
    deliveries = [delivery_of(m)[0] for m in got]
    answer = await b.ask("hub:ack", {"deliveryIds": [*deliveries, "9-9"]})
    assert answer["payload"]["deliveries"] == [
        *({"deliveryId": d, "known": True} for d in deliveries),
        {"deliveryId": "9-9", "known": False}]
    for id_ in ids:
        await receipt(a, id_, "acknowledged")


async def test_no_ack_in_time_is_another_attempt(start_hub):
    hub = start_hub(*HUB_FLAGS, "--ack-timeout", "150ms")
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me)
    first, second = await b.take(2, "app:event")
    assert delivery_of(first)[0] == delivery_of(second)[0]
    assert [delivery_of(m)[1] for m in (first, second)] == [1, 2]
    await ack(b, second)
    await receipt(a, id_, "acknowledged")
    told = await status(a, id_)
    assert told["state"] == "acknowledged" and told["attempts"] == 2
    assert events(told) == ["received", "stored", "attempt", "timeout", "attempt", "acknowledged"]


async def test_too_many_attempts_make_a_dead_letter(start_hub):
    hub = start_hub(*HUB_FLAGS, "--ack-timeout", "60ms", "--max-attempts", "3")
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me)
    assert [delivery_of(m)[1] for m in await b.take(3, "app:event")] == [1, 2, 3]
    await dead(a, id_, "max_attempts")
    told = await status(a, id_)
    assert (told["state"], told["attempts"], told["reason"]) == ("dead_lettered", 3, "max_attempts")
    assert events(told).count("timeout") == 3


async def test_a_late_ack_counts_while_the_next_attempt_is_awaited(start_hub):
    hub = start_hub(*FLAGS, "--ack-timeout", "50ms", "--retry-base", "1h", "--retry-cap", "1h")
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me)
    got = await b.receive("app:event")

    async def retrying():
        return (await status(a, id_))["state"] == "retrying"
    await until(retrying, "the attempt to have failed")
    assert (await status(a, id_))["nextAttemptAt"] is not None
    assert (await ack(b, got))["payload"]["known"] is True
    await receipt(a, id_, "acknowledged")


async def test_a_nack_asks_for_another_attempt(hub):
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me)
    assert (await nack(b, await b.receive("app:event"), reason="busy"))["payload"]["known"] is True
    again = await b.receive("app:event")
    assert delivery_of(again)[1] == 2
    await ack(b, again)
    await receipt(a, id_, "acknowledged")
    trail = (await status(a, id_))["history"]
    assert {"event": "nack", "detail": "busy"}.items() <= trail[3].items()


async def test_a_nack_without_requeue_is_final_and_says_why(hub):
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me)
    await nack(b, await b.receive("app:event"), reason="poison", requeue=False)
    await dead(a, id_, "poison")
    await b.nothing_more()
    assert (await status(a, id_))["state"] == "dead_lettered"


async def test_a_lost_connection_ends_the_attempt_and_the_next_comes_first_on_return(hub):
    a, b = await actor(hub), await acking(hub)
    ids = [await queued(a, b.me, n) for n in range(3)]
    await b.take(3, "app:event")
    await lose(b, a)
    ids.append(await queued(a, b.me, 3))
    back = await acking(hub, b.me)
    got = await back.take(4, "app:event")
    assert [m["payload"] for m in got] == [0, 1, 2, 3]
    assert [delivery_of(m)[1] for m in got] == [2, 2, 2, 1]
    for m in got:
        await ack(back, m, pattern="tell")
    for id_ in ids:
        await receipt(a, id_, "acknowledged")


async def test_an_ack_counts_after_a_reconnect(hub):
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me)
    delivery, _ = delivery_of(await b.receive("app:event"))
    await lose(b, a)
    back = await session(hub, me=b.me)
    register = await back.send("hub:register", {"actorAddress": b.me, "capabilities": ["x"]},
                               pattern="ask", metadata={"acks": True})
    assert (await ack(back, delivery))["payload"]["known"] is True
    await back.answer(register)
    await receipt(a, id_, "acknowledged")


async def test_it_follows_the_address_to_a_newer_session(hub):
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me)
    await b.receive("app:event")
    newer = await acking(hub, b.me)
    again = await newer.receive("app:event")
    assert delivery_of(again)[1] == 2
    await ack(newer, again)
    await receipt(a, id_, "acknowledged")


async def test_the_target_s_leaving_makes_a_dead_letter(hub):
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me)
    await b.receive("app:event")
    await b.ask("hub:unregister", {"actorAddress": b.me})
    await dead(a, id_, "unregistered")


async def test_what_expires_while_it_waits_is_dead(start_hub):
    hub = start_hub(*FLAGS, "--cleanup-interval", "100ms")
    a, b = await actor(hub), await acking(hub)
    await lose(b, a)
    id_ = await queued(a, b.me, ttl=200)
    await dead(a, id_, "expired")


async def test_a_full_queue_refuses_and_displaces_nothing(start_hub):
    hub = start_hub(*FLAGS, "--queue-limit", "50")
    a, b = await actor(hub), await acking(hub)
    await lose(b, a)
    for n in range(50):
        await queued(a, b.me, n)
    refused_one = await send(a, b.me, 50)
    refused(refused_one, "queue_full")
    assert refused_one["payload"]["retryable"] is True
    back, _ = await come_back(hub, b.me, metadata={"acks": True})
    got = []
    for _ in range(50):
        got.append(await back.receive("app:event"))
        await ack(back, got[-1], pattern="tell")
    assert [m["payload"] for m in got] == list(range(50))
    await back.nothing_more()


async def test_the_oldest_makes_room_where_the_target_wants_that(start_hub):
    hub = start_hub(*FLAGS, "--queue-limit", "2")
    a, b = await actor(hub), await acking(hub, overflow="drop_oldest")
    await lose(b, a)
    first = await queued(a, b.me, 1)
    await queued(a, b.me, 2)
    await queued(a, b.me, 3)
    await dead(a, first, "overflow")
    back, _ = await come_back(hub, b.me, metadata={"acks": True})
    assert [m["payload"] for m in await back.take(2, "app:event")] == [2, 3]


async def test_priorities_order_what_waits(hub):
    a, b = await actor(hub), await acking(hub)
    await lose(b, a)
    for n, priority in enumerate([1, 2, 0, 1, 0, 2]):
        await queued(a, b.me, n, priority=priority)
    back, _ = await come_back(hub, b.me, metadata={"acks": True})
    assert [m["payload"] for m in await back.take(6, "app:event")] == [2, 4, 0, 3, 1, 5]


async def test_only_a_window_is_on_its_way(start_hub):
    hub = start_hub(*FLAGS, "--ack-window", "3")
    a, b = await actor(hub), await acking(hub)
    for n in range(8):
        await queued(a, b.me, n)
    got = await b.take(3, "app:event")
    await b.nothing_more()
    await ack(b, got[1])
    assert (await b.receive("app:event"))["payload"] == 3
    await b.nothing_more()


async def test_a_target_that_fails_is_left_alone_then_probed(start_hub):
    hub = start_hub(*FLAGS, "--ack-timeout", "40ms", "--retry-base", "1ms", "--retry-cap", "1ms",
                    "--max-attempts", "0", "--breaker-failures", "2", "--breaker-pause", "400ms")
    a, b, other = await actor(hub), await acking(hub), await acking(hub)
    id_ = await queued(a, b.me, "x")
    two = await b.take(2, "app:event")
    probe = await b.receive("app:event")
    assert probe.at - two[1].at > 0.3
    fine = await queued(a, other.me, "y")
    await ack(other, await other.receive("app:event"))
    await receipt(a, fine, "acknowledged")
    await ack(b, probe)
    await receipt(a, id_, "acknowledged")
    quick = await queued(a, b.me, "z")
    await ack(b, await b.receive("app:event"))
    await receipt(a, quick, "acknowledged")


async def test_publications_are_stored_for_who_acknowledges(hub):
    a, b, c = await actor(hub), await acking(hub), await actor(hub)
    name = topic()
    assert (await b.ask("hub:subscribe", {"topic": name, "ack": True}))["payload"]["ack"] is True
    await c.subscribe(name)
    id_ = await a.send("hub:publish", {"topic": name, "type": "app:event", "data": 1},
                       pattern="ask", metadata=RELIABLE)
    answer = await a.answer(id_)
    assert answer["payload"] == {"topic": name, "subscriberCount": 2, "queuedCount": 1}
    plain = await c.receive("app:event")
    assert "deliveryId" not in plain["metadata"]
    got = await b.receive("app:event")
    assert got["metadata"]["originalMessageId"] == id_ and got["metadata"]["publication"] is True
    await lose(b, a)
    back = await acking(hub, b.me)
    again = await back.receive("app:event")
    assert delivery_of(again) == (delivery_of(got)[0], 2)
    assert (await ack(back, again))["payload"]["known"] is True
    assert (await status(a, id_))["state"] == "published"


async def test_a_retry_is_told_what_the_first_was(hub):
    a, b = await actor(hub), await acking(hub)
    id_ = await queued(a, b.me, 1, id="same")
    for _ in range(2):
        again = await send(a, b.me, 1, id=id_)
        assert again["payload"]["status"] == "queued" and again["payload"]["duplicate"] is True
    refused(await send(a, b.me, 2, id=id_), "invalid_message", naming="id")
    await b.receive("app:event")
    await b.nothing_more()


async def test_nobody_else_learns_what_became_of_it(hub):
    a, b, c = await actor(hub), await acking(hub), await actor(hub)
    id_ = await queued(a, b.me)
    assert (await status(c, id_))["state"] == "unknown"
    assert (await status(a, id_))["state"] == "delivering"


@pytest.mark.parametrize("type_, payload, field", [
    ("hub:ack", {}, "payload.deliveryId"),
    ("hub:ack", {"deliveryIds": []}, "payload.deliveryIds"),
    ("hub:ack", {"deliveryIds": [1]}, "payload.deliveryIds"),
    ("hub:ack", {"deliveryIds": "1-1"}, "payload.deliveryIds"),
    ("hub:nack", {"deliveryId": 5}, "payload.deliveryId"),
    ("hub:nack", {"deliveryId": "1-1", "requeue": "no"}, "payload.requeue"),
    ("hub:status", {}, "payload.messageId"),
])
async def test_bad_requests_name_the_field(hub, type_, payload, field):
    refused(await (await actor(hub)).ask(type_, payload), "invalid_message", naming=field)


async def test_bounds_are_named(hub):
    a = await actor(hub)
    refused(await a.ask("hub:ack", {"deliveryIds": ["1-1"] * 1001}), "limit_exceeded")
    refused(await a.ask("hub:nack", {"deliveryId": "1-1", "reason": "x" * 257}), "limit_exceeded")
