"""Retried requests: the same answer, done once (§4)."""
import asyncio
import json

import pytest

from client import actor, envelope, new_id, session, topic, unique
from expect import refused, send_ack, unknown_actor
from prometheus import scrape


async def twice(client, type_, payload, **fields):
    """The same request two times; both answers."""
    id_ = new_id()
    first = await client.ask(type_, payload, id=id_, **fields)
    second = await client.ask(type_, payload, id=id_, **fields)
    return first, second


def same(first, second):
    assert (first["type"], first["payload"]) == (second["type"], second["payload"])
    assert first["correlationId"] == second["correlationId"]


async def test_a_repeated_send_is_delivered_once(hub):
    a, b = await actor(hub), await actor(hub)
    same(*await twice(a, "hub:send", {"type": "app:x", "data": 1}, to=b.me))
    await b.receive("app:x")
    await b.nothing_more()


async def test_a_repeated_publication_is_delivered_once(hub):
    a, b = await session(hub), await session(hub)
    name = topic()
    await b.subscribe(name)
    same(*await twice(a, "hub:publish", {"topic": name, "type": "app:x"}))
    await b.receive("app:x")
    await b.nothing_more()


async def test_a_repeated_broadcast_is_delivered_once(start_hub):
    hub = start_hub()
    a, b = await session(hub), await actor(hub)
    same(*await twice(a, "hub:broadcast", {"type": "app:x"}))
    await b.receive("app:x")
    await b.nothing_more()


async def test_a_repeated_registration_keeps_version_and_token(hub):
    a = await session(hub)
    first, second = await twice(a, "hub:register", {"actorAddress": a.me, "capabilities": ["x"]})
    same(first, second)
    renewed = await a.ask("hub:renew", {"renewalToken": second["payload"]["renewalToken"]})
    assert renewed["type"] == "hub:renewed"


async def test_retries_in_one_burst_are_answered_each_and_done_once(hub):
    a, b = await actor(hub), await actor(hub)
    message = envelope("hub:send", {"type": "app:x", "data": 1}, sender=a.me, to=b.me,
                       pattern="ask")
    await asyncio.gather(*(a.send_raw(json.dumps(message)) for _ in range(3)))
    await b.receive("app:x")
    await b.nothing_more()
    await a.fence()
    # A retry of a request still in work gets that request's answer, once.
    assert 1 <= len(a.inbox) <= 3
    for answer in a.inbox:
        send_ack(answer, message["id"])


async def test_a_retry_on_a_new_session_gets_the_first_answer(hub):
    a, b = await actor(hub), await actor(hub)
    id_ = new_id()
    first = await a.deliver(b.me, 1, id=id_)
    await a.close()
    again = await actor(hub, me=a.me)
    same(first, await again.deliver(b.me, 1, id=id_))
    await b.receive("app:event")
    await b.nothing_more()


async def test_an_error_that_may_not_be_retried_is_remembered(hub):
    a, nobody = await actor(hub), unique("nobody")
    id_ = new_id()
    unknown_actor(await a.deliver(nobody, 1, id=id_), nobody)
    b = await actor(hub, me=nobody)
    unknown_actor(await a.deliver(nobody, 1, id=id_), nobody)
    await b.nothing_more()
    send_ack(await a.deliver(nobody, 1, id="fresh-" + id_), "fresh-" + id_)


@pytest.mark.parametrize("change", [
    {"payload": {"type": "app:x", "data": 2}}, {"payload": {"type": "app:y", "data": 1}},
    {"to": "@(test/another)"}, {"type": "hub:broadcast"}], ids=lambda c: next(iter(c)))
async def test_the_same_id_for_something_else_is_refused(hub, change):
    a, b = await actor(hub), await actor(hub)
    message = envelope("hub:send", {"type": "app:x", "data": 1}, sender=a.me, to=b.me,
                       pattern="ask")
    await a.send_raw(json.dumps(message))
    send_ack(await a.answer(message["id"]), message["id"])
    await b.receive("app:x")
    await a.send_raw(json.dumps({**message, **change}))
    answer = await a.answer(message["id"])
    payload = refused(answer, "invalid_message", naming="id")
    assert payload["details"].get("field") == "id"
    await b.nothing_more()


async def test_a_later_timestamp_is_still_the_same_request(hub):
    a, b = await actor(hub), await actor(hub)
    id_ = new_id()
    first = await a.deliver(b.me, 1, id=id_, timestamp=1)
    same(first, await a.deliver(b.me, 1, id=id_, timestamp=2))
    await b.receive("app:event")
    await b.nothing_more()


async def test_ids_belong_to_their_sender(hub):
    a, b, target = await actor(hub), await actor(hub), await actor(hub)
    id_ = new_id()
    send_ack(await a.deliver(target.me, "a", id=id_), id_)
    send_ack(await b.deliver(target.me, "b", id=id_), id_)
    assert [m["payload"] for m in await target.take(2)] == ["a", "b"]


async def test_ids_of_tells_are_not_remembered(hub):
    a, b = await actor(hub), await actor(hub)
    for n in range(3):
        await a.tell(b.me, n, id="always-the-same")
    assert [m["payload"] for m in await b.take(3)] == [0, 1, 2]


async def test_reads_are_not_remembered(hub):
    a = await session(hub)
    id_ = new_id()
    before = await a.ask("hub:discover", {"pattern": a.me}, id=id_)
    await a.register()
    after = await a.ask("hub:discover", {"pattern": a.me}, id=id_)
    assert (len(before["payload"]["actors"]), len(after["payload"]["actors"])) == (0, 1)


async def test_the_memory_is_bounded_oldest_first(start_hub):
    hub = start_hub("--dedupe-memory", "5", "--rate-limit", "0")
    a, b = await session(hub), await actor(hub)
    ids = [new_id() for _ in range(7)]
    for id_ in ids:
        await a.deliver(b.me, 1, id=id_)
    await b.take(7, "app:event")
    assert scrape(hub).value("signalhub_dedupe_entries") <= 5
    await a.deliver(b.me, 1, id=ids[-1])
    await b.nothing_more()  # the youngest is remembered
    await a.deliver(b.me, 1, id=ids[0])
    await b.receive("app:event")  # the oldest is not
