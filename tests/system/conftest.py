import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from client import Client  # noqa: E402
from hub import Hub, UNLIMITED  # noqa: E402


@pytest.fixture(scope="session")
def shared():
    """One hub with default flags but no limits on load, for tests that leave it as it was."""
    hub = Hub(*UNLIMITED)
    yield hub
    hub.close()


@pytest.fixture
def start():
    """Starts hubs with flags of the test's own."""
    hubs = []

    def make(*flags, **options):
        hubs.append(Hub(*flags, **options))
        return hubs[-1]
    yield make
    for hub in hubs:
        hub.close()


@pytest.fixture
def client(shared):
    """A connected client of the shared hub."""
    made = Client(shared)
    assert made.connect()["type"] == "hub:connected"
    yield made
    made.close()


@pytest.fixture
def member(shared):
    """Makes clients of the shared hub that are connected and registered."""
    made = []

    def make(address=None, **fields):
        new = Client(shared, address=address)
        new.connect()
        new.registered = new.register(**fields)
        made.append(new)
        return new
    yield make
    for each in made:
        each.close()
