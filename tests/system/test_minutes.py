"""What takes minutes, on a hub whose clock runs faster (libfaketime): expired tokens, the refresh
interval, the memory of retries, the window of bad frames."""
import glob

import pytest

import tokens
from client import Client, actor, connect_metadata, new_id, session, until
from expect import answered, refused
from hub import DEADLINE, UNLIMITED, sanitized
from tokens import now, token

SPEED = 150
# Nothing but the minute in question may end a session meanwhile.
PATIENT = (*UNLIMITED, "--idle-timeout", "0", "--ping-interval", "0", "--connect-timeout", "0",
           "--actor-ttl", "1h")


@pytest.fixture
def fast_hub(start_hub):
    libraries = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    assert libraries, "libfaketime is missing; tools/packages.txt names its package"
    if sanitized():
        pytest.skip("a sanitizer's runtime does not start behind libfaketime")

    def start(*flags):
        return start_hub(*PATIENT, *flags, env={
            "LD_PRELOAD": libraries[0], "FAKETIME": f"+0 x{SPEED}", "FAKETIME_NO_CACHE": "1"})

    return start


async def hub_now(client):
    """The hub's clock, from an answer of any kind: with auth a true `timestamp` is refused once the
    hub is minutes ahead. Asking also wakes its loop, whose sleeps are in true time."""
    id_ = await client.send("hub:heartbeat")
    return (await client.answer(id_))["timestamp"]


async def pass_minutes(client, minutes):
    end = await hub_now(client) + minutes * 60_000

    async def passed():
        return await hub_now(client) >= end

    await until(passed, f"{minutes} minutes of the hub's clock")


async def until_closed(client):
    """Keeps the hub's loop turning until this session has ended."""
    while not client.socket.closed:
        try:
            await client.send_raw('{"type":"ping"}')
            await client.receive(timeout=DEADLINE, where=lambda m: m["type"] == "pong")
        except Exception:  # the socket ended while it was asked
            break
    return await client.closed()


async def test_a_session_ends_5_minutes_after_its_token(fast_hub, tmp_path):
    hub = fast_hub("--jwt-secret-file", tokens.secret_file(tmp_path))
    expires = now() + 240
    a = await session(hub, me="@(alice)", metadata={"authToken": token("alice", exp=expires)})
    assert await until_closed(a) == 1008
    last = [m for m in a.inbox if m["type"] != "pong"][-1]
    payload = answered(last, "hub:disconnect", "@(alice)")
    assert payload["reason"] == "token_expired"
    assert set(payload) <= {"reason", "message", "reconnectAfter"}
    early = last["timestamp"] - (expires + 300) * 1000
    assert -1_000 <= early <= 60_000  # of the hub's fast clock


async def test_a_refreshed_session_goes_on(fast_hub, tmp_path):
    hub = fast_hub("--jwt-secret-file", tokens.secret_file(tmp_path))
    a = await session(hub, me="@(alice)", metadata={
        "authToken": token("alice", exp=now() + 240)})
    answer = await a.ask("hub:refresh_token", timestamp=await hub_now(a), metadata={
        "authToken": token("alice", exp=now() + 3600)})
    assert answer["type"] == "hub:token_refreshed"
    await pass_minutes(a, 10)
    assert not a.socket.closed


async def test_a_token_may_be_refreshed_again_after_a_minute(fast_hub, tmp_path):
    hub = fast_hub("--jwt-secret-file", tokens.secret_file(tmp_path))
    a = await session(hub, me="@(alice)", metadata={"authToken": token("alice")})

    async def refreshed(kind):
        answer = await a.ask("hub:refresh_token", timestamp=await hub_now(a),
                             metadata={"authToken": token("alice")})
        return answer["type"] == kind

    assert await refreshed("hub:token_refreshed")
    assert await refreshed("hub:rate_limited")

    async def again():
        return await refreshed("hub:token_refreshed")

    await until(again, "a second refresh")


async def test_retries_are_remembered_for_a_minute(fast_hub):
    hub = fast_hub()
    a, b = await session(hub), await actor(hub)
    id_ = new_id()
    await a.deliver(b.me, 1, id=id_)
    await a.deliver(b.me, 1, id=id_)
    await b.receive("app:event")
    await pass_minutes(a, 2)
    await a.deliver(b.me, 1, id=id_)
    await b.receive("app:event")


async def test_bad_frames_are_forgotten_after_minutes(fast_hub):
    hub = fast_hub()
    a = await session(hub)
    for _ in range(2):
        for _ in range(10):
            await a.send_raw("{")
            refused(await a.receive("hub:error"), "invalid_json")
        await pass_minutes(a, 2)
    await a.fence()


async def test_the_first_of_a_connect_that_never_comes(fast_hub):
    """No timeout, no end: 0 means unlimited."""
    hub = fast_hub()
    waiting, a = await Client.open(hub.url), await session(hub)
    await pass_minutes(a, 2)
    assert (await waiting.ask("hub:connect", metadata=connect_metadata()))["type"] == "hub:connected"
