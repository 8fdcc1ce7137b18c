"""What every message of the hub has in common, asserted in one place (signal-hub-protocol(7))."""
import re

from client import HUB

ENVELOPE = {"id", "from", "to", "type", "payload", "pattern", "correlationId", "timestamp",
            "metadata", "ttl", "signature"}
COMMON = {"code", "message", "resolution", "retryable", "details"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
RETRYABLE = {"timeout", "registry_full", "queue_full", "internal_error", "rate_limited"}

LISTING = {"actorAddress", "address", "capabilities", "metadata", "connectionId", "registeredAt",
           "expiresAt", "version", "status"}


def answered(message, type_, to, request=None):
    """An answer of the hub to `request` (an id; None: one that had none): its payload."""
    assert message["type"] == type_, dict(message)
    assert set(message) == ENVELOPE, set(message) ^ ENVELOPE
    assert UUID.fullmatch(message["id"]), message["id"]
    assert message["from"] == HUB
    assert message["to"] == to
    assert message["pattern"] == "tell"
    assert message["correlationId"] == request
    assert isinstance(message["timestamp"], int)
    assert isinstance(message["metadata"], dict)
    assert message["ttl"] is None and message["signature"] is None
    return message["payload"]


def common_part(part, code):
    """The part every error has in common."""
    assert part["code"] == code, part
    assert isinstance(part["message"], str) and part["message"]
    assert isinstance(part["resolution"], str) and part["resolution"]
    assert part["retryable"] is (code in RETRYABLE), part
    assert isinstance(part["details"], dict)


def refused(message, code, naming=None):
    """`hub:error` with this code, exactly; `naming`: the field or limit it must name. Its payload.

    Of a field the last parts suffice: `type` for `payload.type`.
    """
    assert message["type"] == "hub:error", dict(message)
    assert set(message) == ENVELOPE, set(message) ^ ENVELOPE
    assert message["from"] == HUB and message["pattern"] == "tell"
    payload = message["payload"]
    assert set(payload) == COMMON, set(payload) ^ COMMON
    common_part(payload, code)
    if code in ("invalid_message", "unsupported") and naming:
        field = payload["details"]["field"]
        assert field == naming or field.endswith("." + naming), f"{naming} is not named: {payload}"
    elif naming:
        named = payload["message"] + " " + str(payload["details"])
        assert naming in named, f"{naming} is not named: {payload}"
    if code == "limit_exceeded":
        assert payload["details"]["limit"], payload
    return payload


def unknown_actor(message, address):
    payload = message["payload"]
    assert message["type"] == "hub:unknown_actor", dict(message)
    assert set(payload) == COMMON | {"actorAddress"}, payload
    common_part(payload, "unknown_actor")
    assert payload["actorAddress"] == address
    assert payload["message"] == "Actor not registered with Signal Hub"


def unauthorized(message, action, code=None):
    """`hub:unauthorized` for this action: its payload."""
    assert message["type"] == "hub:unauthorized", dict(message)
    payload = message["payload"]
    assert set(payload) == COMMON | {"action", "reason"}, payload
    common_part(payload, "unauthorized")
    assert payload["action"] == action
    assert isinstance(payload["reason"], str) and payload["reason"]
    codes = {code} if code else {"TOKEN_EXPIRED", "INVALID_TOKEN", "PERMISSION_DENIED"}
    assert message["metadata"]["errorCode"] in codes, message["metadata"]
    return payload


def rate_limited(message, limit):
    payload = message["payload"]
    assert message["type"] == "hub:rate_limited", dict(message)
    assert set(payload) == COMMON | {"retryAfter", "limit"}, payload
    common_part(payload, "rate_limited")
    assert payload["limit"] == limit
    assert payload["retryAfter"] > 0
    return payload


def forwarded(message, *, sender, to, type_, data, correlation=None, metadata=None, ttl=None):
    """A delivery, exactly; `metadata` is compared in full when given."""
    assert set(message) == ENVELOPE, set(message) ^ ENVELOPE
    assert UUID.fullmatch(message["id"]), message["id"]
    assert message["from"] == sender
    assert message["to"] == to
    assert message["type"] == type_
    assert message["payload"] == data
    assert message["pattern"] == "tell"
    assert message["correlationId"] == correlation
    assert isinstance(message["timestamp"], int)
    assert message["signature"] is None
    assert message["ttl"] == ttl
    if metadata is not None:
        assert message["metadata"] == metadata


def send_ack(message, request, status="delivered"):
    assert message["type"] == "hub:delivery_ack", dict(message)
    payload = message["payload"]
    assert set(payload) == {"messageId", "deliveredAt", "status"}, payload
    assert payload["messageId"] == request
    assert isinstance(payload["deliveredAt"], int)
    assert payload["status"] == status
