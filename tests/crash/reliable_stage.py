"""The stage of a reliable round: who takes part in it, and what is to end it."""
import asyncio
import random

from hub import DEADLINE
from peer import Gone
from reliable_book import Book
from reliable_clients import Receiver, Sender
from stage import Stage

SENDERS = RECEIVERS = 50


class ReliableStage(Stage):
    def __init__(self, seed):
        super().__init__(seed)
        self.book = Book(self.fault)
        self.book.noted = self._noted
        self.senders = self._clients(Sender, seed, "sender", SENDERS)
        self.receivers = self._clients(Receiver, seed, "receiver", RECEIVERS)
        self.cast = []          # who takes part in this run
        self._here = set()
        self._everybody = asyncio.Event()
        self._trap = None       # (what, how often): then the hub is killed
        self.may_die = False    # it is to end by itself

    def _clients(self, kind, seed, name, count):
        return [kind(self, random.Random(f"{seed}/{name}/{n}"), f"@(crash/{name}/{n})")
                for n in range(count)]

    def any_target(self, sender):
        return sender.rng.choice(self.receivers).me

    # ---- a run ----------------------------------------------------------------------------------

    def begin(self, cast):
        """Before the hub starts; `cast` are the clients that come."""
        self.cast, self.peers = cast, []
        self._here.clear()
        self._everybody.clear()
        self.ending.clear()
        self._trap, self.may_die = None, False
        self.book.begin_run()

    @property
    def may_be_gone(self):
        return self.may_die or self.ending.is_set()

    def came(self, peer):
        self.peers.append(peer)
        if self.ending.is_set():
            peer.frozen = True

    async def all_are_here(self, client):
        """Waits until everybody is registered."""
        self._here.add(client)
        if len(self._here) == len(self.cast):
            self._everybody.set()
        await self.everybody()

    async def everybody(self):
        await self.until(self._everybody.is_set,
                         lambda: f"{len(self.cast) - len(self._here)} are missing")

    # ---- its end --------------------------------------------------------------------------------

    def kill_at(self, what, times):
        """SIGKILL when this has been counted so many times from now on."""
        self._trap = what, self.book.counts[what] + times

    def _noted(self, what):
        if self._trap and what == self._trap[0] and self.book.counts[what] >= self._trap[1]:
            self._trap = None
            self.kill()

    async def ended(self):
        try:
            await asyncio.wait_for(self.ending.wait(), DEADLINE)
        except asyncio.TimeoutError:
            self.fault(f"not within {DEADLINE} s: {self._trap}, counted {self.book.counts}")
            self.kill()

    async def counted(self, what, times):
        """Waits until it has been counted so many times from now on."""
        goal = self.book.counts[what] + times
        await self.until(lambda: self.book.counts[what] >= goal,
                         lambda: f"{what} {goal} times, counted {self.book.counts}")

    async def drained(self):
        """All that the hub had sent is read; nobody met with anything unforeseen."""
        await asyncio.gather(*(peer.drained() for peer in self.peers))

    async def end(self, tasks):
        for task in tasks:
            task.cancel()
        for done in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(done, Exception) and not isinstance(done, Gone):
                raise done
