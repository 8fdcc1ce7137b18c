"""tools/compare runs what it says it runs."""
import os
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
    name, rate, cpu, p50, *ratios = row.split()
    assert float(rate) > 0 and float(p50) > 0
    assert float(ratios[0]) == 1
    assert len(ratios) == 2, f"faults: {ratios[2:]}"


def test_an_unknown_work_or_server_is_refused():
    for arguments in (["nonsense"], ["--servers", "nonsense"]):
        done = compare(*arguments)
        assert done.returncode == 1 and "nonsense" in done.stderr
