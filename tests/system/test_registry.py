"""PROTOCOL.md §4 Registry."""
import time

import pytest

from client import Client, HUB, error_of, unique
from hub import UNLIMITED


def register(client, **payload):
    return client.ask("hub:register", {"actorAddress": client.address, "capabilities": ["a"],
                                       **payload})


def listed(client, address):
    actors = client.ask("hub:discover", {"pattern": address})["payload"]["actors"]
    return actors[0] if actors else None


def test_registered_answer(client):
    before = time.time() * 1000
    payload = register(client)["payload"]
    assert set(payload) == {"actorAddress", "expiresAt", "renewalToken", "version", "resumed",
                            "subscriptions"}
    assert payload["actorAddress"] == client.address and payload["version"] == 1
    assert payload["resumed"] is False and payload["subscriptions"] == []
    assert 290_000 < payload["expiresAt"] - before < 310_000


@pytest.mark.parametrize("asked,granted", [(0, 1), (-5, 1), (10, 10), (1.5, 1.5), (9999, 3600)])
def test_ttl_is_clamped(client, asked, granted):
    before = time.time() * 1000
    expires = register(client, ttlSeconds=asked)["payload"]["expiresAt"]
    assert abs(expires - before - granted * 1000) < 5000


@pytest.mark.parametrize("payload,field", [
    ({"actorAddress": "bob"}, "payload.actorAddress"),
    ({"actorAddress": "@()"}, "payload.actorAddress"),
    ({"actorAddress": "@(a*)"}, "payload.actorAddress"),
    ({"actorAddress": "@(a(b))"}, "payload.actorAddress"),
    ({"actorAddress": "@(" + "a" * 257 + ")"}, "payload.actorAddress"),
    ({"actorAddress": None}, "payload.actorAddress"),
    ({"actorAddress": HUB}, "payload.actorAddress"),
    ({"actorAddress": "@(cloudflare/signal-hub/sub)"}, "payload.actorAddress"),
    ({"capabilities": []}, "payload.capabilities"),
    ({"capabilities": None}, "payload.capabilities"),
    ({"metadata": 5}, "payload.metadata"),
    ({"ttlSeconds": "9"}, "payload.ttlSeconds"),
    ({"renewalToken": 9}, "payload.renewalToken"),
    ({"overflow": "sometimes"}, "payload.overflow"),
])
def test_wrong_field_is_named(client, payload, field):
    answer = error_of(register(client, **payload))
    assert answer["code"] == "invalid_message" and answer["details"]["field"] == field


@pytest.mark.parametrize("payload", [
    {"capabilities": ["c"] * 65}, {"capabilities": ["c" * 129]}, {"metadata": {"m": "x" * 5000}},
])
def test_bounds(client, payload):
    answer = error_of(register(client, **payload))
    assert answer["code"] == "limit_exceeded" and answer["details"]["limit"]


def test_a_session_holds_100_actors(client):
    bulk = [{"actorAddress": unique("many"), "capabilities": ["x"]} for _ in range(100)]
    answer = client.ask("hub:register", {"actors": bulk})
    assert all("error" not in a for a in answer["payload"]["actors"])
    assert error_of(client.ask("hub:register", {"actorAddress": unique("more"),
                                                "capabilities": ["x"]}))["code"] == "limit_exceeded"


def test_bulk_elements_are_independent(client):
    good, bad = unique("good"), "nonsense"
    answer = client.ask("hub:register", {"actors": [
        {"actorAddress": good, "capabilities": ["x"]},
        {"actorAddress": bad, "capabilities": ["x"]},
        {"actorAddress": HUB, "capabilities": ["x"]}, 7]})
    assert answer["type"] == "hub:registered"
    first, second, third, fourth = answer["payload"]["actors"]
    assert first["actorAddress"] == good and first["renewalToken"]
    assert second["actorAddress"] == bad and second["error"]["code"] == "invalid_message"
    assert set(third["error"]) == {"code", "message", "resolution", "retryable", "details"}
    assert fourth["error"]["details"]["field"] == "payload.actors[3]"
    assert listed(client, good)


@pytest.mark.parametrize("actors", [[], 7])
def test_empty_or_wrong_bulk(client, actors):
    assert error_of(client.ask("hub:register", {"actors": actors}))["details"][
        "field"] == "payload.actors"


def test_bulk_of_101_is_refused_whole(client):
    bulk = [{"actorAddress": unique("b"), "capabilities": ["x"]} for _ in range(101)]
    assert error_of(client.ask("hub:register", {"actors": bulk}))["code"] == "limit_exceeded"
    assert listed(client, bulk[0]["actorAddress"]) is None


def test_registering_again_is_a_renewal(client):
    first = register(client)["payload"]
    client.subscribe("mine")
    again = register(client, capabilities=["b"])["payload"]
    assert again["version"] == first["version"] + 1 and again["subscriptions"] == ["mine"]
    assert again["renewalToken"] != first["renewalToken"]
    assert listed(client, client.address)["capabilities"] == ["b"]


def test_many_subscriptions_are_only_counted(client):
    register(client)
    for start in (0, 100):
        client.ask("hub:subscribe", {"topics": [f"t{n}" for n in range(start, start + 100)]})
    payload = register(client)["payload"]
    assert payload["subscriptionCount"] == 200 and "subscriptions" not in payload


def test_renewal_token_works_once(client, member):
    token = register(client, ttlSeconds=50)["payload"]["renewalToken"]
    before = time.time() * 1000
    renewed = member().ask("hub:renew", {"renewalToken": token})  # whoever holds it
    assert renewed["type"] == "hub:renewed"
    assert abs(renewed["payload"]["expiresAt"] - before - 50_000) < 5000
    for wrong in (token, "nonsense", "1.1.AAAA", renewed["payload"]["renewalToken"] + "x"):
        assert error_of(client.ask("hub:renew", {"renewalToken": wrong}))["code"] == "invalid_token"
    assert client.ask("hub:renew", renewed["payload"])["type"] == "hub:renewed"


def test_unregister(client, member):
    register(client)
    other = member()
    refused = client.ask("hub:unregister", {"actorAddress": other.address})
    assert error_of(refused, "hub:unauthorized")["action"] == "hub:unregister"
    answer = client.ask("hub:unregister", {"actorAddress": client.address})
    assert answer["type"] == "hub:unregistered"
    assert answer["payload"] == {"actorAddress": client.address}
    assert listed(client, client.address) is None
    register(client)
    client.send("hub:unregister", None, pattern="tell")  # null: the envelope's from
    assert client.silent()
    assert listed(client, client.address) is None


def test_versions_never_go_backwards(client):
    versions = []
    for _ in range(3):
        versions.append(register(client)["payload"]["version"])
        client.ask("hub:unregister", None)
    assert versions == [1, 2, 3]


def test_listing_fields(client):
    payload = register(client, metadata={"k": [1.50]})["payload"]
    actor = listed(client, client.address)
    assert set(actor) == {"actorAddress", "address", "capabilities", "metadata", "connectionId",
                          "registeredAt", "expiresAt", "version", "status"}
    assert actor["address"] == actor["actorAddress"] == client.address
    assert actor["status"] == "online" and actor["metadata"] == {"k": [1.5]}
    assert actor["expiresAt"] == payload["expiresAt"]
    assert payload["renewalToken"] not in client.raw and '"k": [1.5]' in client.raw


def test_discover_by_pattern_capability_and_pages(client):
    base = unique("zoo")[2:-1]
    names = [f"@({base}/{n:03})" for n in range(25)]
    client.ask("hub:register", {"actors": [
        {"actorAddress": a, "capabilities": ["even" if i % 2 == 0 else "odd"]}
        for i, a in enumerate(names)]})
    found, cursor = [], None
    for wanted in (10, 10, 5):
        page = client.ask("hub:discover", {"pattern": f"{base}/*", "limit": 10,
                                           "cursor": cursor})["payload"]
        assert len(page["actors"]) == wanted
        assert page["hasMore"] is (wanted == 10) and (page["cursor"] is None) is (wanted == 5)
        found += [a["address"] for a in page["actors"]]
        cursor = page["cursor"]
    assert found == names
    odd = client.ask("hub:discover", {"pattern": f"@({base}/*)", "capability": "odd"})["payload"]
    assert [a["address"] for a in odd["actors"]] == names[1::2]
    inside = client.ask("hub:discover", {"pattern": f"{base[:5]}*/01*"})["payload"]["actors"]
    assert names[10:20] == [a["address"] for a in inside if a["address"] in names]


@pytest.mark.parametrize("payload,code", [
    ({"pattern": "x", "limit": 101}, "limit_exceeded"), ({"pattern": "x", "limit": 0},
                                                         "invalid_message"),
    ({"pattern": 3}, "invalid_message"), ({}, "invalid_message"), (None, "invalid_message"),
])
def test_discover_errors(client, payload, code):
    assert error_of(client.ask("hub:discover", payload))["code"] == code


def test_list_actors_pages(start):
    hub = start()
    client = Client(hub)
    client.connect()
    client.ask("hub:register", {"actors": [{"actorAddress": f"@(l/{n})", "capabilities": ["x"]}
                                           for n in range(7)]})
    page = client.ask("hub:list_actors", {"offset": 5, "limit": 5})["payload"]
    assert [a["address"] for a in page["actors"]] == ["@(l/5)", "@(l/6)"]
    assert (page["total"], page["offset"], page["limit"], page["hasMore"]) == (7, 5, 5, False)
    page = client.ask("hub:list_actors", None)["payload"]
    assert page["limit"] == 100 and page["offset"] == 0 and not page["hasMore"]
    assert client.ask("hub:list_actors", {"limit": 3})["payload"]["hasMore"] is True
    client.close()


def test_expiry_by_timer(start):
    hub = start()
    client = Client(hub)
    client.connect()
    register(client, ttlSeconds=1)
    client.subscribe("t")
    assert hub.metrics()["actors"] == 1
    hub.wait_metric("actors", lambda n: n == 0)  # nobody asked for the actor
    assert hub.metrics()["subscriptions"] == 0
    client.close()


def test_heartbeat_renews_what_wants_it(start):
    hub = start(*UNLIMITED)
    client = Client(hub)
    client.connect()
    kept, lost = unique("kept"), unique("lost")
    for address, renew in ((kept, True), (lost, False)):
        client.ask("hub:register", {"actorAddress": address, "capabilities": ["x"],
                                    "ttlSeconds": 1}, metadata={"renewOnHeartbeat": renew})
    deadline = time.monotonic() + 10
    while listed(client, lost):
        client.ask("hub:heartbeat", None)
        assert time.monotonic() < deadline
    assert listed(client, kept)
    client.close()


def test_registry_full(start):
    hub = start("--max-actors", "2")
    client = Client(hub)
    client.connect()
    addresses = [unique("full") for _ in range(3)]
    answers = [client.ask("hub:register", {"actorAddress": a, "capabilities": ["x"]})
               for a in addresses]
    assert [a["type"] for a in answers] == ["hub:registered", "hub:registered", "hub:error"]
    payload = error_of(answers[2])
    assert payload["code"] == "registry_full" and payload["retryable"] is True
    again = client.ask("hub:register", {"actorAddress": addresses[0], "capabilities": ["x"]})
    assert again["type"] == "hub:registered"
    client.close()
