"""Messages per second and session (§6)."""
import asyncio
import time

from client import actor, session, topic
from expect import rate_limited


async def burst(client, count, type_="hub:queue_stats"):
    """`count` asks at once: the answers that served, and those that refused."""
    ids = [await client.send(type_, pattern="ask") for _ in range(count)]
    answers = [await client.answer(id_) for id_ in ids]
    limited = [a for a in answers if a["type"] == "hub:rate_limited"]
    return [a for a in answers if a not in limited], limited


async def test_the_default_is_a_burst_of_100_and_10_a_second(start_hub):
    hub = start_hub()
    a = await session(hub)
    start = time.monotonic()
    served, limited = await burst(a, 150)
    elapsed = time.monotonic() - start
    assert 100 <= len(served) <= 100 + 10 * elapsed + 1
    for answer in limited:
        payload = rate_limited(answer, 10)
        assert payload["retryAfter"] <= 101
        assert answer["to"] == a.me


async def test_retry_after_is_honest(start_hub):
    hub = start_hub()
    a = await session(hub)
    _, limited = await burst(a, 150)
    refusal = limited[-1]
    for _ in range(5):
        # The one wait that is the hub's own word.
        await asyncio.sleep(refusal["payload"]["retryAfter"] / 1000)
        assert (await a.ask("hub:queue_stats"))["type"] == "hub:queue_stats_response"
        while (refusal := await a.ask("hub:queue_stats"))["type"] != "hub:rate_limited":
            pass


async def test_limits_are_settings(start_hub):
    hub = start_hub("--rate-limit", "1", "--rate-burst", "3")
    a = await session(hub)
    served, limited = await burst(a, 10)
    assert len(served) in (3, 4)
    for answer in limited:
        assert rate_limited(answer, 1)["retryAfter"] <= 1001


async def test_zero_is_unlimited(start_hub):
    hub = start_hub("--rate-limit", "0")
    served, limited = await burst(await session(hub), 1000)
    assert (len(served), len(limited)) == (1000, 0)


async def test_each_session_has_its_own_bucket(start_hub):
    hub = start_hub()
    a, b = await session(hub), await session(hub)
    await burst(a, 130)
    served, limited = await burst(b, 100)
    assert (len(served), len(limited)) == (100, 0)


async def test_a_limited_message_is_not_carried_out(start_hub):
    hub = start_hub("--rate-limit", "1", "--rate-burst", "5")
    a, b = await session(hub), await actor(hub)
    ids = [await a.tell(b.me, n) for n in range(20)]
    await a.fence()
    refused = {m["correlationId"] for m in a.inbox if m["type"] == "hub:rate_limited"}
    await b.fence()
    arrived = {m["metadata"]["originalMessageId"] for m in b.inbox}
    assert refused | arrived == set(ids) and not refused & arrived
    assert len(arrived) >= 5 and refused


async def test_some_types_cost_nothing(start_hub):
    hub = start_hub("--rate-limit", "1", "--rate-burst", "5")
    a = await session(hub)
    await a.subscribe("t")
    await burst(a, 10)
    for _ in range(50):
        await a.fence()  # hub:heartbeat
        await a.send_raw('{"type":"ping"}')
        await a.receive("pong")
        await a.connect()
        assert (await a.ask("hub:unsubscribe", {"topic": "t"}))["type"] == "hub:unsubscribed"
    await burst(a, 5)
    await a.send("hub:disconnect")
    assert (await a.receive("hub:disconnect"))["payload"] == {"acknowledged": True}
    assert await a.closed() == 1000


async def test_a_bulk_request_costs_one_per_element(start_hub):
    hub = start_hub("--rate-limit", "1", "--rate-burst", "100")
    a = await session(hub)
    first = [topic("b") for _ in range(95)]
    answer = await a.ask("hub:subscribe", {"topics": first})
    assert answer["type"] == "hub:subscribed"
    served, limited = await burst(a, 10)
    assert 5 <= len(served) < 10 and limited


async def test_a_bulk_request_that_is_too_dear_is_refused_in_whole(start_hub):
    hub = start_hub("--rate-limit", "1", "--rate-burst", "100")
    a, b = await session(hub), await session(hub)
    elements = [{"actorAddress": f"@(bulk/{n})", "capabilities": ["x"]} for n in range(120)]
    assert (await a.ask("hub:register", {"actors": elements[:60]}))["type"] == "hub:registered"
    refusal = await a.ask("hub:register", {"actors": elements[60:]})
    # About 20 tokens are missing, at one a second.
    assert 10_000 < rate_limited(refusal, 1)["retryAfter"] <= 20_000
    assert await b.actor_count() == 60


async def test_a_refusal_is_not_remembered(start_hub):
    hub = start_hub("--rate-limit", "5", "--rate-burst", "5")
    a, b = await session(hub), await actor(hub)
    _, limited = await burst(a, 10)
    answer = await a.deliver(b.me, 1, id="again")
    while answer["type"] == "hub:rate_limited":
        await asyncio.sleep(answer["payload"]["retryAfter"] / 1000)
        answer = await a.deliver(b.me, 1, id="again")
    assert answer["type"] == "hub:delivery_ack"
    await b.receive("app:event")
