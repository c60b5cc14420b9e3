"""What a process holds once, however many DoFns ask: judge, store, dead-letter topic, breaker."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from classifiers.judge import Judge
from classifiers.registry import Ingredients, build
from configs.brands import Brands
from configs.loading import SHIPPED, load
from configs.settings import JobSettings
from configs.taxonomy import Taxonomy
from pipeline.breaker import Breaker
from pipeline.mappings import load_mappings
from pipeline.rows import RowMaker
from pipeline.sources.leases import Leases
from pipeline.stores import open_store
from schemas.formats.protocol import Format
from schemas.formats.registry import FORMATS
from sinks.dead_letter_topic import DeadLetterTopic
from sinks.store import Store

T = TypeVar("T")
_lock = threading.RLock()
_held: dict[tuple[str, str], object] = {}


def shared(name: str, settings: JobSettings, make: Callable[[JobSettings], T]) -> T:
    """The process's one `name` for these settings, made on first use. Thread-safe."""
    key = (name, repr(settings))
    with _lock:
        if key not in _held:
            _held[key] = make(settings)
        return _held[key]  # type: ignore[return-value]


def adopt(name: str, settings: JobSettings, thing: object) -> None:
    """Hold `thing` as the process's `name`, in place of what would be made. For tests and benchmarks."""
    with _lock:
        _held[name, repr(settings)] = thing


def release() -> None:
    """Close and forget everything held. Called when a job ends."""
    with _lock:
        for thing in _held.values():
            close = getattr(thing, "close", None)
            if close is not None:
                close()
        _held.clear()
    gc.unfreeze()


def store(settings: JobSettings) -> Store:
    """The process's store connection."""
    return shared("store", settings, lambda s: open_store(s.store))


def judge(settings: JobSettings) -> Judge:
    """The process's judge, with models loaded.

    They stay for the job's life, so no collection of garbage walks over them again: 0.1 s each time, a seventh of a
    worker's time on Flink."""

    def make(settings: JobSettings) -> Judge:
        made = make_judge(settings)
        gc.collect()
        gc.freeze()
        return made

    return shared("judge", settings, make)


def make_judge(settings: JobSettings) -> Judge:
    """A judge from the configured brands, taxonomy and model. Raises ConfigError or TerminalError."""
    chosen = settings.judge
    brands = load(chosen.brands or SHIPPED / "brands.yaml", Brands)
    taxonomy = load(chosen.taxonomy or SHIPPED / "taxonomy.yaml", Taxonomy)
    return build(Ingredients(brands, taxonomy, chosen.model, chosen.thresholds, chosen.sentiment_model))


def formats(settings: JobSettings) -> Mapping[str, Format]:
    """All formats by name, with those of the configured mapping files. Raises ConfigError."""
    if settings.mappings is None:
        return FORMATS
    return shared("formats", settings, lambda s: {**FORMATS, **load_mappings(s.mappings or Path())})


def row_maker(settings: JobSettings) -> RowMaker:
    """The process's row maker."""
    return shared(
        "rows",
        settings,
        lambda s: RowMaker(
            generation=s.judge.generation,
            pseudonym_key=s.privacy.pseudonym_key.get_secret_value(),
            keep_handles=s.privacy.keep_handles,
            keep_deleted=s.privacy.keep_deleted,
            marks_batches=s.source.kind == "dumps",
        ),
    )


def breaker(settings: JobSettings) -> Breaker:
    """The process's breaker."""
    return shared("breaker", settings, lambda s: Breaker(s.breaker))


def leases(settings: JobSettings) -> Leases:
    """The process's Kafka consumers, for the splittable reader."""
    source = settings.source
    assert source.kind == "kafka"
    return shared("leases", settings, lambda s: Leases(source))


def committing(settings: JobSettings) -> Leases:
    """Consumers that only commit; apart from those that read, which they would fence."""
    source = settings.source
    assert source.kind == "kafka"
    return shared("committing", settings, lambda s: Leases(source, commit_seconds=0))


def dead_letter_topic(settings: JobSettings) -> DeadLetterTopic | None:
    """The process's producer of dead letters, where a topic is configured."""
    source = settings.source
    if settings.dead_letters.topic is None or source.kind != "kafka":
        return None
    return shared("topic", settings, lambda s: DeadLetterTopic(source, s.dead_letters.topic or ""))
