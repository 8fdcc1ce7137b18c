"""Builds and runs every test; started by tools/test, which installs what is missing.

tools/test [STAGE...]: all stages of the list at the end, or the named ones. Ends with
`N passed, N failed`, counted from the real results; exits non-zero on any failure.
"""
import sys
import time

import results
from results import ROOT, check, count_junit, count_tap, note, run

PYTHON = "/usr/bin/python3"
SANITIZER_ENV = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=99",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=99",
}


def environment(kind):
    return dict(SANITIZER_ENV if kind == "sanitize" else {},
                SIGNAL_HUB_BIN=str(ROOT / "build" / kind / "signal-hub"), SIGNAL_HUB_BUILD=kind)


def binaries(kind, suffix):
    """Test programs of that build; left-overs of removed targets are not among them."""
    code, output = run(["ninja", "-C", f"build/{kind}", "-t", "targets", "all"])
    names = {line.split(":")[0] for line in output.splitlines()} if code == 0 else set()
    found = sorted(n for n in names if n.startswith("tests/") and n.endswith(suffix))
    if not found:
        note(f"{kind}: there are tests/**/*{suffix}", False, output if code != 0 else "none")
    return [ROOT / "build" / kind / name for name in found]


def build(kind):
    if not check(f"build {kind}", ["tools/build", kind]):
        finish()


def checks():
    for name in ("check-words", "check-includes", "check-sizes", "check-format"):
        check(name, [f"tools/{name}"])
    check("checks can fail", [PYTHON, "tests/checks/self_test.py"])


def unit(kind):
    for binary in binaries(kind, "_tests"):
        out = results.FOLDER / f"{kind}-{binary.name}.xml"
        count_junit(f"{kind} {binary.name}", [str(binary), "--gtest_shuffle",
                                              f"--gtest_output=xml:{out}"], out, environment(kind))


def suite(folder, kind):
    out = results.FOLDER / f"{kind}-{folder}.xml"
    count_junit(f"{kind} {folder}", [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                                     f"--junitxml={out}", f"tests/{folder}"], out,
                environment(kind))


def corpora(kind):
    for binary in binaries(kind, "_fuzz"):
        check(f"{kind} corpus of {binary.name}",
              [str(binary), f"tests/fuzz/corpus/{binary.name}"], environment(kind))


def benchmarks():
    for binary in binaries("release", "_bench"):
        check(f"benchmark {binary.name}", [str(binary), "--benchmark_min_time=0.001"])


def dashboard():
    """In a browser. What npm fetches is pinned by the lock files, hashes included."""
    folder = ROOT / "tests" / "dashboard"
    check("vendored files", ["tools/vendor-dashboard", "--check"])
    if not check("npm ci", ["npm", "ci", "--ignore-scripts", "--prefix", str(folder)]):
        return
    for file in sorted(folder.glob("*.test.js")):
        count_tap(f"dashboard {file.name}",
                  ["node", "--test-reporter=tap", "--test-reporter-destination=stdout", str(file)],
                  environment("release"))


def tidy():
    """Asks for the compile commands of the sanitizer build, the one with the asserts in."""
    sources = sorted(str(f.relative_to(ROOT)) for folder in ("src", "tools")
                     for f in (ROOT / folder).rglob("*.cpp"))
    script = ("printf '%s\\n' \"$@\" | xargs -P 2 -n 3 clang-tidy --quiet -p build/sanitize "
              "--extra-arg=-Wno-unknown-warning-option 2>&1")
    code, output = run(["sh", "-c", script, "sh", *sources])
    note("clang-tidy", code == 0,
         "\n".join(line for line in output.splitlines() if "warnings generated" not in line))


# In this order; what fails fast comes first.
STAGES = {
    "checks": checks,
    "build": lambda: build("release"),
    "unit": lambda: unit("release"),
    "corpora": lambda: corpora("release"),
    "docs": lambda: check("check-docs", ["tools/check-docs"]),
    "bench": benchmarks,
    "counts": lambda: check("check-counts", ["tools/check-counts"]),
    "system": lambda: suite("system", "release"),
    "crash": lambda: suite("crash", "release"),
    "package": lambda: suite("package", "release"),
    "dashboard": dashboard,
    "build-sanitize": lambda: build("sanitize"),
    "unit-sanitize": lambda: unit("sanitize"),
    "corpora-sanitize": lambda: corpora("sanitize"),
    "system-sanitize": lambda: suite("system", "sanitize"),
    "tidy": tidy,
}


def finish():
    for name in results.skipped:
        print(f"skipped: {name}")
    for name in results.failed:
        print(f"failed: {name}")
    print(f"{results.passed} passed, {len(results.failed)} failed", flush=True)
    sys.exit(1 if results.failed or results.passed == 0 else 0)


def main():
    stages = sys.argv[1:] or list(STAGES)
    for stage in stages:
        if stage not in STAGES:
            sys.exit(f"tools/test: \"{stage}\" is none of {', '.join(STAGES)}")
    results.FOLDER.mkdir(parents=True, exist_ok=True)
    for stage in stages:
        print(f"=== {stage}", flush=True)
        began = time.monotonic()
        STAGES[stage]()
        print(f"    {time.monotonic() - began:.0f} s", flush=True)
    finish()


if __name__ == "__main__":
    main()
