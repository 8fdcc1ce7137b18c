"""tools/compare runs what it says it runs."""
import os
import shutil
import subprocess

from hub import BINARY, DEADLINE, ROOT


def compare(*arguments):
    return subprocess.run([ROOT / "tools/compare", *arguments], text=True, capture_output=True,
                          timeout=4 * DEADLINE, check=False,
                          env={**os.environ, "SIGNAL_HUB_BIN": BINARY})


def test_the_hub_compared_with_itself_is_as_good():
    done = compare("--rounds", "1", "--duration", "200ms", "--servers", "hub", "p2p-50-single")
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if line.startswith("  hub"))
    name, rate, cpu, p50, p99, *ratios = row.split()
    assert float(rate) > 0 and 0 < float(p50) <= float(p99)
    assert float(ratios[0]) == 1
    assert len(ratios) == 2, f"faults: {ratios[2:]}"


def test_an_unknown_work_or_server_is_refused():
    for arguments in (["nonsense"], ["--servers", "nonsense"]):
        done = compare(*arguments)
        assert done.returncode == 1 and "nonsense" in done.stderr


def test_a_server_that_is_not_there_is_left_out_with_a_word(tmp_path):
    done = subprocess.run(
        [ROOT / "tools/compare", "--rounds", "1", "--duration", "100ms", "--servers",
         "hub,mosquitto-ws", "p2p-50-single"], text=True, capture_output=True,
        timeout=4 * DEADLINE, check=False,
        env={**os.environ, "SIGNAL_HUB_BIN": BINARY, "PATH": str(only_taskset(tmp_path))})
    assert done.returncode == 0, done.stderr
    assert "mosquitto-ws is left out: no mosquitto" in done.stderr
    assert not any(line.startswith("  mosquitto-ws") for line in done.stdout.splitlines())


def only_taskset(folder):
    """A folder for PATH with what tools/compare itself needs."""
    (folder / "taskset").symlink_to(shutil.which("taskset"))
    return folder


def test_raw_commits_are_measured_beside_the_hubs():
    done = compare("--rounds", "1", "--servers", "sqlite", "durable")
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if line.startswith("  sqlite"))
    assert float(row.split()[1]) > 0
