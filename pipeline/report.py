"""What a care lead wants to see: SQL over the views, as titled tables. Used by the demos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sinks.store import Store


@dataclass(frozen=True, slots=True)
class Section:
    """One titled table."""

    title: str
    names: list[str]
    rows: list[tuple[Any, ...]]


_QUERIES = {
    "The queue: mentions that need somebody, the most urgent first": """
        SELECT arrayStringConcat(brands, ', ') AS brand, arrayStringConcat(intents, ', ') AS what, severity,
               round(needs_intervention_probability, 2) AS probability, round(risk, 3) AS risk_score,
               if(lengthUTF8(text) > 150, concat(substringUTF8(text, 1, 150), '...'), text) AS post,
               arrayStringConcat(arrayFilter(r -> match(r, '^(brand|intents|noise):'), reasons), ' ') AS reason
        FROM queue ORDER BY severity DESC, risk DESC, probability DESC, mention_id LIMIT {limit}""",
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
        SELECT source, reason, count AS records, first_position AS first, example_detail AS detail
        FROM dead_letter_summary ORDER BY source, reason""",
    "Accounting: every record seen is good, dead or ignored": """
        SELECT source, sum(seen) AS records, sum(good) AS good_records, sum(dead) AS dead_records,
               sum(ignored) AS ignored_records
        FROM ingest_accounting GROUP BY source ORDER BY source""",
}


def sections(store: Store, queue_rows: int = 15) -> list[Section]:
    """The tables, from what is in the store now."""
    found = []
    for title, sql in _QUERIES.items():
        result = store.query(sql.replace("{limit}", str(queue_rows)))
        found.append(Section(title, result.names, result.rows))
    return found
