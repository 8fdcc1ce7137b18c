"""The operator's subcommands: tables for people, JSON for scripts, exit codes."""
import asyncio
import json
import re
import subprocess

import pytest

from admin import Operator, administered, socket_of, token_file
from client import HUB, actor, session, topic, unique, until
from hub import BINARY, UNLIMITED, clean_environment, run
from reliable import ack, acking
from test_away import lose


@pytest.fixture(scope="module", name="folder")
def _folder(tmp_path_factory):
    return tmp_path_factory.mktemp("admin")


@pytest.fixture(scope="module", name="hub")
def _hub(folder):
    with administered(folder, *UNLIMITED, "--grace", "1h", db=folder / "hub.db") as hub:
        yield hub


def by_socket(folder):
    return ["--admin-socket", str(socket_of(folder))]


def by_token(hub, folder):
    return ["--url", f"http://127.0.0.1:{hub.port}", "--admin-token-file",
            str(folder / "admin-token")]


async def cli(*arguments, code=0, **options):
    """The command's standard output, or its complaint; its exit code is checked."""
    done = await asyncio.to_thread(run, *arguments, **options)
    assert done.returncode == code, (arguments, done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


async def test_stats_are_figures_for_people_and_json_for_scripts(hub, folder):
    await session(hub)
    text = await cli("stats", *by_socket(folder))
    assert text.startswith("@(cloudflare/signal-hub) ") and "running" in text
    assert re.search(r" resident, \d+\.\d\d s of CPU, ", text)
    stats = lines(await cli("stats", "--json", *by_token(hub, folder)))
    assert len(stats) == 1 and stats[0]["connections"]["open"] >= 1


async def test_stats_can_be_watched(hub, folder):
    looks = lines(await cli("stats", "--watch", "--json", "--interval", "0.1", "--count", "3",
                            *by_socket(folder)))
    assert len(looks) == 3
    assert looks[0]["timestamp"] < looks[1]["timestamp"] < looks[2]["timestamp"]


async def test_lists_are_tables_or_lines_of_json(hub, folder):
    client, name = await actor(hub), topic()
    await client.subscribe(name)
    door = by_socket(folder)
    for command, head, member in (("sessions", "SESSION", "address"),
                                  ("actors", "ADDRESS", "address")):
        table = (await cli(command, client.me, *door)).splitlines()
        assert table[0].startswith(head) and len(table) == 2 and client.me in table[1]
        assert [item[member] for item in lines(await cli(command, client.me, "--json", *door))] == [
            client.me]
    assert (await cli("topics", name, *door)).splitlines()[1].split() == ["1", name]
    assert await cli("queues", "no/such*", "--json", *door) == ""


async def test_lists_go_on_past_a_page(hub, folder):
    name = topic()
    for _ in range(2):
        client = await actor(hub)
        await asyncio.gather(*(client.subscribe(f"{name}/{client.me}/{n}") for n in range(600)))
    listed = lines(await cli("topics", name, "--json", *by_socket(folder)))
    assert len({item["name"] for item in listed}) == len(listed) == 1200


async def test_hostile_names_do_not_steer_the_terminal(hub, folder):
    client, name = await actor(hub), topic() + "\x9b2J"
    await client.subscribe(name)
    table = await cli("topics", name[:12], *by_socket(folder))
    assert "\x9b" not in table and "?2J" in table
    listed = lines(await cli("topics", name[:12], "--json", *by_socket(folder)))
    assert listed[0]["name"] == name


async def test_a_client_is_kicked_by_session_or_address(hub, folder):
    first, second = await actor(hub), await actor(hub)
    shown = lines(await cli("sessions", first.me, "--json", *by_socket(folder)))
    said = await cli("kick", shown[0]["id"], *by_socket(folder))
    assert said == "ended 1 session and 0 registrations\n"
    assert (await first.receive("hub:disconnect"))["payload"]["reason"] == "admin"
    said = await cli("kick", second.me, *by_token(hub, folder))
    assert said == "ended 1 session and 1 registration\n"
    assert await second.closed() == 1008
    assert "not exist" in await cli("kick", second.me, *by_socket(folder), code=1)


async def test_a_published_message_arrives_and_the_figures_move(hub, folder):
    client, name = await actor(hub), topic()
    await client.subscribe(name)
    before = lines(await cli("stats", "--json", *by_socket(folder)))[0]
    await cli("publish", name, "app:news", '{"n":1}', "--url", hub.url)
    assert (await client.receive("app:news"))["payload"] == {"n": 1}
    after = lines(await cli("stats", "--json", *by_socket(folder)))[0]
    assert after["messages"]["delivered"] == before["messages"]["delivered"] + 1


async def test_the_operator_publishes_and_sends(hub, folder):
    client, name = await actor(hub), topic()
    await client.subscribe(name)
    said = await cli("publish", name, "app:news", "1180591620717411303424", *by_socket(folder))
    assert said.startswith("published to 1 subscriber: ")
    message = await client.receive("app:news")
    assert (message["from"], message["payload"]) == (HUB, 2**70)  # a double would round it
    (answer,) = lines(await cli("send", client.me, "app:note", '{"n":1}', "--from", "ops/console",
                                "--json", *by_token(hub, folder)))
    assert answer["status"] == "delivered"
    message = await client.receive("app:note")
    assert (message["from"], message["payload"]) == ("@(ops/console)", {"n": 1})
    hub.wait_log("admin_action", action="publish", target=name, via="socket")
    hub.wait_log("admin_action", action="send", target=client.me, via="http")


async def test_what_the_operator_sends_reliably_is_stored_until_it_is_acknowledged(hub, folder):
    client = await acking(hub)
    status, id_ = (await cli("send", client.me, "app:note", "1", "--reliable",
                             *by_socket(folder))).split()
    assert status == "queued:"
    message = await client.receive("app:note")
    assert message["metadata"]["originalMessageId"] == id_
    story = Operator(hub).get(f"/messages/{id_}")["deliveries"]
    assert [d["attempts"] for d in story] == [1]
    await ack(client, message)

    async def known():
        (delivery,) = (await asyncio.to_thread(Operator(hub).get, f"/messages/{id_}"))["deliveries"]
        return delivery["state"] == "acknowledged"

    await until(known, "the acknowledgement to be known")


async def test_what_the_operator_publishes_reliably_waits_for_who_is_away(hub, folder):
    watcher, client, name = await actor(hub), await acking(hub), topic()
    await client.ask("hub:subscribe", {"topic": name, "ack": True, "durable": True})
    await lose(client, watcher)
    (answer,) = lines(await cli("publish", name, "app:news", "-", "--reliable", "--json",
                                *by_socket(folder), stdin='{"n":1}'))
    assert (answer["subscriberCount"], answer["queuedCount"]) == (1, 1)
    said = await cli("publish", name, "app:news", "2", "--reliable", *by_socket(folder))
    assert said.startswith("published to 1 subscriber, queued for 1 of them: ")
    message = await (await acking(hub, client.me)).receive("app:news")
    assert message["metadata"]["originalMessageId"] == answer["messageId"]


async def test_what_the_hub_refuses_of_the_operator_exits_with_1(hub, folder):
    door = by_socket(folder)
    said = await cli("send", unique(), "app:x", "1", *door, code=1)
    assert "not registered with Signal Hub. Register the target" in said
    assert "valid JSON" in await cli("send", unique(), "app:x", "{", *door, code=2)
    assert await cli("publish", topic(), "app:x", *door, code=2)
    assert await cli("publish", topic(), "app:x", "1", "--admin-socket", folder / "none", code=1)


async def test_the_log_level_and_a_reload(hub, folder):
    door = by_socket(folder)
    assert await cli("log-level", *door) == "info\n"
    assert await cli("log-level", "debug", *door) == "debug\n"
    assert await cli("reload", *door) == "reloaded\n"
    assert await cli("log-level", "--json", *door) == '{"level":"info"}\n'
    await cli("log-level", "loud", *door, code=2)


async def test_the_door_may_come_from_the_environment(hub, folder):
    env = {"SIGNAL_HUB_ADMIN_SOCKET": str(socket_of(folder))}
    assert lines(await cli("stats", "--json", env=env))
    # As the hub's log prints it, and as other commands take it.
    env = {"SIGNAL_HUB_URL": hub.url, "SIGNAL_HUB_ADMIN_TOKEN_FILE": str(folder / "admin-token")}
    assert lines(await cli("stats", "--json", env=env))


@pytest.mark.parametrize("arguments", [
    ["stats"], ["kick", "x"], ["sessions", "--state", "odd", "--admin-socket", "x"],
    ["stats", "--admin-token-file", "/nonexistent"], ["kick", "--admin-socket", "x"],
    ["stats", "--admin-socket", "x", "--interval", "0"], ["stats", "--odd"]])
async def test_what_is_missing_or_odd_is_a_usage_error(arguments):
    assert await cli(*arguments, code=2)


async def test_refusals_and_silence_exit_with_1(hub, folder, tmp_path):
    wrong = token_file(tmp_path, "another-token-than-that-one")
    said = await cli("stats", "--url", f"http://127.0.0.1:{hub.port}", "--admin-token-file", wrong,
                     code=1)
    assert "token" in said
    assert "cannot connect" in await cli("stats", "--admin-socket", tmp_path / "none", code=1)
    listener = await asyncio.start_unix_server(lambda r, w: None, tmp_path / "deaf")
    assert "in time" in await cli("stats", "--admin-socket", tmp_path / "deaf", "--timeout", "0.2",
                                  code=1)
    listener.close()


async def test_a_drain_is_waited_for(tmp_path):
    hub = administered(tmp_path).start()
    client = await session(hub)
    said = await cli("drain", "--wait", *by_socket(tmp_path))
    assert said == "draining 1 connection\n"
    assert (await client.receive("hub:disconnect"))["payload"]["reason"] == "server_shutdown"
    assert await asyncio.to_thread(hub.wait_exit) == 0
    hub.stop()


async def test_a_pipe_that_is_closed_ends_the_watch(hub, folder):
    watch = subprocess.Popen([BINARY, "stats", "--watch", "--interval", "0.1", *by_socket(folder)],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             env=clean_environment())
    watch.stdout.readline()
    watch.stdout.close()
    assert await asyncio.to_thread(watch.wait, 15) is not None


async def test_actors_without_the_operators_door_are_those_of_a_client(hub):
    client = await actor(hub, unique("plain"))
    listed = lines(await cli("actors", client.me, "--url", hub.url))
    assert [item["actorAddress"] for item in listed] == [client.me]
