"""Fixtures, and the hook that runs `async def` tests.

`hub` is shared by a module, since starting one is most of a small test's time; a module asks for
other flags with a global HUB_FLAGS. `start_hub` starts hubs for one test.
"""
import asyncio
import glob
import inspect
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

pytest.register_assert_rewrite("client", "expect", "raw")

import client  # noqa: E402
import raw  # noqa: E402
from hub import BINARY, UNLIMITED, Hub, sanitized  # noqa: E402

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
    """Starts hubs with a `later(minutes)` that sets their clocks forward (libfaketime).

    A hub sleeps in true time: it notices when something wakes it, a message for example.
    """
    libraries = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    assert libraries, "libfaketime is missing; tools/packages.txt names its package"
    if sanitized():
        pytest.skip("a sanitizer's runtime does not start behind libfaketime")
    offset, fresh = tmp_path / "offset", tmp_path / "offset.new"
    passed = 0

    def later(minutes):
        nonlocal passed
        passed += minutes
        fresh.write_text(f"+{passed * 60}")
        os.replace(fresh, offset)  # read by the hub at any moment

    def start(*flags, **options):
        later(0)
        hub = start_hub(*flags, **options, env={
            "LD_PRELOAD": libraries[0], "FAKETIME_TIMESTAMP_FILE": str(offset),
            "FAKETIME_NO_CACHE": "1"})
        hub.later = later
        return hub

    return start
