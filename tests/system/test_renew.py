"""hub:renew, renewOnHeartbeat, and registrations that end by themselves (§4 Registry)."""
import pytest

from client import actor, new_id, session, topic, until
from expect import answered, refused, unknown_actor
from hub import UNLIMITED

HUB_FLAGS = (*UNLIMITED, "--log-level", "debug")


async def expiry(client, address):
    found = (await client.ask("hub:discover", {"pattern": address}))["payload"]["actors"]
    return found[0]["expiresAt"] if found else None


async def renew(client, token, **fields):
    return await client.ask("hub:renew", {"renewalToken": token}, **fields)


async def test_renewed_is_exact_and_the_token_new(hub):
    a = await session(hub)
    token = (await a.register(ttlSeconds=60))["renewalToken"]
    id_ = new_id()
    answer = await renew(a, token, id=id_)
    payload = answered(answer, "hub:renewed", a.me, id_)
    assert set(payload) == {"expiresAt", "renewalToken"}
    assert payload["expiresAt"] - answer["timestamp"] == 60_000
    assert payload["renewalToken"] != token
    assert await expiry(a, a.me) == payload["expiresAt"]


async def test_an_old_token_stops_working(hub):
    a = await session(hub)
    first = (await a.register())["renewalToken"]
    second = (await renew(a, first))["payload"]["renewalToken"]
    refused(await renew(a, first), "invalid_token")
    assert (await renew(a, second))["type"] == "hub:renewed"


async def test_a_token_chain(hub):
    a = await session(hub)
    token = (await a.register())["renewalToken"]
    seen = {token}
    for _ in range(20):
        token = (await renew(a, token))["payload"]["renewalToken"]
        assert token not in seen
        seen.add(token)


@pytest.mark.parametrize("token", ["x", "1.abc", "nonsense.1.deadbeef", "a" * 200])
async def test_an_unknown_token(hub, token):
    a = await session(hub)
    refused(await renew(a, token), "invalid_token")


async def test_an_altered_token(hub):
    a = await session(hub)
    token = (await a.register())["renewalToken"]
    for altered in (token[:-1] + ("0" if token[-1] != "0" else "1"), token + "0", token[:-2],
                    token.swapcase()):
        if altered != token:
            refused(await renew(a, altered), "invalid_token")
    assert (await renew(a, token))["type"] == "hub:renewed"


@pytest.mark.parametrize("payload", [None, {}, {"renewalToken": 5}, {"renewalToken": None}], ids=str)
async def test_renew_without_a_token(hub, payload):
    a = await session(hub)
    refused(await a.ask("hub:renew", payload), "invalid_message")


async def test_whoever_holds_the_token_may_renew(hub):
    a, b = await session(hub), await session(hub)
    token = (await a.register())["renewalToken"]
    answer = await renew(b, token)
    assert answer["type"] == "hub:renewed"
    await a.nothing_more()
    # Holding it moves nothing: messages still go to the session that registered.
    await b.tell(a.me, 1)
    assert (await a.receive("app:event"))["payload"] == 1


async def test_a_token_ends_with_its_registration(hub):
    a = await session(hub)
    token = (await a.register())["renewalToken"]
    await a.ask("hub:unregister", {"actorAddress": a.me})
    refused(await renew(a, token), "invalid_token")
    await a.register()
    refused(await renew(a, token), "invalid_token")


async def test_registering_again_may_carry_the_token(hub):
    a = await session(hub)
    token = (await a.register())["renewalToken"]
    again = await a.register(renewalToken=token)
    assert again["resumed"] is True
    assert (await renew(a, again["renewalToken"]))["type"] == "hub:renewed"


async def test_heartbeats_renew_what_asked_for_it(hub):
    a = await session(hub)
    await a.register(metadata={"renewOnHeartbeat": True})
    before = await expiry(a, a.me)

    async def later():
        await a.send("hub:heartbeat", {"timestamp": 1})
        return (await expiry(a, a.me)) > before

    await until(later, "a later expiry")


async def test_heartbeats_do_not_renew_what_did_not(hub):
    a = await session(hub)
    await a.register()
    before = await expiry(a, a.me)
    start = (await a.ask("hub:heartbeat"))["timestamp"]

    async def time_has_passed():
        return (await a.ask("hub:heartbeat"))["timestamp"] > start + 5

    await until(time_has_passed, "some milliseconds of the hub's clock")
    assert await expiry(a, a.me) == before


# ---- expiry -------------------------------------------------------------------------------------


async def test_an_expired_actor_is_removed_by_a_timer(hub):
    """The log tells; nobody asked for the address meanwhile."""
    a = await session(hub)
    name = topic()
    token = (await a.register(ttlSeconds=1))["renewalToken"]
    await a.subscribe(name)
    hub.wait_log("actor_expired", actorAddress=a.me)
    assert not await a.is_registered(a.me)
    unknown_actor(await a.deliver(a.me), a.me)
    refused(await renew(a, token), "invalid_token")
    assert (await a.publish(name))["subscriberCount"] == 0
    await a.register()  # the session lives


async def test_an_actor_never_outlives_its_expiry_in_a_listing(hub):
    a = await session(hub)
    answer = await a.ask("hub:register", {"actorAddress": a.me, "capabilities": ["x"],
                                          "ttlSeconds": 1})
    expires = answer["payload"]["expiresAt"]

    async def gone():
        answer = await a.ask("hub:discover", {"pattern": a.me})
        found = answer["payload"]["actors"]
        assert not found or answer["timestamp"] <= expires, "an expired actor was listed"
        return not found

    await until(gone, "the actor to expire")


async def test_renewing_puts_expiry_off(hub):
    a, b = await session(hub), await actor(hub)
    token = (await a.register(ttlSeconds=2))["renewalToken"]
    short = (await b.register(ttlSeconds=1))["actorAddress"]
    token = (await renew(a, token))["payload"]["renewalToken"]
    hub.wait_log("actor_expired", actorAddress=short)
    assert (await renew(a, token))["type"] == "hub:renewed"
    assert await a.is_registered(a.me)


async def test_registering_again_puts_expiry_off(hub):
    a, b = await session(hub), await session(hub)
    await a.register(ttlSeconds=1)
    await b.register(ttlSeconds=1)
    await a.register(ttlSeconds=300)
    hub.wait_log("actor_expired", actorAddress=b.me)
    assert await a.is_registered(a.me)
