"""One hub process under test: started on a free port, watched through its log, stopped cleanly.

Only the built binary is used, named by SIGNAL_HUB_BIN. Nothing here sleeps for a fixed time: every
wait is for a condition and has a deadline.
"""
import asyncio
import functools
import http.client
import json
import os
import pathlib
import resource
import signal
import subprocess
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("SIGNAL_HUB_BIN") or str(ROOT / "build" / "release" / "signal-hub")

DEADLINE = 15.0  # for one condition; generous, since instrumented builds on busy machines are slow
STOP_DEADLINE = 20.0

# Load from one address must not meet the limits that are tests of their own.
UNLIMITED = ("--max-connections-per-ip", "0", "--accept-rate", "0", "--rate-limit", "0")

SANITIZER_MARKS = ("AddressSanitizer", "LeakSanitizer", "runtime error:", "ThreadSanitizer")


def serving(*flags, listen="127.0.0.1:0", db=":memory:", grace="0"):
    """The arguments with which every test starts a hub: a free port, nothing kept on disk, actors
    gone with their session. A test that wants another database or grace says so, here or by flag."""
    flags = [str(flag) for flag in flags]
    defaults = {"--listen": listen, "--db": db, "--grace": grace}
    chosen = [word for flag, value in defaults.items()
              if value is not None and (flag == "--listen" or flag not in flags)
              for word in (flag, str(value))]
    return [*chosen, *flags]


@functools.cache
def sanitized():
    """Whether the binary carries a sanitizer, which makes memory and time figures meaningless."""
    return b"__asan_init" in pathlib.Path(BINARY).read_bytes()


def clean_environment(extra=None):
    """The environment without settings for a hub, plus `extra`."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("SIGNAL_HUB_")}
    env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")
    env.update(extra or {})
    return env


def run(*arguments, env=None, stdin=None, timeout=DEADLINE):
    """A command of the binary that ends by itself: CompletedProcess with text output."""
    done = subprocess.run(
        [BINARY, *map(str, arguments)], env=clean_environment(env), input=stdin, text=True,
        capture_output=True, timeout=timeout, check=False)
    assert_no_sanitizer_report(done.stderr)
    return done


def run_hub(*flags, env=None, **defaults):
    """A hub that is expected to refuse its settings: CompletedProcess with text output."""
    return run(*serving(*flags, **defaults), env=env)


def assert_no_sanitizer_report(stderr):
    assert not any(mark in stderr for mark in SANITIZER_MARKS), stderr[-8000:]


class Hub:
    """`with Hub("--rate-limit", "0") as hub:` — running inside, stopped with exit code 0 after."""

    def __init__(self, *flags, env=None, open_files=None, **defaults):
        """`defaults` are those of serving()."""
        self._env = clean_environment(env)
        self._open_files = open_files
        self.command = [BINARY, *serving(*flags, **defaults)]
        self.logs = []        # parsed lines, in order
        self.bad_lines = []   # lines that are no JSON object
        self.stderr = ""
        self._news = threading.Condition()
        self._ended = False
        self.process = None
        self.exit_code = None  # once wait_exit() has seen it
        self.url = None

    # ---- life -----------------------------------------------------------------------------------

    def start(self):
        self.spawn()
        return self.listening()

    def listening(self):
        """Waits until it listens."""
        self.url = self.wait_log("listening")["url"]
        return self

    def spawn(self):
        """Starts the process without waiting until it listens."""
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self._env, preexec_fn=self._limit_files)
        self._readers = [threading.Thread(target=self._read_log, daemon=True),
                         threading.Thread(target=self._read_stderr, daemon=True)]
        for reader in self._readers:
            reader.start()
        return self

    def _limit_files(self):
        if self._open_files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self._open_files, self._open_files))

    def _read_log(self):
        for line in self.process.stdout:
            try:
                entry = json.loads(line)
            except ValueError:
                entry = None
            with self._news:
                if isinstance(entry, dict):
                    self.logs.append(entry)
                else:
                    self.bad_lines.append(line)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _read_stderr(self):
        for line in self.process.stderr:
            self.stderr += line

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait_exit(self, timeout=STOP_DEADLINE):
        """The exit code, with all output read."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the hub did not exit within {timeout} s: {self._tail()}")
        for reader in self._readers:
            reader.join(STOP_DEADLINE)
        self.exit_code = code
        return code

    def stop(self, expected=0):
        """SIGTERM unless it has already ended; a test that ends it itself checks its own code."""
        if self.exit_code is None:
            self.signal()
            code = self.wait_exit()
            assert code == expected, f"exit code {code}: {self._tail()}"
        assert_no_sanitizer_report(self.stderr)
        assert not self.bad_lines, f"not JSON in the log: {self.bad_lines[:3]}"

    async def stopped(self):
        """stop() while the clients of this test go on, which answer its close frames."""
        await asyncio.to_thread(self.stop)

    def _tail(self):
        return f"{self.logs[-5:]} {self.bad_lines[-5:]} {self.stderr[-4000:]}"

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        else:
            self.process.kill()
            self.process.wait()

    # ---- log ------------------------------------------------------------------------------------

    def wait_log(self, event, timeout=DEADLINE, where=None, **fields):
        """The first log line of this event with these fields; waits for it."""
        limit = time.monotonic() + timeout
        seen = 0
        with self._news:
            while True:
                for entry in self.logs[seen:]:
                    if entry.get("event") != event:
                        continue
                    if any(entry.get(name) != value for name, value in fields.items()):
                        continue
                    if where is None or where(entry):
                        return entry
                seen = len(self.logs)
                if self._ended:
                    break
                left = limit - time.monotonic()
                if left <= 0:
                    break
                self._news.wait(left)
        raise AssertionError(f"no log event {event} {fields}: {self._tail()}")

    def log_lines(self, event=None, **fields):
        """What was logged so far."""
        with self._news:
            lines = list(self.logs)
        return [e for e in lines if (event is None or e.get("event") == event)
                and all(e.get(k) == v for k, v in fields.items())]

    # ---- network --------------------------------------------------------------------------------

    @property
    def address(self):
        parts = urllib.parse.urlsplit(self.url)
        return parts.hostname, parts.port

    @property
    def port(self):
        return self.address[1]

    def http(self, path, method="GET", headers=None, body=None):
        """Status, headers with lower-cased names, body."""
        connection = http.client.HTTPConnection(*self.address, timeout=DEADLINE)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            text = response.read().decode()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, text
        finally:
            connection.close()

    # ---- the process ----------------------------------------------------------------------------

    def _status(self, field):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"no {field} in /proc/PID/status")

    def rss(self):
        """Resident bytes now."""
        return self._status("VmRSS")

    def reset_peak(self):
        """Lets peak_rss() count from now on."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def peak_rss(self):
        return self._status("VmHWM")

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
