"""Rounds of reliable messages: a hub is killed under load, perhaps after its disk has failed, perhaps
amid a write, perhaps with its machine's power; its file is read; the next hub goes on with it.

Ten rounds share a database. Then everybody comes and acknowledges everything.
"""
import asyncio
import collections
import dataclasses
import pathlib
import shutil
import traceback

import database
from client import close_all
from disk import Disk
from hub import UNLIMITED, Hub
from power_cut import cut_power
from reliable_book import MAX_ATTEMPTS
from reliable_rows import Rows, check, check_end
from reliable_stage import ReliableStage

ROUNDS_OF_A_GAME = 10
FLAGS = (*UNLIMITED, "--grace", "1h", "--ack-timeout", "150ms", "--max-attempts", MAX_ATTEMPTS,
         "--retry-base", "10ms", "--retry-cap", "100ms", "--breaker-pause", "100ms",
         "--cleanup-interval", "1s")
VARIED = (("--checkpoint-interval", ("20ms", "250ms", "1s")), ("--wal-limit", ("1MiB", "64MiB")),
          ("--ack-window", ("4", "64")))
EVENTS = ("sent", "queued", "delivered", "ack", "confirmed", "acknowledged")
QUIET = ("mailbox_messages", "acks_pending", "retries_pending", "commit_waits")


@dataclasses.dataclass
class Plan:
    fault: str             # of the disk, amid the round
    ends_in_fault: bool
    end: str               # event: killed from outside; write: amid a write
    power: bool            # what was not synced is lost

    @property
    def levels(self):
        """`normal` does not sync its commits, and promises nothing about the power."""
        return ("full",) if self.power or self.fault == "EIO sync" else ("full", "normal")


def plans(rng):
    """Of ten rounds; everything occurs, in any order."""
    disks = [("ENOSPC", True), ("ENOSPC", False), ("EIO", rng.random() < 0.5), ("EIO sync", True),
             ("EIO sync", False), *[(None, False)] * 5]
    ends, power = ["event"] * 6 + ["write"] * 4, [True] * 4 + [False] * 6
    for deck in (disks, ends, power):
        rng.shuffle(deck)
    return [Plan(*disk, end, cut) for disk, end, cut in zip(disks, ends, power)]


class Game:
    """The rounds on one database."""

    def __init__(self, folder, seed):
        folder.mkdir()
        self.folder = folder
        self.stage = ReliableStage(seed)
        self.rng = self.stage.rng
        self.plans = plans(self.rng)
        self.disk = Disk(folder, noted=True)

    async def play(self, rounds):
        """Faults of the first round that has any."""
        for number, plan in enumerate(self.plans[:rounds]):
            what = f"round {number + 1} of {self.folder}, {plan}"
            if faults := await self._try(what, self._round(number, plan)):
                return faults
        return await self._try(f"harvest of {self.folder}", self._harvest())

    async def _try(self, what, work):
        try:
            await work
        except Exception:
            self.stage.fault(traceback.format_exc())
        return [what, *self.stage.faults] if self.stage.faults else []

    async def _round(self, number, plan):
        stage = self.stage
        away = set() if number == 0 else set(self.rng.sample(stage.receivers, 10))
        cast = [*stage.senders, *(r for r in stage.receivers if r not in away)]
        before = stage.book.counts.copy()
        await self._run(cast, plan.levels, self._serve(plan))
        done = stage.book.counts - before
        idle = [what for what in ("sent", "queued", "ack") if done[what] == 0]
        if idle:
            stage.fault(f"nothing was {idle} in the whole round: {done}")
        if plan.power:
            stage.book.counts["writes lost"] += cut_power(self.folder, self.disk.notes, self.rng)
        self._read(check)

    async def _harvest(self):
        """Everybody gets what is still owed."""
        stage = self.stage
        for client in (*stage.senders, *stage.receivers):
            client.harvests = True
        await self._run([*stage.senders, *stage.receivers], ("full",), self._collect())
        self._read(check_end)

    # ---- a run ----------------------------------------------------------------------------------

    async def _run(self, cast, levels, work):
        """A run of the hub; `work` ends it."""
        stage = self.stage
        self.disk.be("")
        varied = [word for flag, values in (*VARIED, ("--durability", levels))
                  for word in (flag, self.rng.choice(values))]
        stage.begin(cast)
        stage.hub = Hub(*FLAGS, *varied, db=self.disk.database, env=self.disk.env)
        await asyncio.to_thread(stage.hub.start)
        tasks = [asyncio.ensure_future(client.live()) for client in cast]
        try:
            await work
        finally:
            stage.kill()
            await asyncio.to_thread(stage.hub.wait_exit)
        await stage.drained()
        await stage.end(tasks)
        await close_all()

    async def _serve(self, plan):
        stage = self.stage
        await stage.everybody()
        await stage.counted("queued", self.rng.randint(1, 200))
        if plan.fault:
            await self._fail(plan)
        if plan.ends_in_fault:
            stage.kill()
        elif plan.end == "write":
            stage.may_die = True
            self.disk.be(f"kill {self.rng.randint(1, 2000)}")
            await stage.until(lambda: stage.hub.process.poll() is not None,
                              lambda: "the hub writes nothing")
        else:
            stage.kill_at(self.rng.choice(EVENTS), self.rng.randint(1, 2500))
            await stage.ended()

    async def _fail(self, plan):
        """The disk takes nothing for a while."""
        stage, book = self.stage, self.stage.book
        self.disk.be(plan.fault)
        book.disk_fails()
        await stage.counted("refused", self.rng.randint(1, 50))
        if plan.ends_in_fault:
            return
        book.disk_works()
        self.disk.be("")
        await stage.until(lambda: stage.hub.log_lines("store_recovered"),
                          lambda: "the hub has not noticed that the disk works")
        book.disk_is_trusted()
        await stage.counted("queued after a fault", 10)

    async def _collect(self):
        stage = self.stage
        await stage.everybody()
        await stage.until(lambda: all(s.settled for s in stage.senders),
                          lambda: [(s.unanswered, s.refused) for s in stage.senders if not s.settled][:3])
        while not await asyncio.to_thread(self._quiet):
            await stage.pause(0.02)
        for sender in stage.senders:
            await sender.ask_what_became_of_some(10)
        stage.may_die = True
        stage.hub.signal()
        code = await asyncio.to_thread(stage.hub.wait_exit)
        if code != 0:
            stage.fault(f"a clean stop ended with {code}: {stage.hub.logs[-5:]}")

    def _quiet(self):
        _, _, text = self.stage.hub.http("/metrics")
        figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
        return all(float(figures[f"signalhub_{name}"]) == 0 for name in QUIET)

    def _read(self, judge):
        faults, rows = database.read(self.disk.database, self.folder / "copy", Rows)
        self.stage.faults += faults
        judge(self.stage.book, rows)


async def play(rounds, seed, folder):
    """(faults of the first round that has any, what all rounds did)."""
    counts = collections.Counter()
    for first in range(0, rounds, ROUNDS_OF_A_GAME):
        game = Game(pathlib.Path(folder) / f"game-{first}", f"{seed}/{first}")
        faults = await game.play(min(ROUNDS_OF_A_GAME, rounds - first))
        counts += game.stage.book.counts
        if faults:
            return faults, counts
        shutil.rmtree(game.folder)
    return [], counts
