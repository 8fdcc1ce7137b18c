"""Options of the crash tests; their hubs and clients are those of the system tests.

pytest tests/crash [--rounds N] [--reliable-rounds N] [--seed S]; crash.py plays rounds without pytest.
"""
import os
import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))

from hub import BINARY, sanitized  # noqa: E402

ROUNDS = 40  # about half a minute
RELIABLE_ROUNDS = 20


def pytest_addoption(parser):
    parser.addoption("--rounds", type=int, default=ROUNDS)
    parser.addoption("--reliable-rounds", type=int, default=RELIABLE_ROUNDS)
    parser.addoption("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))


def pytest_report_header(config):
    return f"seed {config.getoption('seed')}"


def pytest_collection_finish(session):
    if session.items and not session.config.option.collectonly and not os.access(BINARY, os.X_OK):
        pytest.exit(f"{BINARY} is no program; build the hub or set SIGNAL_HUB_BIN", returncode=3)


@pytest.fixture(autouse=True)
def release_build():
    if sanitized():
        pytest.skip("hundreds of starts; the other tests look with sanitizers")
