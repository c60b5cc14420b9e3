"""The page docs/metrics.md: `python -m pipeline.metrics.page > docs/metrics.md`. A test compares."""

from __future__ import annotations

from pipeline.metrics.kinds import Age, Counter, Gauge, Histogram, Metric, Mode
from pipeline.metrics.registry import ALL

_HEAD = """# Metrics

Printed from `pipeline/metrics/registry.py` by `python -m pipeline.metrics.page`; change it there.

Set `metrics.port` in `echolot.yaml`, and Prometheus finds the metrics at `http://127.0.0.1:PORT/metrics`. All worker
processes of a job on one machine share the port: one serves for all, and when it dies another takes over within about
a second. Counters and histograms are sums over all processes, dead ones included; they go on where they stood when a
job starts again within an hour. Gauges of a dead process are dropped within about a second. The endpoint has no login;
`metrics.address` opens it to a network.

| name | kind | labels | meaning |
|---|---|---|---|
"""

_TAIL = """
Labels: `source` is a topic or a file (after 200 of them, the rest are `other`); `partition` is Kafka's; `table` is
a table of the store; `pid` is a process's pid and random letters.

## Questions and answers
| question | expression |
|---|---|
| records a second | `sum by (outcome) (rate(echolot_records_total[1m]))` |
| delay to SQL, p99 | `histogram_quantile(0.99, sum by (le) (rate(echolot_latency_seconds_bucket[5m])))` |
| are we late? (alarm) | `max(echolot_watermark_age_seconds) > 60` |
| how much is waiting? | `sum by (source) (echolot_lag_records)` |
| do inserts fail? (alarm) | `sum(rate(echolot_insert_retries_total[5m])) > 0` |
| rows an insert | `rate(echolot_rows_written_total[5m]) / rate(echolot_insert_seconds_count[5m])` |
| is a producer sending rubbish? (alarm) | `max(echolot_breaker_dead_ratio) > 0.1` |
| did anything get lost before it was read? (alarm) | `increase(echolot_gaps_total[1h]) > 0` |
| does memory grow? | `max(echolot_resident_memory_bytes)` |

While the store is down, nothing is fetched: lag stands at what was last known, and the watermark age grows. A process
that reads a partition is the only one to tell its lag; one that nobody reads has none, so watch `up` too.
"""


def page() -> str:
    """The whole page."""
    rows = [f"| `{m.name}` | {_kind(m)} | {_labels(m)} | {m.help} |" for m in ALL]
    return _HEAD + "\n".join(rows) + "\n" + _TAIL


def _kind(metric: Metric) -> str:
    match metric:
        case Counter():
            return "counter"
        case Histogram():
            return f"histogram, {metric.buckets[0]:g} to {metric.buckets[-1]:g}"
        case Gauge():
            how = {Mode.LATEST: "the latest", Mode.MAX: "the largest", Mode.EACH: "each process"}
            return f"gauge, {how[metric.mode]}"
        case Age():
            return "gauge, counted at scrape"


def _labels(metric: Metric) -> str:
    labels = [*metric.labels, "pid"] if isinstance(metric, Gauge) and metric.mode is Mode.EACH else metric.labels
    return ", ".join(labels) or "-"


if __name__ == "__main__":
    print(page(), end="")
