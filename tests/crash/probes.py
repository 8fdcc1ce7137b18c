"""Publications after a restart: who subscribed before it gets them, once, without asking again."""
import asyncio
import fnmatch
import itertools

from world import TOPICS

_numbers = itertools.count(1)


def subscribers(world, topic):
    """Dormant ones included: for them it waits."""
    return {address for owner in world.owners
            for address, name in owner.history.now.subscriptions
            if fnmatch.fnmatchcase(topic, name)}


async def publish_to_all(world):
    """Nobody but the observer may be acting."""
    sent = {}
    for topic in TOPICS:
        number = next(_numbers)
        sent[number] = world.probes[number] = subscribers(world, topic)
        answer = await world.observer.request("hub:publish", {
            "topic": topic, "type": "crash:probe", "data": {"probe": number}})
        if answer["payload"].get("subscriberCount") != len(sent[number]):
            world.fault(f"{topic} has the subscribers {sent[number]}: {dict(answer)}")
    held = set().union(*(owner.held for owner in world.owners))
    awaited = {(n, a) for n, addresses in sent.items() for a in addresses if a in held}
    await world.until(lambda: awaited <= world.probed, lambda: awaited - world.probed)
    world.counts["probes"] += len(awaited)


async def all_come_and_hear(world, acts):
    """Everybody comes back; then a publication on each topic reaches those it should."""
    async def come(owner):
        await owner.attach()
        await acts.come_back(owner)
    await asyncio.gather(*(come(owner) for owner in world.owners))
    await publish_to_all(world)
