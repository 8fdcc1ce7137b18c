"""What the database must hold when a hub has ended, and what the next one must show of it."""
from history import Renew


class Aftermath:
    def __init__(self, world, rows, clean):
        self.world = world
        self.rows = rows
        self.clean = clean

    # ---- the file -------------------------------------------------------------------------------

    def check_rows(self):
        for owner in self.world.owners:
            self._check_history(owner)
        self._check_mail()

    def _firm(self, step):
        """Nothing may undo it."""
        if step.answered is None:
            return False
        return self.clean or step.durable or step.answered <= self.world.on_disk_until

    def _check_history(self, owner):
        found = self.rows.state_of(owner.addresses)
        floor = owner.history.floor(self._firm)
        before = owner.history
        self.world.counts["by lag"] += floor - before.floor(
            lambda step: step.durable and step.answered)
        lost = before.settle(found, floor)
        if lost is None:
            self.world.fault(f"{owner.me}: {before.explain(found, floor)}")
            before.start_from(found)
        else:
            self.world.counts["lost"] += lost
        dormant = self.rows.dormant(owner.addresses)
        if dormant != found.dormant():
            self.world.fault(f"dormant are {dormant}, durable subscriptions have {found.dormant()}")

    def _check_mail(self):
        """What was stored for somebody who has been away ever since is still there."""
        for letter in self.world.ledger.owed():
            owner = self.world.owner_of(letter.target)
            if letter.state == "delivered" or letter.stay != owner.stays[letter.target]:
                continue
            if letter.id not in self.rows.messages:
                self.world.fault(f"no longer in the database: {letter}, "
                                 f"dead letter: {letter.id in self.rows.dead_letters}")

    # ---- the next hub ---------------------------------------------------------------------------

    async def check_hub(self):
        self._check_log()
        await self._check_listing()
        for owner in self.world.owners:
            for address in owner.addresses:
                await self._check_tokens(owner, address)

    def _check_log(self):
        said = self.world.hub.wait_log("recovered")
        registered = sum(r["status"] != "dormant" for r in self.rows.actors.values())
        wanted = {"clean": self.clean, "actors": registered,
                  "dormant": len(self.rows.actors) - registered,
                  "subscriptions": len(self.rows.subscriptions),
                  "messages": self.rows.waiting, "expired": 0}
        got = {name: said.get(name) for name in wanted}
        if got != wanted or said["run"] <= self.rows.run:
            self.world.fault(f"run {self.rows.run}, expected {wanted}, the log said {said}")

    async def _check_listing(self):
        listed, cursor = {}, None
        while True:
            answer = await self.world.observer.request(
                "hub:discover", {"pattern": "crash/*", "limit": 20, "cursor": cursor})
            listed |= {a["actorAddress"]: a for a in answer["payload"]["actors"]}
            cursor = answer["payload"]["cursor"]
            if not answer["payload"]["hasMore"]:
                break
        registered = {a: r for a, r in self.rows.actors.items() if r["status"] != "dormant"}
        if set(listed) != set(registered):
            self.world.fault(f"listed but not on disk {set(listed) - set(registered)}, "
                             f"on disk but not listed {set(registered) - set(listed)}")
        for address in set(listed) & set(registered):
            self._check_listed(listed[address], registered[address])

    def _check_listed(self, actor, row):
        world, address = self.world, actor["actorAddress"]
        mark = world.owner_of(address).history.now.actors[address].mark
        if actor["status"] != "away" or actor["metadata"] != {"mark": mark} or \
                actor["capabilities"] != ["crash"]:
            world.fault(f"recovered {actor} from {dict(row)}")
        least = row["version"] if self.clean else row["version"] + 1000
        if actor["version"] < max(least, world.versions.get(address, 0)):
            world.fault(f"{address}: version {row['version']} on disk, clean {self.clean}, highest "
                        f"known {world.versions.get(address)}, recovered as {actor['version']}")
        world.versions[address] = max(world.versions.get(address, 0), actor["version"])

    async def _check_tokens(self, owner, address):
        world = self.world
        row = self.rows.actors.get(address)
        registered = row is not None and row["status"] != "dormant"
        newest, stale = world.tokens.recovered(address, row if registered else None)
        if world.rng.random() < 0.5:
            return
        forged = [newest[:-3] + "xyz"] if newest else []
        for token in stale + forged:
            answer = await world.observer.request("hub:renew", {"renewalToken": token})
            if answer["payload"].get("code") != "invalid_token":
                world.fault(f"stale token {token} of {dict(row or {})}: {answer}")
            world.counts["stale"] += 1
        if newest:
            step, issued = owner.history.add(Renew(address)), world.tokens.expect(address)
            answer = await world.observer.request("hub:renew", {"renewalToken": newest})
            if answer["type"] != "hub:renewed":
                return world.fault(f"newest token {newest} of {dict(row)}: {dict(answer)}")
            step.answered = answer.at
            issued(answer["payload"]["renewalToken"])
            world.counts["renewed"] += 1
