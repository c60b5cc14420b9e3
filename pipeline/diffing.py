"""How two generations differ over the mentions that both judged: counts, a table of flips, examples. Asks the view
generation_flips, which says what a difference is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sinks.store import Store

EXAMPLES = 10
# A mention is about the brand if either side says so; else a verdict on the brand itself would look like a gap.
_PAIRS = """(
    SELECT * FROM generation_flips
    WHERE generation_a = {a:String} AND generation_b = {b:String} AND published_at >= {since:DateTime64(3)}
        AND ({brand:String} = '' OR has(brands_a, {brand:String}) OR has(brands_b, {brand:String}))
)"""
_ALONE = """
    SELECT count() FROM (SELECT mention_id, brands, published_at FROM verdicts FINAL WHERE generation = {name:String})
    WHERE published_at >= {since:DateTime64(3)} AND ({brand:String} = '' OR has(brands, {brand:String}))
        AND mention_id NOT IN (SELECT mention_id FROM verdicts WHERE generation = {other:String})"""
_TOTALS = f"""
    SELECT count(), countIf(changed),
           countIf(queued_a AND queued_b), countIf(queued_a AND NOT queued_b), countIf(queued_b AND NOT queued_a),
           countIf(needs_intervention_a AND needs_intervention_b),
           countIf(needs_intervention_a AND NOT needs_intervention_b),
           countIf(needs_intervention_b AND NOT needs_intervention_a),
           countIf(severity_a > 0 AND severity_a = severity_b), countIf(severity_a > severity_b),
           countIf(severity_b > severity_a)
    FROM {_PAIRS}"""
_OTHERS = """arrayConcat(
            arrayMap(word -> concat('brand:', word), brands_{side}),
            arrayMap(word -> concat('noise:', word), noise_{side}),
            arrayMap(word -> concat('sensitive:', word), sensitive_{side}),
            if(sentiment_{side} = '', emptyArrayString(), [concat('sentiment:', sentiment_{side})]),
            if(suppressed_by_{side} = '', emptyArrayString(), [concat('suppressed_by:', suppressed_by_{side})])
        )"""
_LABELLED = f"(SELECT *, {_OTHERS.format(side='a')} AS others_a, {_OTHERS.format(side='b')} AS others_b FROM {_PAIRS})"
_LABELS = f"""
    SELECT label, countIf(has(labels_a, label) AND has(labels_b, label)),
           countIf(NOT has(labels_b, label)), countIf(NOT has(labels_a, label))
    FROM (
        SELECT labels_a, labels_b, arrayJoin(arrayDistinct(arrayConcat(labels_a, labels_b))) AS label
        FROM (
            SELECT arrayConcat(intents_a, others_a) AS labels_a, arrayConcat(intents_b, others_b) AS labels_b
            FROM {_LABELLED}
        )
    ) GROUP BY label ORDER BY position(label, ':') > 0, label"""
# Cast, since ClickHouse 18.16 garbles a column of LowCardinality lists that are all empty.
_EXAMPLES = f"""
    SELECT mention_id, queued_a, queued_b, severity_a, severity_b,
           CAST(intents_a, 'Array(String)'), CAST(intents_b, 'Array(String)'), others_a, others_b, text
    FROM (SELECT * FROM {_LABELLED} WHERE changed) AS d ANY INNER JOIN (
        SELECT mention_id, text FROM posts FINAL WHERE mention_id NOT IN (SELECT mention_id FROM deleted)
    ) AS p USING mention_id
    ORDER BY queued_a != queued_b DESC, greatest(severity_a, severity_b) DESC, mention_id
    LIMIT {{examples:UInt32}}"""


@dataclass(frozen=True, slots=True)
class Flip:
    """One label over the mentions that both judged: an intent, a flag, or `kind:word` of the others, as noise:press. Of
    `severity`: the same, higher in A, higher in B."""

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
    others_a: list[str]
    """Other labels that A alone gives."""
    others_b: list[str]
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """Mentions judged by both, by one alone, and how many verdicts differ: `changed` in the view generation_flips."""

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
    """`brand` "" means all, else what either side says is about it; `since` is in UTC, by time of publication."""
    asked: Mapping[str, Any] = {"a": a, "b": b, "brand": brand, "since": since}
    ((both, changed, *flags),) = store.query(_TOTALS, asked).rows
    only_a, only_b = (
        store.query(_ALONE, {"name": name, "other": other, "brand": brand, "since": since}).rows[0][0]
        for name, other in ((a, b), (b, a))
    )
    named = zip(("queued", "needs_intervention", "severity"), (flags[:3], flags[3:6], flags[6:]), strict=True)
    flips = [Flip(label, *counts) for label, counts in named]
    flips += [Flip(*row) for row in store.query(_LABELS, asked).rows]
    shown = store.query(_EXAMPLES, {**asked, "examples": examples}).rows
    return Diff(both, only_a, only_b, changed, tuple(flips), tuple(map(_example, shown)))


def _example(row: Sequence[Any]) -> Example:
    mention_id, queued_a, queued_b, severity_a, severity_b, intents_a, intents_b, others_a, others_b, text = row
    return Example(
        str(mention_id), bool(queued_a), bool(queued_b), severity_a, severity_b, intents_a, intents_b,
        [label for label in others_a if label not in others_b], [label for label in others_b if label not in others_a],
        text,
    )  # fmt: skip
