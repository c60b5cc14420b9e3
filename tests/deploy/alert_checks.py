"""Checks of the alert rules: expressions parse, and ask for metrics and labels that the job has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import promql_parser

from pipeline.metrics import registry
from pipeline.metrics.kinds import Counter, Histogram
from tests.deploy.manifests import Document

HISTOGRAM_SUFFIXES = ("_bucket", "_sum", "_count")
FLINK: dict[str, tuple[str, ...]] = {
    "flink_jobmanager_job_numRestarts": ("job_name",),
    "flink_jobmanager_job_numberOfFailedCheckpoints": ("job_name",),
}
"""Flink's own metrics that we use, as its Prometheus reporter names them (Flink documentation, Metrics)."""
OVER_COUNTERS = ("rate", "irate", "increase")


def labels_by_metric() -> dict[str, tuple[str, ...]]:
    """Series names with their labels, as Prometheus sees them."""
    found = dict(FLINK)
    for metric in registry.ALL:
        if isinstance(metric, Histogram):
            found |= {metric.name + s: (*metric.labels, "le") for s in HISTOGRAM_SUFFIXES}
        else:
            found[metric.name] = getattr(metric, "labels", ())
    return found


def counters() -> set[str]:
    """Series that only grow."""
    plain = {m.name for m in registry.ALL if isinstance(m, Counter)}
    return plain | {m.name + s for m in registry.ALL if isinstance(m, Histogram) for s in HISTOGRAM_SUFFIXES}


def rules(document: Document) -> list[Document]:
    """All rules of a PrometheusRule."""
    return [rule for group in document["spec"]["groups"] for rule in group["rules"]]


def expressions(document: Document) -> Iterator[str]:
    """Every expression parses."""
    for rule in rules(document):
        try:
            promql_parser.parse(rule["expr"])
        except ValueError as error:
            yield f"{rule['alert']}: {error}"


def metrics(document: Document) -> Iterator[str]:
    """Metrics exist in the registry with the labels asked for; rate and increase are taken of counters only."""
    known, growing = labels_by_metric(), counters()
    for rule in rules(document):
        selectors, calls, groups = asked(promql_parser.parse(rule["expr"]))
        for name, labels in selectors:
            if name not in known:
                yield f"{rule['alert']}: no metric {name}"
            yield from (f"{rule['alert']}: {name} has no label {x}" for x in labels if x not in known.get(name, labels))
        yield from (f"{rule['alert']}: {f} of {n}" for f, n in calls if f in OVER_COUNTERS and n not in growing)
        for label in groups:
            if not any(label in known.get(name, ()) for name, _ in selectors):
                yield f"{rule['alert']}: nothing has the label {label}"


def texts(document: Document) -> Iterator[str]:
    """A rule says how bad, what and what to do, and names only labels that its result has."""
    for rule in rules(document):
        if rule.get("labels", {}).get("severity") not in ("warning", "critical"):
            yield f"{rule['alert']}: no severity"
        if {"summary", "description"} - rule.get("annotations", {}).keys():
            yield f"{rule['alert']}: lacks summary or description"
        labels = asked(promql_parser.parse(rule["expr"]))[2]
        for label in re.findall(r"\$labels\.(\w+)", " ".join(rule.get("annotations", {}).values())):
            if label not in labels:
                yield f"{rule['alert']}: its result has no label {label}"


def asked(expression: Any) -> tuple[list[tuple[str, list[str]]], list[tuple[str, str]], list[str]]:
    """Selectors with the labels they match, functions with the metric they are taken of, labels grouped by."""
    selectors: list[tuple[str, list[str]]] = []
    calls: list[tuple[str, str]] = []
    groups: list[str] = []
    for node in _walk(expression):
        if isinstance(node, promql_parser.VectorSelector):
            selectors.append((node.name or "", [m.name for m in node.matchers.matchers]))
        if isinstance(node, promql_parser.Call):
            inner = [n for n in _walk(node) if isinstance(n, promql_parser.VectorSelector)]
            calls += [(node.func.name, n.name or "") for n in inner]
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            groups += node.modifier.labels
    return selectors, calls, groups


def _walk(node: Any) -> Iterator[Any]:
    yield node
    for name in ("expr", "lhs", "rhs", "vector_selector"):
        child = getattr(node, name, None)
        if child is not None and not isinstance(child, str):
            yield from _walk(child)
    for child in getattr(node, "args", ()) or ():
        yield from _walk(child)


ALL = (expressions, metrics, texts)
