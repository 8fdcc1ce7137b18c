"""SIGHUP reads the configuration again, SIGUSR1 flushes the log; neither ends anything."""
import signal

import pytest

from client import session


@pytest.fixture
def config(tmp_path):
    """A file of settings, and writing it: `config(text)` returns its path."""
    path = tmp_path / "hub.toml"

    def write(text):
        path.write_text(text)
        return str(path)

    return write


async def served(client, count):
    """The types of the answers to so many questions that cost a token each."""
    return {(await client.ask("hub:queue_stats"))["type"] for _ in range(count)}


async def test_limits_hold_at_once_and_what_needs_a_restart_is_named(start_hub, config):
    hub = start_hub("--config", config("rate-limit = 1\nrate-burst = 1\n"))
    a = await session(hub)
    assert "hub:rate_limited" in await served(a, 5)
    config('rate-limit = 0\nlog-level = "debug"\nhub-address = "@(else)"\n')
    hub.signal(signal.SIGHUP)
    assert hub.wait_log("reloaded")["needsRestart"] == "hub-address"
    assert await served(a, 20) == {"hub:queue_stats_response"}
    await a.ask("hub:nope")
    hub.wait_log("message_refused", code="unknown_type", level="debug")


async def test_a_flag_still_beats_the_file(start_hub, config):
    hub = start_hub("--config", config("rate-burst = 5\n"), "--rate-limit", "1")
    a = await session(hub)
    config("rate-burst = 5\nrate-limit = 0\n")
    hub.signal(signal.SIGHUP)
    hub.wait_log("reloaded")
    assert "hub:rate_limited" in await served(a, 20)


@pytest.mark.parametrize("text, named", [('rate-limit = "fast"\n', "rate-limit"),
                                         ("no-such-key = 1\n", "no-such-key"),
                                         ("rate-limit = \n", "hub.toml:1")])
async def test_a_configuration_that_is_not_valid_changes_nothing(start_hub, config, text, named):
    hub = start_hub("--config", config("rate-limit = 0\n"))
    a = await session(hub)
    config(text + "max-actors = 1\n")
    hub.signal(signal.SIGHUP)
    assert named in hub.wait_log("reload_failed")["reason"]
    assert await served(a, 150) == {"hub:queue_stats_response"}
    for n in range(2):
        await a.register(f"@(reload/{n})")


async def test_without_a_file_a_reload_changes_nothing(start_hub):
    hub = start_hub("--rate-limit", "0")
    a = await session(hub)
    hub.signal(signal.SIGHUP)
    assert not hub.wait_log("reloaded").get("needsRestart")
    assert await served(a, 150) == {"hub:queue_stats_response"}


async def test_the_request_to_flush_the_log_does_not_end_the_hub(start_hub):
    hub = start_hub()
    a = await session(hub)
    for _ in range(3):
        hub.signal(signal.SIGUSR1)
        await a.fence()
    hub.signal(signal.SIGHUP)  # taken after them
    hub.wait_log("reloaded")
    await a.fence()
    assert hub.process.poll() is None and not hub.log_lines("draining")
