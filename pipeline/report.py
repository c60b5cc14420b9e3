"""What a care lead wants to see: SQL over the views, as titled tables of few, narrow columns. Used by the demos."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sinks.store import Store

MOST_LINES = 4
"""Lines of a post in the queue's table; the whole text is in the view."""
_WORD = "intents:word:"
QUEUE = "The queue: mentions that need somebody, the most urgent first"


@dataclass(frozen=True, slots=True)
class Section:
    """One titled table."""

    title: str
    names: list[str]
    rows: list[tuple[Any, ...]]


_QUEUE = """
    SELECT arrayStringConcat(brands, ', ') AS brand, needs_intervention_probability AS probability, reasons,
           severity, risk, text AS post
    FROM queue ORDER BY severity DESC, risk DESC, probability DESC, mention_id LIMIT {rows:UInt32}"""
_OTHERS = {
    "All mentions, by intent": """
        SELECT intent, count() AS mentions, countIf(queued) AS in_queue
        FROM (SELECT queued, arrayJoin(if(empty(intents), ['(none)'], intents)) AS intent FROM mentions)
        GROUP BY intent ORDER BY mentions DESC, intent""",
    "By language": """
        SELECT language, count() AS mentions, countIf(queued) AS in_queue
        FROM mentions GROUP BY language ORDER BY mentions DESC, language""",
    "Suppressed: kept out of the queue, and why": """
        SELECT suppressed_by AS reason, count() AS mentions, round(max(needs_intervention_probability), 2) AS highest
        FROM suppressed GROUP BY reason ORDER BY mentions DESC, reason""",
    "Dead letters: records that could not be read": """
        SELECT source, reason, count AS records, example_detail AS detail
        FROM dead_letter_summary ORDER BY source, reason""",
    "Accounting: every record seen is good, dead or ignored": """
        SELECT source, sum(seen) AS records, sum(good) AS good_, sum(dead) AS dead_, sum(ignored) AS ignored_
        FROM ingest_accounting GROUP BY source ORDER BY source""",
}
_COUNTS = """
    SELECT (SELECT count() FROM ledger FINAL), (SELECT sum(mentions) FROM ledger FINAL), (SELECT count() FROM mentions),
           (SELECT count() FROM mentions WHERE is_deleted), (SELECT count() FROM queue),
           (SELECT sum(count) FROM dead_letter_summary)"""


def queue(store: Store, rows: int = 10) -> Section:
    """The most urgent mentions: brand, verdict with its reasons, severity, risk, post."""
    found = store.query(_QUEUE, {"rows": rows}).rows
    return Section(
        QUEUE,
        ["brand", "how sure, what, why", "sev", "risk", "post"],
        [
            (brand, verdict(reasons, probability), severity, f"{risk:.3f}", post)
            for brand, probability, reasons, severity, risk, post in found
        ],
    )


def sections(store: Store, queue_rows: int = 10) -> list[Section]:
    """The tables, from what is in the store now; the queue is the first."""
    found = [queue(store, queue_rows)]
    for title, sql in _OTHERS.items():
        result = store.query(sql)
        found.append(Section(title, [name.rstrip("_") for name in result.names], result.rows))
    return found


def counts(store: Store) -> str:
    """What became of the records, in one sentence."""
    records, mentions, posts, deleted, queued, dead = store.query(_COUNTS).rows[0]
    return (
        f"{records} records held {mentions} mentions: {posts} posts (the rest are repeats and later versions), "
        f"{deleted} of them deleted since. {queued} are in the queue; {dead} dead letters."
    )


def verdict(reasons: Sequence[str], probability: float) -> str:
    """How likely somebody is needed, the intents, the likeliest first, and what spoke for it
    ("needed 0.95, defect 0.88, complaint 0.70; kaputt, verletzt (health_safety)").

    Reason codes: docs/sql.md."""
    found = [m for r in reasons if (m := re.fullmatch(r"intents:(?!ni:)(\w+):([01]\.\d+)>=[01]\.\d+", r))]
    likeliest = sorted(found, key=lambda m: (-float(m[2]), m[1]))
    said = ", ".join([f"needed {probability:.2f}", *(f"{m[1]} {m[2]}" for m in likeliest)])
    why = [r.removeprefix(_WORD) for r in reasons if r.startswith(_WORD)]
    why += [f"{m[2]} ({m[1]})" for r in reasons if (m := re.fullmatch(r"sensitive:(\w+):(.+)", r))]
    return f"{said}; {', '.join(why)}" if why else said
