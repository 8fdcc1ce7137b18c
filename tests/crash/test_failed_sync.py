"""What a disk did not take is not believed by the next hub either."""
import asyncio
import random

import pytest

from client import actor, close_all, session
from disk import Disk
from hub import UNLIMITED, Hub
from power_cut import cut_power
from reliable import RELIABLE, acking, queued

FLAGS = (*UNLIMITED, "--grace", "1h")
B = "@(crash/b)"


async def first_run(hub, disk):
    """One message is stored; the sync of another fails, and the hub dies."""
    a, b = await actor(hub), await session(hub, me=B)
    await b.register(metadata={"acks": True, "durable": True})
    b.cut()
    await queued(a, B, "before")
    disk.be("EIO sync")
    await a.tell(B, "during", pattern="ask", metadata=RELIABLE)
    await asyncio.to_thread(hub.wait_log, "store_failed")


async def second_run(hub):
    await queued(await actor(hub), B, "after")


async def third_run(hub):
    b = await acking(hub, B)
    got = [(await b.receive("app:event"))["payload"]]
    while got[-1] != "after":
        got.append((await b.receive("app:event"))["payload"])
    return got


async def run(disk, play):
    """A hub that plays and is killed."""
    hub = Hub(*FLAGS, db=disk.database, env=disk.env).start()
    try:
        return await play(hub)
    finally:
        hub.process.kill()
        hub.wait_exit()
        disk.be("")
        await close_all()


@pytest.mark.parametrize("seed", range(5))
def test_a_promise_after_a_failed_sync_and_a_crash_survives_the_power(tmp_path, seed):
    disk = Disk(tmp_path, noted=True)
    asyncio.run(run(disk, lambda hub: first_run(hub, disk)))
    asyncio.run(run(disk, second_run))
    cut_power(tmp_path, disk.notes, random.Random(seed))
    got = asyncio.run(run(disk, third_run))
    assert got[0] == "before" and set(got) <= {"before", "during", "after"}, got
