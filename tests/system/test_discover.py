"""hub:discover and hub:list_actors (§4 Registry)."""
import uuid

import pytest

from client import Client, actor, new_id, session
from expect import LISTING, answered, refused


async def populate(hub, prefix, count, **options):
    a = await session(hub, me=f"@({prefix}/owner)")
    elements = [{"actorAddress": f"@({prefix}/{n:03})", "capabilities": ["x"], **options}
                for n in range(count)]
    for start in range(0, count, 100):
        answer = await a.ask("hub:register", {"actors": elements[start:start + 100]})
        assert not [e for e in answer["payload"]["actors"] if "error" in e]
    return a


def names(answer):
    return [a["actorAddress"] for a in answer["payload"]["actors"]]


@pytest.fixture
def prefix():
    return "d" + uuid.uuid4().hex[:10]


async def test_discovered_is_exact(hub):
    a = await Client.open(hub.url)
    session_id = (await a.connect())["payload"]["sessionId"]
    registered = await a.register(capabilities=["one", "two"])
    id_ = new_id()
    answer = await a.ask("hub:discover", {"pattern": a.me}, id=id_)
    payload = answered(answer, "hub:discovered", a.me, id_)
    assert set(payload) == {"actors", "hasMore", "cursor"}
    assert payload["hasMore"] is False and payload["cursor"] is None
    (found,) = payload["actors"]
    assert set(found) == LISTING, set(found) ^ LISTING
    registered_at = found.pop("registeredAt")
    assert registered["expiresAt"] - 300_000 == registered_at
    assert found == {
        "actorAddress": a.me, "address": a.me, "capabilities": ["one", "two"], "metadata": {},
        "connectionId": session_id, "expiresAt": registered["expiresAt"],
        "version": registered["version"], "status": "online"}
    assert registered["renewalToken"] not in answer.raw


@pytest.mark.parametrize("pattern, found", [
    ("@({p}/a/1)", ["a/1"]),
    ("{p}/a/1", ["a/1"]),
    ("@({p}/a/*)", ["a/1", "a/2", "a/2/deep"]),
    ("{p}/a/*", ["a/1", "a/2", "a/2/deep"]),
    ("{p}/*/1", ["a/1", "b/1"]),
    ("{p}/*2*", ["a/2", "a/2/deep"]),
    ("*{p}/b*", ["b/1"]),
    ("{p}*", ["a/1", "a/2", "a/2/deep", "b/1"]),
    ("{p}/a", []),
    ("{p}/a/?", []),
    ("{p}/c/*", []),
])
async def test_patterns(hub, prefix, pattern, found):
    a = await session(hub)
    for name in ("a/1", "a/2", "a/2/deep", "b/1"):
        await a.register(f"@({prefix}/{name})")
    answer = await a.ask("hub:discover", {"pattern": pattern.replace("{p}", prefix)})
    assert sorted(names(answer)) == [f"@({prefix}/{name})" for name in found]


async def test_a_star_finds_everything(hub):
    a, b = await actor(hub), await actor(hub)
    cursor, found = None, set()
    while True:
        payload = (await a.ask("hub:discover", {"pattern": "*", "cursor": cursor}))["payload"]
        found |= {x["actorAddress"] for x in payload["actors"]}
        cursor = payload["cursor"]
        if not payload["hasMore"]:
            break
    assert {a.me, b.me} <= found


async def test_capability_narrows(hub, prefix):
    a = await session(hub)
    await a.register(f"@({prefix}/1)", capabilities=["read"])
    await a.register(f"@({prefix}/2)", capabilities=["read", "write"])
    for capability, found in (("read", ["1", "2"]), ("write", ["2"]), ("rea", []), ("none", [])):
        answer = await a.ask("hub:discover", {"pattern": f"{prefix}/*", "capability": capability})
        assert sorted(names(answer)) == [f"@({prefix}/{n})" for n in found]
        answer = await a.ask("hub:discover", {"pattern": f"{prefix}/2", "capability": capability})
        assert names(answer) == [f"@({prefix}/2)"] * ("2" in found)


@pytest.mark.parametrize("limit", [1, 7, 99, 100, None])
async def test_pages_are_complete_and_without_repetition(hub, prefix, limit):
    count = 30 if limit and limit < 10 else 100
    a = await populate(hub, prefix, count)
    cursor, found, pages = None, [], 0
    while True:
        answer = await a.ask("hub:discover", {"pattern": f"{prefix}/*", "limit": limit,
                                              "cursor": cursor})
        page = names(answer)
        assert len(page) <= (limit or 100)
        found += page
        pages += 1
        cursor = answer["payload"]["cursor"]
        if not answer["payload"]["hasMore"]:
            assert cursor is None
            break
        assert len(page) == (limit or 100) and cursor
    assert sorted(found) == [f"@({prefix}/{n:03})" for n in range(count)]
    assert pages == -(-count // (limit or 100))


async def test_more_than_a_page(hub, prefix):
    a = await populate(hub, prefix, 100)
    b = await populate(hub, prefix + "b", 50)
    answer = await b.ask("hub:discover", {"pattern": f"{prefix}*"})
    assert len(names(answer)) == 100 and answer["payload"]["hasMore"] is True
    rest = await a.ask("hub:discover", {"pattern": f"{prefix}*",
                                        "cursor": answer["payload"]["cursor"]})
    assert len(names(rest)) == 50 and rest["payload"]["hasMore"] is False
    assert not set(names(answer)) & set(names(rest))


@pytest.mark.parametrize("field, value", [
    ("pattern", None), ("pattern", 5), ("pattern", []), ("capability", 5), ("limit", "x"),
    ("limit", 0), ("limit", -1), ("limit", 1.5), ("cursor", 5)], ids=str)
async def test_wrong_fields_are_named(hub, field, value):
    a = await session(hub)
    answer = await a.ask("hub:discover", {"pattern": "*", field: value})
    refused(answer, "invalid_message", naming=field)


@pytest.mark.parametrize("payload", [None, {}])
async def test_a_pattern_is_required(hub, payload):
    a = await session(hub)
    refused(await a.ask("hub:discover", payload), "invalid_message")


@pytest.mark.parametrize("type_, payload", [("hub:discover", {"pattern": "*", "limit": 101}),
                                            ("hub:list_actors", {"limit": 101})])
async def test_a_limit_above_100_is_refused(hub, type_, payload):
    a = await session(hub)
    refused(await a.ask(type_, payload), "limit_exceeded", naming="limit")


async def test_actor_list_is_exact(start_hub):
    hub = start_hub("--rate-limit", "0")
    a = await populate(hub, "list", 25)
    id_ = new_id()
    answer = await a.ask("hub:list_actors", {"offset": 5, "limit": 10}, id=id_)
    payload = answered(answer, "hub:actor_list", a.me, id_)
    assert {k: v for k, v in payload.items() if k != "actors"} == {
        "total": 25, "offset": 5, "limit": 10, "hasMore": True}
    assert len(payload["actors"]) == 10
    assert all(set(x) == LISTING and x["status"] == "online" for x in payload["actors"])


async def test_listing_pages(start_hub):
    hub = start_hub("--rate-limit", "0")
    a = await populate(hub, "list", 25)
    found = []
    for offset, more in ((0, True), (10, True), (20, False)):
        payload = (await a.ask("hub:list_actors", {"offset": offset, "limit": 10}))["payload"]
        assert payload["hasMore"] is more
        found += [x["actorAddress"] for x in payload["actors"]]
    assert sorted(found) == [f"@(list/{n:03})" for n in range(25)]
    beyond = (await a.ask("hub:list_actors", {"offset": 100}))["payload"]
    assert (beyond["actors"], beyond["hasMore"], beyond["total"]) == ([], False, 25)


@pytest.mark.parametrize("payload", [None, {}])
async def test_listing_defaults(start_hub, payload):
    hub = start_hub()
    a = await actor(hub)
    answer = (await a.ask("hub:list_actors", payload))["payload"]
    assert (answer["offset"], answer["limit"], answer["total"]) == (0, 100, 1)
    assert answer["hasMore"] is False


@pytest.mark.parametrize("field, value", [("offset", "x"), ("offset", -1), ("limit", "x"),
                                          ("limit", -5)], ids=str)
async def test_wrong_listing_fields_are_named(hub, field, value):
    a = await session(hub)
    refused(await a.ask("hub:list_actors", {field: value}), "invalid_message", naming=field)
