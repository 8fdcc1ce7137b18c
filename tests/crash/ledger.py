"""Every message between the clients of a run: what was promised of it, and where it arrived.

Messages are numbered per sender's session, target and kind; in one run of the hub each target gets
them in that order, none twice. After a crash it may get stored ones (asks) again that it got within
the journal lag.
"""
import dataclasses
import time


@dataclasses.dataclass
class Letter:
    id: str
    sender: str          # address
    session: int         # of the sender
    target: str
    kind: str            # ask, or tell
    number: int
    stay: int            # the target's, when it was sent; see Owner.stays
    # sent → queued | delivered | waiting (a tell to an actor known to be away) | refused | dead;
    # `loose`: nothing can be expected of it any more
    state: str = "sent"
    doubtful: bool = False  # its target went while the answer was awaited
    arrivals: list = dataclasses.field(default_factory=list)  # (run, when)

    @property
    def owed(self):
        return self.state in ("queued", "delivered", "waiting") and not self.arrivals


class Ledger:
    def __init__(self, report):
        self._report = report
        self.letters = {}
        self._unsettled = {}   # target → ids of letters owed, or whose answer is awaited
        self._last_number = {}
        self._last_arrival = {}
        self.ends = {}         # run → (clean, when what was older is known to have been on disk)
        self.run = 0
        self.counts = {"queued": 0, "delivered": 0, "waiting": 0, "again": 0, "dead": 0}

    # ---- sending --------------------------------------------------------------------------------

    def post(self, letter_id, sender, session, target, kind, stay):
        key = (session, target, kind)
        number = self._last_number[key] = self._last_number.get(key, 0) + 1
        letter = Letter(letter_id, sender, session, target, kind, number, stay)
        self.letters[letter_id] = letter
        if kind == "ask":
            self._unsettled.setdefault(target, set()).add(letter_id)
        return letter

    def mark(self, letter, state):
        """The sender has learnt what became of it, or can learn nothing any more (loose)."""
        if letter.state == "dead":
            return
        letter.state = "loose" if letter.doubtful and state != "dead" else state
        if state in self.counts:
            self.counts[state] += 1
        waits = self._unsettled.setdefault(letter.target, set())
        (waits.add if letter.owed else waits.discard)(letter.id)

    def unsettled(self, target):
        return [self.letters[i] for i in self._unsettled.get(target, ())]

    def owed(self):
        return [letter for target in self._unsettled for letter in self.unsettled(target)
                if letter.owed]

    def release(self, target):
        """The target went without waiting: what was on its way to it may have been lost there."""
        for letter in self.unsettled(target):
            letter.doubtful = True
            if letter.owed:
                self.mark(letter, "loose")

    # ---- arrival --------------------------------------------------------------------------------

    def arrived(self, message, target):
        letter = self.letters.get(message["metadata"].get("originalMessageId"))
        if letter is None:
            return self._report(f"a message nobody sent: {dict(message)}")
        said = (letter.sender, letter.target, {"number": letter.number, "kind": letter.kind})
        got = (message["from"], message["to"], message["payload"])
        if said != got or message["to"] != target:
            self._report(f"{letter} arrived as {dict(message)} at {target}")
        if letter.state in ("refused", "dead"):
            self._report(f"arrived after its sender was told it would not: {letter}")
        self._check_repetition(letter)
        key = (self.run, letter.session, letter.target, letter.kind)
        if letter.number <= self._last_arrival.get(key, 0):
            self._report(f"after number {self._last_arrival[key]} arrived {letter}")
        self._last_arrival[key] = letter.number
        letter.arrivals.append((self.run, time.monotonic()))
        if letter.state != "sent":
            self._unsettled.setdefault(letter.target, set()).discard(letter.id)

    def _check_repetition(self, letter):
        if not letter.arrivals:
            return
        self.counts["again"] += 1
        run, when = letter.arrivals[-1]
        clean, surely_until = self.ends.get(run, (True, 0.0))
        if letter.kind == "tell" or clean or when <= surely_until:
            self._report(f"arrived again in run {self.run}: {letter}; ends {self.ends}")

    # ---- the end of a run -----------------------------------------------------------------------

    def run_ended(self, clean, surely_until):
        self.ends[self.run] = (clean, surely_until)
        for letter in self._open("sent"):
            self.mark(letter, "loose")  # no answer will come
        for letter in self._open("delivered"):
            # Its target has read its socket to the end.
            self._report(f"was written, but never arrived: {letter}")
            self.mark(letter, "loose")
        if not clean:
            self.crashed()

    def crashed(self):
        """What waited in memory is lost."""
        for letter in self._open("waiting"):
            self.mark(letter, "loose")

    def _open(self, state):
        return [letter for target in self._unsettled for letter in self.unsettled(target)
                if letter.state == state]
