"""What this hub cannot promise yet is refused by name, never weakened (head of the protocol)."""
import pytest

from client import HUB, actor, session, topic
from expect import COMMON, common_part, refused

REGISTER = {"actorAddress": "@(test/promise)", "capabilities": ["x"]}
EVENT = {"type": "app:x", "data": 1}

PROMISES = [
    ("hub:subscribe", {"topic": "promise", "since": {"epoch": "x", "offset": 1}}, {},
     "payload.since"),
    ("hub:subscribe", {"topic": "hub/presence"}, {}, "payload.topic"),
    ("hub:broadcast", EVENT, {"delivery": "at-least-once"}, "metadata.delivery"),
]

DEFAULTS = [
    ("hub:register", {**REGISTER, "overflow": "reject"}, {"acks": False, "durable": False}),
    ("hub:subscribe", {"topic": "promise", "durable": False, "ack": False, "since": None}, {}),
    ("hub:unsubscribe", {"topic": "promise"}, {"durable": False}),
    ("hub:send", EVENT, {"delivery": "at-most-once"}),
    ("hub:broadcast", EVENT, {"delivery": "at-most-once"}),
    ("hub:publish", {"topic": "promise", **EVENT}, {"delivery": "at-most-once", "priority": 1}),
]


def name_of(case):
    return case if isinstance(case, str) else ""


@pytest.mark.parametrize("pattern", ["ask", "tell"])
@pytest.mark.parametrize("type_, payload, metadata, field", PROMISES, ids=name_of)
async def test_a_promise_is_refused(hub, type_, payload, metadata, field, pattern):
    a, b = await actor(hub), await actor(hub)
    answer = await a.ask(type_, payload, metadata=metadata, pattern=pattern,
                         to=b.me if type_ == "hub:send" else HUB)
    refused(answer, "unsupported", naming=field)
    await b.nothing_more()
    assert not await a.is_registered("@(test/promise)")
    assert (await b.publish("promise"))["subscriberCount"] == 0


async def test_what_a_database_keeps_is_granted(start_hub, tmp_path):
    hub = start_hub(db=tmp_path / "hub.db")
    a, durable = await actor(hub), {"durable": True}
    for type_, payload, answer in [
            ("hub:register", REGISTER, "hub:registered"),
            ("hub:subscribe", {"topic": "kept", "durable": True}, "hub:subscribed"),
            ("hub:subscribe", {"topic": "promise"}, "hub:subscribed"),
            ("hub:unsubscribe", {"topic": "promise"}, "hub:unsubscribed"),
            ("hub:unregister", {"actorAddress": "@(test/promise)"}, "hub:unregistered")]:
        assert (await a.ask(type_, payload, metadata=durable))["type"] == answer


@pytest.mark.parametrize("type_, payload, metadata", DEFAULTS, ids=name_of)
async def test_defaults_are_always_fine(hub, type_, payload, metadata):
    a = await actor(hub)
    answer = await a.ask(type_, payload, metadata=metadata,
                         to=a.me if type_ == "hub:send" else HUB)
    assert answer["type"] != "hub:error", answer


async def test_a_bulk_element_is_refused_alone(hub):
    a = await session(hub)
    elements = [{**REGISTER, "actorAddress": "@(test/bulk-1)", "overflow": "newest"},
                {**REGISTER, "actorAddress": "@(test/bulk-2)"}]
    answer = await a.ask("hub:register", {"actors": elements})
    refused_one, served = answer["payload"]["actors"]
    assert set(refused_one["error"]) == COMMON
    common_part(refused_one["error"], "invalid_message")
    assert "overflow" in refused_one["error"]["message"] + str(refused_one["error"]["details"])
    assert served["actorAddress"] == "@(test/bulk-2)"


@pytest.mark.parametrize("delivery", [5, "exactly-once", "sometimes"])
async def test_a_delivery_nobody_knows(hub, delivery):
    a = await actor(hub)
    answer = await a.deliver(a.me, metadata={"delivery": delivery})
    assert answer["type"] == "hub:error"
    assert answer["payload"]["code"] in ("unsupported", "invalid_message")
    assert "delivery" in answer["payload"]["message"] + str(answer["payload"]["details"])
    await a.nothing_more()
