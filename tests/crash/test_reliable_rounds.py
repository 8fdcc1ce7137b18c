"""What was answered `queued` is not lost, whatever ends the hub; see reliable_rounds.py."""
import asyncio

from reliable_rounds import play

# Else the rounds would prove nothing.
KINDS = ("sent", "queued", "duplicates", "tried again", "refused", "queued after a fault",
         "acknowledged", "dead_lettered", "expired on arrival", "statuses", "delivered",
         "delivered again", "ack", "nack", "nack for good", "late", "cut", "close", "confirmed",
         "writes lost")


def test_no_promise_to_deliver_is_broken(tmp_path, pytestconfig):
    rounds, seed = pytestconfig.getoption("reliable_rounds"), pytestconfig.getoption("seed")
    print(f"seed {seed}")
    faults, done = asyncio.run(play(rounds, seed, tmp_path))
    assert not faults, "\n".join([f"seed {seed}, files in {tmp_path}", *faults])
    print(done)
    if rounds >= 20:
        idle = {what for what in KINDS if done.get(what, 0) == 0}
        assert not idle, done
