"""Renewal tokens, in the order in which they were asked for; answers may overtake each other.

`registration.counter.MAC`: after a restart the newest of a registration works, also if the crash
lost that it was issued; one below the counter on disk does not.
"""


class Tokens:
    def __init__(self):
        self._issued = {}

    def expect(self, address):
        """A token is asked for; what to call with it when it comes."""
        slot = [None]
        self._issued.setdefault(address, []).append(slot)

        def issued(token):
            slot[0] = token
        return issued

    def _known(self, address):
        return [slot[0] for slot in self._issued.get(address, ()) if slot[0]]

    def newest(self, address):
        """None: the last one was lost with its answer, or with its registration."""
        known = self._known(address)
        return known[-1] if known else None

    def recovered(self, address, row):
        """(the newest, which must work, or None; some that must not) after a restart.

        `row`: the actor in the database; None: it is not registered.
        """
        known = self._known(address)
        self._issued.pop(address, None)
        parsed = [(t, *map(int, t.split(".")[:2])) for t in known]
        ours = [(t, counter) for t, registration, counter in parsed
                if row is not None and registration == row["registration"]]
        newest = ours[-1] if ours and ours[-1][1] >= row["token_counter"] else None
        if newest:
            self.expect(address)(newest[0])
        stale = [t for t, counter in ours if counter < row["token_counter"]]
        foreign = [t for t, registration, _ in parsed
                   if row is None or registration != row["registration"]]
        return newest and newest[0], stale[-1:] + foreign[-1:]
