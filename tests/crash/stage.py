"""Where a crash test plays: the hub of this run, its clients, chance, what is at fault."""
import asyncio
import contextlib
import random
import time

from hub import DEADLINE
from peer import Gone


class Stage:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.faults = []
        self.hub = None
        self.peers = []
        self.ending = asyncio.Event()

    def fault(self, text):
        self.faults.append(text)

    # ---- the end of a run -----------------------------------------------------------------------

    def kill(self):
        """SIGKILL; from now on nobody writes, so that all that the hub had sent can be read."""
        self.hub.process.kill()
        self.freeze()

    def freeze(self):
        for peer in self.peers:
            peer.frozen = True
        self.ending.set()

    # ---- waiting --------------------------------------------------------------------------------

    async def until(self, condition, what, deadline=DEADLINE):
        """Waits until it holds; Gone if the hub ends first. Late is a fault."""
        limit = time.monotonic() + deadline
        while not condition():
            if self.ending.is_set():
                raise Gone("the hub ended")
            if time.monotonic() > limit:
                self.fault(f"not within {deadline} s: {what()}")
                raise Gone("waited in vain")
            await asyncio.sleep(0.005)

    async def pause(self, seconds):
        """A client's time away; over when the hub ends."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.ending.wait(), seconds)
        if self.ending.is_set():
            raise Gone("the hub ended")
