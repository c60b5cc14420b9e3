"""The alert rules against the registry of metrics."""

import pytest

from tests.deploy import alert_checks
from tests.deploy.manifests import named, resources

A = alert_checks


@pytest.fixture
def rule_file():
    return named(resources(), "PrometheusRule")[0]


@pytest.mark.parametrize("check", alert_checks.ALL, ids=lambda c: c.__name__)
def test_the_rules_pass(check, rule_file):
    assert list(check(rule_file)) == []


def test_the_rules_watch_what_can_go_wrong(rule_file):
    used = {name for rule in A.rules(rule_file) for name, _ in A.asked(A.promql_parser.parse(rule["expr"]))[0]}
    assert used >= {
        "echolot_lag_records", "echolot_breaker_tripped", "echolot_watermark_age_seconds", "echolot_records_total",
        "echolot_insert_retries_total", "echolot_gaps_total",
    }  # fmt: skip


def test_alerts_have_names_of_their_own(rule_file):
    names = [rule["alert"] for rule in A.rules(rule_file)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("check", "expression"),
    [
        (A.expressions, "sum by (source) (echolot_lag_records"),
        (A.expressions, "rate(echolot_lag_records)"),
        (A.metrics, "echolot_lags_records > 1"),
        (A.metrics, 'echolot_lag_records{topic="x"} > 1'),
        (A.metrics, "sum by (brand) (echolot_lag_records) > 1"),
        (A.metrics, "rate(echolot_lag_records[5m]) > 1"),
        (A.metrics, "echolot_latency_seconds > 1"),
        (A.texts, "sum(echolot_watermark_age_seconds) > 1"),
    ],
)
def test_a_wrong_expression_is_seen(check, expression, rule_file):
    rule = A.rules(rule_file)[1]
    assert "$labels.source" in rule["annotations"]["summary"]
    rule["expr"] = expression
    assert list(check(rule_file))


def test_a_rule_without_severity_or_words_is_seen(rule_file):
    del A.rules(rule_file)[0]["labels"]["severity"]
    del A.rules(rule_file)[1]["annotations"]["description"]
    assert len(list(A.texts(rule_file))) == 2
