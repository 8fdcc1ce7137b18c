"""SIGHUP reads the configuration again, SIGUSR1 flushes the log; neither ends anything."""
import signal

import pytest

from client import Client, connect_metadata, session
from tokens import secret_file, token


@pytest.fixture
def config(tmp_path):
    """A file of settings, and writing it: `config(text)` returns its path."""
    path = tmp_path / "hub.toml"

    def write(text):
        path.write_text(text)
        return str(path)

    return write


async def holder(hub, key, actor, **claims):
    """A session connected with a token of this key."""
    return await session(hub, f"@({actor})", actor=True,
                         metadata={"authToken": token(actor, key, **claims)})


async def refused(hub, key, actor):
    client = await Client.open(hub.url, f"@({actor})")
    answer = await client.ask("hub:connect",
                              metadata=connect_metadata(authToken=token(actor, key)))
    return answer["type"] == "hub:unauthorized"


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


@pytest.mark.parametrize("text, named", [
    ('listen = ["127.0.0.1:0", "127.0.0.1:0"]', "listen"), ("insecure = true", "insecure"),
    ('trusted-proxy = ["10.0.0.0/8"]', "trusted-proxy"), ('durability = "normal"', "durability"),
    ('hub-address = "@(else)"', "hub-address"), ('wal-limit = "128MiB"', "wal-limit"),
    ('log-format = "text"', "log-format"), ('jwt-secret-file = "SECRET"', "jwt-secret-file"),
    ('tls-cert = "a"\ntls-key = "b"', "tls-cert, tls-key")])
async def test_what_needs_a_restart_is_named_and_stays(start_hub, config, tmp_path, text, named):
    listen = "" if text.startswith("listen") else 'listen = ["127.0.0.1:0"]\n'
    hub = start_hub("--config", config('listen = ["127.0.0.1:0"]\n'), listen=None)
    a = await session(hub)
    config(text.replace("SECRET", secret_file(tmp_path)) + f"\n{listen}rate-limit = 0\n")
    hub.signal(signal.SIGHUP)
    assert hub.wait_log("reloaded")["needsRestart"] == named
    assert await served(a, 150) == {"hub:queue_stats_response"}
    await session(hub)  # without a token, without TLS


OLD, NEW = "o" * 40, "n" * 40


@pytest.fixture
def secret(tmp_path):
    """A file with the key OLD; `secret(key)` replaces it. Its path as a setting is `setting`."""
    def write(key):
        secret_file(tmp_path, key)

    write(OLD)
    write.setting = f'jwt-secret-file = "{tmp_path}/secret"\n'
    return write


async def test_keys_are_replaced_without_ending_a_session(start_hub, config, secret):
    hub = start_hub("--config", config(secret.setting))
    before = await holder(hub, OLD, "before")
    secret(NEW)
    hub.signal(signal.SIGHUP)
    assert hub.wait_log("reloaded")["needsRestart"] == ""
    after = await holder(hub, NEW, "after")
    assert (await before.deliver(after.me, 1))["type"] == "hub:delivery_ack"
    assert await refused(hub, OLD, "late")


async def test_the_claims_asked_for_are_replaced(start_hub, config, secret):
    hub = start_hub("--config", config(secret.setting))
    await holder(hub, OLD, "one")
    config(secret.setting + 'jwt-issuer = "another"\njwt-audience = "hubs"\n')
    hub.signal(signal.SIGHUP)
    assert hub.wait_log("reloaded")["needsRestart"] == ""
    await holder(hub, OLD, "two", iss="another", aud="hubs")
    assert await refused(hub, OLD, "three")


async def test_a_key_that_cannot_be_used_changes_nothing(start_hub, config, secret):
    hub = start_hub("--config", config(secret.setting + "max-actors = 1\n"))
    secret("short")
    config(secret.setting + "max-actors = 7\n")
    hub.signal(signal.SIGHUP)
    assert "jwt-secret-file" in hub.wait_log("reload_failed")["reason"]
    await holder(hub, OLD, "one")
    two = await session(hub, "@(two)", metadata={"authToken": token("two", OLD)})
    answer = await two.ask("hub:register", {"actorAddress": "@(two)", "capabilities": ["x"]})
    assert answer["payload"]["code"] == "registry_full"
