"""Many at once: herds that connect, actors with many topics that leave."""
import asyncio

from client import session, sessions, until
from hub import UNLIMITED
from prometheus import scrape

HUB_FLAGS = (*UNLIMITED, "--max-connections", "5000")
HERD = 2000
LEAVERS = 1000
TOPICS_EACH = 100


async def test_2000_clients_connecting_at_once_are_all_served(start_hub):
    hub = start_hub(*HUB_FLAGS, "--connect-timeout", "60s", "--idle-timeout", "0")
    clients = await sessions(hub, HERD)
    assert len(clients) == HERD
    answers = await asyncio.gather(*(c.ask("hub:queue_stats") for c in clients))
    assert {a["type"] for a in answers} == {"hub:queue_stats_response"}
    found = scrape(hub)
    assert found.value("signalhub_connections") == HERD
    assert found.value("signalhub_sessions_connected") == HERD


async def test_1000_actors_with_100_topics_each_leave_at_once(start_hub):
    hub = start_hub(*HUB_FLAGS, "--connect-timeout", "60s", "--idle-timeout", "0")
    witness = await session(hub)
    clients = await sessions(hub, LEAVERS)

    async def settle(n, client):
        await client.register()
        own = [f"own/{n}/{t}" for t in range(TOPICS_EACH // 2)]
        shared = [f"shared/{t}" for t in range(TOPICS_EACH // 2)]
        answer = await client.ask("hub:subscribe", {"topics": own + shared})
        assert not [e for e in answer["payload"]["topics"] if "error" in e]

    await asyncio.gather(*(settle(n, c) for n, c in enumerate(clients)))
    assert (await witness.publish("shared/1"))["subscriberCount"] == LEAVERS
    before = scrape(hub)
    assert before.value("signalhub_subscriptions") == LEAVERS * TOPICS_EACH

    for client in clients:
        client.cut()

    async def all_gone():
        await witness.fence()  # served in between
        return await witness.actor_count() == 0

    await until(all_gone, "all actors to be removed")
    assert (await witness.publish("shared/1"))["subscriberCount"] == 0

    async def forgotten():
        await witness.fence()
        after = scrape(hub)
        return (after.value("signalhub_subscriptions"), after.value("signalhub_topics")) == (0, 0)

    await until(forgotten, "their topics to be removed")
