"""A replay: the job's graph over dumps, in this process or shared by several, and its account at the end."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait

from configs.dumps import DumpsSource
from configs.observe import MetricsSettings
from configs.settings import JobSettings
from pipeline import job, marks, resources
from pipeline.breaker import Breaker, BreakerTripped
from pipeline.decoded import Decoded, decode_batch
from pipeline.engines.local import Totals
from pipeline.repeated import Ids
from pipeline.sources.dumps import DumpRecords, told
from pipeline.stages import Within
from pipeline.stores import open_store
from pipeline.tally import Tally
from schemas.errors import Stopped, TransientError
from sinks.store import Store

_STOP = "stop"
_SAY_SECONDS = 0.3  # between two words of a worker on how far it is
_MENTIONS_AT_ONCE = 500_000  # whose ids are told apart by one query: bounds the store's memory
_UNIQUE = """
    SELECT uniqExact(id) FROM (
        SELECT arrayJoin(mentions) AS id FROM replays FINAL
        WHERE generation = {generation:String} AND has({sources:Array(String)}, source) AND first > 0
    ) WHERE id % {parts:UInt32} = {part:UInt32}"""
_ALL = """
    SELECT sum(length(mentions)) FROM replays FINAL
    WHERE generation = {generation:String} AND has({sources:Array(String)}, source) AND first > 0"""


@dataclass(slots=True)
class Progress:
    """How far a worker, or all of them together, are."""

    tally: Tally = field(default_factory=Tally)
    bytes: int = 0
    """Of the files, as they lie on disk."""
    total_bytes: int = 0
    left_out: int = 0
    """Records that an earlier run had written."""
    notes: tuple[str, ...] = ()
    """How files were read: damage, and what was mended."""
    repeats: int | None = None
    """Mentions that came again, in this or an earlier run over these files: the same post, or another version of it.
    None where it was not counted, as before the end."""
    stops: str = ""
    """Of a dry run: why and where a replay would have stopped."""


Say = Callable[[Progress], None]
Task = Callable[[JobSettings, threading.Event, Say], Progress]


def run(settings: JobSettings, *, workers: int, stop: threading.Event, say: Say) -> Progress:
    """Replay until all is read, or `stop` is set. `settings.source` are dumps.

    Raises as job.run does. Whatever happens, `resume` goes on from the batches that are written whole."""
    settings = settings.model_copy(update={"metrics": MetricsSettings()})  # the port is the live job's
    if workers == 1:
        job.prepare(settings, stop)
    else:  # the models take 330 MB that the process which loaded them keeps to its end
        _in_processes(_prepare, [settings], stop, say)
        if stop.is_set():
            raise Stopped("stopped before anything was read")
    with closing(open_store(settings.store, stop=stop)) as store:
        marks.begin(store, settings, marks.of_files(settings))
    done = _alone(settings, stop, say) if workers == 1 else _in_processes(_alone, _shares(settings, workers), stop, say)
    say(done)
    if not stop.is_set():
        with closing(open_store(settings.store)) as store:
            done.repeats = repeats(store, settings)
    return done


def dry_run(settings: JobSettings, say: Say) -> Progress:
    """Read and decode all, judge and write nothing. Past the record that would stop a replay it goes on, and says so.

    Raises TerminalError where a path cannot be read, or the temporary folder is full."""
    breaker, stops = Breaker(settings.breaker), ""

    with Ids() as ids:

        def look(decoded: Decoded) -> None:
            nonlocal stops
            ids.add(mention.mention_id.int >> 64 for mention in decoded.mentions)
            try:
                if not stops:
                    breaker.feed(decoded.entries)
            except BreakerTripped as error:
                stops = str(error)

        done = count(settings, say, look=look)
        done.repeats, done.stops = ids.repeats(), stops
    return done


def count(
    settings: JobSettings,
    say: Say,
    *,
    written: Collection[tuple[str, int]] = (),
    stop: threading.Event | None = None,
    look: Callable[[Decoded], None] = lambda decoded: None,
) -> Progress:
    """Read and decode all but the batches that are `written`; `look` sees each. Breaks off at `stop`."""
    source = settings.source
    assert isinstance(source, DumpsSource)
    records = DumpRecords(source, written, settings.max_record_bytes)
    formats, tally, keep = resources.formats(settings), Tally(), Within(source.since, source.until)
    while not records.exhausted and not (stop and stop.is_set()):
        batch = records.poll(0.1)
        if batch is not None:
            decoded = decode_batch(
                batch,
                {},
                settings.max_record_bytes,
                formats=formats,
                keep=keep,
                keep_deleted=settings.privacy.keep_deleted,
            )
            tally.add(decoded)
            look(decoded)
            say(_progress(tally, records))
    done = _progress(tally, records)
    say(done)
    return done


def _alone(settings: JobSettings, stop: threading.Event, say: Say) -> Progress:
    found: list[DumpRecords] = []
    last = Progress()

    def progress(totals: Totals, source: object) -> None:
        assert isinstance(source, DumpRecords)
        nonlocal last
        last = _progress(totals.tally, source)
        say(last)

    opened = found.append  # several workers that made the tables at once would be in each other's way
    totals = job.run(settings, stop=stop, progress=progress, opened=opened, prepared=True)  # type: ignore[arg-type]
    return _progress(totals.tally, found[0])


def _progress(tally: Tally, source: DumpRecords) -> Progress:
    notes = tuple(f"{name}: {told(note)}" for name, note in source.notes)
    return Progress(tally, source.read_bytes(), source.total_bytes(), source.left_out, notes)


def _prepare(settings: JobSettings, stop: threading.Event, _: Say) -> Progress:
    job.prepare(settings, stop)
    return Progress()


def _shares(settings: JobSettings, workers: int) -> list[JobSettings]:
    """The batches of every file, dealt out. Each worker reads all files: reading is a small part of the work."""
    sources = [settings.source.model_copy(update={"worker": n, "workers": workers}) for n in range(workers)]
    return [settings.model_copy(update={"source": source}) for source in sources]


def _in_processes(task: Task, shares: Sequence[JobSettings], stop: threading.Event, say: Say) -> Progress:
    """What `task` says of each share in a process of its own, taken together. Raises what a task raises."""
    spawn = multiprocessing.get_context("spawn")
    processes, ends = [], []
    for number, share in enumerate(shares):
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=_work, args=(task, share, theirs), name=f"replay-{number}")
        process.start()
        theirs.close()
        processes.append(process)
        ends.append(ours)
    try:
        return _listen(ends, stop, say)
    finally:
        for end in ends:
            end.close()  # tells a worker that still runs to end
        for process in processes:
            process.join()


def _listen(ends: list[Connection], stop: threading.Event, say: Say) -> Progress:
    latest = [Progress() for _ in ends]
    open_ends = dict(zip(ends, range(len(ends)), strict=True))
    told = False
    while open_ends:
        if stop.is_set() and not told:
            told = True
            for end in open_ends:
                with suppress(OSError):  # a worker that died is told of below
                    end.send(_STOP)
        for ready in wait(list(open_ends), timeout=_SAY_SECONDS):
            assert isinstance(ready, Connection)
            number = open_ends[ready]
            try:
                is_last, said = ready.recv()
            except (EOFError, OSError):
                raise TransientError(
                    f"worker {number} of the replay was killed; run the same command with --resume"
                ) from None
            if isinstance(said, BaseException):
                raise said
            latest[number] = said
            if is_last:
                del open_ends[ready]
        say(_together(latest))
    return _together(latest)


def _together(parts: list[Progress]) -> Progress:
    tally = Tally()
    for part in parts:
        tally.merge(part.tally)
    return Progress(
        tally,
        sum(part.bytes for part in parts) // len(parts),
        max(part.total_bytes for part in parts),
        sum(part.left_out for part in parts),
        tuple(note for part in parts for note in part.notes),
    )


def _work(task: Task, settings: JobSettings, end: Connection) -> None:
    """A worker: says how far it is now and then, and at its end. Stops when told to, and when its parent is gone."""
    from pipeline.commands import shared
    from pipeline.commands.stream import stop_on_signals

    stop_on_signals()  # Ctrl-C reaches the whole group; the parent says when to stop
    shared.log_to_stderr(settings.logs)
    stop, last = threading.Event(), time.monotonic()

    def watch() -> None:
        try:
            end.recv()
        except (EOFError, OSError):
            os._exit(1)  # the parent was killed: nobody would stop what goes on without it
        stop.set()

    def report(progress: Progress) -> None:
        nonlocal last
        if time.monotonic() - last >= _SAY_SECONDS:
            last = time.monotonic()
            end.send((False, progress))

    threading.Thread(target=watch, daemon=True).start()
    try:
        end.send((True, task(settings, stop, report)))
    except Stopped:
        end.send((True, Progress()))
    except Exception as error:
        end.send((True, error))


def repeats(store: Store, settings: JobSettings) -> int:
    """Mentions that came again, see Progress."""
    asked = marks.of_files(settings)
    ((total,),) = store.query(_ALL, asked).rows
    parts = max(1, -(-total // _MENTIONS_AT_ONCE))
    unique = sum(store.query(_UNIQUE, {**asked, "parts": parts, "part": n}).rows[0][0] for n in range(parts))
    return int(total - unique)
