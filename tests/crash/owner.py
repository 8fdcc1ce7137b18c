"""A client that owns some addresses: comes, acts, goes in many ways, and keeps its own record."""
import asyncio

from history import History, Leave
from peer import Gone, Peer

AWAY_CODE = 1001  # what a page that is reloaded sends


class Owner:
    def __init__(self, world, name, addresses=3):
        self.world = world
        self.addresses = [f"@(crash/{name}/{n})" for n in range(addresses)]
        self.me = self.addresses[0]
        self.history = History()
        self.peer = None
        self.held = set()                              # registered in this session
        self.closing = set()                           # nobody may send there now
        self.parked = False                            # the hub is known to think it away
        self.stays = dict.fromkeys(self.addresses, 0)  # rises when an address comes or goes
        self.session = 0

    # ---- what arrives ---------------------------------------------------------------------------

    def deliver(self, message):
        world, type_, to = self.world, message["type"], message["to"]
        if type_ == "crash:letter":
            world.ledger.arrived(message, to)
        elif type_ == "crash:probe":
            self._probed(message["payload"]["probe"], to)
        elif type_ == "hub:error" and message["payload"]["code"] == "dead_lettered":
            world.ledger.mark(world.ledger.letters[message["correlationId"]], "dead")
        elif type_ in ("hub:error", "hub:unauthorized", "hub:rate_limited"):
            world.fault(f"{self.me} got {dict(message)}")

    def _probed(self, probe, address):
        if address not in self.world.probes[probe] or (probe, address) in self.world.probed:
            self.world.fault(f"publication {probe} came to {address} again or unasked for")
        self.world.probed.add((probe, address))

    # ---- coming ---------------------------------------------------------------------------------

    async def attach(self):
        self.parked = False
        self.session = self.world.next_mark()
        self.peer = await Peer.reach(self.world.hub.url, self.me, self.deliver)
        self.world.peers.append(self.peer)
        if self.world.ending.is_set():
            self.peer.frozen = True

    def came(self, address):
        if address not in self.held:
            self.held.add(address)
            self.stays[address] += 1

    # ---- going ----------------------------------------------------------------------------------

    def went(self, address):
        self.held.discard(address)
        self.stays[address] += 1

    async def settle(self, addresses):
        """Nobody sends there any more, and everything that was sent has arrived."""
        self.closing |= set(addresses)
        ledger = self.world.ledger
        await self.world.until(lambda: not any(map(ledger.unsettled, addresses)),
                               lambda: [ledger.unsettled(a) for a in addresses])

    async def prepare_to_lose(self, addresses):
        """Mostly waits for what is on its way; else that may be lost, and nobody is to blame."""
        if self.world.rng.random() < 0.8:
            return await self.settle(addresses)
        for address in addresses:
            self.world.ledger.release(address)

    async def detach(self):
        """Ends the session, one way or another."""
        await self.world.until(lambda: not self.peer.outstanding, lambda: "answers are missing")
        held = tuple(sorted(self.held))
        await self.prepare_to_lose(held)
        way = self.world.rng.choice(("cut", "cut", "cut", "away", "disconnect", "close"))
        await {"cut": self._cut, "away": self._close_away, "disconnect": self._disconnect,
               "close": self._close}[way](held)
        self.detached()
        if way in ("cut", "away"):
            await self._park(held)

    def detached(self):
        """The session is over, and all that it got is read."""
        if self.peer in self.world.peers:
            self.world.peers.remove(self.peer)
        for address in tuple(self.held):
            self.went(address)
        self.closing.clear()
        self.peer = None

    async def _cut(self, held):
        self.peer.cut()
        await self.peer.drained()
        self._lost_on_the_way(held)

    async def _close_away(self, held):
        await self.peer.close(AWAY_CODE)
        self._lost_on_the_way(held)

    async def _disconnect(self, held):
        step = self.history.add(Leave(held))

        def acknowledged(message):
            step.answered = message.at

        await self.peer.request("hub:disconnect", {}, pattern="tell", on_answer=acknowledged)
        await self.peer.drained()
        self._lost_on_the_way(held)

    async def _close(self, held):
        step = self.history.add(Leave(held))
        await self.peer.close()
        self._lost_on_the_way(held)
        while await self.world.statuses(held):
            await self.world.pause(0.005)
        step.answered = asyncio.get_running_loop().time()

    def _lost_on_the_way(self, held):
        """Of those who sent in spite of everything, since nobody had told them not to."""
        for address in held:
            if address not in self.closing:
                self.world.ledger.release(address)

    async def _park(self, held):
        """Waits until the hub has noticed: from then on what is sent there waits."""
        if self.world.rng.random() < 0.5:
            return
        while any(status != "away" for status in (await self.world.statuses(held)).values()):
            await self.world.pause(0.005)
        self.parked = True

    # ---- a life ---------------------------------------------------------------------------------

    async def live(self, acts):
        """Comes and goes until the hub ends."""
        rng = self.world.rng
        try:
            while True:
                if self.peer is None:
                    await self.attach()
                    await acts.come_back(self)
                for _ in range(rng.randrange(1, 12)):
                    await acts.any(self)
                await self.detach()
                await self.world.pause(rng.uniform(0, 0.3))
        except Gone as gone:
            if not self.world.ending.is_set():
                self.world.fault(f"{self.me} lost its connection to a hub that runs: {gone!r}")
