"""hub:connect with tokens: what is accepted, what is refused and how (§9)."""
import hashlib
import json

import pytest

import tokens
from client import Client, actor, connect_metadata, session
from expect import unauthorized
from hub import UNLIMITED, Hub
from tokens import SECRET, by_hand, claims, now, sign, token, unsigned


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    path = tokens.secret_file(tmp_path_factory.mktemp("keys"))
    with Hub(*UNLIMITED, "--jwt-secret-file", path) as running:
        yield running


async def try_connect(client, auth_token):
    metadata = connect_metadata()
    if auth_token is not None:
        metadata["authToken"] = auth_token
    return await client.ask("hub:connect", metadata=metadata)


async def test_a_good_token_connects_as_its_actor(hub):
    a = await Client.open(hub.url)
    expires = now() + 600
    answer = await try_connect(a, token("team/alice", exp=expires))
    assert answer["type"] == "hub:connected"
    assert answer["metadata"] == {"actorIdentity": "@(team/alice)",
                                  "tokenExpiresAt": expires * 1000}
    assert answer["to"] == a.me  # the request's from


@pytest.mark.parametrize("prefix", ["", "bearer ", "Bearer ", "BEARER "])
async def test_bearer_is_optional(hub, prefix):
    answer = await try_connect(await Client.open(hub.url), prefix + token())
    assert answer["type"] == "hub:connected"


ACCEPTED = {
    "iat missing": {"drop": ["iat"]},
    "nbf past": {"nbf": now() - 60},
    "nbf within the skew": {"nbf": now() + 10},
    "exp within the skew": {"exp": now() - 5, "iat": now() - 600},
    "iat within the skew": {"iat": now() + 10},
    "more claims": {"role": "x", "deep": {"a": [1]}},
    "capabilities": {"capabilities": ["send"]},
    "actors": {"actors": ["bots/*"]},
    "aud nobody asked for": {"aud": "elsewhere"},
}


@pytest.mark.parametrize("changes", ACCEPTED.values(), ids=ACCEPTED)
async def test_accepted(hub, changes):
    answer = await try_connect(await Client.open(hub.url), token(**changes))
    assert answer["type"] == "hub:connected", answer["payload"]


REFUSED = {
    "wrong key": lambda: token(key=SECRET[::-1]),
    "another algorithm": lambda: token(algorithm="HS512"),
    "no signature": lambda: unsigned(claims()),
    "signature cut off": lambda: token().rsplit(".", 1)[0] + ".",
    "two parts": lambda: token().rsplit(".", 1)[0],
    "four parts": lambda: token() + ".x",
    "empty": lambda: "",
    "three parts of nothing": lambda: "a.b.c",
    "signature altered": lambda: token()[:-4] + "AAAA",
    "too long": lambda: token(pad="x" * 20_000),
    "only bearer": lambda: "bearer ",
    "no token at all": lambda: "nonsense",
    "alg in lower case": lambda: by_hand({"alg": "hs256", "typ": "JWT"}, claims()),
    "alg missing": lambda: by_hand({"typ": "JWT"}, claims()),
    "alg a number": lambda: by_hand({"alg": 256}, claims()),
    "alg none but signed": lambda: by_hand({"alg": "none"}, claims()),
    "alg None": lambda: by_hand({"alg": "None"}, claims()),
    "crit": lambda: by_hand({"alg": "HS256", "crit": ["exp"]}, claims()),
    "claims no object": lambda: by_hand({"alg": "HS256"}, "[1]"),
    "claims no JSON": lambda: by_hand({"alg": "HS256"}, "{"),
    "sha512 under HS256": lambda: by_hand({"alg": "HS256"}, claims(), digest=hashlib.sha512),
    "exp missing": lambda: token(drop=["exp"]),
    "exp a string": lambda: by_hand({"alg": "HS256"}, {**claims(), "exp": str(now() + 600)}),
    "exp a real": lambda: by_hand({"alg": "HS256"}, {**claims(), "exp": now() + 600.5}),
    "exp null": lambda: by_hand({"alg": "HS256"}, {**claims(), "exp": None}),
    "exp true": lambda: by_hand({"alg": "HS256"}, {**claims(), "exp": True}),
    "exp beyond any date": lambda: token(exp=10**18),
    "exp beyond 64 bits": lambda: by_hand({"alg": "HS256"}, {**claims(), "exp": 10**30}),
    "nbf ahead": lambda: token(nbf=now() + 600),
    "nbf a string": lambda: by_hand({"alg": "HS256"}, {**claims(), "nbf": "0"}),
    "iat ahead": lambda: token(iat=now() + 600),
    "iat older than a day": lambda: token(iat=now() - 90_000),
    "iat a string": lambda: by_hand({"alg": "HS256"}, {**claims(), "iat": "0"}),
    "iss wrong": lambda: token(iss="someone-else"),
    "iss missing": lambda: token(drop=["iss"]),
    "iss a list": lambda: by_hand({"alg": "HS256"}, {**claims(), "iss": ["signal-hub"]}),
    "actorId missing": lambda: token(drop=["actorId"]),
    "actorId empty": lambda: token(actorId=""),
    "actorId a number": lambda: token(actorId=5),
    "actorId with a star": lambda: token(actorId="a/*"),
    "actorId with parentheses": lambda: token(actorId="a(b)"),
    "actorId the hub's": lambda: token(actorId="cloudflare/signal-hub"),
    "actorId below the hub's": lambda: token(actorId="cloudflare/signal-hub/x"),
    "capabilities a string": lambda: token(capabilities="send"),
    "capabilities of numbers": lambda: token(capabilities=[1]),
    "actors a string": lambda: token(actors="bots/*"),
    "actors of numbers": lambda: token(actors=[1]),
    "jti a number": lambda: token(jti=5),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
async def test_refused(hub, make):
    a = await Client.open(hub.url)
    bad = make()
    answer = await try_connect(a, bad)
    unauthorized(answer, "hub:connect", "INVALID_TOKEN")
    assert "." not in bad or bad not in answer.raw
    assert (await try_connect(a, token()))["type"] == "hub:connected"


async def test_an_expired_token_says_so(hub):
    a = await Client.open(hub.url)
    answer = await try_connect(a, token(exp=now() - 60, iat=now() - 600))
    unauthorized(answer, "hub:connect", "TOKEN_EXPIRED")


async def test_no_token(hub):
    answer = await try_connect(await Client.open(hub.url), None)
    unauthorized(answer, "hub:connect", "INVALID_TOKEN")


async def test_the_reason_names_no_secret(hub):
    forged = token(key=SECRET[::-1])
    answer = await try_connect(await Client.open(hub.url), forged)
    assert SECRET not in answer.raw and forged not in answer.raw


async def test_the_third_refusal_closes_1008(hub):
    a = await Client.open(hub.url)
    for _ in range(3):
        unauthorized(await try_connect(a, "bad"), "hub:connect")
    assert await a.closed() == 1008


async def test_two_refusals_may_be_followed_by_a_success(hub):
    a = await Client.open(hub.url)
    for _ in range(2):
        unauthorized(await try_connect(a, "bad"), "hub:connect")
    assert (await try_connect(a, token()))["type"] == "hub:connected"
    # Refusals of a connected session close nothing.
    for _ in range(4):
        unauthorized(await try_connect(a, "bad"), "hub:connect")
    await a.fence()


async def test_a_repeated_connect_needs_a_token_of_the_same_actor(hub):
    a = await Client.open(hub.url)
    first = await try_connect(a, token("repeat"))
    second = await try_connect(a, token("repeat", exp=now() + 1800))
    assert second["payload"] == first["payload"]
    unauthorized(await try_connect(a, token("another")), "hub:connect")
    await a.fence()


async def test_connecting_as_an_actor_that_is_connected_takes_over(hub):
    old = await session(hub, me="@(twin)", metadata={"authToken": token("twin")})
    new = await session(hub, me="@(twin)", metadata={"authToken": token("twin")})
    assert await old.closed() == 1000
    (message,) = old.inbox
    assert message["type"] == "hub:disconnect"
    assert message["payload"]["reason"] == "duplicate_connection"
    await new.nothing_more()


async def test_connecting_takes_the_registered_actor_and_its_subscriptions_over(hub):
    old = await actor(hub, me="@(mover)", metadata={"authToken": token("mover")})
    await old.subscribe("moving")
    new = await session(hub, me="@(mover)", metadata={"authToken": token("mover")})
    assert await old.closed() == 1000
    sender = await session(hub, me="@(sender)", metadata={"authToken": token("sender")})
    assert (await sender.deliver("@(mover)", 1))["type"] == "hub:delivery_ack"
    assert (await new.receive("app:event"))["payload"] == 1
    assert (await sender.publish("moving", 2))["subscriberCount"] == 1
    assert (await new.receive("app:event"))["payload"] == 2
    assert (await new.register())["resumed"] is True


async def test_a_token_never_reaches_the_log(hub):
    good, bad = token("logged"), token("logged", key=SECRET[::-1])
    a = await Client.open(hub.url)
    await try_connect(a, bad)
    answer = await try_connect(a, good)
    await a.send("hub:disconnect")
    await a.closed()
    hub.wait_log("session_state", sessionId=answer["payload"]["sessionId"], toState="disconnected")
    text = json.dumps(hub.logs)
    assert good not in text and bad not in text and SECRET not in text
    assert good.rsplit(".", 1)[1] not in text


async def test_signing_by_hand_is_right(hub):
    """The refusals above are worth something only if this is accepted."""
    answer = await try_connect(await Client.open(hub.url), by_hand({"alg": "HS256"}, claims()))
    assert answer["type"] == "hub:connected"
    answer = await try_connect(await Client.open(hub.url), sign(claims()))
    assert answer["type"] == "hub:connected"
