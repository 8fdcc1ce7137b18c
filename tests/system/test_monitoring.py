"""Alert rules and dashboard speak of figures that the hub has."""
import json
import pathlib
import re

import pytest
import yaml

from hub import ROOT, run
from prometheus import promtool, scrape

MONITORING = ROOT / "tools" / "monitoring"
DASHBOARD = json.loads((MONITORING / "grafana-dashboard.json").read_text())
RULES = [rule for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
         for rule in group["rules"]]
SELECTOR = re.compile(r"(signalhub_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')


def table():
    """name → type of every metric, as the code's table has them."""
    listed = run("docs", "metrics").stdout
    return dict(re.findall(r"^\.It Ql (signalhub_\w+) Pq (\w+)$", listed, re.M))


def family(name, metrics):
    """The metric that a series belongs to; None: there is none."""
    if name in metrics and metrics[name] != "histogram":
        return name
    base = re.sub(r"_(bucket|sum|count)$", "", name)
    return base if base != name and metrics.get(base) == "histogram" else None


def panels():
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions():
    """(whose, PromQL) of all rules and panels."""
    yield from ((rule["alert"], rule["expr"]) for rule in RULES)
    for panel in panels():
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]["query"]


def test_every_metric_exists():
    metrics = table()
    assert metrics
    for whose, text in expressions():
        found = SELECTOR.findall(text)
        assert found or whose == "SignalHubDown", f"{whose} has no metric of the hub"
        for name, _ in found:
            assert family(name, metrics), f"{whose}: there is no {name}"


def test_every_label_and_value_exists(hub):
    series = scrape(hub)
    for whose, text in expressions():
        for name, matchers in SELECTOR.findall(text):
            for label, operator, value in MATCHER.findall(matchers):
                if label in ("instance", "job"):  # Prometheus adds them
                    continue
                known = series.labels_of(name, label)
                asked = set(value.split("|")) if "~" in operator else {value}
                assert asked <= known, f"{whose}: {name} has no {label} {asked - known}"


def test_rates_are_of_counters_and_quantiles_of_histograms():
    metrics = table()
    for whose, text in expressions():
        for name in re.findall(r"(?:rate|increase)\((signalhub_\w+)", text):
            assert metrics[family(name, metrics)] in ("counter", "histogram"), f"{whose}: {name}"
        for name in re.findall(r"histogram_quantile\([^,]+, sum by \(le.*?(signalhub_\w+)", text):
            assert name.endswith("_bucket"), f"{whose}: {name}"


def test_the_dashboard_shows_every_metric():
    metrics = table()
    shown = {family(name, metrics) for panel in panels() for target in panel["targets"]
             for name, _ in SELECTOR.findall(target["expr"])}
    assert shown == set(metrics)


def test_the_dashboard_is_well_formed():
    identifiers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(identifiers)) == len(identifiers)
    taken = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, f"{panel['title']} covers another panel"
        taken |= cells
    for panel in panels():
        assert panel["datasource"]["uid"] == "${datasource}", panel["title"]
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references) > 0, panel["title"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_says_how_bad_it_is_and_where_to_read_on(rule):
    assert re.fullmatch(r"SignalHub[A-Z]\w+", rule["alert"])
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"


def test_promtool_accepts_the_rules_and_they_fire():
    promtool("check", "rules", "alerts.yml", folder=MONITORING)
    promtool("test", "rules", "alerts_test.yml", folder=MONITORING)


def test_every_rule_has_a_test():
    tested = yaml.safe_load((MONITORING / "alerts_test.yml").read_text())
    fired = {case["alertname"] for test in tested["tests"] for case in test["alert_rule_test"]
             if case.get("exp_alerts")}
    assert fired == {rule["alert"] for rule in RULES}
    assert pathlib.Path(MONITORING / tested["rule_files"][0]).is_file()
