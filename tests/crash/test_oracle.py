"""The judges of the crash test find what they are there to find."""
import copy

import pytest

from history import History, Leave, Register, Registration, State, Subscribe, Unsubscribe
from ledger import Ledger

A, T = "@(crash/a)", "crash/t"


def lived():
    """Registered, subscribed, unsubscribed; the second change was promised."""
    history = History()
    history.add(Register(A, mark=1)).answered = 1.0
    history.add(Subscribe(A, (T,)), durable=True).answered = 2.0
    history.add(Unsubscribe(A, T)).answered = 3.0
    history.add(Leave((A,)))
    return history


def promised(step):
    return step.durable and step.answered is not None


def settle(history, found, is_firm=promised):
    return history.settle(copy.deepcopy(found), history.floor(is_firm))


REGISTERED = State({A: Registration(1, 7)}, {})
SUBSCRIBED = State({A: Registration(1, 7)}, {(A, T): False})


@pytest.mark.parametrize("found, lost", [(SUBSCRIBED, 2), (REGISTERED, 1), (State(), 0)])
def test_what_is_younger_than_the_last_promise_may_be_lost(found, lost):
    assert settle(lived(), found) == lost


@pytest.mark.parametrize("found", [
    State({A: Registration(1, 7)}, {(A, T): True}),            # durable, but was not asked to be
    State({A: Registration(2, 7)}, {(A, T): False}),           # of another registration
    State({A: Registration(1, 7)}, {(A, T): False, (A, "u"): False}),
    State({}, {(A, T): False}),                                # its actor is missing
])
def test_a_state_that_never_was_is_found_out(found):
    assert settle(lived(), found) is None


def test_a_lost_promise_is_found_out():
    history = History()
    history.add(Register(A, mark=1)).answered = 1.0
    history.add(Subscribe(A, (T,)), durable=True).answered = 2.0
    assert settle(history, REGISTERED) is None


def test_what_was_surely_removed_must_not_be_back():
    assert settle(lived(), SUBSCRIBED, lambda step: step.answered is not None) is None


def test_another_version_than_was_answered_is_found_out():
    history = History()
    history.answered_version(history.add(Register(A, mark=1)), 8)
    assert settle(history, REGISTERED) is None


def message(letter, **changes):
    return {"from": letter.sender, "to": letter.target,
            "metadata": {"originalMessageId": letter.id},
            "payload": {"number": letter.number, "kind": letter.kind}, **changes}


@pytest.fixture
def faults():
    return []


@pytest.fixture
def ledger(faults):
    return Ledger(faults.append)


def post(ledger, name, state="queued", kind="ask"):
    letter = ledger.post(name, "@(s)", 1, A, kind, 0)
    ledger.mark(letter, state)
    return letter


def test_letters_that_arrive_once_and_in_order_are_fine(ledger, faults):
    letters = [post(ledger, "1"), post(ledger, "2")]
    for letter in letters:
        ledger.arrived(message(letter), A)
    assert not faults and not ledger.owed()


def test_letters_out_of_order_are_found_out(ledger, faults):
    first, second = post(ledger, "1"), post(ledger, "2")
    ledger.arrived(message(second), A)
    ledger.arrived(message(first), A)
    assert len(faults) == 1


def test_a_changed_letter_is_found_out(ledger, faults):
    ledger.arrived(message(post(ledger, "1"), payload={}), A)
    assert len(faults) == 1


def test_a_letter_that_was_refused_must_not_arrive(ledger, faults):
    ledger.arrived(message(post(ledger, "1", "refused")), A)
    assert len(faults) == 1


@pytest.mark.parametrize("kind, clean, on_disk_until, again", [
    ("ask", True, 0.0, 1), ("ask", False, float("inf"), 1), ("ask", False, 0.0, 0),
    ("tell", False, 0.0, 1)])
def test_only_an_ask_that_came_just_before_a_crash_may_come_again(ledger, faults, kind, clean,
                                                                  on_disk_until, again):
    letter = post(ledger, "1", kind=kind)
    ledger.arrived(message(letter), A)
    ledger.run_ended(clean, on_disk_until)
    ledger.run += 1
    ledger.arrived(message(letter), A)
    assert len(faults) == again


def test_a_second_arrival_in_one_run_is_found_out(ledger, faults):
    letter = post(ledger, "1")
    ledger.arrived(message(letter), A)
    ledger.arrived(message(letter), A)
    assert faults
