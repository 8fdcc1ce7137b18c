"""One address, two sessions: the last one wins, without a gap for those who send to it (§3)."""
import asyncio
import json

from client import HUB, Client, actor, session, topic, unique, until
from raw import RawSocket


async def until_unregistered(watcher, address):
    async def gone():
        return not await watcher.is_registered(address)

    await until(gone, f"{address} to be unregistered")


def duplicate(message, to):
    assert message["type"] == "hub:disconnect"
    assert message["from"] == HUB and message["to"] == to
    assert message["correlationId"] is None
    payload = message["payload"]
    assert set(payload) == {"reason", "message"}, payload
    assert payload["reason"] == "duplicate_connection"
    assert isinstance(payload["message"], str) and payload["message"]


async def test_the_old_session_is_told_then_closed_then_the_new_one_gets_everything(hub):
    sender, old = await session(hub), await actor(hub)
    new = await session(hub, me=old.me)
    await new.register()
    assert await old.closed() == 1000
    duplicate(old.inbox.pop(), old.me)
    assert old.inbox == []
    await sender.tell(old.me, "after")
    assert (await new.receive("app:event"))["payload"] == "after"
    await new.nothing_more()


async def test_versions_count_up_with_each_holder(hub):
    address = unique()
    versions = []
    for _ in range(4):
        holder = await session(hub, me=address)
        versions.append((await holder.register())["version"])
    assert versions == [1, 2, 3, 4]


async def test_the_listing_points_at_the_new_session(hub):
    old = await actor(hub)
    new = await Client.open(hub.url, old.me)
    session_id = (await new.connect())["payload"]["sessionId"]
    await new.register(capabilities=["second"])
    found = (await new.ask("hub:discover", {"pattern": old.me}))["payload"]["actors"]
    assert [(a["connectionId"], a["capabilities"]) for a in found] == [(session_id, ["second"])]


async def test_subscriptions_move_with_the_actor(hub):
    old, publisher = await actor(hub), await session(hub)
    names = [topic("kept-1"), topic("kept-2")]
    ids = [await old.subscribe(name) for name in names]
    new = await session(hub, me=old.me)
    registered = await new.register()
    assert registered["resumed"] is True
    assert sorted(registered["subscriptions"]) == sorted(names)
    for name in names:
        assert (await publisher.publish(name, 1))["subscriberCount"] == 1
        assert (await new.receive("app:event"))["metadata"]["topic"] == name
    assert [await new.subscribe(name) for name in names] == ids  # free, and the id is kept


async def test_other_actors_of_the_old_session_end(hub):
    watcher, old = await session(hub), await actor(hub)
    other = unique("other")
    await old.register(other)
    new = await session(hub, me=old.me)
    await new.register()
    await until_unregistered(watcher, other)
    assert await watcher.is_registered(old.me)


async def test_registering_again_on_the_same_session_is_a_renewal(hub):
    a = await session(hub)
    first = await a.register()
    name = topic()
    await a.subscribe(name)
    again = await a.register(capabilities=["changed"])
    assert again["resumed"] is True
    assert again["version"] == first["version"] + 1
    assert again["renewalToken"] != first["renewalToken"]
    assert again["subscriptions"] == [name]
    await a.nothing_more()  # no hub:disconnect
    listed = (await a.ask("hub:discover", {"pattern": a.me}))["payload"]["actors"][0]
    assert listed["capabilities"] == ["changed"]


async def test_takeover_back_and_forth(hub):
    sender = await session(hub)
    address = unique()
    for n in range(20):
        holder = await session(hub, me=address)
        await holder.register()
        await sender.tell(address, n)
        assert (await holder.receive("app:event"))["payload"] == n


async def test_takeover_while_messages_flow(hub):
    """Each message with a receipt arrives once: before the old session's end or at the new one."""
    sender, old = await session(hub), await actor(hub)
    new = await session(hub, me=old.me)
    receipts, total = {}, 400

    async def flow():
        for n in range(total):
            answer = await sender.deliver(old.me, n)
            receipts[n] = answer["type"]

    flowing = asyncio.ensure_future(flow())

    async def some_have_arrived():
        return len(old.inbox) > 50

    await until(some_have_arrived, "messages at the old session")
    await new.register()
    await flowing
    assert await old.closed() == 1000
    await new.fence()

    duplicate(old.inbox.pop(), old.me)  # the very last thing
    at_old = [m["payload"] for m in old.inbox]
    at_new = [m["payload"] for m in new.inbox]
    assert at_new, "nothing was routed to the new session"
    together = at_old + at_new
    assert together == sorted(set(together)), "out of order or twice"
    delivered = [n for n, type_ in receipts.items() if type_ == "hub:delivery_ack"]
    assert set(delivered) <= set(together)
    assert len(delivered) >= total - 2  # at most what was in flight at that moment is lost


async def test_a_silent_old_socket_holds_nothing_up(hub):
    old = RawSocket(hub)
    old.connect()
    old.register()
    new = await session(hub, me=old.me)
    await new.register()
    await new.deliver(old.me, 1)
    assert (await new.receive("app:event"))["payload"] == 1
    # It never answers the close frame; the hub does not keep its socket for that.
    assert [m["payload"].get("reason") for m in old.messages()] == ["duplicate_connection"]
    assert old.close_code == 1000
    assert old.sock.recv(1) == b""


# ---- how sessions end ---------------------------------------------------------------------------


async def ends(hub, end):
    """A session with an actor and a subscription ends; both are gone."""
    watcher, a = await session(hub), await actor(hub)
    name = topic()
    await a.subscribe(name)
    assert (await watcher.publish(name))["subscriberCount"] == 1
    await end(a)
    await until_unregistered(watcher, a.me)
    assert (await watcher.publish(name))["subscriberCount"] == 0
    assert (await watcher.deliver(a.me))["type"] == "hub:unknown_actor"


async def test_clean_end_by_close_frame(hub):
    await ends(hub, lambda a: a.close(1000))


async def test_clean_end_by_disconnect(hub):
    await ends(hub, lambda a: a.send("hub:disconnect"))


async def test_unclean_end_by_another_code(hub):
    await ends(hub, lambda a: a.close(1001))


async def test_unclean_end_by_lost_socket(hub):
    async def cut(a):
        a.cut()

    await ends(hub, cut)


async def test_close_frame_without_a_code(hub):
    watcher = await session(hub)
    a = RawSocket(hub)
    a.connect()
    a.register()
    a.send_frame(8, b"")
    await until_unregistered(watcher, a.me)


async def test_reset_in_the_middle_of_a_message(hub):
    watcher = await session(hub)
    a = RawSocket(hub)
    a.connect()
    a.register()
    a.send_frame(1, json.dumps({"id": "half"}), fin=False)
    a.reset()
    await until_unregistered(watcher, a.me)
