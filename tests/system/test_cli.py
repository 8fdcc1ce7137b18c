"""The command line: help, version, check, token, and what is refused with which exit code."""
import json

import jwt
import pytest

import tokens
from client import Client, connect_metadata
from hub import run, run_hub

# The published names and defaults.
DEFAULTS = {
    "--listen": "127.0.0.1:8787", "--max-message-size": None, "--max-actors": "50000",
    "--max-connections-per-ip": "100", "--accept-rate": "500", "--rate-limit": "10",
    "--rate-burst": "100", "--connect-timeout": "5s", "--ping-interval": "25s",
    "--idle-timeout": None, "--grace": "30s", "--actor-ttl": None, "--actor-ttl-max": None,
    "--cleanup-interval": None, "--fanout-slice": "100", "--broadcast-limit": "10000",
    "--pause-threshold": "1000", "--resume-threshold": "500", "--max-queue-bytes": None,
    "--db": None, "--config": None, "--hub-address": "@(cloudflare/signal-hub)",
    "--max-connections": None, "--jwt-secret-file": None, "--jwt-public-key": None,
    "--jwt-issuer": "signal-hub", "--jwt-audience": None, "--insecure": None, "--tls-cert": None,
    "--tls-key": None, "--allow-origin": None, "--trusted-proxy": None, "--compression": None,
    "--log-level": "info", "--log-format": "json", "--drain-timeout": "5s",
    "--dedupe-memory": None, "--memory-limit": None,
}


def test_help_names_every_flag_with_its_default():
    done = run("--help")
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    for flag, default in DEFAULTS.items():
        at = [n for n, line in enumerate(lines) if line.strip().split(" ")[0] == flag]
        assert at, f"{flag} is not in the help"
        if default:
            assert default in " ".join(lines[at[0]:at[0] + 3]), flag
    for command in ("subscribe", "publish", "send", "actors", "token", "check"):
        assert f"  {command} " in done.stdout
    assert "Limits:" in lines


@pytest.mark.parametrize("command", ["subscribe", "publish", "send", "actors", "token", "check"])
def test_each_command_has_help(command):
    done = run(command, "--help")
    assert done.returncode == 0
    assert command in done.stdout


def test_version():
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout == "signal-hub 0.1.0\n"


@pytest.mark.parametrize("arguments, words", [
    (["--no-such-flag"], ["--no-such-flag"]),
    (["--rate-limt", "5"], ["--rate-limt", "--rate-limit"]),
    (["--rate-limit"], ["--rate-limit"]),
    (["--rate-limit", "many"], ["rate-limit", "many", "whole number"]),
    (["--rate-limit", "-1"], ["rate-limit"]),
    (["--rate-limit", "1.5"], ["rate-limit"]),
    (["--connect-timeout", "5 weeks"], ["connect-timeout"]),
    (["--grace", "5 apples"], ["grace", "duration"]),
    (["--max-message-size", "huge"], ["max-message-size"]),
    (["--max-message-size", "1"], ["max-message-size", "1KiB"]),
    (["--log-level", "loud"], ["log-level", "debug|info|warn|error"]),
    (["--log-format", "xml"], ["log-format"]),
    (["--hub-address", "nobody"], ["hub-address"]),
    (["--hub-address", "@(a/*)"], ["hub-address"]),
    (["--trusted-proxy", "10.0.0.0/99"], ["trusted-proxy"]),
    (["--trusted-proxy", "proxy.example"], ["trusted-proxy"]),
    (["--tls-cert", "only-one.pem"], ["--tls-cert", "--tls-key"]),
    (["--compression"], ["--compression", "libwebsockets"]),
    (["--pause-threshold", "5", "--resume-threshold", "10"], 
     ["--pause-threshold", "--resume-threshold"]),
    (["no-such-command"], ["no-such-command"]),
    (["publish"], ["topic"]),
    (["check"], ["config"]),
], ids=" ".join)
def test_what_is_wrong_is_named_and_exits_2(arguments, words):
    done = (run_hub if arguments[0].startswith("--") else run)(*arguments)
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert all(word in done.stderr for word in words), done.stderr
    assert "listening" not in done.stdout
    assert len(done.stderr.strip().splitlines()) == 1  # a sentence, not the whole help


def test_what_is_allowed_is_said():
    for arguments, allowed in ((["--log-level", "loud"], "debug"),
                               (["--jwt-algorithm", "MD5"], "HS384"),
                               (["--connect-timeout", "5 weeks"], "5m")):
        done = run_hub(*arguments)
        assert done.returncode == 2 and allowed in done.stderr, done.stderr


# ---- check --------------------------------------------------------------------------------------


def check(tmp_path, text):
    path = tmp_path / "hub.toml"
    path.write_text(text)
    return run("check", "--config", path)


@pytest.mark.parametrize("text", [
    "", "# nothing but a comment\n", 'rate-limit = 5\nlisten = ["127.0.0.1:0"]\n',
    'connect-timeout = "5s"\nmax-message-size = "2MiB"\ninsecure = true\n',
    'allow-origin = ["https://a.example", "https://b.example"]\n'])
def test_check_accepts(tmp_path, text):
    done = check(tmp_path, text)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text, words", [
    ("no-such-key = 1\n", ["no-such-key"]),
    ("rate-limt = 5\n", ["hub.toml:1", "rate-limt", "rate-limit"]),
    ('rate-limit = "many"\n', ["rate-limit"]),
    ("\nrate-limit = 1.5\n", ["hub.toml:2", "rate-limit"]),
    ("listen = [7]\n", ["hub.toml:1", "listen"]),
    ("connect-timeout = true\n", ["connect-timeout"]),
    ('actor-ttl = "2h"\n', ["--actor-ttl", "--actor-ttl-max"]),
    ('log-level = "loud"\n', ["log-level"]),
    ("rate-limit = \n", ["hub.toml:1"]),
    ("rate-limit = 1\nrate-limit = 2\n", ["rate-limit"]),
    ("rate-limit = -5\n", ["rate-limit"]),
    ('[section]\nother = 1\n', ["section"]),
])
def test_check_names_what_is_wrong(tmp_path, text, words):
    done = check(tmp_path, text)
    assert done.returncode == 2
    assert all(word in done.stderr for word in words), done.stderr


def test_check_of_a_file_that_is_missing(tmp_path):
    done = run("check", "--config", tmp_path / "missing.toml")
    assert done.returncode != 0
    assert "missing.toml" in done.stderr


# ---- token --------------------------------------------------------------------------------------


async def test_a_minted_token_connects(start_hub, tmp_path):
    secret = tokens.secret_file(tmp_path)
    done = run("token", "--actor", "dev/alice", "--sub", "alice", "--capability", "send",
               "--capability", "discover", "--expires", "2h", "--secret-file", secret)
    assert done.returncode == 0, done.stderr
    token = done.stdout.strip()
    claims = jwt.decode(token, tokens.SECRET, algorithms=["HS256"], issuer="signal-hub")
    assert claims["actorId"] == "dev/alice" and claims["sub"] == "alice"
    assert claims["capabilities"] == ["send", "discover"]
    assert claims["exp"] - claims["iat"] == 7200
    hub = start_hub("--jwt-secret-file", secret)
    answer = await (await Client.open(hub.url)).ask(
        "hub:connect", metadata=connect_metadata(authToken=token))
    assert answer["metadata"]["actorIdentity"] == "@(dev/alice)"


@pytest.mark.parametrize("arguments, code", [
    ([], 2), (["--actor", "a"], 2), (["--actor", "a/*", "--secret-file", "S"], 2),
    (["--actor", "a", "--secret-file", "S", "--expires", "soon"], 2),
    (["--actor", "a", "--secret-file", "/nowhere/at/all"], None)])
def test_a_token_that_cannot_be_minted(tmp_path, arguments, code):
    secret = tokens.secret_file(tmp_path)
    done = run("token", *[secret if a == "S" else a for a in arguments])
    assert done.returncode == code if code else done.returncode != 0
    assert done.stdout == "" and done.stderr


def test_json_of_help_and_errors_stays_off_stdout():
    done = run_hub("--no-such-flag")
    assert done.stdout == ""
    with pytest.raises(ValueError):
        json.loads(done.stderr)
