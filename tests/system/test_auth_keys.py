"""Keys: HS256/384/512, RS256, ES256, rotation, audience and issuer; what is refused at start (§9)."""
import pytest
from cryptography.hazmat.primitives import serialization

import tokens
from client import Client, connect_metadata
from expect import unauthorized
from hub import Hub, run_hub
from tokens import LONG_SECRET, by_hand, claims, key_pair, secret_file, token


async def answer_to(hub, auth_token):
    client = await Client.open(hub.url)
    return await client.ask("hub:connect", metadata=connect_metadata(authToken=auth_token))


async def accepts(hub, auth_token):
    answer = await answer_to(hub, auth_token)
    if answer["type"] != "hub:connected":
        unauthorized(answer, "hub:connect", "INVALID_TOKEN")
    return answer["type"] == "hub:connected"


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_hmac_by_the_configured_algorithm_only(start_hub, tmp_path, algorithm):
    hub = start_hub("--jwt-secret-file", secret_file(tmp_path, LONG_SECRET),
                    "--jwt-algorithm", algorithm)
    for used in ("HS256", "HS384", "HS512"):
        assert await accepts(hub, token(key=LONG_SECRET, algorithm=used)) == (used == algorithm)


async def test_a_newline_at_the_end_of_the_secret_file_is_not_the_secret(start_hub, tmp_path):
    hub = start_hub("--jwt-secret-file", secret_file(tmp_path, tokens.SECRET + "\n"))
    assert await accepts(hub, token())


@pytest.mark.parametrize("kind, algorithm, others", [
    ("rsa", "RS256", ["RS384", "RS512", "PS256"]), ("p256", "ES256", [])])
async def test_public_keys(start_hub, tmp_path, kind, algorithm, others):
    private, public = key_pair(tmp_path, kind, "key.pem")
    stranger, _ = key_pair(tmp_path, kind, "stranger.pem")
    hub = start_hub("--jwt-public-key", public)
    assert await accepts(hub, token(key=private, algorithm=algorithm))
    assert not await accepts(hub, token(key=stranger, algorithm=algorithm))
    for other in others:
        assert not await accepts(hub, token(key=private, algorithm=other))


@pytest.mark.parametrize("kind", ["rsa", "p256"])
async def test_the_public_key_is_no_hmac_secret(start_hub, tmp_path, kind):
    private, public = key_pair(tmp_path, kind, "key.pem")
    text = open(public, "rb").read()
    hub = start_hub("--jwt-public-key", public)
    for secret in (text, text.strip()):
        assert not await accepts(hub, by_hand({"alg": "HS256", "typ": "JWT"}, claims(), secret))
    der = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert not await accepts(hub, by_hand({"alg": "HS256"}, claims(), der))


async def test_rotation_chooses_by_kid(start_hub, tmp_path):
    old, old_file = key_pair(tmp_path, "rsa", "2024.pem")
    new, new_file = key_pair(tmp_path, "p256", "2025.pem")
    hub = start_hub("--jwt-public-key", f"2024={old_file}",
                    "--jwt-public-key", f"2025={new_file}")
    assert await accepts(hub, token(key=old, algorithm="RS256", headers={"kid": "2024"}))
    assert await accepts(hub, token(key=new, algorithm="ES256", headers={"kid": "2025"}))
    assert not await accepts(hub, token(key=new, algorithm="ES256", headers={"kid": "2024"}))
    assert not await accepts(hub, token(key=old, algorithm="RS256", headers={"kid": "unknown"}))


async def test_a_named_key_serves_tokens_that_name_none(start_hub, tmp_path):
    private, public = key_pair(tmp_path, "p256", "key.pem")
    hub = start_hub("--jwt-public-key", f"k1={public}")
    assert await accepts(hub, token(key=private, algorithm="ES256"))
    assert await accepts(hub, token(key=private, algorithm="ES256", headers={"kid": "k1"}))
    assert not await accepts(hub, token(key=private, algorithm="ES256", headers={"kid": "k2"}))
    assert not await accepts(hub, token())


async def test_issuer_and_audience_are_settings(start_hub, tmp_path):
    hub = start_hub("--jwt-secret-file", secret_file(tmp_path), "--jwt-issuer", "my-issuer",
                    "--jwt-audience", "my-hub")
    assert await accepts(hub, token(iss="my-issuer", aud="my-hub"))
    assert await accepts(hub, token(iss="my-issuer", aud=["other", "my-hub"]))
    assert not await accepts(hub, token(iss="my-issuer", aud="other"))
    assert not await accepts(hub, token(iss="my-issuer", aud=["other"]))
    assert not await accepts(hub, token(iss="my-issuer"))
    assert not await accepts(hub, token(aud="my-hub"))


async def test_the_maximum_age_is_a_setting(start_hub, tmp_path):
    hub = start_hub("--jwt-secret-file", secret_file(tmp_path), "--jwt-max-age", "10m")
    assert await accepts(hub, token(iat=tokens.now() - 500))
    assert not await accepts(hub, token(iat=tokens.now() - 700))


# ---- refused at start ---------------------------------------------------------------------------


def refused_at_start(*flags, naming):
    done = run_hub(*flags)
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert naming in done.stderr + done.stdout
    assert "listening" not in done.stdout


def test_a_secret_shorter_than_32_bytes(tmp_path):
    path = secret_file(tmp_path, "x" * 31)
    refused_at_start("--jwt-secret-file", path, naming="32")
    refused_at_start("--jwt-secret-file", path, naming=path)
    refused_at_start("--jwt-secret-file", secret_file(tmp_path, "x" * 31 + "\n", "newline"),
                     naming="32")
    with Hub("--jwt-secret-file", secret_file(tmp_path, "x" * 32, "enough")):
        pass


def test_a_missing_secret_file(tmp_path):
    refused_at_start("--jwt-secret-file", str(tmp_path / "nowhere"), naming="nowhere")


def test_keys_of_other_kinds(tmp_path):
    refused_at_start("--jwt-public-key", key_pair(tmp_path, "p384", "p384.pem")[1],
                     naming="p384.pem")
    refused_at_start("--jwt-public-key", key_pair(tmp_path, "weak", "weak.pem")[1],
                     naming="weak.pem")
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----\n")
    refused_at_start("--jwt-public-key", str(nonsense), naming="nonsense.pem")


def test_an_unknown_algorithm(tmp_path):
    refused_at_start("--jwt-secret-file", secret_file(tmp_path), "--jwt-algorithm", "none",
                     naming="jwt-algorithm")


def listens_openly(*flags):
    return run_hub(*flags, listen="0.0.0.0:0")


def test_without_a_key_only_loopback_is_listened_on():
    done = listens_openly()
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert "--insecure" in done.stderr + done.stdout


def test_insecure_or_a_key_opens_it(tmp_path):
    for flags in (["--insecure"], ["--jwt-secret-file", secret_file(tmp_path)]):
        with Hub(*flags, listen="0.0.0.0:0"):
            pass
