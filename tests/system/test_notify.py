"""A service manager is told when the hub serves, that it lives, and when it stops (sd_notify(3))."""
import socket

import pytest

from client import session
from hub import DEADLINE, UNLIMITED, Hub, run_hub


class Manager(socket.socket):
    """A socket that hears what the hub tells, and the environment that names it."""

    def __init__(self, path):
        super().__init__(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.bind(path)
        self.settimeout(DEADLINE)
        self.environment = {"NOTIFY_SOCKET": path}


@pytest.fixture
def manager(tmp_path):
    with Manager(str(tmp_path / "notify")) as listening:
        yield listening


def heard(manager):
    return manager.recv(1024).decode().splitlines()


def test_ready_comes_when_it_listens(start_hub, manager):
    hub = start_hub(env=manager.environment)
    assert heard(manager) == ["READY=1"]
    assert hub.http("/ready")[0] == 200


def test_nothing_is_told_by_a_hub_that_cannot_listen(start_hub, manager):
    taken = start_hub()
    done = run_hub(env=manager.environment, listen=f"127.0.0.1:{taken.port}")
    assert done.returncode == 1
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        heard(manager)


async def test_a_stop_is_told_with_the_time_it_may_take(manager):
    hub = Hub(*UNLIMITED, "--drain-timeout", "7s", env=manager.environment)
    with hub:
        assert heard(manager) == ["READY=1"]
        client = await session(hub)
        hub.signal()
        assert heard(manager) == ["STOPPING=1", "EXTEND_TIMEOUT_USEC=17000000"]
        assert await client.closed() == 1001
        assert hub.wait_exit() == 0


def test_an_idle_hub_feeds_the_watchdog(start_hub, manager):
    start_hub(env={**manager.environment, "WATCHDOG_USEC": "200000"})
    assert heard(manager) == ["READY=1"]
    for _ in range(3):
        assert heard(manager) == ["WATCHDOG=1"]


def test_an_address_it_cannot_reach_is_refused():
    done = run_hub(env={"NOTIFY_SOCKET": "vsock:2:1"})
    assert done.returncode == 2 and "NOTIFY_SOCKET" in done.stderr
