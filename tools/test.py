"""Builds and runs every test; started by tools/test, which installs what is missing.

tools/test [STAGE...]: all stages, or the named ones. Ends with `N passed, N failed`, counted from
the real results; exits non-zero on any failure.
"""
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "results"
PYTHON = "/usr/bin/python3"
SANITIZER_ENV = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=99",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=99",
}

passed = 0
failed = []


def note(name, ok, output=""):
    """Counts one result; a failed one is shown."""
    global passed
    if ok:
        passed += 1
        return
    failed.append(name)
    print(f"--- FAILED: {name}\n{output}", flush=True)


def run(command, env=None):
    merged = dict(os.environ, **(env or {}))
    done = subprocess.run(command, cwd=ROOT, env=merged, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace")
    return done.returncode, done.stdout


def check(name, command, env=None):
    code, output = run(command, env)
    note(name, code == 0, output[-8000:])


def count_junit(name, path, code, output):
    """Counts the cases of a JUnit file; a missing file or a crash is one failure."""
    if not path.exists():
        return note(name, False, output[-8000:])
    cases = list(xml.parse(path).getroot().iter("testcase"))
    bad = 0
    for case in cases:
        faults = case.findall("failure") + case.findall("error")
        if case.find("skipped") is not None:
            continue
        bad += bool(faults)
        label = f"{name}: {case.get('classname')}.{case.get('name')}"
        text = "\n".join((f.get("message") or "") + "\n" + (f.text or "") for f in faults)
        note(label, not faults, text[-6000:])
    if code != 0 and bad == 0:
        note(f"{name}: exit code {code}", False, output[-8000:])


def gtests(kind):
    env = SANITIZER_ENV if kind == "sanitize" else {}
    binaries = sorted((ROOT / "build" / kind / "tests").rglob("*_tests"))
    if not binaries:
        note(f"{kind}: unit tests exist", False)
    for binary in binaries:
        out = RESULTS / f"{kind}-{binary.name}.xml"
        out.unlink(missing_ok=True)
        code, output = run([str(binary), f"--gtest_output=xml:{out}"], env)
        count_junit(f"{kind} {binary.name}", out, code, output)


def system(kind):
    out = RESULTS / f"{kind}-system.xml"
    out.unlink(missing_ok=True)
    env = dict(SANITIZER_ENV if kind == "sanitize" else {},
               SIGNAL_HUB_BIN=str(ROOT / "build" / kind / "signal-hub"),
               SIGNAL_HUB_BUILD=kind)
    code, output = run([PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                        f"--junitxml={out}", "tests/system"], env)
    count_junit(f"{kind} system", out, code, output)


def fuzz_corpora():
    for binary in sorted((ROOT / "build" / "sanitize" / "tests" / "fuzz").glob("*_fuzz")):
        corpus = ROOT / "tests" / "fuzz" / "corpus" / binary.name
        files = sorted(str(f) for f in corpus.iterdir()) if corpus.is_dir() else []
        if not files:
            note(f"corpus of {binary.name} exists", False)
            continue
        check(f"corpus of {binary.name}", [str(binary), *files], SANITIZER_ENV)


def benchmarks():
    for binary in sorted((ROOT / "build" / "release" / "tests" / "bench").glob("*_bench")):
        check(f"benchmark {binary.name}", [str(binary), "--benchmark_min_time=0.001"])


def tidy():
    sources = sorted(str(f.relative_to(ROOT)) for f in (ROOT / "src").rglob("*.cpp"))
    script = "printf '%s\\n' \"$@\" | xargs -P 2 -n 4 clang-tidy --quiet -p build/debug"
    code, output = run(["sh", "-c", script, "sh", *sources])
    lines = [l for l in output.splitlines() if "warnings generated" not in l]
    note("clang-tidy", code == 0, "\n".join(lines)[-8000:])


def build(kind):
    code, output = run(["tools/build", kind])
    note(f"build {kind}", code == 0, output[-8000:])
    if code != 0:
        finish()


STAGES = {
    "checks": lambda: [check(name, [f"tools/{name}"]) for name in
                       ("check-format", "check-includes", "check-sizes")] +
                      [check("checks can fail", [PYTHON, "tests/checks/self_test.py"])],
    "release": lambda: build("release"),
    "docs": lambda: check("check-docs", ["tools/check-docs"]),
    "unit": lambda: gtests("release"),
    "system": lambda: system("release"),
    "bench": benchmarks,
    "sanitize": lambda: (build("sanitize"), gtests("sanitize"), system("sanitize"),
                         fuzz_corpora()),
    "tidy": lambda: (build("debug"), tidy()),
}


def finish():
    for name in failed:
        print(f"failed: {name}")
    print(f"{passed} passed, {len(failed)} failed", flush=True)
    sys.exit(1 if failed or passed == 0 else 0)


def main():
    stages = sys.argv[1:] or list(STAGES)
    for stage in stages:
        if stage not in STAGES:
            sys.exit(f"tools/test: \"{stage}\" is none of {', '.join(STAGES)}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    for stage in stages:
        print(f"=== {stage}", flush=True)
        STAGES[stage]()
    finish()


if __name__ == "__main__":
    main()
