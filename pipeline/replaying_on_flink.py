"""A replay on a Flink cluster, and its account.

The marks that workers write behind each batch (pipeline/marks.py) say how far it is and, at the end, that every batch
of every file is written. What its records came to is counted here meanwhile, by reading and decoding them once more:
the same bytes give the same account, however often workers were killed. A core decodes 13,000 to 26,000 records/s and
judges 2,000. The ledger, which the workers wrote, must agree."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

from configs.observe import MetricsSettings
from configs.settings import JobSettings
from pipeline import job, marks, resources
from pipeline.engines import flink
from pipeline.replaying import Progress, Say, count, repeats
from pipeline.stores import open_store
from pipeline.tally import Tally
from schemas.errors import Stopped, TerminalError, TransientError
from schemas.record import Outcome
from sinks.store import Store

_OUTCOMES = """
    SELECT outcome, count() FROM ledger FINAL WHERE has({sources:Array(String)}, source) GROUP BY outcome"""


def run(settings: JobSettings, *, stop: threading.Event, say: Say) -> Progress:
    """Replay until all is read, `settings.source.workers` shares at a time. `settings.source` are dumps.

    Raises as job.run does; Stopped where `stop` came before the end, and the job is cancelled. Whatever happens,
    `resume` goes on from the batches that are written whole."""
    settings = settings.model_copy(update={"metrics": MetricsSettings()})  # the port is the live job's
    source = settings.source
    assert source.kind == "dumps"
    flink.make_way(settings)
    try:
        job.prepare(settings, stop)
    finally:
        resources.release()
    with closing(open_store(settings.store, stop=stop)) as store:
        files = marks.of_files(settings)
        left_out = marks.begin(store, settings, files)
        submitted = flink.submit(settings)
        with _Account(settings, left_out) as account:

            def tick() -> None:
                with contextlib.suppress(TransientError):  # the store is away; the workers wait for it, too
                    say(account.at(marks.records(store, files)))

            if not flink.watch(settings, submitted, stop, tick=tick):
                raise Stopped(f"job {submitted.id} is cancelled")
            done = account.whole(stop)
        check(store, files, done, windowed=bool(source.since or source.until))
        done.repeats = repeats(store, settings)
    say(done)
    return done


class _Account:
    """What the files come to, counted in a thread of its own."""

    def __init__(self, settings: JobSettings, left_out: marks.Marks) -> None:
        unbounded = settings.source.model_copy(update={"max_rate": None, "worker": 0, "workers": 1})
        self._settings = settings.model_copy(update={"source": unbounded})
        self._left_out = left_out
        self._latest = Progress()
        self._stop = threading.Event()
        self._thread = ThreadPoolExecutor(1)
        self._done = self._thread.submit(self._count)

    def _count(self) -> Progress:
        def keep(progress: Progress) -> None:
            self._latest = progress

        return count(self._settings, keep, written=self._left_out, stop=self._stop)

    def __enter__(self) -> _Account:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.shutdown()

    def at(self, written: int) -> Progress:
        """How far the workers are that have `written` so many records, in bytes by the records counted so far."""
        counted = self._latest
        share = min(1.0, written / max(counted.tally.records + counted.left_out, 1))
        return replace(
            counted, bytes=round(share * counted.bytes), tally=Tally(records=max(written - counted.left_out, 0))
        )

    def whole(self, stop: threading.Event) -> Progress:
        """All of it, once counted. Raises Stopped."""
        while not self._done.done():
            if stop.wait(0.1):
                raise Stopped("all is written; stopped before the account was made")
        return self._done.result()


def check(store: Store, files: marks.Files, done: Progress, *, windowed: bool = False) -> None:
    """Raises TerminalError where the workers did not write what these files hold, by their marks and the ledger. Of a
    window, by the marks alone: the ledger says more than this replay made."""
    written, there = marks.records(store, files), done.tally.records + done.left_out
    if written != there:
        raise TerminalError(
            f"the workers have written {written} of the {there} records that the files hold here: is it the same files "
            f"that they read, under the same paths? Run the same command with --resume"
        )
    if windowed or done.left_out:
        return  # what an earlier run made of those records was not counted here
    found = dict(store.query(_OUTCOMES, files).rows)
    made = {o.value: found.get(o.value, 0) for o in Outcome}
    counted = {o.value: getattr(done.tally, o.value) for o in Outcome}
    if made != counted:
        raise TerminalError(
            f"the workers made {_shown(made)} of the records, and the same files give "
            f"{_shown(counted)} here: make mapping files and the version of Echolot the same everywhere, and run the "
            f"command again"
        )


def _shown(counts: Mapping[str, int]) -> str:
    return " + ".join(f"{count} {name}" for name, count in counts.items())
