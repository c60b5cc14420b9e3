"""The account of a replay: what became of every record. Pure; tallies of batches and of workers add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.decoded import Decoded
from schemas.ids import REPAIRED
from schemas.mention import Mention
from schemas.record import Outcome
from schemas.synthetic import MARK


@dataclass(slots=True)
class Tally:
    """Records by outcome, and what their mentions look like."""

    records: int = 0
    good: int = 0
    dead: int = 0
    ignored: int = 0
    mentions: int = 0
    deletions: int = 0
    repaired: int = 0
    """Mentions whose destroyed id was mended from their own address."""
    synthetic: int = 0
    """Mentions without an id of their own."""
    truncated: int = 0
    lossy: int = 0
    """Mentions in whose title or text U+FFFD stands for what was lost: a lone surrogate, bytes of another encoding."""
    first: datetime | None = None
    """Earliest time of publication."""
    last: datetime | None = None
    hours: Counter[int] = field(default_factory=Counter)
    """Mentions by hour of the day, UTC: a wrong zone shifts the night."""
    platforms: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Of dead and ignored records."""

    def add(self, decoded: Decoded) -> None:
        """A batch more."""
        self.records += len(decoded.entries)
        self.deletions += len(decoded.deletions)
        for entry in decoded.entries:
            match entry.outcome:
                case Outcome.GOOD:
                    self.good += 1
                case Outcome.DEAD:
                    self.dead += 1
                    self.reasons[f"dead: {entry.dead[0].reason.value}"] += 1
                case Outcome.IGNORED:
                    self.ignored += 1
                    self.reasons[f"ignored: {entry.why}"] += 1
        self._look_at(decoded.mentions)

    def _look_at(self, mentions: Iterable[Mention]) -> None:
        for mention in mentions:
            self.mentions += 1
            self.repaired += REPAIRED in mention.extra
            self.synthetic += MARK in mention.extra
            self.truncated += mention.truncated
            self.lossy += "\ufffd" in (mention.title or "") + mention.text
            self.hours[mention.published_at.hour] += 1
            self.platforms[mention.platform] += 1
            self._span(mention.published_at, mention.published_at)

    def merge(self, other: Tally) -> None:
        """Another part of the same replay."""
        for name in (
            "records", "good", "dead", "ignored", "mentions", "deletions", "repaired", "synthetic", "truncated",
            "lossy",
        ):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("hours", "platforms", "reasons"):
            getattr(self, name).update(getattr(other, name))
        if other.first is not None and other.last is not None:
            self._span(other.first, other.last)

    def _span(self, first: datetime, last: datetime) -> None:
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)
