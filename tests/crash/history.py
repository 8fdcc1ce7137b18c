"""What one client did to its actors and subscriptions, and which states a crash may leave of it.

The hub's journal is written in order, a batch at a time. So what a restart finds of one client is
the state after some prefix of its changes: never without one that was promised, never a later one
without an earlier one, and nothing that an earlier one removed.
"""
import copy
import dataclasses


@dataclasses.dataclass
class Registration:
    mark: int            # in the actor's metadata, another for every register
    version: int = None  # None: not known; the answer never came, say


@dataclasses.dataclass
class State:
    actors: dict = dataclasses.field(default_factory=dict)         # address → Registration
    subscriptions: dict = dataclasses.field(default_factory=dict)  # (address, topic) → durable

    def topics(self, address):
        return {topic for holder, topic in self.subscriptions if holder == address}

    def dormant(self):
        return {holder for holder, _ in self.subscriptions} - set(self.actors)

    def end(self, address):
        """The registration ends; durable subscriptions go on."""
        self.actors.pop(address, None)
        for key in [k for k, durable in self.subscriptions.items() if k[0] == address]:
            if not self.subscriptions[key]:
                del self.subscriptions[key]


@dataclasses.dataclass
class Register:
    address: str
    mark: int
    version: int = None

    def apply(self, state):
        state.actors[self.address] = Registration(self.mark, self.version)


@dataclasses.dataclass
class Leave:
    """unregister, or a clean end of the session that holds them."""
    addresses: tuple

    def apply(self, state):
        for address in self.addresses:
            state.end(address)


@dataclasses.dataclass
class Subscribe:
    address: str
    topics: tuple
    durable: bool = None  # None: as it was, or not

    def apply(self, state):
        for topic in self.topics:
            key = (self.address, topic)
            old = state.subscriptions.get(key, False)
            state.subscriptions[key] = old if self.durable is None else self.durable


@dataclasses.dataclass
class Unsubscribe:
    address: str
    topic: str

    def apply(self, state):
        state.subscriptions.pop((self.address, self.topic), None)


@dataclasses.dataclass
class Renew:
    address: str

    def apply(self, state):
        """Only the token and the expiry change."""


@dataclasses.dataclass
class Step:
    change: object
    durable: bool            # its answer was to wait for the commit
    answered: float = None   # when


class History:
    def __init__(self):
        self.base = State()
        self.steps = []
        self.now = State()  # as if all steps were done

    def add(self, change, durable=False):
        step = Step(change, durable)
        self.steps.append(step)
        change.apply(self.now)
        return step

    def answered_version(self, step, version):
        step.change.version = version
        held = self.now.actors.get(step.change.address)
        if held and held.mark == step.change.mark:
            held.version = version

    def floor(self, is_firm):
        """How many steps from the first on must be there."""
        return max((n for n, step in enumerate(self.steps, 1) if is_firm(step)), default=0)

    def prefixes(self):
        """(number of steps, state after them), from none to all."""
        state = copy.deepcopy(self.base)
        yield 0, copy.deepcopy(state)
        for n, step in enumerate(self.steps, 1):
            step.change.apply(state)
            yield n, copy.deepcopy(state)

    def settle(self, found, floor):
        """`found` is what is left: the history goes on from there.

        Returns the number of steps lost at the most; None if no state allowed fits `found`.
        """
        fits = [n for n, state in self.prefixes() if n >= floor and same(state, found)]
        if not fits:
            return None
        lost = len(self.steps) - fits[-1]
        self.start_from(found)
        return lost

    def start_from(self, found):
        for registration in found.actors.values():
            registration.version = None  # the next run may raise it
        self.base, self.now, self.steps = found, copy.deepcopy(found), []

    def explain(self, found, floor):
        """Why settle() refused: the states it allowed, and how `found` differs from each."""
        lines = [f"{len(self.steps)} steps, the first {floor} promised; found: {found}"]
        lines += [f"step {n}: {step}" for n, step in enumerate(self.steps, 1)]
        for n, state in self.prefixes():
            if n >= floor:
                lines.append(f"after {n}: {differences(state, found)}")
        return "\n".join(lines)


def same(state, found):
    return not differences(state, found)


def differences(state, found):
    """Of an expected state and one read from the database."""
    faults = []
    for address in sorted(set(state.actors) | set(found.actors)):
        wanted, got = state.actors.get(address), found.actors.get(address)
        if wanted is None or got is None or wanted.mark != got.mark or \
                wanted.version not in (None, got.version):
            faults.append(f"{address}: expected {wanted}, found {got}")
    for key in sorted(set(state.subscriptions) | set(found.subscriptions)):
        wanted, got = state.subscriptions.get(key), found.subscriptions.get(key)
        if wanted != got:
            faults.append(f"{key}: durable expected {wanted}, found {got}")
    return faults
