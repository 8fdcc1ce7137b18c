"""What the administration API shows, every answer held against docs/openapi.yaml."""
import asyncio
import json
import time

import pytest

import openapi
from admin import Operator, Refused, administered, quoted
from client import actor, session, sessions, topic, unique, until
from hub import UNLIMITED


@pytest.fixture(scope="module", name="hub")
def _hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("admin")
    with administered(folder, *UNLIMITED, "--grace", "1h", "--db", folder / "hub.db",
                      "--queue-limit", "2000") as hub:
        yield hub


@pytest.fixture(name="operator")
def _operator(hub):
    return Operator(hub)


async def held(function, *arguments, **named):
    """Without keeping the test's clients waiting."""
    return await asyncio.to_thread(function, *arguments, **named)


# ---- figures ------------------------------------------------------------------------------------

async def test_stats_count_what_clients_did(hub, operator):
    before = await held(operator.get, "/stats")
    a, b = await actor(hub), await actor(hub)
    for n in range(20):
        await a.deliver(b.me, n)
    after = await held(operator.get, "/stats")
    assert after["messages"]["delivered"] == before["messages"]["delivered"] + 20
    # Two hub:connect and hub:register, and what was delivered.
    assert after["messages"]["received"] == before["messages"]["received"] + 24
    assert after["actors"]["registered"] == before["actors"]["registered"] + 2
    assert after["connections"]["open"] == before["connections"]["open"] + 2
    assert after["hubAddress"] == "@(cloudflare/signal-hub)"


def read_event(response):
    """The next server-sent event: its type and its data."""
    kind, data = None, ""
    while True:
        line = response.readline().decode().rstrip("\n")
        if not line and data:
            return kind, json.loads(data)
        if line.startswith("event: "):
            kind = line[7:]
        if line.startswith("data: "):
            data += line[6:]


async def test_the_stream_follows_the_figures(hub, operator):
    connection = operator.connection()
    connection.request("GET", "/api/v1/stream", headers=operator.headers())
    response = connection.getresponse()
    assert response.status == 200
    assert response.getheader("Content-Type") == "text/event-stream"
    kind, first = await held(read_event, response)
    assert kind == "stats"
    openapi.check_schema(openapi.schema_named("Stats"), json.dumps(first))
    clients = await sessions(hub, 3)

    def until_seen():
        while True:
            _, stats = read_event(response)
            if stats["connections"]["open"] == first["connections"]["open"] + len(clients):
                return stats

    later = await asyncio.wait_for(held(until_seen), 15)
    assert later["timestamp"] > first["timestamp"]
    response.close()
    connection.close()


async def test_more_readers_than_allowed_are_refused(tmp_path):
    hub = administered(tmp_path).start()
    operator = Operator(hub)
    readers = []

    def read():
        connection = operator.connection()
        connection.request("GET", "/api/v1/stream", headers=operator.headers())
        readers.append(connection.getresponse())
        connection.close()  # the response keeps the socket
        return readers[-1].status

    try:
        assert [read() for _ in range(32)] == [200] * 32
        status, _, text = operator.raw("GET", "/stream")
        assert status == 503
        assert openapi.check("GET", "/stream", status, text)["error"]["code"] == "too_many_streams"
        readers.pop(0).close()

        async def room():
            return await held(read) == 200

        await until(room, "a place for another reader")
    finally:
        for reader in readers:
            reader.close()
        await hub.stopped()


def test_events_follow_a_cursor(operator):
    page = operator.get("/events", limit=5)
    assert len(page["items"]) <= 5
    operator.ask("PUT", "/log-level", {"level": "info"})
    fresh = operator.get("/events", cursor=page["next"])
    actions = [e for e in fresh["items"] if e["event"] == "admin_action"]
    assert actions[0]["fields"]["action"] == "log_level"
    sequences = [e["sequence"] for e in fresh["items"]]
    assert sequences == sorted(sequences) and fresh["missed"] == 0
    assert operator.get("/events", cursor=fresh["next"])["items"] == []


def test_events_can_be_of_warnings_only(operator):
    assert all(e["level"] in ("warn", "error") for e in operator.get("/events", level="warn")["items"])


# ---- sessions -----------------------------------------------------------------------------------

async def test_a_session_is_shown_with_its_traffic(hub, operator):
    client = await actor(hub)
    listed = (await held(operator.get, "/sessions", search=client.me))["items"]
    assert len(listed) == 1
    before = await held(operator.get, f"/sessions/{listed[0]['id']}")
    assert before["address"] == client.me and before["actors"] == [client.me]
    assert before["state"] == "connected" and before["ip"] == "127.0.0.1"
    for n in range(5):
        await client.deliver(client.me, n)
    after = await held(operator.get, f"/sessions/{listed[0]['id']}")
    assert after["messagesIn"] == before["messagesIn"] + 5
    assert after["messagesOut"] == before["messagesOut"] + 10  # the message and its receipt
    assert after["bytesIn"] > before["bytesIn"] and after["bytesOut"] > before["bytesOut"]
    assert after["queueDepth"] == 0 and not after["slow"]


async def test_a_ping_measures_the_round_trip(start_hub, tmp_path):
    hub = administered(tmp_path, "--ping-interval", "50ms").start()
    try:
        await session(hub)

        async def measured():
            found = await held(Operator(hub).get, "/sessions")
            return found["items"][0]["rtt"] is not None

        await until(measured, "a round trip")
        assert (await held(Operator(hub).get, "/sessions"))["items"][0]["rtt"] >= 0
    finally:
        await hub.stopped()


async def test_refused_messages_count_as_rate_limited(tmp_path):
    hub = administered(tmp_path, "--rate-limit", "1", "--rate-burst", "3").start()
    try:
        client = await session(hub)
        for _ in range(8):
            await client.ask("hub:discover", {"pattern": "*"})
        shown = (await held(Operator(hub).get, "/sessions"))["items"][0]
        assert shown["rateLimited"] >= 5
    finally:
        await hub.stopped()


async def test_sessions_are_paged_each_once(hub, operator):
    mine = {c.me for c in await sessions(hub, 37)}
    for limit in (1, 7, 1000):
        shown = [s["address"] for s in await held(operator.all, "/sessions", limit=limit)]
        assert len(shown) == len(set(shown)) or limit == 1000
        assert mine <= set(shown)


async def test_sessions_can_be_searched(hub, operator):
    client = await session(hub, me=unique("needle"))
    needle = client.me.split("/")[1][:-1]
    for search in (needle, needle[:-2], f"test/{needle[:10]}*", f"@(test/{needle[:10]}*"):
        found = await held(operator.get, "/sessions", search=search)
        assert client.me in [s["address"] for s in found["items"]], search
    assert (await held(operator.get, "/sessions", search="no/such*"))["items"] == []


# ---- actors and topics --------------------------------------------------------------------------

async def test_more_than_a_thousand_actors_are_paged(hub, operator):
    prefix = unique("many")[2:-1]
    addresses = {f"@({prefix}/{n:04})" for n in range(1050)}
    for first in range(0, 1050, 100):
        client = await session(hub)
        await asyncio.gather(*(client.register(f"@({prefix}/{n:04})")
                               for n in range(first, min(first + 100, 1050))))
    listed = await held(operator.all, "/actors", limit=1000, search=prefix)
    assert {a["address"] for a in listed} == addresses and len(listed) == 1050
    assert [a["address"] for a in listed] == sorted(addresses)
    small = await held(operator.all, "/actors", limit=99, search=f"{prefix}/*")
    assert [a["address"] for a in small] == sorted(addresses)


async def test_an_actor_is_shown_in_full(hub, operator):
    client = await session(hub, me=unique("full"))
    await client.ask("hub:register", {"actorAddress": client.me, "capabilities": ["paint"],
                                      "metadata": {"room": 7}})
    name = topic()
    await client.subscribe(name)
    shown = await held(operator.get, f"/actors/{quoted(client.me)}")
    assert shown["capabilities"] == ["paint"] and shown["metadata"] == {"room": 7}
    assert shown["topics"] == [name] and shown["status"] == "online"
    # The slash inside an address may stay as it is.
    assert (await held(operator.get, f"/actors/{client.me}"))["address"] == client.me
    with pytest.raises(Refused) as refused:
        await held(operator.get, "/actors/@(no/body)")
    assert refused.value.status == 404


async def test_hostile_names_are_just_names(hub, operator):
    name = f"{topic()}\"><script>alert(1)</script>&limit=1;%00"
    client = await actor(hub)
    await client.subscribe(name)
    found = await held(operator.get, "/topics", search=name)
    assert [t["name"] for t in found["items"]] == [name]
    shown = await held(operator.get, "/subscriptions", topic=name)
    assert [s["address"] for s in shown["items"]] == [client.me]


async def test_topics_are_paged_and_counted(hub, operator):
    prefix = topic()
    a, b = await actor(hub), await actor(hub)
    names = [f"{prefix}/{n}" for n in range(30)]
    for name in names:
        await a.subscribe(name)
    await b.subscribe(names[0])
    await b.subscribe(f"{prefix}/*")
    listed = await held(operator.all, "/topics", limit=8, search=prefix)
    assert sorted(t["name"] for t in listed) == sorted([*names, f"{prefix}/*"])
    counts = {t["name"]: t["subscribers"] for t in listed}
    assert counts[names[0]] == 2 and counts[names[1]] == 1
    assert [t["name"] for t in listed if t["pattern"]] == [f"{prefix}/*"]


# ---- what waits ---------------------------------------------------------------------------------

async def test_queues_show_what_waits_and_since_when(hub, operator):
    sender, lost = await actor(hub), await actor(hub)
    lost.cut()

    async def away():
        return (await held(operator.get, f"/actors/{quoted(lost.me)}"))["status"] == "away"

    await until(away, f"{lost.me} to be away")
    began = int(time.time() * 1000)
    for n in range(3):
        assert (await sender.deliver(lost.me, n))["payload"]["status"] == "queued"
    queue = (await held(operator.get, "/queues", search=lost.me))["items"][0]
    assert queue["actor"] == lost.me and queue["waiting"] == 3 and queue["stored"] == 3
    assert queue["bytes"] > 0 and began - 1000 <= queue["oldestAt"] <= time.time() * 1000 + 1000


async def test_reliable_messages_wait_in_the_same_queue(hub, operator):
    sender, lost = await actor(hub), await actor(hub)
    lost.cut()

    async def away():
        return (await held(operator.get, f"/actors/{quoted(lost.me)}"))["status"] == "away"

    await until(away, f"{lost.me} to be away")
    await sender.deliver(lost.me, 1)
    await sender.deliver(lost.me, 2, metadata={"delivery": "at-least-once"})
    queue = (await held(operator.get, "/queues", search=lost.me))["items"][0]
    assert (queue["waiting"], queue["stored"]) == (2, 2)
    shown = await held(operator.get, f"/actors/{quoted(lost.me)}")
    assert (shown["waiting"], shown["waitingBytes"]) == (2, queue["bytes"])


async def test_a_message_is_known_by_its_id(hub, operator):
    sender, lost = await actor(hub), await actor(hub)
    lost.cut()

    async def away():
        return (await held(operator.get, f"/actors/{quoted(lost.me)}"))["status"] == "away"

    await until(away, f"{lost.me} to be away")
    answer = await sender.deliver(lost.me, {"n": 1})
    id_ = answer["payload"]["messageId"]
    story = await held(operator.get, f"/messages/{id_}")
    assert [(d["target"], d["state"]) for d in story["deliveries"]] == [(lost.me, "queued")]
    with pytest.raises(Refused):
        await held(operator.get, f"/messages/{id_}", sender="@(somebody/else)")
    # Its target is taken away: a dead letter.
    await held(operator.ask, "DELETE", f"/actors/{quoted(lost.me)}")

    async def dead():
        found = await held(operator.get, f"/messages/{id_}")
        return found["deliveries"][0]["state"] == "dead_lettered"

    await until(dead, "the dead letter")
    listed = (await held(operator.get, "/dead-letters", target=lost.me))["items"]
    assert [(d["messageId"], d["reason"], d["sender"]) for d in listed] == [
        (id_, "admin", sender.me)]
    shown = await held(operator.get, f"/dead-letters/{listed[0]['id']}")
    assert shown["message"]["payload"] == {"n": 1}
    for nothing in ({"reason": "other"}, {"target": "@(no/*"}, {"olderThan": 3_600_000},
                    {"newerThan": 0}):
        assert (await held(operator.get, "/dead-letters", **nothing))["items"] == []


@pytest.mark.parametrize("path", [
    "/sessions?limit=0", "/sessions?limit=1001", "/sessions?limit=x", "/sessions?cursor=nonsense",
    "/sessions?state=odd", "/sessions?slow=maybe", "/sessions?unknown=1", "/sessions?limit=1&limit=2",
    "/actors?status=odd", "/topics?cursor=s-1", "/queues?cursor=p", "/subscriptions",
    "/dead-letters?cursor=s1", "/dead-letters?olderThan=-1", "/events?level=odd", "/stats?x=1"])
def test_bad_arguments_are_named(operator, path):
    with pytest.raises(Refused) as refused:
        operator.get(path)
    assert (refused.value.status, refused.value.code) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/sessions/none", "/dead-letters/1", "/dead-letters/x",
                                  "/messages/none", "/nothing", "/actors/@(none)"])
def test_what_does_not_exist_is_404(operator, path):
    status, _, text = operator.raw("GET", path)
    assert status == 404
    assert json.loads(text)["error"]["code"] == "not_found"


@pytest.mark.parametrize("method,path,allow", [
    ("POST", "/stats", "GET"), ("PUT", "/sessions/x", "GET, DELETE"), ("GET", "/publish", "POST"),
    ("DELETE", "/log-level", "GET, PUT"), ("GET", "/drain", "POST")])
def test_other_methods_are_refused_with_those_allowed(operator, method, path, allow):
    status, headers, text = operator.raw(method, path)
    assert status == 405
    assert headers["Allow"] == allow
    assert json.loads(text)["error"]["code"] == "method_not_allowed"
