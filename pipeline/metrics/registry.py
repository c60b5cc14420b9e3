"""Every metric there is. Names follow prometheus.io/docs/practices/naming; docs/metrics.md is printed from here.

After other consumers: lag as kafka_exporter's consumergroup_lag and Flink's records-lag; commits failed as Flink's
commitsFailed; latency and invalid messages as arroyo's. New here: a watermark age that is 0 where nothing waits."""

from __future__ import annotations

from pipeline.metrics.kinds import Age, Counter, Gauge, Histogram, Metric, Mode

RECORDS = Counter(
    "echolot_records_total",
    "Records whose rows the store has acknowledged; outcome is good, dead or ignored. Replays count again.",
    ("source", "outcome"),
)
DEAD_LETTERS = Counter(
    "echolot_dead_letters_total",
    "Dead letters acknowledged by the store, by reason; one page of posts can hold several.",
    ("source", "reason"),
)
MENTIONS_JUDGED = Counter(
    "echolot_mentions_judged_total",
    "Mentions judged, by generation and model (the fingerprint of classifiers, brands and taxonomy).",
    ("generation", "model"),
)
BATCH_RECORDS = Histogram(
    "echolot_batch_records",
    "Records of one batch, as polled from the source.",
    (1, 5, 10, 25, 50, 100, 250, 500, 1000, 2000, 5000, 10_000),
)
INSERT_SECONDS = Histogram(
    "echolot_insert_seconds",
    "Time of the insert that the store acknowledged, without the tries before it.",
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    ("table",),
)
INSERT_RETRIES = Counter(
    "echolot_insert_retries_total",
    "Inserts tried again, since the store was away, or severed the connection before it answered.",
    ("table",),
)
ROWS_WRITTEN = Counter(
    "echolot_rows_written_total",
    "Rows that the store has acknowledged.",
    ("table",),
)
LATENCY = Histogram(
    "echolot_latency_seconds",
    "From a record's timestamp in Kafka to the acknowledged write of its rows; files have no timestamps.",
    (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30, 60, 120, 300, 600),
    ("source",),
)
LAG = Gauge(
    "echolot_lag_records",
    "End offset of the partition less the offset of its first record that is not written yet. The end is the one last "
    "fetched: while the store is down nothing is fetched, so watch the watermark age for that.",
    Mode.LATEST,
    ("source", "partition"),
)
WATERMARK_AGE = Age(
    "echolot_watermark_age_seconds",
    "How long the oldest record that is not written yet has been in Kafka; 0 where nothing waits, so an idle partition "
    "is not late.",
    ("source", "partition"),
)
BREAKER_TRIPPED = Gauge(
    "echolot_breaker_tripped",
    "1 while a process stands whose breaker has tripped on a flood of invalid records, else 0.",
    Mode.MAX,
)
BREAKER_TRIPS = Counter(
    "echolot_breaker_trips_total",
    "Times a breaker has tripped; it stays when the process is gone.",
)
BREAKER_DEAD_RATIO = Gauge(
    "echolot_breaker_dead_ratio",
    "Dead share of the records in the breaker's window, the worst process; it trips at the setting breaker.share.",
    Mode.MAX,
)
CONSUMERS_REPLACED = Counter(
    "echolot_consumers_replaced_total",
    "Kafka consumers that the watchdog replaced, since a partition stood still while its end grew.",
    ("source",),
)
COMMITS_FAILED = Counter(
    "echolot_commits_failed_total",
    "Offset commits that failed: fenced (the partition went to another member) or broker (no answer). A later one "
    "covers it.",
    ("reason",),
)
GAPS = Counter(
    "echolot_gaps_total",
    "Ranges of offsets that were gone before they were read (retention, or a topic made anew).",
    ("source",),
)
GRAPH_SETUPS = Counter(
    "echolot_graph_setups_total",
    "Calls of DoFn.setup, by step. On Flink it stands still while no worker is replaced: growth means that the runner "
    "makes steps anew. The local engine sets them up once in 30 s.",
    ("step",),
)
RESIDENT_MEMORY = Gauge(
    "echolot_resident_memory_bytes",
    "Memory of one process in RAM.",
    Mode.EACH,
)
BUILD_INFO = Gauge(
    "echolot_build_info",
    "Always 1; the labels say which versions run.",
    Mode.MAX,
    ("version", "python", "beam"),
)

ALL: tuple[Metric, ...] = tuple(
    value for value in dict(globals()).values() if isinstance(value, Counter | Histogram | Gauge | Age)
)
