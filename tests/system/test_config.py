"""Flag beats environment beats file beats default, for values of every kind."""
import pytest

from client import Client
from hub import Hub, run_hub

KINDS = [
    # name, file text, environment, flag, what hub:connected then says for each of the three
    ("max-message-size", '"70000"', "80000", "90000", [70_000, 80_000, 90_000]),
    ("max-message-size", "70000", "128KiB", "1MiB", [70_000, 131_072, 1_048_576]),
    ("max-actors", "7", "8", "9", [7, 8, 9]),
]


def told(answer, name):
    payload = answer["payload"]
    if name == "max-actors":
        return payload["capabilities"]["maxActorsPerInstance"]
    return payload["maxMessageSize"]


def env_name(name):
    return "SIGNAL_HUB_" + name.upper().replace("-", "_")


async def ask(start_hub, name, flags, env):
    hub = start_hub(*flags, env=env)
    return told(await (await Client.open(hub.url)).connect(), name)


@pytest.mark.parametrize("name, in_file, in_env, in_flag, expected", KINDS)
async def test_precedence(start_hub, tmp_path, name, in_file, in_env, in_flag, expected):
    path = tmp_path / "hub.toml"
    path.write_text(f"{name} = {in_file}\n")
    file, env, flag = ["--config", str(path)], {env_name(name): in_env}, [f"--{name}", in_flag]
    from_file, from_env, from_flag = expected
    assert await ask(start_hub, name, file, {}) == from_file
    assert await ask(start_hub, name, file, env) == from_env
    assert await ask(start_hub, name, [], env) == from_env
    assert await ask(start_hub, name, [*file, *flag], {}) == from_flag
    assert await ask(start_hub, name, flag, env) == from_flag
    assert await ask(start_hub, name, [*file, *flag], env) == from_flag


def test_a_list_is_replaced_not_joined(tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text('listen = ["127.0.0.2:0", "127.0.0.3:0"]\n')
    with Hub("--config", str(path), listen=None) as hub:
        hub.wait_log("listening", where=lambda e: "127.0.0.3" in e["url"])
        assert "127.0.0.2" in hub.log_lines("listening")[0]["url"]
    with Hub("--config", str(path)) as hub:
        assert ["127.0.0.1" in e["url"] for e in hub.log_lines("listening")] == [True]


def test_a_boolean_flag_from_file_and_environment(tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text("insecure = true\n")
    with Hub("--config", str(path), listen="0.0.0.0:0"):
        pass
    with Hub(env={"SIGNAL_HUB_INSECURE": "true"}, listen="0.0.0.0:0"):
        pass
    done = run_hub("--config", path, env={"SIGNAL_HUB_INSECURE": "false"}, listen="0.0.0.0:0")
    assert done.returncode == 2


def test_the_file_may_be_named_by_the_environment(tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text("no-such-key = 1\n")
    done = run_hub(env={"SIGNAL_HUB_CONFIG": str(path)})
    assert done.returncode == 2 and "no-such-key" in done.stderr


@pytest.mark.parametrize("text, named", [("no-such-key = 1\n", "no-such-key"),
                                         ('rate-limit = "x"\n', "rate-limit")])
def test_a_bad_file_is_refused_at_start(tmp_path, text, named):
    path = tmp_path / "hub.toml"
    path.write_text(text)
    done = run_hub("--config", path)
    assert done.returncode == 2
    assert named in done.stderr and "hub.toml" in done.stderr


def test_a_bad_environment_is_named():
    done = run_hub(env={"SIGNAL_HUB_RATE_LIMIT": "x"})
    assert done.returncode == 2
    assert "SIGNAL_HUB_RATE_LIMIT" in done.stderr


def test_a_missing_file_is_refused(tmp_path):
    done = run_hub("--config", tmp_path / "missing.toml")
    assert done.returncode == 2
    assert "missing.toml" in done.stderr


def test_equals_form_of_flags():
    with Hub("--rate-limit=7", "--log-level=debug"):
        pass
