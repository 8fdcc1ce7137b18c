"""What all parts of the crash test of registry and mail share, and what is known."""
import asyncio
import itertools
import time

from ledger import Ledger
from stage import Stage
from tokens_issued import Tokens

TOPICS = tuple(f"crash/t{n}" for n in range(8))
GLOBS = ("crash/*", "crash/t*", "*t3")
CLOCKS = 0.05  # between the clocks of hub and test, and their resolution


class World(Stage):
    def __init__(self, seed):
        super().__init__(seed)
        self.ledger = Ledger(self.fault)
        self.tokens = Tokens()
        self.versions = {}      # address → highest version any answer named
        self.owners = []
        self.observer = None
        self.on_disk_until = 0.0  # changes answered before are known to be on disk
        self.quiet = False      # nothing is promised in this run, so that much may be lost
        self.trap = False       # kill the hub when the next promise arrives
        self.probes = {}        # number → addresses that are to get it
        self.probed = set()     # (number, address)
        self.counts = dict.fromkeys(
            ("kills", "stops", "starts killed", "steps", "durable", "promised", "by lag", "lost",
             "resumed", "renewed", "stale", "probes"), 0)
        self._marks = itertools.count(1)

    def next_mark(self):
        return next(self._marks)

    def owner_of(self, address):
        return next(o for o in self.owners if address in o.addresses)

    # ---- the end of a run -----------------------------------------------------------------------

    def promised(self):
        """An answer arrived that must survive anything."""
        self.counts["promised"] += 1
        if self.trap and not self.ending.is_set():
            self.kill()

    # ---- waiting --------------------------------------------------------------------------------

    async def watch_lag(self):
        """Learns from the hub what is on disk: all that is older than the lag it reports."""
        while not self.ending.is_set():
            began = time.monotonic()
            try:
                _, _, text = await asyncio.to_thread(self.hub.http, "/metrics")
            except OSError:
                return  # it was just killed; if it was not, others will notice
            for line in text.splitlines():
                if line.startswith("signalhub_journal_lag_seconds "):
                    until = began - float(line.split()[1]) - CLOCKS
                    self.on_disk_until = max(self.on_disk_until, until)
            await asyncio.sleep(0.03)

    async def statuses(self, addresses):
        """address → online or away, of those that are registered."""
        found = {}
        for address in addresses:
            answer = await self.observer.request("hub:discover", {"pattern": address})
            found |= {a["actorAddress"]: a["status"] for a in answer["payload"]["actors"]}
        return found
