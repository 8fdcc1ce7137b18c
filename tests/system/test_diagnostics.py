"""What helps at three in the morning: traces, slow turns with their reason, a report of the state, and
the connection monitor."""
import signal

import pytest

from client import actor, new_id, session, topic, until
from hub import UNLIMITED, run_hub
from prometheus import scrape
from test_slow_consumer import BULKY, deaf_subscriber

# ---- traces -------------------------------------------------------------------------------------


def stages(hub, trace):
    return [line["stage"] for line in hub.log_lines("message_traced", traceId=trace)]


async def test_a_request_is_followed_through_the_log(start_hub):
    hub = start_hub("--log-level", "debug")
    a, b = await actor(hub), await actor(hub)
    id_, name = new_id(), topic()
    await a.deliver(b.me, 1, id=id_, metadata={"traceId": "t-1", "spanId": "s-1"})
    hub.wait_log("message_traced", traceId="t-1", stage="answered")
    assert stages(hub, "t-1") == ["received", "handled", "answered"]
    received, handled, answered = hub.log_lines("message_traced", traceId="t-1")
    assert received["type"] == "hub:send" and received["messageId"] == id_
    assert received["actorAddress"] == a.me and received["spanId"] == "s-1"
    assert received["level"] == "debug"
    assert handled["deliveries"] == 1
    assert answered["type"] == "hub:delivery_ack" and answered["messageId"] == id_

    await b.subscribe(name)
    await a.subscribe(name)
    await a.publish(name, metadata={"traceId": "t-2"})
    assert hub.wait_log("message_traced", traceId="t-2", stage="handled")["deliveries"] == 2

    await a.ask("hub:publish", None, metadata={"traceId": "t-3"})
    assert hub.wait_log("message_traced", traceId="t-3", stage="refused")["code"] == \
        "invalid_message"


async def test_without_debug_or_a_trace_there_is_nothing(start_hub):
    hub = start_hub("--log-level", "info")
    a = await actor(hub)
    await a.ask("hub:queue_stats", metadata={"traceId": "t"})
    debug = start_hub("--log-level", "debug")
    b = await actor(debug)
    await b.ask("hub:queue_stats")
    await b.ask("hub:queue_stats", metadata={"traceId": 7, "spanId": "x"})
    await b.ask("hub:nope")
    debug.wait_log("message_refused")
    assert not hub.log_lines("message_traced")
    assert all(line["traceId"] for line in debug.log_lines("message_traced"))


async def test_a_sample_takes_whole_traces(start_hub):
    hub = start_hub(*UNLIMITED, "--log-level", "debug", "--trace-sample", "0.3")
    a = await actor(hub)
    for n in range(400):
        await a.ask("hub:queue_stats", metadata={"traceId": f"trace-{n}"})
    await a.ask("hub:nope")
    hub.wait_log("message_refused", code="unknown_type")
    traced = {line["traceId"] for line in hub.log_lines("message_traced")}
    assert 60 < len(traced) < 180
    for trace in traced:
        assert sorted(stages(hub, trace)) == ["answered", "handled", "received"]


@pytest.mark.parametrize("share", ["-0.1", "1.5", "nan", "a", "0.5x"])
def test_a_share_is_from_0_to_1(share):
    done = run_hub("--trace-sample", share)
    assert done.returncode == 2 and "trace-sample" in done.stderr and "from 0 to 1" in done.stderr


async def test_a_reload_starts_and_ends_traces(start_hub, tmp_path):
    config = tmp_path / "hub.toml"
    config.write_text('log-level = "debug"\ntrace-sample = 0.0\n')
    hub = start_hub("--config", config)
    a = await actor(hub)
    await a.ask("hub:queue_stats", metadata={"traceId": "before"})
    config.write_text('log-level = "debug"\ntrace-sample = 1\n')
    hub.signal(signal.SIGHUP)
    hub.wait_log("reloaded")
    await a.ask("hub:queue_stats", metadata={"traceId": "during"})
    hub.wait_log("message_traced", traceId="during", stage="answered")
    assert stages(hub, "before") == []


# ---- slow turns ---------------------------------------------------------------------------------


LONG = [0] * 330_000  # takes its time to check


async def test_a_slow_turn_names_what_took_longest(start_hub):
    hub = start_hub(*UNLIMITED, "--slow-turn", "1ms")
    a = await actor(hub)

    async def slow():
        await a.deliver("@(test/nobody)", LONG)
        return [line for line in hub.log_lines("slow_turn") if line["longest"] == "hub:send"]

    line = (await until(slow, "a slow turn"))[0]
    assert line["level"] == "warn"
    assert line["durationUs"] >= 1_000 and line["durationUs"] >= line["longestUs"]


async def test_no_turn_is_slow_without_a_limit(start_hub):
    hub = start_hub(*UNLIMITED, "--slow-turn", "0")
    a = await actor(hub)
    for _ in range(5):
        await a.deliver("@(test/nobody)", LONG)
    assert not hub.log_lines("slow_turn")


# ---- the report ---------------------------------------------------------------------------------


async def test_a_report_of_the_state(start_hub):
    hub = start_hub(*UNLIMITED, "--max-queue-bytes", "0")
    deaf, publisher = deaf_subscriber(hub), await session(hub)
    for n in range(60):
        await publisher.publish("heavy", [n, BULKY], "app:bulk")
    others = [await actor(hub) for _ in range(12)]
    hub.signal(signal.SIGUSR2)
    summary = hub.wait_log("state_summary")
    assert summary["connections"] == 14 and summary["actors"] == 13
    assert summary["queueDepth"] > 0 and summary["draining"] is False
    await others[0].fence()
    lines = hub.log_lines("state_session")
    assert len(lines) == 10  # bounded, whatever there is
    first = lines[0]
    assert first["sessionId"] == deaf.session_id and first["actorAddress"] == deaf.me
    assert first["queueBytes"] > 0 and first["queueDepth"] > 0 and first["state"] == "connected"
    assert first["messagesIn"] == 3 and first["ip"] == "127.0.0.1"


async def test_the_monitor_knows_the_round_trip(start_hub):
    hub = start_hub(*UNLIMITED, "--ping-interval", "50ms", "--idle-timeout", "10s")
    a = await session(hub)
    while not scrape(hub).value("signalhub_ping_round_trip_seconds_count"):
        await a.fence()
    hub.signal(signal.SIGUSR2)
    assert hub.wait_log("state_session")["roundTripUs"] > 0


async def test_the_monitor_counts_what_the_rate_limit_refused(start_hub):
    hub = start_hub("--rate-limit", "1", "--rate-burst", "1")
    a = await session(hub)
    types = [(await a.ask("hub:queue_stats"))["type"] for _ in range(5)]
    hub.signal(signal.SIGUSR2)
    line = hub.wait_log("state_session")
    assert line["rateLimited"] == types.count("hub:rate_limited") > 0
    assert line["messagesIn"] == 6 and line["messagesOut"] == 6
