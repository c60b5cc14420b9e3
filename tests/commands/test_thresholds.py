"""`echolot thresholds` on the shipped model, and the configuration it asks for."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.commands.test_errors import assert_says, configured, echolot
from tests.jobs import canonical


def test_a_wish_for_recall_prints_the_curve_and_what_to_configure(tmp_path):
    picture = tmp_path / "curve.svg"
    done = echolot("thresholds", "--recall", "0.8", "--picture", str(picture), env_columns=100)
    assert done.returncode == 0, done.stderr
    assert "<- chosen" in done.stdout and "false alarms" in done.stdout
    assert picture.read_text().startswith("<?xml")
    asked = yaml.safe_load(done.stdout[done.stdout.rindex("judge:") :])
    path = configured(tmp_path, judge=asked["judge"] | {"generation": "by-recall"})
    checked = echolot("check", path)
    limit = asked["judge"]["thresholds"]["needs_intervention"]
    assert checked.returncode == 0 and f"queues from {limit:g}," in checked.stdout.replace("\n", " ")


def test_json_holds_the_whole_curve_and_a_shorter_queue_means_a_higher_threshold():
    def chosen(queue):
        done = echolot("thresholds", "--queue-per-day", queue, "--mentions-per-day", "10000", "--json")
        return json.loads(done.stdout)

    long, short = chosen("900"), chosen("300")
    assert long["threshold"] < short["threshold"]
    assert len(long["curve"]) == 49 and long["label"] == "needs_intervention"
    recalls = [point["recall"] for point in long["curve"]]
    assert recalls == sorted(recalls, reverse=True)


def test_mentions_a_day_are_counted_in_the_store_where_nobody_says_them(tmp_path):
    """On three days 30, 50 and 40 posts that a threshold decides on, between two days left out; noise, no brand."""
    path = configured(tmp_path, {"kind": "files", "path": "in", "follow": False})
    days = [["Zug der @DB_Bahn"] * count for count in (2, 30, 50, 40, 3)]
    others = ["RT @x: @DB_Bahn hallo", "niemand sonst"] * 30
    lines = [
        canonical(f"{day}-{number}", text, published_at=f"2024-03-0{day}T12:00:00Z")
        for day, texts in enumerate(days, 1)
        for number, text in enumerate([*texts, *others])
    ]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    assert echolot("stream", "--config", path).returncode == 0
    done = echolot("thresholds", "--config", path, "--queue-per-day", "2", "--json")
    shown = json.loads(done.stdout)
    assert shown["mentions_per_day"] == 40
    said = json.loads(echolot("thresholds", "--queue-per-day", "2", "--mentions-per-day", "40", "--json").stdout)
    assert shown["threshold"] == said["threshold"]
    text = echolot("thresholds", "--config", path, "--queue-per-day", "2").stdout
    assert "mentions a day queued of 40 that it decides on (median of 3 days in the store)" in text
    (tmp_path / "empty").mkdir()
    empty = configured(tmp_path / "empty")
    assert echolot("migrate", "--config", empty).returncode == 0
    failed = echolot("thresholds", "--config", empty, "--queue-per-day", "2")
    assert_says(failed, 1, "no whole day", "--mentions-per-day")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "say what you wish"),
        (("--recall", "0.8", "--queue-per-day", "9"), 2, "say what you wish"),
        (("--queue-per-day", "9"), 2, "--queue-per-day needs --mentions-per-day"),
        (("--recall", "0.8", "--mentions-per-day", "9"), 2, "--mentions-per-day is for --queue-per-day"),
        (("--recall", "0.8", "--label", "anger"), 1, "the model says nothing about 'anger'"),
        (("--recall", "0.8", "--language", "xx"), 1, "no labelled posts to choose a threshold"),
    ],
)
def test_what_cannot_be_wished_for_is_said(arguments, code, said):
    assert_says(echolot("thresholds", *arguments), code, said)


def test_a_threshold_for_an_unknown_label_stops_the_check(tmp_path):
    path = configured(tmp_path, judge={"thresholds": {"anger": 0.5}})
    assert_says(echolot("check", path), 1, "judge.thresholds: none can be set for 'anger'")


def test_classify_explains():
    done = echolot("classify", "@DB_Bahn der Aufzug ist defekt", "--explain", "--json")
    (row,) = json.loads(done.stdout)
    assert row["explained"][0].startswith("needs_intervention ")
    assert any("defekt +" in line for line in row["explained"])
