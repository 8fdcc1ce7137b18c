"""Starts the built hub and watches its log."""
import json
import os
import pathlib
import queue
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

BINARY = os.environ.get("SIGNAL_HUB_BIN",
                        str(pathlib.Path(__file__).resolve().parents[2] / "build/release/signal-hub"))
SANITIZED = os.environ.get("SIGNAL_HUB_BUILD") == "sanitize"
PATIENCE = 30 if SANITIZED else 10  # seconds until a test gives up waiting

# What a load from one address needs.
UNLIMITED = ["--max-connections-per-ip", "0", "--accept-rate", "0", "--rate-limit", "0"]


def run(*arguments, **options):
    """A command of the binary to its end."""
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True,
                          timeout=PATIENCE * 3, stdin=subprocess.DEVNULL, **options)


class Hub:
    def __init__(self, *flags, listen=("127.0.0.1:0",), env=None, prepare=None):
        arguments = [BINARY, "--db", ":memory:", *flags]
        for address in listen:
            arguments += ["--listen", address]
        self.lines = []
        self._queue = queue.Queue()
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL, text=True, preexec_fn=prepare,
                                        env=dict(os.environ, **(env or {})))
        self._errors = []
        self._readers = [threading.Thread(target=self._read_log, daemon=True),
                         threading.Thread(target=self._read_errors, daemon=True)]
        for reader in self._readers:
            reader.start()
        self.url = self.event("listening")["url"]
        self.port = int(self.url.split(":")[2].split("/")[0]) if self.url.startswith("ws") else 0

    def _read_log(self):
        for line in self.process.stdout:
            entry = json.loads(line)
            self.lines.append(entry)
            self._queue.put(entry)
        self._queue.put(None)

    def _read_errors(self):
        self._errors += self.process.stderr

    def event(self, name, since=0, **fields):
        """The first log line of that event with these fields, waiting for it."""
        deadline = time.monotonic() + PATIENCE
        at = since
        while True:
            while at < len(self.lines):
                line = self.lines[at]
                at += 1
                if line["event"] == name and all(line.get(k) == v for k, v in fields.items()):
                    return line
            try:
                if self._queue.get(timeout=max(0.01, deadline - time.monotonic())) is None:
                    if at >= len(self.lines):
                        raise AssertionError(f"the hub ended without {name}: {self._errors}")
            except queue.Empty:
                raise AssertionError(f"no event {name} {fields}") from None

    def stop(self, number=signal.SIGTERM):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("the hub does not stop") from None
        for reader in self._readers:
            reader.join(PATIENCE)
        return code

    def close(self):
        """Stops it and insists on a clean end."""
        code = self.stop()
        errors = "".join(self._errors)
        assert code == 0, f"exit code {code}: {errors}"
        assert "Sanitizer" not in errors and "runtime error" not in errors, errors

    def http(self, path, method="GET", headers=None):
        """(status, headers, body) of a request."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read().decode()

    def metrics(self):
        """{sample: value} of /metrics, labels included in the name."""
        samples = {}
        for line in self.http("/metrics")[2].splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                samples[name.removeprefix("signalhub_")] = float(value)
        return samples

    def wait_metric(self, name, wanted):
        deadline = time.monotonic() + PATIENCE
        value = None
        while time.monotonic() < deadline:
            value = self.metrics().get(name)
            if wanted(value):
                return value
            time.sleep(0.02)
        raise AssertionError(f"{name} is {value}")

    def rss(self):
        """Resident memory in bytes."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
