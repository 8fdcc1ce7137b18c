#!/usr/bin/python3
"""crash.py [--rounds N] [--seed S]: kills hubs under load, round after round, until one fails.

The seed decides what the clients do and when the hub is killed, but not how the two interleave: the
same seed is a similar run, not the same one. The folder of a failed run is kept.
"""
import argparse
import asyncio
import pathlib
import random
import shutil
import sys
import tempfile
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))

from rounds import Rounds  # noqa: E402


async def play(rounds, seed, folder):
    """Faults of the first round that has any, and what all rounds did."""
    game = Rounds(folder, seed)
    for number in range(1, rounds + 2):
        try:
            faults = await (game.play() if number <= rounds else game.harvest())
        except Exception:
            faults = [*game.world.faults, traceback.format_exc()]
        if faults:
            return [f"seed {seed}, round {number}, files in {folder}:", *faults], game.world
    return [], game.world


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="signal-hub-crash-")
    faults, world = asyncio.run(play(wanted.rounds, wanted.seed, folder))
    print(world.counts, world.ledger.counts)
    if faults:
        sys.exit("\n".join(faults))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
