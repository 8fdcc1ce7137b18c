"""Clients of the reliable rounds: those who send, and those who acknowledge, or do not."""
import asyncio

from client import envelope
from peer import Gone, Peer
from reliable import RELIABLE

AWAY_CODE = 1001  # what a page that is reloaded sends


class Correspondent:
    """A client whose every choice comes from its own seed, whatever the others do."""

    def __init__(self, stage, rng, me):
        self.stage = stage
        self.book = stage.book
        self.rng = rng
        self.me = me
        self.known = False     # its address is registered
        self.harvests = False  # sends nothing new, acknowledges everything

    async def come(self, **metadata):
        self.peer = await Peer.reach(self.stage.hub.url, self.me, self.heard)
        self.stage.came(self.peer)
        answer = await self.peer.request("hub:register", {
            "actorAddress": self.me, "capabilities": ["crash"], "ttlSeconds": 3600},
            metadata={"durable": not self.known, **metadata})
        if answer["type"] != "hub:registered" or answer["payload"]["resumed"] != self.known:
            self.stage.fault(f"{self.me} was registered before: {self.known}: {dict(answer)}")
        self.known = True

    def heard(self, message):
        if message["type"] != "hub:disconnect" or not self.stage.may_be_gone:
            self.deliver(message)

    async def live(self):
        """Until the hub ends."""
        try:
            await self.come()
            await self.stage.all_are_here(self)
            await self.act()
        except Gone as gone:
            if not self.stage.may_be_gone:
                self.stage.fault(f"{self.me} lost its connection to a hub that runs: {gone!r}")


class Sender(Correspondent):
    def __init__(self, *args):
        super().__init__(*args)
        self.unanswered = {}  # id → entry: in a run before, or in this one
        self.refused = []     # to be tried again
        self.mine = []

    # ---- what it hears --------------------------------------------------------------------------

    def deliver(self, message):
        type_, payload = message["type"], message["payload"]
        entry = self.book.entries.get(message["correlationId"])
        if entry is None or entry.sender != self.me or type_ not in ("hub:delivery_ack",
                                                                     "hub:error"):
            self.stage.fault(f"{self.me} got {dict(message)}")
        elif payload.get("status") == "queued":
            self.unanswered.pop(entry.id, None)
            self.book.queued(entry, payload.get("duplicate", False))
        elif type_ == "hub:delivery_ack":
            self.book.ended(entry, payload["status"])
        elif payload["code"] == "dead_lettered":
            self.book.ended(entry, payload["code"], payload["details"]["reason"])
        else:
            self.unanswered.pop(entry.id, None)
            if self.book.refused(entry, payload):
                self.refused.append(entry)

    # ---- what it does ---------------------------------------------------------------------------

    async def act(self):
        await self.ask_what_became_of_some()
        again = [*self.unanswered.values(), *self.refused]
        self.refused.clear()
        for entry in again:
            await self.try_again(entry)
        while not self.harvests:
            for _ in range(self.rng.randrange(1, 6)):
                await self.step()
            await self.stage.pause(self.rng.uniform(0, 0.1))

    async def step(self):
        if self.refused and self.rng.random() < 0.5:
            return await self.try_again(self.refused.pop(0))
        answered = [e for e in self.mine[-5:] if e.queued and e.id not in self.unanswered]
        if answered and self.rng.random() < 0.1:
            return await self.try_again(self.rng.choice(answered))
        entry = self.book.post(f"{self.me}-{len(self.mine)}", self.me, self.stage.any_target(self),
                               self.rng.choice((None, None, None, 30, 300)))
        self.mine.append(entry)
        await self.try_to_send(entry)

    async def try_again(self, entry):
        """The very same message."""
        self.book.note("tried again")
        await self.try_to_send(entry)

    async def try_to_send(self, entry):
        self.unanswered[entry.id] = entry
        entry.asked_at = asyncio.get_running_loop().time()
        await self.peer.write(envelope(
            "hub:send", {"type": "crash:reliable", "data": {"text": entry.id}}, id=entry.id,
            sender=self.me, to=entry.target, pattern="ask", metadata=RELIABLE, ttl=entry.ttl,
            timestamp=entry.timestamp))

    async def ask_what_became_of_some(self, most=3):
        promised = [e for e in self.mine if e.queued]
        for entry in self.rng.sample(promised, min(most, len(promised))):
            end = entry.end
            answer = await self.peer.request("hub:status", {"messageId": entry.id})
            if answer["type"] != "hub:status_response":
                self.stage.fault(f"no status of {entry}: {dict(answer)}")
            self.book.status(entry, end, answer["payload"])

    @property
    def settled(self):
        return not self.unanswered and not self.refused


class Receiver(Correspondent):
    def __init__(self, *args):
        super().__init__(*args)
        self.got = None
        self.ignored = []       # (entry, deliveryId)

    async def come(self):
        self.got = asyncio.Queue()
        await super().come(acks=True)

    def deliver(self, message):
        if message["type"] != "crash:reliable":
            return self.stage.fault(f"{self.me} got {dict(message)}")
        entry = self.book.delivered(message, self.me)
        if entry is not None:
            self.got.put_nowait((entry, message["metadata"]["deliveryId"]))

    async def act(self):
        while True:
            await self.acknowledge_late()
            await self.serve()
            await self.stage.pause(self.rng.uniform(0, 0.05))
            await self.come()

    async def serve(self):
        """Until it has had enough of this connection."""
        while True:
            entry, delivery = await self.got.get()
            act = self.rng.choices(("ack", "requeue", "refuse", "ignore", "cut", "close"),
                                   (80, 10, 4, 6, 1, 1))[0]
            if self.harvests or act == "ack":
                await self.answer("ack", entry, delivery)
            elif act == "requeue":
                await self.answer("nack", entry, delivery, reason="not now", requeue=True)
            elif act == "refuse":
                await self.answer("nack", entry, delivery, reason=f"{self.me} will not have it",
                                  requeue=False)
            else:
                self.ignored.append((entry, delivery))
                if act in ("cut", "close"):
                    return await self.leave(act)

    async def leave(self, way):
        self.book.note(way)
        if way == "cut":
            self.peer.cut()
            await self.peer.drained()
        else:
            await self.peer.close(AWAY_CODE)

    async def acknowledge_late(self):
        """What another connection, perhaps another hub, delivered."""
        late = self.rng.sample(self.ignored, min(3, len(self.ignored)))
        self.ignored.clear()
        for entry, delivery in late:
            self.book.note("late")
            await self.answer("ack", entry, delivery)

    async def answer(self, how, entry, delivery, **payload):
        final = how == "ack" or not payload["requeue"]
        self.book.answers(entry, how, payload["reason"] if how == "nack" and final else None)

        def answered(message):
            if message["type"] != "hub:acked" or message["payload"]["deliveryId"] != delivery:
                self.stage.fault(f"{how} of {delivery} was answered {dict(message)}")
            else:
                self.book.confirmed(entry, message["payload"]["known"], final)

        await self.peer.begin(f"hub:{how}", {"deliveryId": delivery, **payload},
                              on_answer=answered)
