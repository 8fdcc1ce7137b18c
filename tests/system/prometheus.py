"""A small parser of the Prometheus text format, strict enough to notice what a scraper would; and
Prometheus' own tool."""
import os
import re
import shutil
import subprocess

from hub import DEADLINE, ROOT

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')
TYPES = {"counter", "gauge", "histogram", "summary"}


class Metrics(dict):
    """(name, frozenset of label pairs) → value; `types` by family."""

    def __init__(self):
        super().__init__()
        self.types, self.help = {}, {}

    def value(self, name, **labels):
        return self[(name, frozenset(labels.items()))]

    def labels_of(self, name, label):
        return {dict(labels)[label] for n, labels in self if n == name and label in dict(labels)}

    def family(self, name):
        for suffix in ("_bucket", "_sum", "_count"):
            base = name[:-len(suffix)] if name.endswith(suffix) else None
            if base and self.types.get(base) in ("histogram", "summary"):
                return base
        return name


def parse(text):
    assert text.endswith("\n")
    metrics, ended, current = Metrics(), set(), None
    for line in text.splitlines():
        assert line == line.strip() and line, repr(line)
        if line.startswith("# HELP "):
            name, described = line[7:].split(" ", 1)
            assert NAME.fullmatch(name) and described
            assert name not in metrics.help, f"{name} is described twice"
            metrics.help[name] = described
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert kind in TYPES and name not in metrics.types
            metrics.types[name] = kind
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            name, labels, value = match.groups()
            pairs = LABEL.findall(labels or "")
            assert "".join(f'{k}="{v}",' for k, v in pairs).rstrip(",") == (labels or ""), line
            family = metrics.family(name)
            assert family in metrics.types, f"{name} has no TYPE"
            if family != current:
                assert family not in ended, f"samples of {family} are not together"
                ended.add(current)
                current = family
            key = (name, frozenset(pairs))
            assert key not in metrics, f"{line} twice"
            metrics[key] = float(value)
    check_histograms(metrics)
    return metrics


def scrape(hub):
    """What /metrics of this hub says now."""
    status, headers, body = hub.http("/metrics")
    assert status == 200
    assert headers["content-type"].startswith("text/plain")
    return parse(body)


def check_histograms(metrics):
    for family, kind in metrics.types.items():
        if kind != "histogram":
            continue
        buckets = sorted((float(dict(labels)["le"]), value) for (name, labels), value
                         in metrics.items() if name == family + "_bucket")
        counts = [value for _, value in buckets]
        assert counts == sorted(counts), f"{family} is not cumulative"
        assert buckets[-1] == (float("inf"), metrics.value(family + "_count"))


def promtool(*arguments, text=None, folder=None):
    """Prometheus' own opinion; tools/install-deps unpacks the program into build/tools."""
    program = shutil.which("promtool", path=f"{os.environ['PATH']}:{ROOT}/build/tools")
    assert program, "promtool is missing; tools/packages.txt names its package"
    done = subprocess.run([program, *arguments], input=text, cwd=folder, capture_output=True,
                          text=True, timeout=4 * DEADLINE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
