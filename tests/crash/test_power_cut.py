"""A power cut takes what was not synced, and nothing else."""
import random

import pytest

from power_cut import Unsynced, cut_power

WAL = "hub.db-wal"


def unsynced(*notes):
    return sorted(Unsynced(notes).writes[WAL])


def w(at, size=10):
    return f"w {WAL} 1 {at} {size}"


def sync(what, thread=1, name=WAL):
    return f"{what} {name} {thread} 0 0"


def test_a_sync_saves_what_was_written_before_it_began():
    assert unsynced(w(0), sync("b"), w(10), sync("e"), w(20)) == [10, 20]


def test_a_sync_that_did_not_return_saves_nothing():
    assert unsynced(w(0), sync("b")) == [0]


def test_a_sync_of_another_file_saves_nothing():
    assert unsynced(w(0), sync("b", name="hub.db"), sync("e", name="hub.db")) == [0]


def test_two_syncs_at_once_are_told_apart():
    assert unsynced(w(0), sync("b", 1), w(10), sync("b", 2), sync("e", 1)) == [10]


def test_what_a_failed_sync_was_to_save_is_lost_until_it_is_written_again():
    failed = (w(0), w(10), sync("b"), sync("f"), w(10), sync("b"), sync("e"))
    assert unsynced(*failed) == [0]


def test_a_file_cut_short_has_nothing_to_lose():
    assert unsynced(w(0), w(10), f"t {WAL} 1 0 10") == [0]


def test_the_tail_ends_at_the_first_byte_that_is_safe():
    cut = Unsynced([w(0), sync("b"), sync("e"), w(20), w(30)])
    assert cut.tail(WAL, 40) == 20
    assert Unsynced([w(0), sync("b"), sync("e")]).tail(WAL, 10) == 10


@pytest.mark.parametrize("seed", range(40))
def test_synced_bytes_stay_and_others_may_go(tmp_path, seed):
    log, notes = tmp_path / WAL, tmp_path / "notes"
    log.write_bytes(b"a" * 20 + b"b" * 20)
    notes.write_text("\n".join((w(0, 20), sync("b"), sync("e"), w(20), w(30))))
    assert cut_power(tmp_path, notes, random.Random(seed)) == 2
    left = log.read_bytes()
    assert left[:20] == b"a" * 20 and set(left[20:]) <= set(b"b\0")
    assert notes.read_text() == ""


def test_now_and_then_something_is_lost(tmp_path):
    log, notes = tmp_path / WAL, tmp_path / "notes"
    found = set()
    for seed in range(40):
        log.write_bytes(b"b" * 40)
        notes.write_text("\n".join((w(0, 20), w(20, 20))))
        cut_power(tmp_path, notes, random.Random(seed))
        found.add(log.read_bytes())
    assert b"b" * 40 in found and b"" in {f.strip(b"\0") for f in found} and len(found) > 10
