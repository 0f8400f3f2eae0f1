"""Alert rules and dashboard: they ask for what exists, and say what a person needs."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from telemetry.conftest import Watched

MONITORING = Path(__file__).resolve().parents[2] / "deploy" / "monitoring"
RULES = yaml.safe_load((MONITORING / "alerts.yaml").read_text("utf-8"))
ALERTS: list[dict[str, Any]] = [rule for group in RULES["groups"] for rule in group["rules"]]
NAMES = [alert["alert"] for alert in ALERTS]
DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))

METRIC = re.compile(r"\b((?:houqin|process|python)_[a-z_]+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r"(\w+)\s*=~?")


def queries() -> Iterator[tuple[str, str]]:
    """Where each stands, and what it asks."""
    for alert in ALERTS:
        yield alert["alert"], alert["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]["query"]


def test_every_query_names_metrics_and_labels_that_exist(watched: Watched) -> None:
    names, samples = watched.metrics(), watched.scrape()
    asked = 0
    for where, query in queries():
        found = METRIC.findall(query)
        assert found, f"{where} asks for nothing of ours: {query}"
        for name, matchers in found:
            asked += 1
            assert name in names, f"{where}: there is no {name}"
            known = {label for labels in samples.get(name, {}) for label, _ in labels}
            if known:
                assert set(MATCHER.findall(matchers)) <= known, f"{where}: {name} has {known}"
    assert asked > 60


def test_every_metric_of_ours_is_on_the_dashboard_or_alerted_about(watched: Watched) -> None:
    asked = {name for _, query in queries() for name, _ in METRIC.findall(query)}
    ours = {name for name in watched.metrics() if name.startswith("houqin_")}
    assert ours - asked == set()


@pytest.mark.parametrize("alert", ALERTS, ids=NAMES)
def test_an_alert_says_what_it_means_in_both_languages(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in ("critical", "warning")
    told = alert["annotations"]
    for text in (told["summary"], told["description"]):
        assert re.search("[a-z]{3}", text)
        assert re.search("[一-鿿]{2}", text)
    assert told["runbook_url"] == f"docs/operations.md#{alert['alert'].lower()}"


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_pages_list_every_alert_with_its_severity(page: str) -> None:
    text = (MONITORING / page).read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*?\| (critical|warning) \|", text, re.MULTILINE)
    assert rows == [(alert["alert"], alert["labels"]["severity"]) for alert in ALERTS]


@pytest.mark.parametrize("page", ["operations.md", "operations.zh-CN.md"])
def test_the_manual_has_a_chapter_for_every_alert(page: str) -> None:
    text = (MONITORING.parents[1] / "docs" / page).read_text("utf-8")
    chapters = re.findall(r"^#+ (Houqin\w+)", text, re.MULTILINE)
    assert [name for name in NAMES if name not in chapters] == []


def test_every_alert_is_tried() -> None:
    tried = (MONITORING / "alerts.test.yaml").read_text("utf-8")
    assert [name for name in NAMES if f"- name: {name}\n" not in tried] == []


def test_every_panel_says_what_it_shows_in_both_languages() -> None:
    panels = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
    assert [panel["title"] for panel in panels if panel["title"].isascii()] == []
    assert [panel["title"] for panel in panels if panel["description"].isascii()] == []
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_promtool_takes_the_rules_and_each_alert_fires_when_it_must() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("NO PROMTOOL HERE, the alert rules were not tried (Debian: prometheus)")
    for arguments in (["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]):
        done = subprocess.run(
            [promtool, *arguments], cwd=MONITORING, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
