"""signal-hub subscribe, publish, send, actors: between processes, against a running hub."""
import json
import queue
import signal
import subprocess
import threading

import pytest

import tokens
from client import actor, session, topic, unique
from expect import send_ack
from hub import BINARY, DEADLINE, UNLIMITED, Hub, clean_environment, run
from reliable import acking
from tokens import token


class Subscriber:
    """`signal-hub subscribe` in a process of its own; its lines as they come."""

    def __init__(self, hub, *arguments):
        self.process = subprocess.Popen(
            [BINARY, "subscribe", "--url", hub.url, *arguments], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=clean_environment())
        self.errors, self._lines = [], queue.Queue()
        self._subscribed = threading.Semaphore(0)
        for target in (self._read_lines, self._read_errors):
            threading.Thread(target=target, daemon=True).start()

    def _read_lines(self):
        for line in self.process.stdout:
            self._lines.put(line)

    def _read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line)
            if line.startswith("subscribed"):
                self._subscribed.release()

    def wait_subscribed(self, topics=1):
        for _ in range(topics):
            assert self._subscribed.acquire(timeout=DEADLINE), self.errors
        return self

    def message(self):
        return json.loads(self._lines.get(timeout=DEADLINE))


async def test_a_reliable_message_is_stored_before_the_answer(hub):
    receiver = await acking(hub)
    done = run("send", receiver.me, "app:x", "1", "--reliable", "--url", hub.url)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["payload"]["status"] == "queued"
    assert (await receiver.receive("app:x"))["metadata"]["delivery"] == "at-least-once"
    name = topic()
    await receiver.ask("hub:subscribe", {"topic": name, "ack": True})
    done = run("publish", name, "app:x", "2", "--reliable", "--url", hub.url)
    assert json.loads(done.stdout)["payload"]["queuedCount"] == 1
    assert (await receiver.receive("app:x"))["payload"] == 2


@pytest.fixture
def subscriber(hub):
    started = []

    def start(*arguments, at=None):
        started.append(Subscriber(at or hub, *arguments))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def test_two_terminals(hub, subscriber):
    name = topic("events")
    listening = subscriber(name).wait_subscribed()
    done = run("publish", "--url", hub.url, name, "user:login", '{"userId":"u1"}')
    assert done.returncode == 0, done.stderr
    (answer,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert answer["type"] == "hub:published"
    assert answer["payload"] == {"topic": name, "subscriberCount": 1}
    message = listening.message()
    assert message["type"] == "user:login" and message["payload"] == {"userId": "u1"}
    assert message["metadata"]["topic"] == name
    assert listening.errors == [f"subscribed to {name}\n"]


def test_several_topics_and_patterns(hub, subscriber):
    first, second = topic("one"), topic("two")
    listening = subscriber(first, second + "/*").wait_subscribed(2)
    for name in (first, second + "/x"):
        assert run("publish", "--url", hub.url, name, "app:x", "1").returncode == 0
    assert [listening.message()["metadata"]["topic"] for _ in range(2)] == [first, second + "/x"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_subscriber_ends_when_it_is_told_to(subscriber, number):
    listening = subscriber(topic(), topic()).wait_subscribed(2)
    listening.process.send_signal(number)
    assert listening.process.wait(DEADLINE) == 0


def test_a_count_ends_a_subscriber(hub, subscriber):
    name = topic()
    listening = subscriber("--count", "2", name).wait_subscribed()
    for n in range(2):
        run("publish", "--url", hub.url, name, "app:x", str(n))
    assert [listening.message()["payload"] for _ in range(2)] == [0, 1]
    assert listening.process.wait(DEADLINE) == 0


def test_a_subscriber_notices_the_hubs_end(subscriber):
    with Hub(*UNLIMITED) as own:
        listening = subscriber(topic(), at=own).wait_subscribed()
    assert listening.process.wait(DEADLINE) not in (0, 2)
    assert "server_shutdown" in "".join(listening.errors)


async def test_send(hub):
    a = await actor(hub)
    done = run("send", "--url", hub.url, a.me, "app:x", '{"n":1.10}')
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    message = await a.receive("app:x")
    assert '"payload":{"n":1.10}' in message.raw


async def test_send_and_ask(hub):
    a = await actor(hub)
    done = run("send", "--url", hub.url, "--ask", a.me[2:-1], "app:x", "null")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    send_ack(answer, answer["correlationId"])
    await a.receive("app:x")


def test_send_to_nobody(hub):
    done = run("send", "--url", hub.url, "--ask", unique("nobody"), "app:x", "1")
    assert done.returncode == 1
    assert "hub:unknown_actor" in done.stderr and "not registered" in done.stderr


async def test_actors(hub):
    prefix = unique("cli")[2:-1]
    addresses = [f"@({prefix}/{n:03})" for n in range(201)]  # three pages
    for start in range(0, 201, 100):
        a = await session(hub)
        await a.ask("hub:register", {"actors": [
            {"actorAddress": x, "capabilities": ["x"]} for x in addresses[start:start + 100]]})
    done = run("actors", "--url", hub.url, prefix + "/*")
    assert done.returncode == 0, done.stderr
    listed = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(x["actorAddress"] for x in listed) == addresses
    assert all(x["status"] == "online" for x in listed)


def test_actors_of_an_empty_hub():
    with Hub() as hub:
        done = run("actors", "--url", hub.url)
        assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("command", [
    ["actors"], ["publish", "t", "app:x", "1"], ["subscribe", "t"],
    ["send", "@(a)", "app:x", "1"]], ids=lambda c: c[0])
def test_a_hub_that_is_not_there(command):
    done = run(command[0], "--url", "ws://127.0.0.1:1/ws", *command[1:])
    assert done.returncode == 1
    assert "cannot connect" in done.stderr and "127.0.0.1:1" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/", "ws://", "http://127.0.0.1:x",
                                 "http://127.0.0.1:1/"])
def test_a_url_that_is_none(url):
    done = run("actors", "--url", url)
    assert done.returncode == 1
    assert "ws://" in done.stderr


def test_data_that_is_no_json(hub):
    done = run("publish", "--url", hub.url, "t", "app:x", "{nope")
    assert done.returncode == 2
    assert "JSON" in done.stderr and "{nope" in done.stderr


def test_a_reserved_type_is_refused_by_the_hub(hub):
    done = run("publish", "--url", hub.url, "t", "hub:x", "1")
    assert done.returncode == 1
    assert "hub:" in done.stderr


def test_a_topic_that_is_none_is_refused_by_the_hub(hub):
    done = run("publish", "--url", hub.url, "bad*topic", "app:x", "1")
    assert done.returncode == 1
    assert "payload.topic" in done.stderr


def test_with_a_token(tmp_path):
    secret = tokens.secret_file(tmp_path)
    good, bad, none = tmp_path / "good", tmp_path / "bad", tmp_path / "none"
    good.write_text(token("cli/alice", capabilities=["publish"]) + "\n")
    bad.write_text(token("cli/alice", key=tokens.SECRET[::-1]))
    none.write_text(token("cli/alice", capabilities=["send"]))
    with Hub("--jwt-secret-file", secret) as hub:
        def publish(*options):
            return run("publish", "--url", hub.url, *options, "t", "app:x", "1")

        assert publish("--token-file", good).returncode == 0
        for options in ((), ("--token-file", bad), ("--token-file", none)):
            done = publish(*options)
            assert done.returncode not in (0, 2), options
            assert done.stderr
            assert "eyJ" not in done.stderr  # no token in a message
        assert publish("--token-file", tmp_path / "missing").returncode != 0


def test_many_publications_between_two_processes(hub, subscriber):
    name = topic()
    listening = subscriber(name).wait_subscribed()
    for n in range(20):
        assert run("publish", "--url", hub.url, name, "app:x", str(n)).returncode == 0
    assert [listening.message()["payload"] for _ in range(20)] == list(range(20))
