"""What takes minutes, on a hub whose clock is set forward: expired tokens, the refresh interval, the
memory of retries, the window of bad frames."""
import tokens
from client import Client, actor, connect_metadata, new_id, session, until
from expect import answered, refused
from hub import UNLIMITED
from tokens import now, token

# Nothing but the minute in question may end a session meanwhile.
PATIENT = (*UNLIMITED, "--idle-timeout", "0", "--ping-interval", "0", "--connect-timeout", "0",
           "--actor-ttl", "1h")


async def hub_now(client):
    """The hub's clock, from an answer of any kind: with auth a true `timestamp` is refused once the
    hub is minutes ahead. Asking also wakes its loop, whose sleeps are in true time."""
    id_ = await client.send("hub:heartbeat")
    return (await client.answer(id_))["timestamp"]


async def wait_closed(client):
    """Keeps the hub's loop turning until this session has ended: its code."""

    async def ended():
        if not client.socket.closed:
            await client.send_raw('{"type":"ping"}')
        return client.socket.closed

    await until(ended, "the session to end")
    return await client.closed()


async def test_a_session_ends_5_minutes_after_its_token(late_hub, tmp_path):
    hub = late_hub(*PATIENT, "--jwt-secret-file", tokens.secret_file(tmp_path))
    a = await session(hub, me="@(alice)", metadata={
        "authToken": token("alice", exp=now() + 240)})
    hub.later(minutes=8)
    for _ in range(3):
        await hub_now(a)
    hub.later(minutes=1.5)
    assert await wait_closed(a) == 1008
    last = [m for m in a.inbox if m["type"] != "pong"][-1]
    payload = answered(last, "hub:disconnect", "@(alice)")
    assert payload["reason"] == "token_expired"
    assert set(payload) <= {"reason", "message", "reconnectAfter"}


async def test_a_refreshed_session_goes_on(late_hub, tmp_path):
    hub = late_hub(*PATIENT, "--jwt-secret-file", tokens.secret_file(tmp_path))
    a = await session(hub, me="@(alice)", metadata={
        "authToken": token("alice", exp=now() + 240)})
    answer = await a.ask("hub:refresh_token", metadata={
        "authToken": token("alice", exp=now() + 3600)})
    assert answer["type"] == "hub:token_refreshed"
    hub.later(minutes=20)
    for _ in range(3):
        await hub_now(a)


async def test_a_token_may_be_refreshed_again_after_a_minute(late_hub, tmp_path):
    hub = late_hub(*PATIENT, "--jwt-secret-file", tokens.secret_file(tmp_path))
    a = await session(hub, me="@(alice)", metadata={"authToken": token("alice")})

    async def refresh():
        return (await a.ask("hub:refresh_token", metadata={"authToken": token("alice")}))["type"]

    assert await refresh() == "hub:token_refreshed"
    assert await refresh() == "hub:rate_limited"
    hub.later(minutes=0.5)
    assert await refresh() == "hub:rate_limited"
    hub.later(minutes=0.6)
    assert await refresh() == "hub:token_refreshed"


async def test_retries_are_remembered_for_a_minute(late_hub):
    hub = late_hub(*PATIENT)
    a, b = await session(hub), await actor(hub)
    id_ = new_id()
    await a.deliver(b.me, 1, id=id_)
    hub.later(minutes=0.5)
    await a.deliver(b.me, 1, id=id_)
    await b.receive("app:event")
    await b.nothing_more()
    hub.later(minutes=1)
    await a.deliver(b.me, 1, id=id_)
    await b.receive("app:event")


async def test_bad_frames_are_forgotten_after_a_minute(late_hub):
    hub = late_hub(*PATIENT)
    a = await session(hub)
    for _ in range(3):
        for _ in range(10):
            await a.send_raw("{")
            refused(await a.receive("hub:error"), "invalid_json")
        hub.later(minutes=1.1)
    await a.fence()


async def test_a_connect_that_is_never_due(late_hub):
    """No timeout, no end: 0 means unlimited."""
    hub = late_hub(*PATIENT)
    waiting, a = await Client.open(hub.url), await session(hub)
    hub.later(minutes=60)
    await a.fence()
    assert (await waiting.ask("hub:connect", metadata=connect_metadata()))["type"] == "hub:connected"
