"""What clients do while a hub runs. Each act is entered in its owner's history as it is sent."""
import asyncio

from client import new_id
from history import Leave, Register, Renew, Subscribe, Unsubscribe
from world import GLOBS, TOPICS

DURABLE = {"durable": True}


class Acts:
    def __init__(self, world):
        self.world = world
        self.rng = world.rng

    async def any(self, owner):
        act = self.rng.choices(
            (self.register, self.unregister, self.subscribe, self.unsubscribe, self.renew,
             self.letters, self.tells, self.publish),
            (3, 1, 4, 2, 2, 0 if self.world.quiet else 6, 2, 1))[0]
        begun = await act(owner)
        if self.rng.random() < 0.7:
            await asyncio.gather(*begun)

    async def come_back(self, owner):
        """Takes some addresses, its first among them, and mostly waits for what waited for it."""
        others = [a for a in owner.addresses[1:] if self.rng.random() < 0.7]
        begun = []
        for address in [owner.me, *others]:
            begun.append(await self._register(owner, address))
        await asyncio.gather(*begun)
        if self.rng.random() < 0.5:
            await owner.settle(owner.held)
            owner.closing.clear()

    async def take_all(self, owner):
        """Everything that is registered."""
        addresses = sorted({owner.me, *owner.history.now.actors})
        await asyncio.gather(*[await self._register(owner, address) for address in addresses])

    # ---- steps of a history ---------------------------------------------------------------------

    def _chance_durable(self):
        return not self.world.quiet and self.rng.random() < 0.3

    def _answered(self, step, type_, then=None):
        """What to do with a step's answer."""
        def on_answer(message):
            if message["type"] != type_:
                return self.world.fault(f"{step} was answered {dict(message)}")
            step.answered = message.at
            if then:
                then(message["payload"])
            if step.durable:
                self.world.counts["durable"] += 1
                self.world.promised()
        return on_answer

    async def _step(self, owner, change, durable, request, answer, then=None):
        step = owner.history.add(change, durable)
        self.world.counts["steps"] += 1
        type_, payload, fields = request
        if fields.pop("ask_durable", durable):
            fields["metadata"] = DURABLE
        return await owner.peer.begin(
            type_, payload, on_answer=self._answered(step, answer, then and then(step)), **fields)

    async def register(self, owner):
        return [await self._register(owner, self.rng.choice(owner.addresses))]

    async def _register(self, owner, address):
        known = address in owner.history.now.actors
        topics = owner.history.now.topics(address)
        mark = self.world.next_mark()

        version = self.world.versions.get(address, 0)
        issued = self.world.tokens.expect(address)

        def then(step):
            def check(payload):
                self._registered(payload, known, topics, version)
                issued(payload["renewalToken"])
                owner.history.answered_version(step, payload["version"])
            return check

        owner.came(address)
        payload = {"actorAddress": address, "capabilities": ["crash"], "metadata": {"mark": mark},
                   "ttlSeconds": 3600}
        return await self._step(owner, Register(address, mark), self._chance_durable(),
                                ("hub:register", payload, {}), "hub:registered", then)

    def _registered(self, payload, known, topics, version):
        """`topics`: what the actor was subscribed to; `version`: the last before it was asked."""
        world, address = self.world, payload["actorAddress"]
        if payload["resumed"] != (known or bool(topics)):
            world.fault(f"known {known}, subscribed to {topics}, but answered {payload}")
        if sorted(payload["subscriptions"]) != sorted(topics):
            world.fault(f"{address} should be subscribed to {sorted(topics)}: {payload}")
        if payload["version"] <= version:
            world.fault(f"{address} had version {version}: {payload}")
        world.versions[address] = max(payload["version"], world.versions.get(address, 0))
        world.counts["resumed"] += payload["resumed"]

    async def unregister(self, owner):
        if len(owner.held) < 2:
            return []
        address = self.rng.choice(sorted(owner.held - {owner.me}))
        await owner.prepare_to_lose([address])
        begun = await self._step(owner, Leave((address,)), self._chance_durable(),
                                 ("hub:unregister", {"actorAddress": address}, {}),
                                 "hub:unregistered")
        if address not in owner.closing:
            self.world.ledger.release(address)
        owner.went(address)
        owner.closing.discard(address)
        return [begun]

    async def subscribe(self, owner):
        if not owner.held:
            return []
        address = self.rng.choice(sorted(owner.held))
        topics = self.rng.sample(TOPICS + GLOBS, self.rng.choice((1, 1, 1, 4)))
        wish = self.rng.choice((None, None, not self.world.quiet, False))
        payload = {"topic": topics[0]} if len(topics) == 1 else {"topics": topics}
        if wish is not None and len(topics) == 1:
            payload["durable"] = wish
        elif wish is not None:
            wish = None
        asked = self._chance_durable()
        return [await self._step(
            owner, Subscribe(address, tuple(topics), wish), asked or wish is True,
            ("hub:subscribe", payload, {"sender": address, "ask_durable": asked}),
            "hub:subscribed")]

    async def unsubscribe(self, owner):
        mine = [k for k in sorted(owner.history.now.subscriptions) if k[0] in owner.held]
        if not mine:
            return []
        address, topic = self.rng.choice(mine)
        return [await self._step(owner, Unsubscribe(address, topic), self._chance_durable(),
                                 ("hub:unsubscribe", {"topic": topic}, {"sender": address}),
                                 "hub:unsubscribed")]

    async def renew(self, owner):
        """Also of an actor that is away."""
        await self.world.until(lambda: not owner.peer.outstanding, lambda: "answers are missing")
        registered = sorted(owner.history.now.actors)
        if not registered:
            return []
        address = self.rng.choice(registered)
        token = self.world.tokens.newest(address)
        if token is None:
            return []
        issued = self.world.tokens.expect(address)

        def then(_):
            return lambda payload: issued(payload["renewalToken"])

        begun = await self._step(owner, Renew(address), self._chance_durable(),
                                 ("hub:renew", {"renewalToken": token}, {}), "hub:renewed", then)
        await begun
        return []

    # ---- messages -------------------------------------------------------------------------------

    def _target(self):
        """(owner, address) of somebody who may be sent to."""
        owner = self.rng.choice(self.world.owners)
        address = self.rng.choice(owner.addresses)
        return (None, None) if address in owner.closing else (owner, address)

    def _letter(self, sender, owner, target, address, kind):
        """(letter, the request that carries it)."""
        letter = self.world.ledger.post(new_id(), sender, owner.session, address, kind,
                                        target.stays[address])
        payload = {"type": "crash:letter", "data": {"number": letter.number, "kind": kind}}
        return letter, payload

    async def letters(self, owner):
        begun = []
        for _ in range(self.rng.randrange(1, 8)):
            target, address = self._target()
            if target is None or not owner.held:
                continue
            sender = self.rng.choice(sorted(owner.held))
            letter, payload = self._letter(sender, owner, target, address, "ask")
            begun.append(await owner.peer.begin(
                "hub:send", payload, id=letter.id, sender=sender, to=address,
                on_answer=self._letter_answered(letter, target)))
        return begun

    def _letter_answered(self, letter, target):
        def on_answer(message):
            ledger, status = self.world.ledger, message["payload"].get("status")
            if message["type"] == "hub:unknown_actor":
                return ledger.mark(letter, "refused")
            if message["type"] != "hub:delivery_ack" or status not in ("queued", "delivered"):
                return self.world.fault(f"{letter} was answered {dict(message)}")
            here = letter.target in target.held and letter.stay == target.stays[letter.target]
            ledger.mark(letter, status if status == "queued" or here else "loose")
            if status == "queued":
                self.world.promised()
        return on_answer

    async def tells(self, owner):
        """At most once: promised to nobody, but a clean stop keeps what waits."""
        told = []
        for _ in range(self.rng.randrange(1, 5)):
            target, address = self._target()
            if target is None or not owner.held:
                continue
            sender = self.rng.choice(sorted(owner.held))
            letter, payload = self._letter(sender, owner, target, address, "tell")
            told.append((letter, target, target.parked and address in target.history.now.actors))
            await owner.peer.post_tell("hub:send", payload, id=letter.id, sender=sender, to=address)

        def fenced(_):
            for letter, target, waits in told:
                if waits and letter.stay == target.stays[letter.target] and not letter.arrivals:
                    self.world.ledger.mark(letter, "waiting")

        return [await owner.peer.begin("hub:heartbeat", {"timestamp": 1}, pattern="tell",
                                       on_answer=fenced)]

    async def publish(self, owner):
        return [await owner.peer.begin("hub:publish", {
            "topic": self.rng.choice(TOPICS), "type": "crash:noise", "data": None})]
