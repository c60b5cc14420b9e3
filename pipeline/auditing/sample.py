"""Draws an audit from the store. A shell round strata.py and sheet.py: SQL, and nothing is decided here.

Which posts of a stratum are drawn is decided by a hash of seed and mention id, on every engine alike: the store keeps
the first n of that order, and sends n rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from classifiers.triage import Suppression
from pipeline.auditing.estimate import share
from pipeline.auditing.filled import Sheet
from pipeline.auditing.sheet import Audit, Drawn
from pipeline.auditing.strata import CUT, Stratum, allocate, strata_of
from schemas.errors import TerminalError
from sinks.store import Store

# One row is a mention of the range that the generation judged. Cost: FINAL over narrow columns of verdicts, once to
# count and once a stratum: 5 to 8 s for 1,000,000 mentions (chDB, two loaded cores).
_JUDGED = """
    FROM verdicts FINAL
    WHERE generation = {generation:String}
        AND published_at >= {since:DateTime64(3, 'UTC')} AND published_at < {until:DateTime64(3, 'UTC')}"""
_COUNTS = f"""
    SELECT suppressed_by, needs_intervention_probability >= {{cut:Float64}} AS is_likely,
        mention_id IN (SELECT mention_id FROM deleted) AS is_deleted, count() AS mentions,
        avg(needs_intervention_probability) AS mean{_JUDGED}
    GROUP BY suppressed_by, is_likely, is_deleted
    ORDER BY suppressed_by, is_likely, is_deleted"""
_FIRST = f"""
    SELECT sipHash64(concat({{seed:String}}, ' ', toString(mention_id))) AS place, mention_id, brands, platform,
        published_at, needs_intervention_probability, suppressed_by{_JUDGED}
        AND has({{reasons:Array(String)}}, toString(suppressed_by))
        AND needs_intervention_probability >= {{low:Float64}} AND needs_intervention_probability < {{high:Float64}}
        AND mention_id NOT IN (SELECT mention_id FROM deleted)
    ORDER BY place, mention_id
    LIMIT {{posts:UInt32}}"""
_SPAN = "SELECT count(), min(published_at), max(published_at) FROM verdicts WHERE generation = {generation:String}"
_IDS_A_QUERY = 1000  # 39 KB of SQL, of 256 that a server takes


@dataclass(frozen=True, slots=True)
class Sample:
    """A drawn audit."""

    audit: Audit
    sizes: dict[str, int]
    """Mentions a stratum."""
    rows: list[Drawn]
    """In the order of the hash, so that a file filled in half is a sample too."""
    own_posts: int
    """Left out, since a brand's own post needs nobody."""
    deleted: int
    """Left out, since their text is gone."""


def draw(store: Store, *, since: date, until: date, seed: int, posts: int, before: Sheet | None = None) -> Sample:
    """So many posts of the active generation, published from `since` to before `until` (days in UTC).

    With the sheet of an audit `before`, whose range and seed must be given, its posts are drawn again, and the further
    ones where its answers say that they help most. Raises TerminalError where there is nothing to draw from."""
    generation = _generation(store, before)
    values = {"generation": generation, "since": _midnight(since), "until": _midnight(until)}
    counts = store.query(_COUNTS, values | {"cut": CUT}).rows
    there = [(reason, likely, size, mean) for reason, likely, is_deleted, size, mean in counts if not is_deleted]
    strata = strata_of(there)
    if not strata:
        raise TerminalError(_nothing(store, generation, since, until))
    least = before.drawn if before else {}
    shares = {c.stratum: share(c, before.checked()) for c in before.checked()} if before else {}
    taken = allocate([replace(s, guess=shares.get(s.name, s.guess)) for s in strata], posts, least)
    found = [(s, row) for s in strata for row in _first(store, s, taken[s.name], values | {"seed": str(seed)})]
    found.sort(key=lambda pair: (pair[1]["place"], pair[1]["mention_id"]))
    contents = _contents(store, [row["mention_id"] for _, row in found])
    return Sample(
        Audit(generation, since, until, sum(s.size for s in strata), seed),
        {s.name: s.size for s in strata},
        [_drawn(s, row, *contents[row["mention_id"]]) for s, row in found if row["mention_id"] in contents],
        sum(size for reason, _, size, _ in there if reason == Suppression.OWN_POST),
        sum(size for _, _, is_deleted, size, _ in counts if is_deleted),
    )


def _generation(store: Store, before: Sheet | None) -> str:
    active = store.query("SELECT name FROM active_generation").rows
    if not active:
        raise TerminalError("the store holds no judged mentions yet; `echolot stream` reads and judges them")
    name = str(active[0][0])
    if before and name != before.audit.generation:
        raise TerminalError(
            f"the audit was drawn from generation {before.audit.generation!r}, and {name!r} is the active one now; "
            f"draw a new audit, without --checked"
        )
    return name


def _nothing(store: Store, generation: str, since: date, until: date) -> str:
    count, first, last = store.query(_SPAN, {"generation": generation}).rows[0]
    said = f"generation {generation!r} has no mentions to check from {since} to {until} (UTC)"
    if not count:
        return f"{said}, nor any other; `echolot stream` reads and judges them"
    return f"{said}; all it has: --since {first.date()} --until {last.date() + timedelta(days=1)}"


def _first(store: Store, stratum: Stratum, posts: int, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    bounds = {"reasons": list(stratum.reasons), "low": stratum.low, "high": stratum.high, "posts": posts}
    result = store.query(_FIRST, {**values, **bounds})
    return [dict(zip(result.names, row, strict=True)) for row in result.rows]


def _contents(store: Store, ids: Sequence[UUID]) -> dict[UUID, tuple[str, str, str]]:
    """Title, text and address of each; FINAL reads no more of `posts` than the granules of these keys."""
    found: dict[UUID, tuple[str, str, str]] = {}
    for start in range(0, len(ids), _IDS_A_QUERY):
        some = ", ".join(f"'{mention_id}'" for mention_id in ids[start : start + _IDS_A_QUERY])
        sql = f"SELECT mention_id, title, text, url FROM posts FINAL WHERE mention_id IN ({some})"
        found |= {mention_id: (title, text, url) for mention_id, title, text, url in store.query(sql).rows}
    return found


def _drawn(stratum: Stratum, row: Mapping[str, Any], title: str | bytes, text: str | bytes, url: str | bytes) -> Drawn:
    return Drawn(
        mention_id=str(row["mention_id"]),
        stratum=stratum.name,
        text=f"{_text(title)}\n{_text(text)}",
        brands=", ".join(row["brands"]),
        platform=row["platform"],
        published_at=f"{row['published_at']:%Y-%m-%d %H:%M}",
        url=_text(url),
        probability=row["needs_intervention_probability"],
        suppressed_by=row["suppressed_by"],
    )


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
