"""What the README prints works as printed. Its page for browsers is run by
tests/dashboard/readme.test.js, its measurements by test_compare.py."""
import json
import pathlib
import re
import shlex
import subprocess
import sys

from admin import Operator
from hub import BINARY, DEADLINE, ROOT, clean_environment

BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)


def block(language, word):
    """The one block of this language in which the word stands."""
    (found,) = [text for kind, text in BLOCKS if kind == language and word in text]
    return found


def shell(script, folder, hub=None):
    """Runs lines of the README with the binary under test; of a hub its address is not the printed
    one."""
    binaries = str(pathlib.Path(BINARY).resolve().parent)
    script = script.replace("$PWD/build/release", binaries)
    if hub:
        script = script.replace("127.0.0.1:8787", f"127.0.0.1:{hub.port}")
    env = clean_environment({"SIGNAL_HUB_URL": hub.url} if hub else {})
    env["PATH"] = f"{binaries}:{env['PATH']}"
    done = subprocess.run(["bash", "-eu", "-c", script], cwd=folder, capture_output=True, text=True,
                          timeout=2 * DEADLINE, stdin=subprocess.DEVNULL, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def around_the_hub(text):
    """The lines before and after the one that starts a hub, and the flags of that."""
    before, line, after = re.split(r"^tools/run (.*)\n", text, flags=re.M)
    return before, shlex.split(line, comments=True), after


def test_every_block_is_run_somewhere():
    assert [(kind, text.split("\n")[0].split("  ")[0]) for kind, text in BLOCKS] == [
        ("sh", "tools/run"),  # the two commands that everything else is started with
        ("sh", 'export PATH="$PWD/build/release:$PATH"'),
        ("js", "const hub = '@(cloudflare/signal-hub)', me = '@(browser/1)';"),
        ("python", "import asyncio, json, time, uuid, websockets"),
        ("sh", "head -c 48 /dev/urandom | base64 > secret"),
        ("sh", "head -c 32 /dev/urandom | base64 > admin-token"),
        ("sh", "tools/compare --rounds 3 --duration 2s")]


def test_tour(start_hub, tmp_path):
    database = tmp_path / "var" / "hub.db"  # where tools/run has it
    database.parent.mkdir()
    hub = start_hub(db=database)
    printed = shell(block("sh", "received.jsonl"), tmp_path, hub)
    received = [json.loads(line) for line in (tmp_path / "received.jsonl").read_text().splitlines()]
    assert [m["type"] for m in received] == ["user:login", "user:logout"]
    assert '"status":"ok"' in printed and "nobody is registered there" in printed
    assert "signalhub_deliveries_total 2" in printed


def test_reliable_delivery(start_hub, tmp_path):
    hub = start_hub(db=tmp_path / "hub.db")
    script = block("python", "at-least-once").replace("127.0.0.1:8787", f"127.0.0.1:{hub.port}")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                          timeout=2 * DEADLINE)
    assert done.returncode == 0, done.stderr
    stored, acked, told = done.stdout.splitlines()
    assert "'status': 'queued'" in stored and "'known': True" in acked
    assert "'status': 'acknowledged'" in told


def test_tokens(start_hub, tmp_path):
    before, flags, after = around_the_hub(block("sh", "signal-hub token"))
    shell(before, tmp_path)
    assert flags[:2] == ["--listen", "0.0.0.0:8787"] and flags[3] == "secret"
    hub = start_hub(flags[2], tmp_path / "secret", listen="0.0.0.0:0")
    hub.url = hub.url.replace("0.0.0.0", "127.0.0.1")
    shell(after, tmp_path, hub)
    assert (tmp_path / "token").read_text().count(".") == 2


def test_the_dashboards_token(start_hub, tmp_path):
    before, flags, after = around_the_hub(block("sh", "/dashboard"))
    assert after == ""
    shell(before, tmp_path)
    path = tmp_path / flags.pop()
    hub = start_hub(*flags, path)
    assert hub.http("/dashboard")[0] == 200
    assert Operator(hub, path.read_text().strip()).get("/stats")["state"] == "running"
