"""hub:register, single and bulk, and hub:unregister (§4 Registry)."""
import json

import pytest

from client import HUB, actor, envelope, new_id, session, topic, unique
from expect import COMMON, answered, common_part, refused

KEYS = {"actorAddress", "expiresAt", "renewalToken", "version", "resumed", "subscriptions"}


async def listed(client, address):
    found = (await client.ask("hub:discover", {"pattern": address}))["payload"]["actors"]
    assert len(found) == 1, found
    return found[0]


async def test_registered_is_exact(hub):
    a = await session(hub)
    id_, address = new_id(), unique()
    answer = await a.ask("hub:register", {"actorAddress": address, "capabilities": ["x"]}, id=id_)
    payload = answered(answer, "hub:registered", a.me, id_)
    assert set(payload) == KEYS, payload
    assert payload["actorAddress"] == address
    assert payload["expiresAt"] - answer["timestamp"] == 300_000
    assert isinstance(payload["renewalToken"], str) and len(payload["renewalToken"]) >= 16
    assert payload["version"] == 1
    assert payload["resumed"] is False
    assert payload["subscriptions"] == []


@pytest.mark.parametrize("asked, granted", [
    (5, 5), (1.5, 1.5), (300, 300), (3600, 3600), (3601, 3600), (10**12, 3600), (1, 1), (0, 1), (-7, 1),
    (None, 300)])
async def test_ttl_is_clamped(hub, asked, granted):
    a = await session(hub)
    answer = await a.ask("hub:register", {"actorAddress": a.me, "capabilities": ["x"],
                                          "ttlSeconds": asked})
    assert answer["payload"]["expiresAt"] - answer["timestamp"] == granted * 1000


async def test_ttl_default_and_maximum_are_settings(start_hub):
    hub = start_hub("--actor-ttl", "20s", "--actor-ttl-max", "40s")
    a = await session(hub)
    for asked, granted in ((None, 20), (30, 30), (90, 40)):
        answer = await a.ask("hub:register", {"actorAddress": a.me, "capabilities": ["x"],
                                              "ttlSeconds": asked})
        assert answer["payload"]["expiresAt"] - answer["timestamp"] == granted * 1000


async def test_versions_go_on_after_unregistering(hub):
    a = await session(hub)
    first = (await a.register())["version"]
    await a.ask("hub:unregister", {"actorAddress": a.me})
    assert (await a.register())["version"] == first + 1


async def test_what_was_registered_is_listed(hub):
    a = await session(hub)
    capabilities = ["read", "write", "grüße"]
    metadata = {"name": "A", "deep": {"n": [1, 2.5, None]}}
    answer = await a.ask("hub:register", {"actorAddress": a.me, "capabilities": capabilities,
                                          "metadata": metadata})
    found = await listed(a, a.me)
    assert found["capabilities"] == capabilities
    assert found["metadata"] == metadata
    assert found["expiresAt"] == answer["payload"]["expiresAt"]


@pytest.mark.parametrize("field, value", [
    ("actorAddress", None), ("actorAddress", 5), ("actorAddress", "nobody"),
    ("actorAddress", ""), ("actorAddress", "@()"), ("actorAddress", "@(a*)"),
    ("actorAddress", "@(a(b))"),
    ("actorAddress", "@(" + "x" * 257 + ")"),
    ("capabilities", None), ("capabilities", []), ("capabilities", "x"), ("capabilities", [1]),
    ("capabilities", [""]),
    ("metadata", "x"), ("metadata", [1]), ("metadata", 5),
    ("ttlSeconds", "5"), ("ttlSeconds", {}),
    ("renewalToken", 5), ("overflow", "explode"), ("overflow", 5),
], ids=lambda v: json.dumps(v)[:20])
async def test_wrong_fields_are_named(hub, field, value):
    a = await session(hub)
    payload = {"actorAddress": a.me, "capabilities": ["x"], field: value}
    answer = await a.ask("hub:register", payload)
    refused(answer, "invalid_message", naming=f"payload.{field}")
    assert not await a.is_registered(a.me)


@pytest.mark.parametrize("payload", [None, "x", 5, []])
async def test_a_payload_that_is_no_object_is_named(hub, payload):
    a = await session(hub)
    refused(await a.ask("hub:register", payload), "invalid_message", naming="payload")


# ---- bounds -------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload, bound", [
    ({"capabilities": [f"c{n}" for n in range(65)]}, "capabilities"),
    ({"capabilities": ["x" * 129]}, "capabilit"),
    ({"capabilities": ["x"], "metadata": {"m": "x" * 4096}}, "metadata"),
], ids=["65 capabilities", "129 bytes", "metadata"])
async def test_bounds_are_refused_by_name(hub, payload, bound):
    a = await session(hub)
    answer = await a.ask("hub:register", {"actorAddress": a.me, **payload})
    refused(answer, "limit_exceeded", naming=bound)
    assert not await a.is_registered(a.me)


async def test_bounds_are_reached(hub):
    a = await session(hub)
    metadata = {"m": "x" * (4096 - len('{"m":""}'))}
    text = json.dumps({"m": "@"}, separators=(",", ":")).replace("@", metadata["m"])
    assert len(text) == 4096
    message = {"actorAddress": a.me, "capabilities": [f"{n:0128}" for n in range(64)],
               "metadata": "@@@"}
    id_ = new_id()
    frame = json.dumps(envelope("hub:register", message, sender=a.me, pattern="ask", id=id_))
    await a.send_raw(frame.replace('"@@@"', text))
    assert (await a.answer(id_))["type"] == "hub:registered"


async def test_a_session_holds_100_actors(hub):
    a = await session(hub)
    addresses = [unique("many") for _ in range(101)]
    for address in addresses[:100]:
        await a.register(address)
    answer = await a.ask("hub:register", {"actorAddress": addresses[100], "capabilities": ["x"]})
    refused(answer, "limit_exceeded", naming="actors")
    await a.register(addresses[0])  # a renewal
    await a.ask("hub:unregister", {"actorAddress": addresses[1]})
    await a.register(addresses[100])


async def test_a_full_registry_refuses_new_addresses_only(start_hub):
    hub = start_hub("--max-actors", "3", "--rate-limit", "0")
    a, b = await session(hub), await session(hub)
    for n in range(3):
        last = await a.register(f"@(full/{n})")
    full = await b.ask("hub:register", {"actorAddress": "@(full/3)", "capabilities": ["x"]})
    assert refused(full, "registry_full")["retryable"] is True
    await a.register("@(full/0)")
    assert (await a.ask("hub:renew", {"renewalToken": last["renewalToken"]}))["type"] == "hub:renewed"
    await b.register("@(full/1)")  # an address that exists, taken over
    id_ = full["correlationId"]
    await b.ask("hub:unregister", {"actorAddress": "@(full/1)"})
    # A retryable refusal is not remembered: the same request succeeds now.
    again = await b.ask("hub:register", {"actorAddress": "@(full/3)", "capabilities": ["x"]}, id=id_)
    assert again["type"] == "hub:registered"


# ---- bulk ---------------------------------------------------------------------------------------


async def test_bulk_elements_are_independent(hub):
    a = await session(hub)
    good, other = unique(), unique()
    elements = [
        {"actorAddress": good, "capabilities": ["x"], "ttlSeconds": 60},
        {"actorAddress": "@(bad/*)", "capabilities": ["x"]},
        {"actorAddress": unique(), "capabilities": []},
        {"actorAddress": unique(), "capabilities": ["x" * 129]},
        {"actorAddress": other, "capabilities": ["y"], "metadata": {"n": 1}},
    ]
    id_ = new_id()
    answer = await a.ask("hub:register", {"actors": elements}, id=id_)
    payload = answered(answer, "hub:registered", a.me, id_)
    assert set(payload) == {"actors"}
    first, star, none, long, last = payload["actors"]
    assert set(first) == KEYS and first["actorAddress"] == good
    assert first["expiresAt"] - answer["timestamp"] == 60_000
    assert set(last) == KEYS and last["actorAddress"] == other
    for element, code in ((star, "invalid_message"), (none, "invalid_message"),
                          (long, "limit_exceeded")):
        assert set(element["error"]) == COMMON
        common_part(element["error"], code)
    assert await a.is_registered(good) and await a.is_registered(other)


async def test_bulk_errors_name_their_element(hub):
    a = await session(hub)
    answer = await a.ask("hub:register", {"actors": [
        {"actorAddress": "nonsense", "capabilities": ["x"]},
        {"actorAddress": HUB, "capabilities": ["x"]}, 7]})
    bad, own, number = answer["payload"]["actors"]
    assert bad["actorAddress"] == "nonsense" and bad["error"]["code"] == "invalid_message"
    assert own["error"]["code"] == "invalid_message"
    assert number["error"]["details"]["field"] == "payload.actors[2]"


async def test_bulk_of_100_is_served_in_order(hub):
    a = await session(hub)
    addresses = [unique("bulk") for _ in range(100)]
    answer = await a.ask("hub:register", {
        "actors": [{"actorAddress": address, "capabilities": ["x"]} for address in addresses]})
    assert [e["actorAddress"] for e in answer["payload"]["actors"]] == addresses
    assert all("error" not in e for e in answer["payload"]["actors"])


async def test_bulk_of_101_is_refused_in_whole(hub):
    a = await session(hub)
    addresses = [unique("bulk") for _ in range(101)]
    answer = await a.ask("hub:register", {
        "actors": [{"actorAddress": address, "capabilities": ["x"]} for address in addresses]})
    refused(answer, "limit_exceeded", naming="actors")
    assert not await a.is_registered(addresses[0])


@pytest.mark.parametrize("actors", ["x", {}, 7, []], ids=json.dumps)
async def test_bulk_of_a_wrong_type(hub, actors):
    a = await session(hub)
    answer = await a.ask("hub:register", {"actors": actors})
    refused(answer, "invalid_message", naming="payload.actors")


@pytest.mark.parametrize("element", [5, None, "x"])
async def test_a_bulk_element_of_a_wrong_type(hub, element):
    a = await session(hub)
    answer = await a.ask("hub:register", {"actors": [element]})
    common_part(answer["payload"]["actors"][0]["error"], "invalid_message")


# ---- unregister ---------------------------------------------------------------------------------


async def test_unregister_by_ask_is_answered(hub):
    a = await actor(hub)
    id_ = new_id()
    answer = await a.ask("hub:unregister", {"actorAddress": a.me}, id=id_)
    assert answered(answer, "hub:unregistered", a.me, id_) == {"actorAddress": a.me}
    assert not await a.is_registered(a.me)


async def test_unregister_by_tell_is_not_answered(hub):
    a = await actor(hub)
    await a.send("hub:unregister", {"actorAddress": a.me})
    await a.nothing_more()
    assert not await a.is_registered(a.me)


async def test_unregister_without_payload_means_the_envelopes_from(hub):
    a = await actor(hub)
    second = unique("second")
    await a.register(second)
    answer = await a.ask("hub:unregister", None, sender=second)
    assert answer["payload"] == {"actorAddress": second}
    assert await a.is_registered(a.me)
    assert not await a.is_registered(second)


async def test_a_taken_over_registration_names_its_topics(hub):
    a = await actor(hub)
    names = sorted(topic(f"t{n}") for n in range(100))
    await a.ask("hub:subscribe", {"topics": names})
    again = await a.register()
    assert sorted(again["subscriptions"]) == names
    await a.subscribe(topic("one-more"))
    again = await a.register()
    assert again["subscriptionCount"] == 101
    assert "subscriptions" not in again
