"""At-least-once delivery as clients use it (§7)."""
from client import HUB, actor, session
from hub import UNLIMITED

RELIABLE = {"delivery": "at-least-once"}
FLAGS = (*UNLIMITED, "--grace", "1h")


async def acking(hub, address=None, **payload):
    """A registered actor that acknowledges."""
    client = await session(hub, **({"me": address} if address else {}))
    await client.register(metadata={"acks": True}, **payload)
    return client


async def send(client, to, data=None, *, priority=None, metadata=None, **fields):
    """A reliable hub:send as an ask: its answer."""
    more = {**RELIABLE, **(metadata or {})}
    if priority is not None:
        more["priority"] = priority
    return await client.deliver(to, data, metadata=more, **fields)


async def queued(client, to, data=None, **fields):
    """The id of a reliable message that was answered `queued`."""
    answer = await send(client, to, data, **fields)
    assert answer["type"] == "hub:delivery_ack", answer
    assert answer["payload"]["status"] == "queued", answer
    return answer["payload"]["messageId"]


def delivery_of(message):
    """What the hub added to a reliable delivery: its id and attempt."""
    metadata = message["metadata"]
    assert metadata["delivery"] == "at-least-once", message
    return metadata["deliveryId"], metadata["attempt"]


async def ack(client, message, pattern="ask"):
    """Acknowledges a delivery; the answer of an ask."""
    id_ = message if isinstance(message, str) else delivery_of(message)[0]
    if pattern == "tell":
        return await client.send("hub:ack", {"deliveryId": id_})
    return await client.ask("hub:ack", {"deliveryId": id_})


async def nack(client, message, **payload):
    return await client.ask("hub:nack", {"deliveryId": delivery_of(message)[0], **payload})


async def receipt(client, message_id, status):
    """The second receipt of a message."""
    answer = await client.answer(message_id)
    assert answer["type"] == "hub:delivery_ack", answer
    assert answer["payload"]["status"] == status, answer
    return answer


async def dead(client, message_id, reason):
    answer = await client.answer(message_id)
    assert answer["type"] == "hub:error", answer
    assert answer["payload"]["code"] == "dead_lettered", answer
    assert answer["payload"]["details"]["reason"] == reason, answer
    return answer


async def status(client, message_id):
    answer = await client.ask("hub:status", {"messageId": message_id})
    assert answer["type"] == "hub:status_response", answer
    assert answer["payload"]["messageId"] == message_id
    return answer["payload"]


def events(status_payload):
    return [e["event"] for e in status_payload["history"]]


__all__ = ["FLAGS", "HUB", "RELIABLE", "ack", "acking", "actor", "dead", "delivery_of", "events",
           "nack", "queued", "receipt", "send", "session", "status"]
