"""What a token grants: message types, addresses, `from`; clocks (§9)."""
import pytest

import tokens
from client import HUB, actor, new_id, now_ms, session, unique
from expect import COMMON, common_part, refused, unauthorized
from hub import UNLIMITED, Hub
from tokens import ALL, token


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    path = tokens.secret_file(tmp_path_factory.mktemp("keys"))
    with Hub(*UNLIMITED, "--jwt-secret-file", path) as running:
        yield running


def path_of(address):
    return address[2:-1]


async def login(hub, address=None, **claims):
    """A connected session of the actor."""
    address = address or unique()
    return await session(hub, me=address,
                         metadata={"authToken": token(path_of(address), **claims)})


EVENT = {"type": "app:x", "data": 1}
GATED = [
    ("hub:send", "send", EVENT),
    ("hub:broadcast", "broadcast", EVENT),
    ("hub:publish", "publish", {**EVENT, "topic": "t"}),
    ("hub:subscribe", "subscribe", {"topic": "t"}),
    ("hub:register", "register", {"capabilities": ["x"]}),
    ("hub:discover", "discover", {"pattern": "*"}),
    ("hub:list_actors", "discover", {}),
    ("hub:metrics", "metrics", None),
]


async def ask_as(client, type_, payload):
    if type_ == "hub:register":
        payload = {**payload, "actorAddress": client.me}
    return await client.ask(type_, payload, to=client.me if type_ == "hub:send" else HUB)


@pytest.mark.parametrize("type_, capability, payload", GATED, ids=[g[0] for g in GATED])
async def test_each_message_needs_its_capability(hub, type_, capability, payload):
    without = await login(hub, capabilities=[c for c in ALL if c != capability])
    answer = await ask_as(without, type_, payload)
    unauthorized(answer, type_, "PERMISSION_DENIED")
    assert capability in answer["payload"]["reason"]

    with_it = await login(hub, capabilities=[capability])
    answer = await ask_as(with_it, type_, payload)
    assert answer["type"] != "hub:unauthorized", answer


async def test_without_the_claim_all_but_admin_metrics_and_presence(hub):
    a = await login(hub)
    for type_, capability, payload in GATED:
        answer = await ask_as(a, type_, payload)
        assert (answer["type"] == "hub:unauthorized") == (capability == "metrics"), answer


async def test_a_star_includes_metrics(hub):
    a = await login(hub, capabilities=["*"])
    for type_, _, payload in GATED:
        assert (await ask_as(a, type_, payload))["type"] != "hub:unauthorized"


async def test_an_empty_claim_grants_nothing(hub):
    a = await login(hub, capabilities=[])
    for type_, _, payload in GATED:
        unauthorized(await ask_as(a, type_, payload), type_, "PERMISSION_DENIED")
    # What keeps or ends a session is never withheld.
    await a.fence()
    assert (await a.ask("hub:queue_stats"))["type"] == "hub:queue_stats_response"
    await a.send("hub:disconnect")
    assert await a.closed() == 1000


async def test_what_connect_calls_capabilities_grants_nothing(hub):
    address = unique()
    a = await session(hub, me=address, metadata={
        "authToken": token(path_of(address), capabilities=["send"]),
        "capabilities": ["publish", "admin", "*"]})
    unauthorized(await a.ask("hub:publish", {**EVENT, "topic": "t"}), "hub:publish")


async def test_a_refused_broadcast_reaches_nobody(hub):
    a, b = await login(hub, capabilities=["send"]), await login(hub)
    await b.register()
    unauthorized(await a.ask("hub:broadcast", EVENT), "hub:broadcast", "PERMISSION_DENIED")
    await b.nothing_more()


# ---- addresses ----------------------------------------------------------------------------------


async def may_register(client, address):
    answer = await client.ask("hub:register", {"actorAddress": address, "capabilities": ["x"]})
    if answer["type"] == "hub:registered":
        return True
    unauthorized(answer, "hub:register", "PERMISSION_DENIED")
    return False


async def test_its_own_address_and_those_below(hub):
    a = await login(hub, "@(own/alice)")
    for address in ("@(own/alice)", "@(own/alice/phone)", "@(own/alice/a/b)"):
        assert await may_register(a, address)
    for address in ("@(own)", "@(own/alice2)", "@(own/bob)", "@(alice)", "@(own/alic)"):
        assert not await may_register(a, address)


async def test_globs_of_the_actors_claim(hub):
    a = await login(hub, "@(globs/alice)", actors=["bots/*", "exact/one"])
    for address in ("@(bots/1)", "@(bots/a/b)", "@(exact/one)", "@(globs/alice)"):
        assert await may_register(a, address)
    for address in ("@(bots)", "@(robots/1)", "@(exact/one/below)", "@(exact/two)"):
        assert not await may_register(a, address)


async def test_no_glob_reaches_the_hubs_address(hub):
    a = await login(hub, actors=["*"])
    for address in (HUB, "@(cloudflare/signal-hub/x)"):
        answer = await a.ask("hub:register", {"actorAddress": address, "capabilities": ["x"]})
        assert answer["type"] in ("hub:error", "hub:unauthorized")


async def test_bulk_elements_are_judged_one_by_one(hub):
    a = await login(hub, "@(bulk/alice)")
    answer = await a.ask("hub:register", {"actors": [
        {"actorAddress": "@(bulk/bob)", "capabilities": ["x"]},
        {"actorAddress": "@(bulk/alice)", "capabilities": ["x"]}]})
    denied, granted = answer["payload"]["actors"]
    assert COMMON <= set(denied["error"])
    common_part(denied["error"], "unauthorized")
    assert granted["actorAddress"] == "@(bulk/alice)" and "error" not in granted


async def test_a_renewal_token_grants_no_address(hub):
    owner, thief = await login(hub), await login(hub)
    stolen = (await owner.register())["renewalToken"]
    answer = await thief.ask("hub:register", {"actorAddress": owner.me, "capabilities": ["x"],
                                              "renewalToken": stolen})
    unauthorized(answer, "hub:register", "PERMISSION_DENIED")
    await owner.nothing_more()


# ---- from ---------------------------------------------------------------------------------------


async def test_from_is_enforced(hub):
    a, b, other = await login(hub), await login(hub), await login(hub)
    await b.register()
    await other.register()
    for claimed in (other.me, unique(), HUB, a.me):
        await a.tell(b.me, sender=claimed)
        assert (await b.receive("app:event"))["from"] == a.me


async def test_the_identity_is_the_tokens_whatever_connect_says(hub):
    b = await login(hub)
    await b.register()
    a = await session(hub, me=unique("pretender"),
                      metadata={"authToken": token("honest/name")})
    await a.tell(b.me)
    assert (await b.receive("app:event"))["from"] == "@(honest/name)"


async def test_registering_does_not_change_the_identity(hub):
    a, b = await login(hub, "@(id/alice)"), await login(hub)
    await b.register()
    await a.register("@(id/alice/phone)")
    await a.tell(b.me, sender=unique())
    assert (await b.receive("app:event"))["from"] == "@(id/alice)"
    await a.tell(b.me, sender="@(id/alice/phone)")
    assert (await b.receive("app:event"))["from"] == "@(id/alice/phone)"


async def test_unregistering_anothers_address(hub):
    owner, other = await actor_of(hub), await login(hub)
    unauthorized(await other.ask("hub:unregister", {"actorAddress": owner.me}), "hub:unregister",
                 "PERMISSION_DENIED")
    assert await owner.is_registered(owner.me)


async def actor_of(hub):
    address = unique()
    return await actor(hub, me=address, metadata={"authToken": token(path_of(address))})


# ---- clocks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [-301_000, 301_000, -86_400_000])
async def test_a_timestamp_more_than_5_minutes_off_is_refused(hub, off):
    a = await login(hub)
    await a.register()
    answer = await a.deliver(a.me, timestamp=now_ms() + off)
    refused(answer, "invalid_message", naming="timestamp")
    await a.nothing_more()


@pytest.mark.parametrize("off", [-290_000, 290_000])
async def test_a_timestamp_less_than_5_minutes_off_is_fine(hub, off):
    a = await login(hub)
    await a.register()
    assert (await a.deliver(a.me, timestamp=now_ms() + off))["type"] == "hub:delivery_ack"


async def test_a_retry_may_have_an_old_timestamp(hub):
    a = await login(hub)
    await a.register()
    id_ = new_id()
    first = await a.deliver(a.me, 1, id=id_)
    again = await a.deliver(a.me, 1, id=id_, timestamp=now_ms() - 400_000)
    assert (again["type"], again["payload"]) == (first["type"], first["payload"])
    await a.receive("app:event")
    await a.nothing_more()
