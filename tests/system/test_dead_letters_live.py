"""Dead letters of a hub that runs: requeued and purged through its administration API (§7)."""
import json
import socket

import pytest

from client import actor, until
from hub import run
from reliable import FLAGS, ack, acking, dead, delivery_of, nack, queued, receipt, status
from test_away import lose


@pytest.fixture(name="place", params=["hub.db", ":memory:"])
def fixture_place(request, start_hub, tmp_path):
    """A hub with a database and an operator's door: the hub, the door, the database."""
    door = tmp_path / "admin.sock"
    database = tmp_path / request.param if request.param == "hub.db" else request.param
    return start_hub(*FLAGS, "--admin-socket", door, db=database), door, database


def api(door, method, path, body=None):
    """(status, JSON) of one request through the operator's door."""
    text = b"" if body is None else json.dumps(body).encode()
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(door))
        s.sendall(f"{method} /api/v1{path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n"
                  f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
                  .encode() + text)
        answer = b"".join(iter(lambda: s.recv(65536), b""))
    head, _, rest = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(rest or b"null")


async def poisoned(a, b, data="bad"):
    """A dead letter that `b` has rejected; its message's id."""
    id_ = await queued(a, b.me, data)
    await nack(b, await b.receive("app:event"), requeue=False, reason="poison")
    await dead(a, id_, "poison")
    return id_


def letters(door):
    return api(door, "GET", "/dead-letters")[1]["items"]


async def test_a_requeued_one_is_delivered_anew_and_is_no_dead_letter(place):
    hub, door, _ = place
    a, b = await actor(hub), await acking(hub)
    id_ = await poisoned(a, b)
    letter = letters(door)[0]
    assert (letter["messageId"], letter["reason"]) == (id_, "poison")
    assert api(door, "POST", f"/dead-letters/{letter['id']}/requeue") == (
        200, {"count": 1, "failed": 0, "more": False})
    again = await b.receive("app:event")
    assert delivery_of(again)[1] == 1 and again["payload"] == "bad"
    assert letters(door) == []
    assert (await ack(b, again))["payload"]["known"] is True
    await receipt(a, id_, "acknowledged")
    await b.nothing_more()
    assert (await status(a, id_))["state"] == "acknowledged"
    assert api(door, "POST", f"/dead-letters/{letter['id']}/requeue")[0] == 404


async def test_whose_target_is_gone_stays(place):
    hub, door, _ = place
    a, b = await actor(hub), await acking(hub)
    await poisoned(a, b)
    await b.ask("hub:unregister", {"actorAddress": b.me})
    status_, body = api(door, "POST", f"/dead-letters/{letters(door)[0]['id']}/requeue")
    assert (status_, body["error"]["code"]) == (404, "unknown_actor")
    assert api(door, "POST", "/dead-letters/requeue", {"all": True})[1] == {
        "count": 0, "failed": 1, "more": False}
    assert len(letters(door)) == 1


async def test_some_are_purged_and_the_rest_stays(place):
    hub, door, _ = place
    a, b, c = await actor(hub), await acking(hub), await acking(hub)
    await poisoned(a, b)
    await poisoned(a, c)
    kept = await poisoned(a, c)
    one = letters(door)[1]["id"]
    assert api(door, "DELETE", f"/dead-letters/{one}")[1]["count"] == 1
    assert api(door, "POST", "/dead-letters/purge", {"target": b.me})[1]["count"] == 1

    async def gone():
        return [letter["messageId"] for letter in letters(door)] == [kept]
    await until(gone, "two of the three to be gone")
    assert api(door, "POST", "/dead-letters/purge", {})[0] == 400


async def test_the_command_has_the_hub_do_it(place):
    hub, door, database = place
    a, b = await actor(hub), await acking(hub)
    id_ = await poisoned(a, b)
    await lose(b, a)
    if database != ":memory:":
        refused = run("dead-letters", "requeue", "--all", "--db", database)
        assert refused.returncode != 0 and "/api/v1/dead-letters" in refused.stderr
    done = run("dead-letters", "requeue", "--all", "--admin-socket", door)
    assert (done.returncode, done.stdout) == (0, "requeued 1\n")
    back = await acking(hub, b.me)
    await ack(back, await back.receive("app:event"))
    await receipt(a, id_, "acknowledged")
    places = [("--admin-socket", door)] + [("--db", database)] * (database != ":memory:")
    for where in places:
        story = run("why", id_, *where)
        assert story.returncode == 0 and "poison" in story.stdout
    nothing = run("dead-letters", "purge", "--all", "--admin-socket", door)
    assert (nothing.returncode, nothing.stdout) == (0, "purged 0\n")


async def test_why_tells_of_messages_that_nobody_stored(place):
    hub, door, _ = place
    a, b = await actor(hub), await actor(hub)
    arrived = await a.tell(b.me, 1)
    nowhere = await a.tell("@(test/nobody-here)", 1)
    await a.fence()
    await lose(b, a)
    held = await a.tell(b.me, 2)
    await a.fence()

    def told(id_):
        done = run("why", id_, "--json", "--admin-socket", door)
        assert done.returncode == 0, done.stderr
        return [(d["state"], d["reason"]) for d in json.loads(done.stdout)["deliveries"]]
    assert told(arrived) == [("delivered", None)]
    assert told(nowhere) == [("dropped", "unknown_target")]
    assert told(held) == [("held", None)]
    stored = await queued(a, b.me, 3)
    assert told(stored) == [("queued", None)]
    plain = run("why", nowhere, "--admin-socket", door)
    assert "unknown_target" in plain.stdout
    assert run("why", "no-such-id", "--admin-socket", door).returncode == 1
