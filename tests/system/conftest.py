"""Fixtures, and the hook that runs `async def` tests.

`hub` is shared by a module, since starting one is most of a small test's time; a module asks for
other flags with a global HUB_FLAGS. `start_hub` starts hubs for one test.
"""
import asyncio
import inspect
import os
import pathlib
import struct
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

pytest.register_assert_rewrite("client", "expect", "raw")

import client  # noqa: E402
import raw  # noqa: E402
from hub import BINARY, UNLIMITED, Hub  # noqa: E402
from preload import library  # noqa: E402

TEST_DEADLINE = 90.0


def pytest_collection_finish(session):
    if session.items and not session.config.option.collectonly and not os.access(BINARY, os.X_OK):
        pytest.exit(f"{BINARY} is no program; build the hub or set SIGNAL_HUB_BIN", returncode=3)


async def _run(function, arguments):
    try:
        await asyncio.wait_for(function(**arguments), TEST_DEADLINE)
    finally:
        await client.close_all()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    function = pyfuncitem.obj
    try:
        if inspect.iscoroutinefunction(function):
            asyncio.run(_run(function, arguments))
        else:
            function(**arguments)
    finally:
        raw.close_all()
    return True


@pytest.fixture(scope="module")
def hub(request):
    flags = getattr(request.module, "HUB_FLAGS", UNLIMITED)
    with Hub(*flags) as running:
        yield running


@pytest.fixture
def start_hub():
    """`start_hub("--flag", "value", …)`: a running hub of this test's own."""
    hubs = []

    def start(*flags, **options):
        started = Hub(*flags, **options)
        hubs.append(started)
        return started.start()

    yield start
    problems = []
    for started in hubs:
        try:
            started.stop()
        except AssertionError as problem:
            problems.append(str(problem))
    assert not problems, problems


@pytest.fixture
def late_hub(start_hub, tmp_path):
    """Starts hubs with a `later(minutes)` that sets their clocks forward (clock_shift.c).

    A hub sleeps in true time: it notices when something wakes it, a message for example.
    """
    shift = tmp_path / "shift"
    passed = 0

    def later(minutes):
        nonlocal passed
        passed += minutes
        with open(shift, "r+b" if shift.exists() else "w+b") as file:  # the hub has it mapped
            file.write(struct.pack("=q", int(passed * 60e9)))

    def start(*flags, **options):
        later(0)
        hub = start_hub(*flags, **options,
                        env={"LD_PRELOAD": library("clock_shift"), "CLOCK_SHIFT": str(shift)})
        hub.later = later
        return hub

    return start
