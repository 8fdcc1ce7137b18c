"""PROTOCOL.md §9: tokens, claims, capabilities, identity, refresh."""
import base64
import json
import time

import pytest

from client import Client, error_of
from hub import UNLIMITED, run
from tokens import SECRET, key_pair, secret_file, token


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def hub(folder):
    from hub import Hub
    made = Hub("--jwt-secret-file", secret_file(folder), *UNLIMITED)
    yield made
    made.close()


def session(hub, **options):
    client = Client(hub)
    answer = client.connect(token=token(**options))
    assert answer["type"] == "hub:connected", answer
    client.address = answer["metadata"]["actorIdentity"]
    return client


def refused(hub, bad, code="INVALID_TOKEN"):
    client = Client(hub)
    answer = client.connect(token=bad)
    payload = error_of(answer, "hub:unauthorized")
    assert payload["action"] == "hub:connect" and payload["reason"]
    assert answer["metadata"]["errorCode"] == code, payload
    assert bad not in json.dumps(answer)
    client.close()


def test_identity_comes_from_the_token(hub):
    client = Client(hub, address="@(somebody/else)")
    answer = client.connect(token=token("team/alice"))
    assert answer["metadata"]["actorIdentity"] == "@(team/alice)"
    assert abs(answer["metadata"]["tokenExpiresAt"] - (time.time() + 3600) * 1000) < 10_000
    client.close()


def test_bare_token_and_any_case_of_bearer(hub):
    for prefix in ("", "Bearer ", "bearer ", "BEARER "):
        client = Client(hub)
        assert client.connect(authToken=prefix + token())["type"] == "hub:connected"
        client.close()


def test_without_a_token(hub):
    client = Client(hub)
    answer = client.connect()
    assert answer["metadata"]["errorCode"] == "INVALID_TOKEN"
    assert error_of(answer, "hub:unauthorized")
    client.close()


def test_third_refusal_closes_and_a_second_try_may_succeed(hub):
    client = Client(hub)
    client.connect(token="x")
    assert client.connect(token=token())["type"] == "hub:connected"
    client.close()
    client = Client(hub)
    for _ in range(3):
        client.connect(token="x")
    assert client.receive_close() == 1008


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(alg):
    header = b64(json.dumps({"alg": alg, "typ": "JWT"}).encode())
    body = token().split(".")[1]
    return header + "." + body + "."


BAD = {
    "garbage": lambda: "garbage",
    "empty": lambda: "a.b.c",
    "wrong secret": lambda: token(key="f" * 32),
    "none": lambda: unsigned("none"),
    "None": lambda: unsigned("None"),
    "lower case": lambda: token().replace(
        token().split(".")[0], b64(b'{"alg":"hs256","typ":"JWT"}')),
    "other hmac": lambda: token(algorithm="HS512"),
    "crit": lambda: token(headers={"crit": ["exp"]}),
    "exp missing": lambda: token(drop=["exp"]),
    "exp text": lambda: token(exp=str(int(time.time()) + 99)),
    "exp real": lambda: token(exp=time.time() + 99.5),
    "exp huge": lambda: token(exp=10**18),
    "nbf": lambda: token(nbf=int(time.time()) + 3600),
    "iat future": lambda: token(iat=int(time.time()) + 3600),
    "iat old": lambda: token(iat=int(time.time()) - 90_000),
    "issuer": lambda: token(iss="other"),
    "no issuer": lambda: token(drop=["iss"]),
    "no actor": lambda: token(drop=["actorId"]),
    "actor number": lambda: token(actorId=7),
    "actor glob": lambda: token(actorId="a*"),
    "actor parentheses": lambda: token(actorId="a(b)"),
    "actor of the hub": lambda: token(actorId="cloudflare/signal-hub/x"),
    "capabilities text": lambda: token(capabilities="send"),
    "actors numbers": lambda: token(actors=[1]),
    "jti number": lambda: token(jti=5),
    "four parts": lambda: token() + ".x",
    "too long": lambda: token(pad="x" * 20000),
    "tampered": lambda: token()[:-4] + "AAAA",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_tokens(hub, name):
    refused(hub, BAD[name]())


def test_expired_token(hub):
    refused(hub, token(lifetime=-60), "TOKEN_EXPIRED")


def test_clock_skew_of_30_seconds_is_forgiven(hub):
    session(hub, lifetime=-10).close()


def test_audience(start, folder):
    hub = start("--jwt-secret-file", secret_file(folder), "--jwt-audience", "hub-a")
    refused(hub, token())
    refused(hub, token(aud="hub-b"))
    for aud in ("hub-a", ["x", "hub-a"]):
        session(hub, aud=aud).close()


@pytest.mark.parametrize("kind,algorithm", [("rsa", "RS256"), ("ec", "ES256")])
def test_public_keys(start, tmp_path, kind, algorithm):
    private, public = key_pair(tmp_path, kind)
    hub = start("--jwt-public-key", f"k1={public}")
    session(hub, key=private, algorithm=algorithm).close()
    session(hub, key=private, algorithm=algorithm, headers={"kid": "k1"}).close()
    refused(hub, token(key=private, algorithm=algorithm, headers={"kid": "k2"}))
    refused(hub, token())
    with open(public, encoding="ascii") as file:
        text = file.read()
    header = b64(b'{"alg":"HS256","typ":"JWT"}')
    body = token().split(".")[1]
    import hashlib
    import hmac
    signature = b64(hmac.new(text.encode(), f"{header}.{body}".encode(), hashlib.sha256).digest())
    refused(hub, f"{header}.{body}.{signature}")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_other_hmac_algorithms(start, folder, algorithm):
    hub = start("--jwt-secret-file", secret_file(folder), "--jwt-algorithm", algorithm)
    session(hub, algorithm=algorithm).close()
    refused(hub, token())


@pytest.mark.parametrize("kind", ["weak", "p384"])
def test_unsuitable_keys_are_refused_at_start(tmp_path, kind):
    _, public = key_pair(tmp_path, kind)
    done = run("--db", ":memory:", "--listen", "127.0.0.1:0", "--jwt-public-key", public)
    assert done.returncode == 2 and public in done.stderr


def test_short_secret_is_refused_at_start(tmp_path):
    path = secret_file(tmp_path, "short")
    done = run("--db", ":memory:", "--listen", "127.0.0.1:0", "--jwt-secret-file", path)
    assert done.returncode == 2 and path in done.stderr and "32" in done.stderr


def test_no_key_beyond_loopback_needs_insecure():
    done = run("--db", ":memory:", "--listen", "0.0.0.0:0")
    assert done.returncode == 2 and "--insecure" in done.stderr


GATED = {
    "send": ("hub:send", {"type": "t", "to": "@(x)"}),
    "broadcast": ("hub:broadcast", {"type": "t"}),
    "publish": ("hub:publish", {"type": "t", "topic": "t"}),
    "subscribe": ("hub:subscribe", {"topic": "t"}),
    "register": ("hub:register", {"actorAddress": "@(gated)", "capabilities": ["x"]}),
    "discover": ("hub:discover", {"pattern": "*"}),
    "metrics": ("hub:metrics", None),
}


@pytest.mark.parametrize("name", GATED)
def test_capabilities_gate_messages(hub, name):
    type_, payload = GATED[name]
    without = session(hub, actor="gated", capabilities=[c for c in GATED if c != name])
    answer = without.ask(type_, payload)
    refusal = error_of(answer, "hub:unauthorized")
    assert refusal["action"] == type_ and name in refusal["reason"]
    assert answer["metadata"]["errorCode"] == "PERMISSION_DENIED"
    without.close()
    having = session(hub, actor="gated", capabilities=[name])
    assert having.ask(type_, payload)["type"] != "hub:unauthorized"
    having.close()


def test_without_the_claim_all_but_metrics(hub):
    client = session(hub, actor="plain")
    for name, (type_, payload) in GATED.items():
        payload = {**payload, "actorAddress": "@(plain)"} if name == "register" else payload
        assert (client.ask(type_, payload)["type"] == "hub:unauthorized") is (name == "metrics")
    client.close()


def test_star_grants_metrics(hub):
    client = session(hub, actor="star", capabilities=["*"])
    assert client.ask("hub:metrics", None)["type"] == "hub:metrics_response"
    client.close()


def test_which_addresses_a_token_may_register(hub):
    client = session(hub, actor="team/bob", actors=["shared/*"])
    for address, allowed in [("@(team/bob)", True), ("@(team/bob/x)", True),
                             ("@(team/bobby)", False), ("@(team)", False),
                             ("@(shared/room)", True), ("@(other)", False)]:
        answer = client.ask("hub:register", {"actorAddress": address, "capabilities": ["x"]})
        assert (answer["type"] == "hub:registered") is allowed, address
        if not allowed:
            error_of(answer, "hub:unauthorized")
    client.close()


def test_from_is_the_identity(hub):
    target = session(hub, actor="target")
    target.register()
    sender = session(hub, actor="sender")
    sender.address = "@(target)"
    sender.send("hub:send", {"type": "t"}, to="@(target)", pattern="tell")
    assert target.receive()["from"] == "@(sender)"
    for client in (sender, target):
        client.close()


def test_connecting_again_displaces_the_older_session(hub):
    old = session(hub, actor="twice")
    old.register()
    old.subscribe("kept-by-actor")
    new = session(hub, actor="twice")
    assert old.receive()["payload"]["reason"] == "duplicate_connection"
    assert old.receive_close() == 1000
    new.ask("hub:publish", {"topic": "kept-by-actor", "type": "p"})
    assert new.silent("p", "hub:published")
    assert new.register()["resumed"] is True
    new.close()


def test_clock_of_the_sender_must_be_close(hub):
    client = session(hub, actor="late")
    off = int(time.time() * 1000) - 600_000
    payload = error_of(client.ask("hub:queue_stats", None, timestamp=off))
    assert payload["details"]["field"] == "timestamp"
    client.close()


def test_refresh(hub):
    client = session(hub, actor="fresh", lifetime=100)
    newer = token("fresh", lifetime=7200)
    answer = client.ask("hub:refresh_token", {"token": newer}, metadata={"nonce": "n1"})
    assert answer["type"] == "hub:token_refreshed"
    payload = answer["payload"]
    assert payload["tokenExpiresAt"] == payload["expiresAt"]
    assert payload["expiresAt"] / 1000 > time.time() + 7000
    again = client.ask("hub:refresh_token", None, metadata={"authToken": "bearer " + newer})
    assert 0 < error_of(again, "hub:rate_limited")["retryAfter"] <= 60_000
    client.close()


def test_refresh_must_name_the_same_actor_and_a_fresh_nonce(hub):
    client = session(hub, actor="same")
    answer = client.ask("hub:refresh_token", {"token": token("other")})
    assert answer["metadata"]["errorCode"] == "INVALID_TOKEN"
    good = {"token": token("same")}
    assert client.ask("hub:refresh_token", good, metadata={"nonce": "once"})[
        "type"] == "hub:token_refreshed"
    client.close()
    client = session(hub, actor="same")
    assert error_of(client.ask("hub:refresh_token", good, metadata={"nonce": "once"}),
                    "hub:unauthorized")
    client.close()


def test_refresh_without_auth_is_unsupported(client):
    answer = client.ask("hub:refresh_token", {"token": "x"})
    assert error_of(answer)["code"] == "unsupported"


def test_any_origin_with_auth(hub):
    from raw import Raw
    raw = Raw(hub)
    assert raw.handshake(headers={"Origin": "https://anywhere.example", "Host": "hub.example"}
                         ) == 101
    raw.close()


def test_minted_token_works(hub, folder, tmp_path):
    done = run("token", "--actor", "dev/me", "--sub", "me", "--capability", "send",
               "--capability", "metrics", "--expires", "5m", "--secret-file", secret_file(folder))
    assert done.returncode == 0, done.stderr
    client = Client(hub)
    answer = client.connect(token=done.stdout.strip())
    assert answer["metadata"]["actorIdentity"] == "@(dev/me)"
    assert client.ask("hub:metrics", None)["type"] == "hub:metrics_response"
    assert client.ask("hub:discover", {"pattern": "*"})["type"] == "hub:unauthorized"
    client.close()


def test_tokens_are_not_logged(hub):
    text = token("logged")
    session(hub, actor="logged").close()
    assert text.split(".")[2] not in json.dumps(hub.lines) and SECRET not in json.dumps(hub.lines)
