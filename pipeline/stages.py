"""The DoFns: thin shells round pure logic. Only settings are pickled; what they need is held once a process."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import WindowedValue

from configs.settings import JobSettings
from pipeline import counting, ledger, resources
from pipeline.decoded import Decoded, Place, decode_batch, joined
from pipeline.failures import noted
from pipeline.tally import Tally
from schemas.mention import Mention
from schemas.record import Batch, Outcome, Span
from sinks.retrying import retry

_RETRY_SECONDS = 120.0  # of an embedded store; a read that belongs to a write waits as long as the write would


@dataclass(frozen=True, slots=True)
class Judged:
    """A decoded batch with the verdict columns of its mentions."""

    decoded: Decoded
    columns: dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Written:
    """What an acknowledged write covered: last position by (source, partition), counts, the batches' spans."""

    positions: dict[tuple[str, int], int]
    records: int
    mentions: int
    dead: int
    spans: Sequence[Span] = ()
    tally: Tally | None = None
    """Of a replay."""


@dataclass(frozen=True, slots=True)
class Within:
    """Whether a mention was published in a span, the end not included."""

    since: datetime | None
    until: datetime | None

    def __call__(self, mention: Mention) -> bool:
        """True where it was."""
        at = mention.published_at
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


class Decode(beam.DoFn):
    """Batch to Decoded. The breaker sees every record before anything of its batch is written."""

    def __init__(self, settings: JobSettings) -> None:
        self._settings = settings

    def setup(self) -> None:
        """Take the process's breaker."""
        counting.set_up(self, self._settings)
        source = self._settings.source
        self._named = {t.name: t.format for t in source.topics} if source.kind == "kafka" else {}
        self._formats = resources.formats(self._settings)
        self._keep = Within(source.since, source.until) if source.kind == "dumps" else None
        self._breaker = resources.breaker(self._settings)

    def process(self, batch: Batch) -> Iterator[Decoded]:
        """One Decoded a batch. Raises BreakerTripped."""
        with noted(self._settings):
            counting.polled(batch)
            decoded = decode_batch(
                batch,
                self._named,
                self._settings.max_record_bytes,
                formats=self._formats,
                keep=self._keep,
                keep_deleted=self._settings.privacy.keep_deleted,
            )
            counting.feed(self._breaker, decoded.entries)
        yield decoded


class JudgeBatch(beam.DoFn):
    """Decoded to Judged.

    Batches are gathered up to `gather` records, at most to the end of the Beam bundle: a reader of many partitions
    makes small batches, of which a post costs the judge more (64: 710 us, 256: 621), and ClickHouse wants few large
    inserts. 1 judges each at once."""

    def __init__(self, settings: JobSettings, gather: int) -> None:
        self._settings = settings
        self._gather = gather

    def setup(self) -> None:
        """Take the process's judge; models load once a process."""
        counting.set_up(self, self._settings)
        self._judge = resources.judge(self._settings)
        self._model = self._judge.fingerprint()

    def start_bundle(self) -> None:
        """Nothing held: what an aborted bundle left behind is read again."""
        self._held: list[Decoded] = []

    def process(self, decoded: Decoded) -> Iterator[Judged]:
        """A Judged where enough was gathered."""
        self._held.append(decoded)
        if sum(len(each.entries) for each in self._held) >= self._gather:
            yield self._judged()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        """The rest."""
        if self._held:
            yield WindowedValue(self._judged(), MIN_TIMESTAMP, [GlobalWindow()])

    def _judged(self) -> Judged:
        decoded, self._held = joined(self._held), []
        with noted(self._settings):
            columns = self._judge.judge(decoded.mentions)
        counting.judged(len(decoded.mentions), generation=self._settings.judge.generation, model=self._model)
        return Judged(decoded, columns)


class Write(beam.DoFn):
    """Judged to Written, which is given on only after the store has every row of its batches. One insert a table."""

    def __init__(self, settings: JobSettings) -> None:
        self._settings = settings

    def setup(self) -> None:
        """Take the process's store and row maker."""
        counting.set_up(self, self._settings)
        self._store = resources.store(self._settings)
        self._rows = resources.row_maker(self._settings)
        self._topic = resources.dead_letter_topic(self._settings)

    def process(self, judged: Judged) -> Iterator[Written]:
        """One Written a Judged. Raises TransientError, TerminalError."""
        decoded = judged.decoded
        with noted(self._settings):
            if self._topic is not None:
                self._topic.send((e.record, d) for e in decoded.entries for d in e.dead)
            self._store.write(self._rows.blocks(decoded, judged.columns, self._settled(decoded)))
        counting.written(decoded.entries)
        dead = sum(e.outcome is Outcome.DEAD for e in decoded.entries)
        tally = _tallied(decoded) if self._settings.source.kind == "dumps" else None
        yield Written(decoded.positions(), len(decoded.entries), len(decoded.mentions), dead, decoded.spans, tally)

    def _settled(self, decoded: Decoded) -> frozenset[Place]:
        store = self._settings.store
        seconds = store.retry.total_seconds() if store.kind == "clickhouse" else _RETRY_SECONDS
        return retry(lambda: ledger.settled(self._store, decoded.entries), budget_seconds=seconds, clock=time)


def _tallied(decoded: Decoded) -> Tally:
    tally = Tally()
    tally.add(decoded)
    return tally
