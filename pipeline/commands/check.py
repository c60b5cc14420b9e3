"""`echolot check`: is this configuration right, and what would it do?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands import shared

if TYPE_CHECKING:
    from configs.settings import JobSettings


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("check", epilog="Example: `echolot check echolot.yaml`")(check)


def check(
    config: Annotated[Path, typer.Argument(help="Configuration file.", metavar="FILE")] = shared.DEFAULT,
) -> None:
    """Validate a configuration with the files it names, and say what `stream` would do. Connects to nothing."""
    settings = shared.settings(config)
    from pipeline import checks

    checks.all_of(settings, config)
    from pipeline import resources

    judge = resources.make_judge(settings)
    shared.say(f"{config} is valid.")
    for sentence in in_words(settings):
        shared.say(f"- {sentence}")
    shared.say(f"- {judge.description()}")


def in_words(settings: JobSettings) -> list[str]:
    """What the job would do, a sentence a part."""
    return [_engine(settings), _source(settings), _store(settings), *_bad_input(settings), _privacy(settings)]


def _engine(settings: JobSettings) -> str:
    f = settings.flink
    if settings.engine == "local":
        return "Run in the process of `echolot stream`, until it is stopped."
    spread = ", records spread over all workers before judging" if f.spread else ""
    start = f"the savepoint {f.savepoint}" if f.savepoint else "the group's committed offsets"
    return (
        f"Run on Flink at {f.rest} by the job server {f.job_server_jars or f.job_server}, as job {settings.job_name!r} "
        f"with parallelism {f.parallelism}{spread}; a checkpoint every {_seconds(f.checkpoint)}; start from {start}."
    )


def _source(settings: JobSettings) -> str:
    s = settings.source
    if s.kind == "files":
        how = "follow it as it grows" if s.follow else "end when all is read"
        return f"Read the files in {s.path} in order of name, {how}; go on where the ledger ends."
    if s.kind == "dumps":
        return f"Replay {s.shown()} once (`echolot replay`)."
    topics = ", ".join(f"{t.name} ({t.format or 'format by header or shape'})" for t in s.topics)
    return (
        f"Read from Kafka at {', '.join(s.bootstrap)} as group {s.group!r}, over {s.security}: {topics}. Partitions "
        f"without a committed offset start at the {s.start}; new partitions are found within {_seconds(s.refresh)}."
    )


def _store(settings: JobSettings) -> str:
    s = settings.store
    where = f"embedded ClickHouse in {s.path}" if s.kind == "chdb" else f"ClickHouse at {s.host}:{s.port}/{s.database}"
    return (
        f"Write to {where}, verdicts as generation {settings.judge.generation!r}, active at once if it is new; posts "
        f"read before under another name have no verdict under this one until they are read again."
    )


def _bad_input(settings: JobSettings) -> list[str]:
    b = settings.breaker
    also = f" and to the topic {settings.dead_letters.topic}" if settings.dead_letters.topic else ""
    return [
        f"Send what cannot be read to the table dead_letters{also}; over {settings.max_record_bytes} bytes too.",
        f"Stop when {b.run} records in a row, or {b.share:.0%} of the last {b.window}, are invalid.",
    ]


def _privacy(settings: JobSettings) -> str:
    has_key = bool(settings.privacy.pseudonym_key.get_secret_value())
    key = (
        "with the configured key"
        if has_key
        else "WITHOUT a key, so that a list of accounts can undo it (set privacy.pseudonym_key)"
    )
    handles = "kept beside it" if settings.privacy.keep_handles else "not kept"
    words = "shown" if settings.privacy.keep_deleted else "blank"
    return f"Keep authors as a pseudonym {key}; account names are {handles}. The words of deleted posts are {words}."


def _seconds(time: timedelta) -> str:
    return f"{time.total_seconds():g} s"
