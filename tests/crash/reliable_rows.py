"""Reliable messages on disk: each that was promised is in one place, and is what its clients know."""
import collections
import dataclasses

from reliable_book import MAX_ATTEMPTS


@dataclasses.dataclass
class Row:
    place: str    # waiting, acknowledged, or dead_lettered
    sender: str
    target: str
    reason: str
    attempts: int


class Rows:
    """What a hub left, by message id."""

    def __init__(self, connection):
        self.rows = collections.defaultdict(list)
        self._take(connection, "SELECT 'waiting', message_id, sender, target, NULL, attempts "
                               "FROM messages")
        self._take(connection, "SELECT 'dead_lettered', message_id, sender, target, reason, "
                               "attempts FROM dead_letters")
        # A dead letter has a row among the finished ones as well.
        self._take(connection, "SELECT outcome, message_id, sender, target, reason, attempts "
                               "FROM receipts WHERE outcome != 'dead_lettered'")
        self.dead_receipts = {id_: reason for id_, reason in connection.execute(
            "SELECT message_id, reason FROM receipts WHERE outcome = 'dead_lettered'")}

    def _take(self, connection, query):
        for place, id_, *rest in connection.execute(query):
            self.rows[id_].append(Row(place, *rest))


def check(book, rows):
    """After a crash."""
    for id_, places in rows.rows.items():
        entry = book.entries.get(id_)
        if entry is None:
            book.fault("nobody sent", places)
        elif len(places) != 1:
            book.fault("is in more than one place", entry, places)
        else:
            _check_row(book, entry, places[0])
    dead = {i: r[0].reason for i, r in rows.rows.items() if r[0].place == "dead_lettered"}
    if dead != rows.dead_receipts:
        book.fault("dead letters without receipts or the other way round",
                   set(dead.items()) ^ set(rows.dead_receipts.items()))
    for entry in book.entries.values():
        entry.stored = entry.id in rows.rows
        if not entry.stored and (entry.queued or entry.deliveries):
            book.fault("lost", entry)


def _check_row(book, entry, row):
    if (row.sender, row.target) != (entry.sender, entry.target):
        book.fault("stored as another message", entry, row)
    if entry.end and (row.place, row.reason or None) != (entry.end, entry.reason):
        book.fault("its sender was told another end", entry, row)
    if row.place != "waiting":
        book.judge(entry, row.place, row.reason)
    if row.reason == "max_attempts" and row.attempts != MAX_ATTEMPTS:
        book.fault("given up before its time", entry, row)


def check_end(book, rows):
    """After everybody has come back and has acknowledged everything."""
    check(book, rows)
    for entry in book.entries.values():
        row = rows.rows.get(entry.id, [None])[0]
        if row is not None and row.place == "waiting":
            book.fault("still waits", entry, row)
        elif row is not None and row.place == "acknowledged" and not entry.deliveries:
            book.fault("nobody got it", entry, row)
