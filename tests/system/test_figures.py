"""hub:queue_stats and hub:metrics (§5)."""
from client import Client, new_id, session, until
from expect import answered
from hub import UNLIMITED


async def test_queue_stats_is_exact(hub):
    a = await session(hub)
    id_ = new_id()
    answer = await a.ask("hub:queue_stats", id=id_)
    payload = answered(answer, "hub:queue_stats_response", a.me, id_)
    assert set(payload) == {"queueDepth", "queueBytes", "processingRate", "pauseThreshold",
                            "resumeThreshold", "paused"}
    assert payload["queueDepth"] == 0 and payload["queueBytes"] == 0
    assert payload["processingRate"] > 0
    assert (payload["pauseThreshold"], payload["resumeThreshold"]) == (1000, 500)
    assert payload["paused"] is False


async def test_the_processing_rate_counts_what_the_session_got(hub):
    a = await session(hub)
    for _ in range(200):
        await a.fence()

    async def counted():
        return (await a.ask("hub:queue_stats"))["payload"]["processingRate"] > 10

    await until(counted, "a processing rate of 200 messages in the last 10 s")


async def test_metrics_is_exact(hub):
    a = await session(hub)
    id_ = new_id()
    answer = await a.ask("hub:metrics", id=id_)
    payload = answered(answer, "hub:metrics_response", a.me, id_)
    assert set(payload) == {"messages_received", "messages_sent", "errors", "connections_opened",
                            "connections_closed", "windowStart", "timestamp"}
    assert all(isinstance(v, int) and v >= 0 for v in payload.values())
    assert payload["windowStart"] <= payload["timestamp"]
    assert payload["timestamp"] == answer["timestamp"]


async def test_metrics_count_since_the_window_began(start_hub):
    hub = start_hub(*UNLIMITED)
    a = await session(hub)

    async def metrics():
        return (await a.ask("hub:metrics"))["payload"]

    before = await metrics()
    assert before["connections_opened"] == 1 and before["connections_closed"] == 0
    assert before["messages_received"] == 2 and before["messages_sent"] == 1
    assert before["errors"] == 0
    for _ in range(10):
        await a.fence()
    await a.ask("hub:nope")
    after = await metrics()
    assert after["windowStart"] == before["windowStart"]
    assert after["messages_received"] - before["messages_received"] == 12
    assert after["messages_sent"] - before["messages_sent"] == 12
    assert after["errors"] - before["errors"] == 1

    b = await Client.open(hub.url)
    await b.close()

    async def closed():
        now = await metrics()
        return (now["connections_opened"], now["connections_closed"]) == (2, 1)

    await until(closed, "the second connection to be counted")
