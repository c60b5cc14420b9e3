"""How two generations differ over the mentions that both judged: counts, a table of flips, examples. SQL over
`verdicts` and `posts`; the view generation_flips shows the same row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sinks.store import Store

EXAMPLES = 10
_SIDE = """
    SELECT mention_id, {prefix}_queued, {prefix}_needs, {prefix}_severity, {prefix}_intents
    FROM (
        SELECT mention_id, queued AS {prefix}_queued, needs_intervention AS {prefix}_needs,
               severity AS {prefix}_severity, intents AS {prefix}_intents, brands, published_at
        FROM verdicts FINAL WHERE generation = {{{prefix}:String}}
    ) WHERE published_at >= {{since:DateTime64(3)}} AND ({{brand:String}} = '' OR has(brands, {{brand:String}}))"""
_PAIRS = f"({_SIDE.format(prefix='a')}\n) AS a ANY INNER JOIN ({_SIDE.format(prefix='b')}\n) AS b USING mention_id"
_CHANGED = "a_queued != b_queued OR a_needs != b_needs OR a_severity != b_severity OR a_intents != b_intents"
_TOTALS = f"SELECT count(), countIf({_CHANGED}) FROM {_PAIRS}"
_ONE = """
    SELECT count() FROM (SELECT brands, published_at FROM verdicts FINAL WHERE generation = {name:String})
    WHERE published_at >= {since:DateTime64(3)} AND ({brand:String} = '' OR has(brands, {brand:String}))"""
_FLAGS = f"""
    SELECT countIf(a_queued AND b_queued), countIf(a_queued AND NOT b_queued), countIf(b_queued AND NOT a_queued),
           countIf(a_needs AND b_needs), countIf(a_needs AND NOT b_needs), countIf(b_needs AND NOT a_needs),
           countIf(a_severity > 0 AND a_severity = b_severity), countIf(a_severity > b_severity),
           countIf(b_severity > a_severity)
    FROM {_PAIRS}"""
_INTENTS = f"""
    SELECT intent, countIf(has(a_intents, intent) AND has(b_intents, intent)),
           countIf(NOT has(b_intents, intent)), countIf(NOT has(a_intents, intent))
    FROM (
        SELECT a_intents, b_intents, arrayJoin(arrayDistinct(arrayConcat(a_intents, b_intents))) AS intent FROM {_PAIRS}
    ) GROUP BY intent ORDER BY intent"""
_EXAMPLES = f"""
    SELECT mention_id, a_queued, b_queued, a_severity, b_severity, a_intents, b_intents, text
    FROM (SELECT * FROM {_PAIRS} WHERE {_CHANGED}) AS d ANY INNER JOIN (
        SELECT mention_id, text FROM posts FINAL WHERE mention_id NOT IN (SELECT mention_id FROM deletions)
    ) AS p USING mention_id
    ORDER BY a_queued != b_queued DESC, greatest(a_severity, b_severity) DESC, mention_id
    LIMIT {{examples:UInt32}}"""


@dataclass(frozen=True, slots=True)
class Flip:
    """One label over the mentions that both judged. Of `severity`: the same, higher in A, higher in B."""

    label: str
    both: int
    only_a: int
    only_b: int


@dataclass(frozen=True, slots=True)
class Example:
    """A mention with different verdicts; those that enter or leave the queue first, then the most severe."""

    mention_id: str
    queued_a: bool
    queued_b: bool
    severity_a: int
    severity_b: int
    intents_a: list[str]
    intents_b: list[str]
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """Mentions judged by both, by one alone, and how many verdicts differ in queue, need, severity or intents."""

    both: int
    only_a: int
    only_b: int
    changed: int
    flips: tuple[Flip, ...]
    examples: tuple[Example, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def diff(store: Store, a: str, b: str, *, brand: str = "", since: datetime, examples: int = EXAMPLES) -> Diff:
    """`brand` "" means all; `since` is in UTC, by time of publication."""
    asked: Mapping[str, Any] = {"a": a, "b": b, "brand": brand, "since": since}
    ((both, changed),) = store.query(_TOTALS, asked).rows
    alone = [store.query(_ONE, {"name": name, "brand": brand, "since": since}).rows[0][0] - both for name in (a, b)]
    ((*flags,),) = store.query(_FLAGS, asked).rows
    named = zip(("queued", "needs_intervention", "severity"), (flags[:3], flags[3:6], flags[6:]), strict=True)
    flips = [Flip(label, *counts) for label, counts in named]
    flips += [Flip(*row) for row in store.query(_INTENTS, asked).rows]
    shown = store.query(_EXAMPLES, {**asked, "examples": examples}).rows
    found = tuple(Example(str(row[0]), bool(row[1]), bool(row[2]), *row[3:]) for row in shown)
    return Diff(both, alone[0], alone[1], changed, tuple(flips), found)
