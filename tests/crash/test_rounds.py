"""Hubs are killed under load, and stopped, again and again; see rounds.py."""
import asyncio

from crash import play


def test_a_crash_breaks_no_promise(tmp_path, pytestconfig):
    rounds, seed = pytestconfig.getoption("rounds"), pytestconfig.getoption("seed")
    print(f"seed {seed}")
    faults, world = asyncio.run(play(rounds, seed, tmp_path))
    assert not faults, "\n".join(faults)
    done = {**world.counts, **world.ledger.counts}
    print(done)
    # Else the rounds would prove nothing.
    if rounds >= 30:
        idle = {name for name, count in done.items() if count == 0} - {"dead", "starts killed"}
        assert not idle, done
