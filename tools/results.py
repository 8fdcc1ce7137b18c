"""Runs commands and counts what came of them, for tools/test.py."""
import os
import pathlib
import re
import signal
import subprocess
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "results"
OUTPUT_MAX = 20000  # characters shown of a failure

passed = 0
failed = []
skipped = []


def note(name, ok, output=""):
    """Counts one result; a failed one is shown."""
    global passed
    if ok:
        passed += 1
        return
    failed.append(name)
    print(f"--- FAILED: {name}\n{output[-OUTPUT_MAX:]}", flush=True)


def run(command, env=None, limit=2400):
    """(exit code, output); past `limit` seconds the command and all it started are killed."""
    if "/" in command[0] and not (ROOT / command[0]).exists():
        return 127, f"{command[0]} is not there; was it built?"
    process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ, **(env or {})),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace",
                               start_new_session=True)
    try:
        return _collect(process, limit)
    finally:
        _end_group(process)


def _collect(process, limit):
    try:
        output, _ = process.communicate(timeout=limit)
        return process.returncode, output
    except subprocess.TimeoutExpired:
        _end_group(process)
        output, _ = process.communicate()
        return 124, f"{output}\nkilled after {limit} s"


def _end_group(process):
    """What a test left running must not outlive it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def check(name, command, env=None):
    code, output = run(command, env)
    note(name, code == 0, output)
    return code == 0


def count_tap(name, command, env=None):
    """Runs a command that writes the Test Anything Protocol and counts its outermost points. A
    non-zero exit without a failed point, or none at all, is one failure."""
    code, output = run(command, env)
    bad = points = 0
    for found in re.finditer(r"^(not )?ok \d+ - (.*?)( # SKIP.*)?$", output, re.M):
        label = f"{name}: {found.group(2)}"
        if found.group(3):
            skipped.append(label)
            continue
        points += 1
        bad += bool(found.group(1))
        following = re.match(r"(?:  .*\n?)*", output[found.end() + 1:])
        note(label, not found.group(1), following.group(0))
    if points == 0 or (code != 0 and bad == 0):
        note(f"{name}: exit code {code}, {points} points", False, output)


def count_junit(name, command, path, env=None):
    """Runs a command that writes a JUnit file and counts its cases. No file, no case or a non-zero
    exit without a failed case is one failure."""
    path.unlink(missing_ok=True)
    code, output = run(command, env)
    if not path.exists():
        return note(f"{name}: exit code {code}, no results", False, output)
    bad = cases = 0
    for case in xml.parse(path).getroot().iter("testcase"):
        label = f"{name}: {case.get('classname')}.{case.get('name')}"
        if case.find("skipped") is not None or case.get("status") == "notrun":
            skipped.append(label)
            continue
        faults = case.findall("failure") + case.findall("error")
        cases += 1
        bad += bool(faults)
        note(label, not faults,
             "\n".join(f"{f.get('message') or ''}\n{f.text or ''}" for f in faults))
    if cases == 0 or (code != 0 and bad == 0):
        note(f"{name}: exit code {code}, {cases} cases", False, output)
