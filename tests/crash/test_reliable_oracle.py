"""The judge of the reliable rounds finds what it is there to find."""
import sqlite3

import pytest

from client import now_ms
from hub import ROOT
from reliable_book import MAX_ATTEMPTS, Book
from reliable_rows import Rows, check, check_end

A, B = "@(crash/a)", "@(crash/b)"


@pytest.fixture
def faults():
    return []


@pytest.fixture
def book(faults):
    made = Book(faults.append)
    made.begin_run()
    return made


@pytest.fixture
def disk():
    """The hub's own tables, empty."""
    connection = sqlite3.connect(":memory:")
    for migration in sorted((ROOT / "migrations").glob("*.sql")):
        connection.executescript(migration.read_text())
    yield connection
    connection.close()


def post(book, queued=True, **fields):
    entry = book.post(f"m{len(book.entries)}", A, B, **fields)
    if queued:
        book.queued(entry, False)
    return entry


def deliver(book, entry, delivery="1-1", attempt=1, **changes):
    return book.delivered({
        "from": A, "to": B, "payload": {"text": entry.id}, "metadata": {
            "originalMessageId": entry.id, "deliveryId": delivery, "attempt": attempt}, **changes},
        B)


def acknowledge(book, entry):
    deliver(book, entry)
    book.answers(entry, "ack")
    book.ended(entry, "acknowledged")


def insert(disk, table, **values):
    """A row with these values; the others are as plain as the table lets them be."""
    row = {name: 0 if type_ == "INTEGER" else ""
           for _, name, type_, *_ in disk.execute(f"PRAGMA table_info({table})")}
    number, = disk.execute(f"SELECT count(*) FROM {table}").fetchone()
    row |= {"position": number + 1, "sender": A, "target": B, **values}
    disk.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                 list(row.values()))


def bury(disk, entry, reason, attempts=1):
    insert(disk, "dead_letters", message_id=entry.id, reason=reason, attempts=attempts)
    insert(disk, "receipts", message_id=entry.id, reason=reason, outcome="dead_lettered")


# ---- what senders and receivers see -------------------------------------------------------------


def test_a_life_as_it_should_be(book, faults):
    entry = post(book)
    deliver(book, entry)
    deliver(book, entry, attempt=2)
    book.answers(entry, "ack")
    book.confirmed(entry, True, True)
    book.ended(entry, "acknowledged")
    book.begin_run()
    book.queued(entry, True)
    book.ended(entry, "acknowledged")
    book.status(entry, "acknowledged", {"state": "acknowledged", "reason": None})
    assert not faults


def test_a_delivery_after_the_receipt_is_found_out(book, faults):
    entry = post(book)
    acknowledge(book, entry)
    book.begin_run()
    deliver(book, entry, attempt=2)
    assert len(faults) == 1


def test_a_delivery_after_a_confirmed_ack_is_found_out(book, faults):
    entry = post(book)
    deliver(book, entry)
    book.answers(entry, "ack")
    book.confirmed(entry, True, True)
    deliver(book, entry, attempt=2)
    assert len(faults) == 1


def test_after_a_crash_an_ack_may_be_forgotten_until_the_receipt(book, faults):
    entry = post(book)
    deliver(book, entry)
    book.answers(entry, "ack")
    book.confirmed(entry, True, True)
    book.begin_run()
    deliver(book, entry, attempt=2)
    assert not faults


@pytest.mark.parametrize("changes", [
    {"from": B}, {"to": A}, {"payload": {"text": "m9"}}, {"delivery": "1-2"},
    {"attempt": MAX_ATTEMPTS + 1}])
def test_a_delivery_of_something_else_is_found_out(book, faults, changes):
    entry = post(book)
    deliver(book, entry)
    deliver(book, entry, **changes)
    assert len(faults) == 1


def test_a_delivery_of_what_nobody_sent_is_found_out(book, faults):
    assert deliver(book, post(Book(faults.append))) is None
    assert len(faults) == 1


@pytest.mark.parametrize("queued, stored, duplicate, fine", [
    (True, None, True, True), (True, True, True, True), (False, True, True, True),
    (False, False, False, True), (False, None, False, True),
    (True, None, False, False), (False, True, False, False), (False, False, True, False)])
def test_a_retry_is_a_duplicate_if_the_first_try_was_stored(book, faults, queued, stored,
                                                            duplicate, fine):
    entry = post(book, queued)
    entry.stored = stored
    book.queued(entry, duplicate)
    assert fine is not bool(faults)


@pytest.mark.parametrize("outcome, reason", [
    ("acknowledged", None), ("dead_lettered", "expired"), ("dead_lettered", "poison"),
    ("dead_lettered", "target_gone"), ("delivered", None)])
def test_a_receipt_without_a_cause_is_found_out(book, faults, outcome, reason):
    entry = post(book, ttl=60_000)
    deliver(book, entry)
    book.ended(entry, outcome, reason)
    assert len(faults) == 1


def test_receipts_with_a_cause_are_fine(book, faults):
    late, bad = post(book, ttl=10), post(book)
    late.timestamp = now_ms() - 20
    book.ended(late, "dead_lettered", "expired")
    book.answers(bad, "nack", "poison")
    book.ended(bad, "dead_lettered", "poison")
    assert not faults


@pytest.mark.parametrize("second", [("acknowledged",), ("dead_lettered", "max_attempts")])
def test_a_second_receipt_in_one_run_is_found_out(book, faults, second):
    entry = post(book)
    acknowledge(book, entry)
    book.ended(entry, *second)
    assert faults


def test_two_different_ends_are_found_out(book, faults):
    entry = post(book)
    acknowledge(book, entry)
    book.begin_run()
    book.ended(entry, "dead_lettered", "max_attempts")
    assert len(faults) == 1


def test_a_receipt_before_queued_is_found_out(book, faults):
    acknowledge(book, post(book, queued=False))
    assert len(faults) == 1


@pytest.mark.parametrize("end, state", [
    (None, "unknown"), (None, "acknowledged"), ("acknowledged", "queued"),
    ("acknowledged", "dead_lettered")])
def test_a_wrong_state_is_found_out(book, faults, end, state):
    book.status(post(book), end, {"state": state, "reason": None})
    assert faults


# ---- the disk -----------------------------------------------------------------------------------


def test_a_promise_while_the_disk_fails_is_found_out(book, faults):
    before, during = post(book, queued=False), post(book, queued=False)
    before.asked_at = 1.0
    book.disk_fails()
    during.asked_at = book.disk_failed_at + 1
    book.queued(before, False)
    assert not faults
    book.queued(during, False)
    assert len(faults) == 1


@pytest.mark.parametrize("payload", [
    {"code": "internal_error", "retryable": False}, {"code": "queue_full", "retryable": True},
    {"code": "message_expired", "retryable": False}])
def test_another_refusal_while_the_disk_fails_is_found_out(book, faults, payload):
    book.disk_fails()
    book.refused(post(book, queued=False), payload)
    assert len(faults) == 1


@pytest.mark.parametrize("stored", [False, True])
def test_only_what_was_not_stored_expires_on_arrival(book, faults, stored):
    entry = post(book, queued=False, ttl=10)
    entry.timestamp, entry.stored = now_ms() - 20, stored
    assert book.refused(entry, {"code": "message_expired", "retryable": False}) is stored
    assert stored is bool(faults)


def test_a_refusal_without_a_failing_disk_is_found_out(book, faults):
    error = {"code": "internal_error", "retryable": True}
    entry = post(book, queued=False)
    book.disk_fails()
    book.disk_works()
    assert book.refused(entry, error) and not faults
    book.disk_is_trusted()
    entry.asked_at = book.disk_trusted_at + 1
    book.refused(entry, error)
    assert len(faults) == 1


# ---- what a crash leaves ------------------------------------------------------------------------


def test_each_place_will_do(book, faults, disk):
    waiting, done, dead, unknown = post(book), post(book), post(book), post(book, queued=False)
    acknowledge(book, done)
    book.answers(dead, "nack", "poison")
    insert(disk, "messages", message_id=waiting.id)
    insert(disk, "receipts", message_id=done.id, outcome="acknowledged")
    bury(disk, dead, "poison")
    check(book, Rows(disk))
    assert not faults
    assert [e.stored for e in book.entries.values()] == [True, True, True, False]
    assert waiting.stored and not unknown.stored
    disk.execute("DELETE FROM messages")
    check_end(book, Rows(disk))
    assert len(faults) == 1  # the first is lost by now


def test_a_loss_is_found_out(book, faults, disk):
    post(book)
    check(book, Rows(disk))
    assert len(faults) == 1 and "lost" in faults[0]


def test_the_loss_of_what_was_delivered_without_an_answer_is_found_out(book, faults, disk):
    deliver(book, post(book, queued=False))
    check(book, Rows(disk))
    assert len(faults) == 1


def test_a_message_that_waits_although_its_end_was_told_is_found_out(book, faults, disk):
    entry = post(book)
    acknowledge(book, entry)
    insert(disk, "messages", message_id=entry.id)
    check(book, Rows(disk))
    assert len(faults) == 1


@pytest.mark.parametrize("second", ["messages", "receipts"])
def test_a_message_in_two_places_is_found_out(book, faults, disk, second):
    entry = post(book)
    insert(disk, "messages", message_id=entry.id)
    insert(disk, second, message_id=entry.id, position=7,
           **({"outcome": "acknowledged"} if second == "receipts" else {}))
    check(book, Rows(disk))
    assert len(faults) == 1 and "more than one" in faults[0]


def test_a_foreign_row_is_found_out(book, faults, disk):
    insert(disk, "messages", message_id="m9")
    check(book, Rows(disk))
    assert len(faults) == 1


@pytest.mark.parametrize("reason, attempts, fine", [
    ("max_attempts", MAX_ATTEMPTS, True), ("max_attempts", MAX_ATTEMPTS - 1, False),
    ("expired", 1, False)])
def test_a_dead_letter_needs_a_cause(book, faults, disk, reason, attempts, fine):
    bury(disk, post(book), reason, attempts)
    check(book, Rows(disk))
    assert fine is not bool(faults)


def test_a_dead_letter_without_its_receipt_is_found_out(book, faults, disk):
    entry = post(book)
    insert(disk, "dead_letters", message_id=entry.id, reason="max_attempts", attempts=MAX_ATTEMPTS)
    check(book, Rows(disk))
    assert len(faults) == 1


def test_what_still_waits_in_the_end_is_found_out(book, faults, disk):
    insert(disk, "messages", message_id=post(book).id)
    check_end(book, Rows(disk))
    assert len(faults) == 1 and "waits" in faults[0]


def test_what_was_acknowledged_but_never_arrived_is_found_out(book, faults, disk):
    entry = post(book)
    entry.acks = 1
    insert(disk, "receipts", message_id=entry.id, outcome="acknowledged")
    check_end(book, Rows(disk))
    assert len(faults) == 1 and "nobody" in faults[0]
