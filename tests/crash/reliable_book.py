"""What the clients know of every reliable message, and the judge of what they are told of it.

An entry's `queued`, `end`, deliveries and acks are what clients saw or were about to do, so all of
it is true whatever a crash took from the hub.
"""
import collections
import dataclasses
import time

from client import now_ms

MAX_ATTEMPTS = 5


@dataclasses.dataclass
class Entry:
    id: str
    sender: str
    target: str
    ttl: int
    timestamp: int            # of the envelope
    born: int                 # run of the first try
    asked_at: float = 0.0     # the last try
    queued: bool = False      # the hub has promised
    stored: bool = None       # what the last crash left; None: it is younger
    delivery: str = None
    deliveries: int = 0
    acks: int = 0             # that a receiver sent
    refusals: set = dataclasses.field(default_factory=set)  # reasons of nacks without requeue
    let_go: int = None        # run in which the hub confirmed an ack or such a nack
    end: str = None           # what its sender was told became of it
    reason: str = None
    end_run: int = None

    @property
    def expired(self):
        return self.ttl is not None and now_ms() > self.timestamp + self.ttl


class Book:
    def __init__(self, report):
        self._report = report
        self.entries = {}
        self.run = 0
        self.counts = collections.Counter()
        self.noted = lambda kind: None  # called after each count
        self.disk_failed_at = None      # since when no write succeeds
        self.disk_doubted = False       # from then on until the hub says that it writes again
        self.disk_trusted_at = 0.0      # and when it said so

    def note(self, kind):
        self.counts[kind] += 1
        self.noted(kind)

    def fault(self, what, entry, message=None):
        self._report(f"run {self.run}: {what}: {entry}" + (f": {message}" if message else ""))

    def post(self, id_, sender, target, ttl=None):
        entry = self.entries[id_] = Entry(id_, sender, target, ttl, now_ms(), self.run)
        self.note("sent")
        return entry

    def begin_run(self):
        """Of the next hub."""
        self.run += 1
        self.disk_failed_at, self.disk_doubted, self.disk_trusted_at = None, False, 0.0

    # ---- the disk -------------------------------------------------------------------------------

    def disk_fails(self):
        """From now on nothing new can be written."""
        self.disk_failed_at, self.disk_doubted = time.monotonic(), True

    def disk_works(self):
        """From now on it can, but the hub may not have noticed."""
        self.disk_failed_at = None

    def disk_is_trusted(self):
        """The hub has noticed."""
        self.disk_doubted, self.disk_trusted_at = False, time.monotonic()

    # ---- what senders hear ----------------------------------------------------------------------

    def queued(self, entry, duplicate):
        """`queued` is what a try got."""
        if duplicate != bool(entry.queued or entry.stored):
            self.fault(f"answered with duplicate {duplicate}", entry)
        failing = self.disk_failed_at
        if not duplicate and failing is not None and entry.asked_at > failing:
            self.fault("promised with a disk that takes nothing", entry)
        entry.queued = True
        self.note("duplicates" if duplicate else "queued")
        if self.disk_trusted_at and entry.asked_at > self.disk_trusted_at:
            self.note("queued after a fault")

    def refused(self, entry, payload):
        """A try got hub:error; whether to try again."""
        code = payload.get("code")
        if code == "message_expired" and entry.expired and not (entry.queued or entry.stored):
            self.note("expired on arrival")
            return False
        justly = self.disk_doubted or entry.asked_at < self.disk_trusted_at
        if code != "internal_error" or payload["retryable"] is not True or not justly:
            self.fault("refused", entry, payload)
        self.note("refused")
        return True

    def ended(self, entry, outcome, reason=None):
        """The second receipt."""
        if entry.end and (entry.end, entry.reason) != (outcome, reason):
            self.fault(f"its end is now {outcome}, {reason}", entry)
        if entry.end_run == self.run:
            self.fault(f"told twice that it is {outcome}", entry)
        if not entry.queued and entry.born == self.run:
            self.fault(f"{outcome} before it was queued", entry)
        self.judge(entry, outcome, reason)
        entry.end, entry.reason, entry.end_run = outcome, reason, self.run
        self.note(outcome)

    def judge(self, entry, outcome, reason):
        """Whether it can have ended so."""
        if outcome == "acknowledged":
            fine = entry.acks > 0
        elif outcome == "dead_lettered":
            fine = (reason == "max_attempts" or reason in entry.refusals
                    or (reason == "expired" and entry.expired))
        else:
            fine = False
        if not fine:
            self.fault(f"cannot be {outcome}, {reason}, at {now_ms()}", entry)

    def status(self, entry, end_when_asked, payload):
        """hub:status of a message that was queued in an earlier run."""
        state = payload["state"]
        self.note("statuses")
        if end_when_asked and state != end_when_asked:
            self.fault(f"its end is known, its state is {state}", entry)
        if state in ("acknowledged", "dead_lettered"):
            self.judge(entry, state, payload["reason"])
        elif state not in ("queued", "delivering", "retrying"):
            self.fault(f"its state is {state}", entry)

    # ---- what receivers see and do --------------------------------------------------------------

    def delivered(self, message, receiver):
        """The entry of a delivery; None: nobody sent it."""
        metadata = message["metadata"]
        entry = self.entries.get(metadata.get("originalMessageId"))
        if entry is None:
            self.fault("nobody sent", dict(message))
            return None
        delivery, attempt = metadata.get("deliveryId"), metadata.get("attempt")
        said = (entry.sender, entry.target, entry.target, {"text": entry.id})
        if said != (message["from"], message["to"], receiver, message["payload"]):
            self.fault("another message was sent", entry, dict(message))
        if entry.delivery not in (None, delivery):
            self.fault("a second delivery", entry, metadata)
        if not 1 <= attempt <= MAX_ATTEMPTS:
            self.fault(f"attempt {attempt}", entry)
        if entry.end and entry.end_run < self.run:
            self.fault("delivered in spite of the receipt of an earlier run", entry)
        if entry.let_go == self.run:
            self.fault("delivered although the hub has let go of it", entry)
        self.note("delivered again" if entry.deliveries else "delivered")
        entry.delivery = delivery
        entry.deliveries += 1
        return entry

    def answers(self, entry, how, reason=None):
        """A receiver is about to send it."""
        if how == "ack":
            entry.acks += 1
        elif reason is not None:
            entry.refusals.add(reason)
        self.note(how if reason is None else "nack for good")

    def confirmed(self, entry, known, final):
        """The hub's answer to an ack or a nack."""
        if known and final:
            entry.let_go = self.run
            self.note("confirmed")
