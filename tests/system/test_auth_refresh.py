"""hub:refresh_token: a younger token in place of the old one (§4, §9)."""
import pytest

import tokens
from client import Client, new_id, session, unique
from expect import answered, rate_limited, refused, unauthorized
from hub import UNLIMITED, Hub
from tokens import SECRET, now, token


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    path = tokens.secret_file(tmp_path_factory.mktemp("keys"))
    with Hub(*UNLIMITED, "--jwt-secret-file", path) as running:
        yield running


async def login(hub, address=None, **claims):
    address = address or unique()
    return await session(hub, me=address, metadata={"authToken": token(address[2:-1], **claims)})


async def refresh(client, auth_token, payload=None, **metadata):
    if auth_token is not None:
        metadata["authToken"] = auth_token
    return await client.ask("hub:refresh_token", payload, metadata=metadata)


def own(client, **claims):
    return token(client.me[2:-1], **claims)


@pytest.mark.parametrize("prefix", ["", "bearer "])
async def test_refreshed_is_exact(hub, prefix):
    a = await login(hub)
    expires, id_ = now() + 7200, new_id()
    answer = await a.ask("hub:refresh_token", id=id_,
                         metadata={"authToken": prefix + own(a, exp=expires)})
    assert answered(answer, "hub:token_refreshed", a.me, id_) == {
        "tokenExpiresAt": expires * 1000, "expiresAt": expires * 1000}
    assert own(a, exp=expires) not in answer.raw


async def test_the_token_may_be_in_the_payload(hub):
    a = await login(hub)
    expires = now() + 7200
    answer = await refresh(a, None, {"token": own(a, exp=expires)})
    assert answer["payload"]["tokenExpiresAt"] == expires * 1000


async def test_a_repeated_connect_tells_the_new_expiry(hub):
    a = await login(hub)
    expires = now() + 7200
    await refresh(a, own(a, exp=expires))
    answer = await a.connect(authToken=own(a, exp=expires))
    assert answer["metadata"]["tokenExpiresAt"] == expires * 1000


async def test_new_capabilities_hold_at_once(hub):
    a = await login(hub, capabilities=["send"])
    unauthorized(await a.ask("hub:discover", {"pattern": "*"}), "hub:discover")
    assert (await refresh(a, own(a, capabilities=["discover"])))["type"] == "hub:token_refreshed"
    assert (await a.ask("hub:discover", {"pattern": "*"}))["type"] == "hub:discovered"
    unauthorized(await a.deliver(a.me), "hub:send", "PERMISSION_DENIED")


async def test_another_actors_token_is_refused(hub):
    a = await login(hub)
    answer = await refresh(a, token("somebody/else"))
    unauthorized(answer, "hub:refresh_token", "INVALID_TOKEN")
    await a.fence()


@pytest.mark.parametrize("bad", [
    lambda a: "nonsense", lambda a: own(a, key=SECRET[::-1]), lambda a: own(a, iss="x"),
    lambda a: own(a, drop=["exp"])])
async def test_a_bad_token_is_refused_and_the_session_goes_on(hub, bad):
    a = await login(hub)
    for _ in range(4):  # no number of refusals closes a connected session
        unauthorized(await refresh(a, bad(a)), "hub:refresh_token", "INVALID_TOKEN")
    assert (await refresh(a, own(a)))["type"] == "hub:token_refreshed"


async def test_an_expired_token_is_refused_as_such(hub):
    a = await login(hub)
    answer = await refresh(a, own(a, exp=now() - 60, iat=now() - 600))
    unauthorized(answer, "hub:refresh_token", "TOKEN_EXPIRED")


async def test_no_token_at_all(hub):
    a = await login(hub)
    for payload in (None, {}, {"token": 5}):
        refused(await refresh(a, None, payload), "invalid_message")


async def test_once_a_minute(hub):
    a, b = await login(hub), await login(hub)
    assert (await refresh(a, own(a)))["type"] == "hub:token_refreshed"
    answer = await refresh(a, own(a))
    assert answer["type"] == "hub:rate_limited"
    payload = rate_limited(answer, answer["payload"]["limit"])
    assert payload["retryAfter"] <= 60_000
    assert (await refresh(b, own(b)))["type"] == "hub:token_refreshed"  # another session may


async def test_a_nonce_is_accepted_once(hub):
    address, nonce = unique(), new_id()
    first = await login(hub, address)
    assert (await refresh(first, own(first), nonce=nonce))["type"] == "hub:token_refreshed"
    await first.close()
    second = await login(hub, address)
    answer = await refresh(second, own(second), nonce=nonce)
    unauthorized(answer, "hub:refresh_token")
    assert (await refresh(second, own(second), nonce=new_id()))["type"] == "hub:token_refreshed"


async def test_without_auth_there_is_nothing_to_refresh(start_hub):
    hub = start_hub()
    a = await session(hub)
    refused(await refresh(a, token()), "unsupported")
    await a.fence()


async def test_before_connect(hub):
    a = await Client.open(hub.url)
    unauthorized(await refresh(a, token()), "hub:refresh_token")
