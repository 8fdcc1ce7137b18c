"""What the administration API does: publish, send, kick, reload, drain."""
import asyncio

import pytest

from admin import Operator, Refused, administered, quoted, socket_of
from client import HUB, actor, session, sessions, topic, unique, until
from hub import UNLIMITED


@pytest.fixture(scope="module", name="hub")
def _hub(tmp_path_factory):
    with administered(tmp_path_factory.mktemp("admin"), *UNLIMITED, "--grace", "1h") as hub:
        yield hub


@pytest.fixture(name="operator")
def _operator(hub):
    return Operator(hub)


async def asked(operator, method, path, body=None):
    return await asyncio.to_thread(operator.ask, method, path, body)


async def refusal(operator, method, path, body=None):
    with pytest.raises(Refused) as refused:
        await asked(operator, method, path, body)
    return refused.value.status, refused.value.code


# ---- messages -----------------------------------------------------------------------------------

async def test_a_publication_reaches_every_subscriber(hub, operator):
    name, clients = topic(), [await actor(hub) for _ in range(3)]
    for client in clients:
        await client.subscribe(name)
    # Numbers beyond a double keep their digits.
    answer = await asked(operator, "POST", "/publish",
                         {"topic": name, "type": "app:news", "data": {"n": 2**70}})
    assert answer["subscriberCount"] == 3 and answer["topic"] == name
    for client in clients:
        message = await client.receive("app:news")
        assert message["from"] == HUB and message["payload"] == {"n": 2**70}
        assert message["metadata"]["topic"] == name


async def test_a_large_fan_out_is_answered_when_it_is_done(hub, operator):
    name, clients = topic(), await sessions(hub, 8)
    for index, client in enumerate(clients):
        for n in range(50):
            await client.register(f"@({name}/{index}/{n})")
            await client.subscribe(name, sender=f"@({name}/{index}/{n})")
    answer = await asked(operator, "POST", "/publish", {"topic": name, "type": "app:x", "data": 1})
    assert answer["subscriberCount"] == 400
    for client in clients:
        assert len(await client.take(50, "app:x")) == 50


async def test_a_message_may_come_from_a_given_address(hub, operator):
    client = await actor(hub)
    answer = await asked(operator, "POST", "/send", {
        "to": client.me, "type": "app:hello", "data": None, "from": "@(ops/console)",
        "metadata": {"traceId": "t-1"}, "ttl": 60_000})
    assert answer["status"] == "delivered"
    message = await client.receive("app:hello")
    assert message["from"] == "@(ops/console)" and message["metadata"]["traceId"] == "t-1"


async def test_what_the_hub_refuses_is_passed_on(hub, operator):
    client = await actor(hub)
    send = {"to": client.me, "type": "app:x", "data": 1}
    assert await refusal(operator, "POST", "/send", {**send, "to": unique()}) == (
        404, "unknown_actor")
    assert (await refusal(operator, "POST", "/send", {**send, "metadata": {"delivery": 7}}))[0] == 400
    for body in ({**send, "extra": 1}, {"to": client.me, "type": "x"}, {**send, "from": "nobody"},
                 {**send, "metadata": []}, {**send, "ttl": -1}, {**send, "type": ""}, [], "x"):
        assert await refusal(operator, "POST", "/send", body) == (400, "invalid_request"), body
    status, _, _ = await asyncio.to_thread(operator.raw, "POST", "/send", b'{"to":"\xff"}')
    assert status == 400
    await client.nothing_more()


# ---- kicks --------------------------------------------------------------------------------------

async def session_of(operator, client):
    listed = await asyncio.to_thread(operator.get, "/sessions", search=client.me)
    return listed["items"][0]["id"]


async def test_a_kicked_session_is_told_and_its_actor_stays_for_the_grace(hub, operator):
    client = await actor(hub)
    id_ = await session_of(operator, client)
    assert await asked(operator, "DELETE", f"/sessions/{id_}") == {"sessions": 1, "actors": 0}
    goodbye = await client.receive("hub:disconnect")
    assert goodbye["payload"]["reason"] == "admin"
    assert await client.closed() == 1008
    assert (await asyncio.to_thread(operator.get, f"/actors/{quoted(client.me)}"))["status"] == "away"
    hub.wait_log("admin_action", action="kick_session", target=id_, via="http")
    hub.wait_log("session_state", sessionId=id_, toState="disconnected")
    assert (await refusal(operator, "DELETE", f"/sessions/{id_}")) == (404, "not_found")


async def test_a_kicked_actor_leaves_its_address(hub, operator):
    client = await actor(hub)
    assert await asked(operator, "DELETE", f"/actors/{quoted(client.me)}") == {
        "sessions": 1, "actors": 1}
    assert (await client.receive("hub:disconnect"))["payload"]["reason"] == "admin"
    assert await client.closed() == 1008
    assert await refusal(operator, "GET", f"/actors/{quoted(client.me)}") == (404, "not_found")
    other = await session(hub, me=client.me)
    await other.register()


async def test_an_away_actor_can_be_kicked(hub, operator):
    client = await actor(hub)
    client.cut()

    async def away():
        found = await asyncio.to_thread(operator.get, f"/actors/{quoted(client.me)}")
        return found["status"] == "away"

    await until(away, "it to be away")
    assert await asked(operator, "DELETE", f"/actors/{quoted(client.me)}") == {
        "sessions": 0, "actors": 1}


# ---- control ------------------------------------------------------------------------------------

async def test_the_log_level_changes_at_once(hub, operator):
    assert await asked(operator, "GET", "/log-level") == {"level": "info"}
    assert await asked(operator, "PUT", "/log-level", {"level": "debug"}) == {"level": "debug"}
    client = await actor(hub)
    hub.wait_log("actor_registered", actorAddress=client.me)
    assert await asked(operator, "PUT", "/log-level", {"level": "info"}) == {"level": "info"}
    assert await refusal(operator, "PUT", "/log-level", {"level": "loud"}) == (
        400, "invalid_request")


def test_a_reload_tells_what_needs_a_restart(tmp_path):
    config = tmp_path / "hub.toml"
    config.write_text("max-actors = 5\n")
    with administered(tmp_path, "--config", config) as hub:
        config.write_text('max-actors = 7\nhub-address = "@(other)"\n')
        assert Operator(hub).ask("POST", "/reload") == {"needsRestart": ["hub-address"]}
        config.write_text("max-actors = nonsense\n")
        with pytest.raises(Refused) as refused:
            Operator(hub).ask("POST", "/reload")
        assert (refused.value.status, refused.value.code) == (409, "reload_failed")
        hub.wait_log("reload_failed")


async def test_a_drain_under_load_ends_cleanly(tmp_path):
    hub = administered(tmp_path, *UNLIMITED, "--db", tmp_path / "hub.db", "--grace", "1h").start()
    operator = Operator(hub, None, socket_of(tmp_path))
    sender, receiver, lost = await actor(hub), await actor(hub), await actor(hub)
    lost.cut()

    async def away():
        found = await asyncio.to_thread(operator.get, f"/actors/{quoted(lost.me)}")
        return found["status"] == "away"

    await until(away, "it to be away")
    queued = 0

    async def load():
        nonlocal queued
        while True:
            await receiver.tell(sender.me, "noise")
            if (await sender.deliver(lost.me, "kept"))["payload"].get("status") == "queued":
                queued += 1

    working = asyncio.ensure_future(load())

    async def under_way():
        return queued > 20

    await until(under_way, "load")
    assert (await asked(operator, "POST", "/drain"))["state"] == "draining"
    assert (await receiver.receive("hub:disconnect"))["payload"]["reason"] == "server_shutdown"
    assert await asyncio.to_thread(hub.wait_exit) == 0
    await asyncio.gather(working, return_exceptions=True)
    hub.stop()
    hub.wait_log("draining", trigger="admin")

    again = administered(tmp_path, *UNLIMITED, "--db", tmp_path / "hub.db", "--grace", "1h").start()
    try:
        waiting = await asyncio.to_thread(Operator(again).get, "/queues", search=lost.me)
        assert waiting["items"][0]["stored"] >= queued
    finally:
        await again.stopped()
