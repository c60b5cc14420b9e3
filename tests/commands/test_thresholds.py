"""`echolot thresholds` on the shipped model, and the configuration it asks for."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.commands.test_errors import assert_says, configured, echolot


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
    assert checked.returncode == 0 and f"queues from {limit:.2f}" in checked.stdout.replace("\n", " ")


def test_json_holds_the_whole_curve_and_a_shorter_queue_means_a_higher_threshold():
    def chosen(queue):
        done = echolot("thresholds", "--queue-per-day", queue, "--mentions-per-day", "10000", "--json")
        return json.loads(done.stdout)

    long, short = chosen("900"), chosen("300")
    assert long["threshold"] < short["threshold"]
    assert len(long["curve"]) == 49 and long["label"] == "needs_intervention"
    recalls = [point["recall"] for point in long["curve"]]
    assert recalls == sorted(recalls, reverse=True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "say what you wish"),
        (("--recall", "0.8", "--queue-per-day", "9"), 2, "say what you wish"),
        (("--queue-per-day", "9"), 2, "--queue-per-day and --mentions-per-day go together"),
        (("--recall", "0.8", "--label", "anger"), 1, "the model says nothing about 'anger'"),
        (("--recall", "0.8", "--language", "xx"), 1, "no labelled posts to choose a threshold"),
    ],
)
def test_what_cannot_be_wished_for_is_said(arguments, code, said):
    assert_says(echolot("thresholds", *arguments), code, said)


def test_a_threshold_for_an_unknown_label_stops_the_check(tmp_path):
    path = configured(tmp_path, judge={"thresholds": {"anger": 0.5}})
    assert_says(echolot("check", path), 1, "judge.thresholds: the model has no 'anger'")


def test_classify_explains():
    done = echolot("classify", "@DB_Bahn der Aufzug ist defekt", "--explain", "--json")
    (row,) = json.loads(done.stdout)
    assert row["explained"][0].startswith("needs_intervention ")
    assert any("defekt +" in line for line in row["explained"])
