"""Rounds: a hub starts, is checked, serves a load, is killed or stopped; its file is read."""
import asyncio
import functools
import pathlib
import time

import database
from acts import Acts
from aftermath import Aftermath
from client import close_all
from hub import UNLIMITED, Hub
from owner import Owner
from peer import Gone, Peer
from probes import all_come_and_hear
from world import World

FLAGS = (*UNLIMITED, "--grace", "1h", "--queue-limit", "0")

# Of each, one by chance: long and short windows, a log that is cut all the time.
VARIED = (
    ("--checkpoint-interval", ("20ms", "250ms", "250ms", "1s", "10s")),
    ("--checkpoint-batch", ("10", "1000", "1000")),
    ("--wal-limit", ("1MiB", "64MiB")),
    ("--durability", ("full", "full", "normal")),  # either survives the end of the process
)


class Rounds:
    def __init__(self, folder, seed, owners=12):
        self.folder = pathlib.Path(folder)
        self.world = World(seed)
        self.acts = Acts(self.world)
        self.world.owners = [Owner(self.world, f"o{n}") for n in range(owners)]
        self._aftermath = None  # of the round before

    @property
    def database(self):
        return self.folder / "hub.db"

    def hub(self):
        varied = [word for flag, values in VARIED
                  for word in (flag, self.world.rng.choice(values))]
        return Hub("--db", self.database, *FLAGS, *varied)

    async def play(self):
        """One round; the faults found so far."""
        world = self.world
        end = world.rng.choices(("kill", "promise", "stop", "start"), (6, 3, 2, 1))[0]
        if end == "start" and self._aftermath:
            await asyncio.to_thread(self._kill_a_start)
        world.quiet = world.rng.random() < 0.3
        return await self._run(functools.partial(self._serve, end), clean=end == "stop")

    async def harvest(self):
        """The last round: everybody comes back and gets what is still owed."""
        return await self._run(self._collect, clean=True)

    async def _run(self, work, clean):
        """A run of the hub: checks what it found, does `work`, which ends it, reads the file."""
        world = self.world
        world.hub = self.hub().spawn()
        world.ending.clear()
        world.peers, world.trap, world.on_disk_until = [], False, 0.0
        world.ledger.run += 1
        try:
            await asyncio.to_thread(world.hub.listening)
            world.observer = await Peer.reach(world.hub.url, "@(observer)", lambda _: None)
            world.peers.append(world.observer)
            if self._aftermath:
                await self._aftermath.check_hub()
            await work()
        finally:
            if world.hub.process.poll() is None:
                world.hub.process.kill()
        for owner in world.owners:
            owner.detached()
        self._aftermath = self._read(clean)
        await close_all()
        return world.faults

    def _kill_a_start(self):
        """A hub dies while it recovers."""
        hub = self.hub().spawn()
        time.sleep(self.world.rng.uniform(0, 0.06))
        hub.process.kill()
        hub.wait_exit()
        faults, rows = database.read(self.database, self.folder / "copy")
        self.world.faults += faults
        # Killed before it had begun, it leaves what it found.
        clean = self._aftermath.clean and rows.run == self._aftermath.rows.run
        if not clean:
            self.world.ledger.crashed()
        self._aftermath = Aftermath(self.world, rows, clean)
        self._aftermath.check_rows()
        self.world.counts["starts killed"] += 1

    # ---- serving --------------------------------------------------------------------------------

    async def _serve(self, end):
        world = self.world
        tasks = [asyncio.ensure_future(world.watch_lag())]
        if self._aftermath and world.rng.random() < 0.4:
            await self._unless_ended(all_come_and_hear(world, self.acts))
        else:
            for owner in world.owners:
                owner.parked = True
        tasks += [asyncio.ensure_future(owner.live(self.acts)) for owner in world.owners]
        await self._unless_ended(world.pause(world.rng.uniform(0.05, 1.0)))
        await {"kill": self._kill, "start": self._kill, "promise": self._kill_on_promise,
               "stop": self._stop}[end]()
        await self._drained()
        await self._end(tasks)

    async def _collect(self):
        for owner in self.world.owners:
            await owner.attach()
            await self.acts.take_all(owner)
        await asyncio.gather(*(owner.settle(owner.held) for owner in self.world.owners))
        owed = self.world.ledger.owed()
        if owed:
            self.world.fault(f"nobody can be given {owed}")
        await self._stop()
        await self._drained()

    async def _drained(self):
        """All that the hub had sent is read."""
        peers = [owner.peer for owner in self.world.owners if owner.peer] + [self.world.observer]
        await asyncio.gather(*(peer.drained() for peer in peers))

    async def _unless_ended(self, work):
        try:
            await work
        except Gone as gone:
            self.world.fault(f"the hub ended by itself: {gone}")

    async def _kill(self):
        self.world.kill()
        await asyncio.to_thread(self.world.hub.wait_exit)
        self.world.counts["kills"] += 1

    async def _kill_on_promise(self):
        self.world.trap = True
        try:
            await self.world.pause(1.0)
        except Gone:
            pass
        await self._kill()

    async def _stop(self):
        self.world.hub.signal()
        self.world.ending.set()
        code = await asyncio.to_thread(self.world.hub.wait_exit)
        if code != 0:
            self.world.fault(f"a clean stop ended with {code}: {self.world.hub.logs[-5:]}")
        self.world.counts["stops"] += 1

    async def _end(self, tasks):
        for task in tasks[1:]:
            task.cancel()
        for done in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(done, Exception) and not isinstance(done, Gone):
                raise done

    # ---- reading --------------------------------------------------------------------------------

    def _read(self, clean):
        world = self.world
        world.ledger.run_ended(clean, world.on_disk_until)
        faults, rows = database.read(self.database, self.folder / "copy")
        world.faults += faults
        if self._aftermath and rows.run <= self._aftermath.rows.run:
            world.fault(f"the run number went from {self._aftermath.rows.run} to {rows.run}")
        if bool(int(rows.meta["stopped_clean"])) != clean:
            world.fault(f"stopped_clean is {rows.meta['stopped_clean']} after clean={clean}")
        aftermath = Aftermath(world, rows, clean)
        aftermath.check_rows()
        return aftermath
