"""hub-bench: its counts are exact, and it fails when a hub does not keep its promises."""
import json
import pathlib
import subprocess

import pytest

from fake_hub import FakeHub
from hub import BINARY, DEADLINE, UNLIMITED, assert_no_sanitizer_report, clean_environment

BENCH = str(pathlib.Path(BINARY).with_name("hub-bench"))
HUB_FLAGS = (*UNLIMITED, "--grace", "10m", "--queue-limit", "0")
FAULTS = ("missing", "doubled", "reordered", "damaged", "foreign", "refused", "ended")


def bench(*arguments):
    done = subprocess.run([BENCH, *map(str, arguments)], env=clean_environment(), text=True,
                          capture_output=True, timeout=5 * DEADLINE, check=False)
    assert_no_sanitizer_report(done.stderr)
    return done


def load(hub, scenario, *flags):
    """The report of a run, and its exit code in `code`."""
    done = bench(scenario, "--url", hub.url, "--json", "--quiet", *flags)
    assert done.stdout, done.stderr
    return {**json.loads(done.stdout), "code": done.returncode}


def faults(report):
    """Those that were found, with their counts."""
    return {name: report[name] for name in FAULTS if report[name]}


def clean(report):
    assert faults(report) == {} and report["fault"] is None, report
    assert report["code"] == 0
    return report


# ---- totals -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario, flags, sent, arrived", [
    ("fanout", ("--connections", 7, "--senders", 3, "--messages", 50), 50, 350),
    ("broadcast", ("--connections", 7, "--senders", 2, "--messages", 20), 20, 140),
    ("p2p", ("--connections", 5, "--messages", 101), 101, 101),
    ("ask", ("--connections", 5, "--messages", 101), 101, 101),
    ("storm", ("--connections", 150), 150, 150),
    ("churn", ("--connections", 4, "--messages", 30), 30, 30),
    ("slow", ("--connections", 4, "--slow", 2, "--messages", 40), 40, 160),
])
def test_what_is_sent_arrives_once_and_is_counted(hub, scenario, flags, sent, arrived):
    report = clean(load(hub, scenario, *flags))
    assert (report["sent"], report["arrived"], report["measured"]) == (sent, arrived, arrived)
    assert report["perSecond"] == pytest.approx(arrived / report["measuredSeconds"], rel=0.1)


def test_durable_messages_are_answered_and_then_collected(start_hub, tmp_path):
    hub = start_hub(*HUB_FLAGS, "--db", tmp_path / "hub.db")
    report = clean(load(hub, "durable", "--connections", 6, "--messages", 90))
    assert (report["sent"], report["arrived"]) == (90, 90)
    assert report["extra"]["collected"] == 90


def test_the_whole_life_of_stored_messages_ends_with_the_second_receipt(start_hub, tmp_path):
    hub = start_hub(*HUB_FLAGS, "--db", tmp_path / "hub.db")
    report = clean(load(hub, "life", "--connections", 6, "--messages", 90, "--window", 3))
    assert (report["sent"], report["arrived"]) == (90, 90)
    assert report["extra"]["queued"] == 90
    assert 0 < report["extra"]["queuedMicrosP50"] <= report["extra"]["queuedMicrosP99"]


def test_idle_connections_are_held_and_weighed(start_hub):
    hub = start_hub(*HUB_FLAGS)
    report = clean(load(hub, "idle", "--connections", 400, "--duration", "100ms", "--warm-up",
                        "0ms", "--pid", hub.process.pid))
    assert report["extra"]["held"] == 400
    assert 0 < report["server"]["rssBytesPerConnection"] < report["server"]["rssBytes"] / 400


def test_everything_at_once(hub):
    report = clean(load(hub, "mixed", "--connections", 12, "--messages", 400))
    # A publication arrives three times, all else once.
    assert report["sent"] == 400
    assert report["arrived"] > 400 and (report["arrived"] - 400) % 2 == 0


@pytest.mark.parametrize("scenario", ["fanout", "p2p", "ask", "broadcast", "churn", "mixed"])
def test_by_time_the_measured_span_is_part_of_the_whole(hub, scenario):
    report = clean(load(hub, scenario, "--connections", 8, "--duration", "300ms", "--warm-up",
                        "100ms", "--pid", hub.process.pid))
    assert report["measuredSeconds"] == 0.3
    assert 0 < report["measured"] < report["arrived"]
    assert report["server"]["cpuSeconds"] >= 0


def test_at_a_rate_as_many_are_sent_as_are_due(hub):
    report = clean(load(hub, "p2p", "--connections", 3, "--rate", 500, "--duration", "400ms",
                        "--warm-up", "100ms"))
    assert report["sent"] == 250
    assert 0 < report["measured"] <= report["arrived"] == 250


@pytest.mark.parametrize("size", [55, 56, 180, 70_000])
def test_data_has_the_size_asked_for(hub, size):
    clean(load(hub, "fanout", "--connections", 2, "--messages", 3, "--size", size))


def test_latencies_are_in_order(hub):
    report = clean(load(hub, "ask", "--connections", 2, "--messages", 200))
    found = report["latencyMicros"]
    values = [found[name] for name in ("p50", "p90", "p99", "p99_9", "max")]
    assert values == sorted(values) and values[0] > 0


# ---- faults -----------------------------------------------------------------------------------


def swap_pairs():
    """Keeps every second delivery back until the next."""
    kept = []

    def mischief(number, frames):
        if number == 3:
            kept.extend(frames)
            return []
        return [*frames, *kept] if number == 4 else frames
    return mischief


def at(wanted, change):
    return lambda number, frames: change(frames) if number == wanted else frames


MISCHIEF = {
    "missing": lambda: at(3, lambda frames: []),
    "doubled": lambda: at(3, lambda frames: frames * 2),
    "reordered": swap_pairs,
    "damaged": lambda: at(3, lambda frames: [frames[0].replace("xxxx", "x", 1)]),
    "foreign": lambda: at(3, lambda frames: [*frames, frames[0].replace(
        "hub-bench:00000000", "hub-bench:0000ffff")]),
}


@pytest.mark.parametrize("scenario", ["fanout", "p2p", "broadcast", "ask"])
@pytest.mark.parametrize("fault", MISCHIEF)
def test_one_fault_of_the_hub_is_found_and_fails_the_run(scenario, fault):
    with FakeHub(MISCHIEF[fault]()) as hub:
        report = load(hub, scenario, "--connections", 1, "--messages", 10, "--timeout", "300ms")
    assert report["code"] == 1
    assert faults(report) == {fault: 1}
    assert report["fault"].startswith(fault + ": ")


def test_a_hub_that_keeps_its_promises_passes():
    with FakeHub() as hub:
        clean(load(hub, "fanout", "--connections", 3, "--messages", 10))
        clean(load(hub, "ask", "--connections", 3, "--messages", 10))


def test_the_last_message_doubled_is_noticed():
    with FakeHub(at(9, lambda frames: frames * 2)) as hub:
        report = load(hub, "p2p", "--connections", 1, "--messages", 10)
    assert (report["code"], faults(report)) == (1, {"doubled": 1})


@pytest.mark.parametrize("copies, found", [(0, {"missing": 10}), (2, {"doubled": 10})])
def test_every_ask_is_answered_once(copies, found):
    with FakeHub(answer=lambda frames: frames * copies) as hub:
        report = load(hub, "ask", "--connections", 1, "--messages", 10, "--timeout", "300ms")
    assert (report["code"], faults(report)) == (1, found)


def test_a_connection_that_ends_fails_the_run():
    with FakeHub(at(3, lambda frames: [None])) as hub:
        report = load(hub, "p2p", "--connections", 1, "--messages", 10, "--timeout", "300ms")
    assert report["code"] == 1
    assert report["ended"] == 1 and report["missing"] == 7


def test_what_the_hub_refuses_fails_the_run(start_hub):
    hub = start_hub("--rate-limit", "1", "--rate-burst", "5")
    report = load(hub, "p2p", "--connections", 1, "--messages", 10, "--timeout", "300ms")
    assert report["code"] == 1
    assert report["refused"] > 0 and "rate_limited" in report["fault"]


def test_nobody_there_fails_the_run(hub):
    done = bench("fanout", "--url", "ws://127.0.0.1:1/ws", "--quiet")
    assert done.returncode == 1
    assert "connect: " in done.stdout.splitlines()[-1]


def test_durable_needs_a_hub_that_keeps_the_away(start_hub):
    hub = start_hub(*UNLIMITED, "--grace", "0")
    report = load(hub, "durable", "--connections", 1, "--messages", 1)
    assert report["code"] == 1 and "--grace" in report["fault"]


# ---- the command line -------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [
    (), ("nonsense",), ("fanout", "p2p"), ("fanout", "--nonsense"), ("fanout", "--rate"),
    ("fanout", "--rate", "-1"), ("fanout", "--rate", "1x"), ("fanout", "--json=1"),
    ("fanout", "--size", "54"), ("fanout", "--connections", "0"), ("fanout", "--duration", "5"),
    ("fanout", "--url", "http://127.0.0.1/"), ("fanout", "--pid", "2147483647"),
    ("idle", "--connections", "2000000000"),
])
def test_a_command_line_that_does_not_fit_is_refused(arguments):
    done = bench(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("hub-bench: ") and done.stdout == ""


def test_the_table_ends_with_the_verdict_and_progress_goes_to_stderr(hub):
    done = bench("p2p", "--url", hub.url, "--connections", 2, "--duration", "1100ms", "--warm-up",
                 "0s", "--rate", 100)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "every message once and in order"
    assert "sent " in done.stderr and "arrived " in done.stderr
