"""The runbook has a place for everything that can call somebody at night."""
import json
import re

import yaml

from hub import ROOT, run

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()


def sections(chapter):
    """Name → text of the third-level sections of a chapter."""
    text = re.search(rf"^## {chapter}$(.*?)(?=^## |\Z)", RUNBOOK, re.M | re.S)[1]
    parts = re.split(r"^### (.+)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def assert_covered(chapter, names):
    found = sections(chapter)
    assert set(found) == set(names), set(found) ^ set(names)
    for name, text in found.items():
        assert "**Means**" in text and "**Look at**" in text and "**Do**" in text, name


def test_every_alert_is_covered():
    groups = yaml.safe_load((ROOT / "tools/monitoring/alerts.yml").read_text())["groups"]
    assert_covered("Alerts", [rule["alert"] for group in groups for rule in group["rules"]])


def test_every_warning_and_error_of_the_log_is_covered():
    listed = run("docs", "log-events").stdout
    names = re.findall(r"^\.It Sy (\w+) Pq (?:warn|error)$", listed, re.M)
    assert "store_failed" in names
    assert_covered("Log events", names)


def test_every_health_check_is_covered(hub):
    assert_covered("Health checks", json.loads(hub.http("/health")[2])["checks"])


def slug(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(path):
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", path.read_text(), re.M)}


def test_links_lead_somewhere():
    for page in sorted((ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            if "://" in target:
                continue
            path, _, anchor = target.partition("#")
            file = page.parent / path if path else page
            assert file.exists(), f"{page.name}: {target}"
            assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


def names_in_docs(pattern):
    """(page, name) of everything in the pages that looks like it."""
    return [(page.name, name) for page in sorted((ROOT / "docs").glob("*.md"))
            for name in re.findall(pattern, page.read_text())]


def test_metrics_and_flags_that_the_pages_name_exist():
    metrics = set(re.findall(r"signalhub_\w+", run("docs", "metrics").stdout))
    for page, name in names_in_docs(r"signalhub_\w+"):
        assert name in metrics, f"{page}: {name}"
    flags = set(re.findall(r"^\.It Fl -([\w-]+)", run("docs", "options").stdout, re.M))
    for page, name in names_in_docs(r"`--([a-z][\w-]+)[` ]"):
        assert name in flags, f"{page}: --{name}"
