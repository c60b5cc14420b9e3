"""Generations: under one name, all verdicts come from the same models, brands, taxonomy and thresholds.

A new name begins without verdicts: queue and suppressed show what is read from then on (README, "When brands or the
model change")."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from configs.base import ConfigError
from schemas.errors import TerminalError
from sinks.codes import clean
from sinks.store import Block, Store

log = logging.getLogger("echolot.generations")

READ_AGAIN = (
    "Posts that were read before have no verdict under a new name, so they leave the queue, until they are read again: "
    "from Kafka with a new source.group and start: earliest, as far back as the topic keeps them; from files by "
    "`echolot replay PATH... --generation NAME`"
)
OUT_OF_SIGHT = (
    "posts are judged under %r, which is known and not active: the views show %r, and what comes from now on has no "
    "verdict there. `echolot generations activate %s` shows it; or set judge.generation: %s and start again"
)
_UNDER_WAY = """SELECT {reason} FROM system.mutations
WHERE database = currentDatabase() AND table = '{table}' AND NOT is_done"""
_REASON = """SELECT name FROM system.columns
WHERE database = 'system' AND table = 'mutations' AND name = 'latest_fail_reason'"""


@dataclass(frozen=True, slots=True)
class Generation:
    """One name. The highest `activation` is the active one; 0: never was."""

    name: str
    fingerprint: str
    description: str
    activation: int


def known(store: Store) -> list[Generation]:
    """All generations, the active one first."""
    found = store.query("SELECT name, fingerprint, description, activation FROM generations FINAL").rows
    return sorted((Generation(*row) for row in found), key=lambda each: (-each.activation, each.name))


def active(generations: Sequence[Generation]) -> str:
    """Name of the active one of `known`; "" where none is."""
    return generations[0].name if generations and generations[0].activation else ""


def enter(store: Store, name: str, fingerprint: str, description: str) -> None:
    """Make a new `name` the active generation, and any where none is active. One that is known stays as it is: what was
    activated by hand outlives the restart of a stream.

    Raises ConfigError where the store knows the name with another fingerprint: verdicts would mix."""
    before = known(store)
    _refuse_mixing(before, name, fingerprint)
    readers_see, is_new = active(before), name not in {each.name for each in before}
    if readers_see == name:
        return
    if readers_see and not is_new:
        log.warning(OUT_OF_SIGHT, name, readers_see, name, readers_see)
        return
    _write(store, Generation(name, fingerprint, description, _last(before) + 1))
    if before and is_new:
        log.warning(
            "%r is the active generation now, the first verdicts under it are still to come. %s", name, READ_AGAIN
        )


def register(store: Store, name: str, fingerprint: str, description: str) -> None:
    """Make `name` known, for verdicts that readers do not see until it is activated. Raises as enter does."""
    before = known(store)
    _refuse_mixing(before, name, fingerprint)
    if name not in {each.name for each in before}:
        _write(store, Generation(name, fingerprint, description, 0))


def activate(store: Store, name: str) -> str:
    """Let readers see the verdicts of `name`: one row is written, so a query sees the old or the new one, never both.

    Returns the name of the one that was active. Raises TerminalError where it is unknown."""
    before = known(store)
    chosen = _named(before, name)
    if active(before) != name:
        _write(store, replace(chosen, activation=_last(before) + 1))
    return active(before)


def drop(store: Store, name: str) -> None:
    """Take a generation and its verdicts out of the store: parts are written anew, and it is waited for that.

    The marks of its replays go first: with them, a resumed replay would leave out verdicts that are gone. The name goes
    last, so that a drop that broke off can be repeated. Raises TerminalError where it is unknown or the active one, or
    where the store cannot delete rows."""
    before = known(store)
    _named(before, name)
    if active(before) == name:
        raise TerminalError(f"{name!r} is the active generation; activate another one before you drop it")
    for table, column in (("replays", "generation"), ("verdicts", "generation"), ("generations", "name")):
        store.command(f"ALTER TABLE {table} DELETE WHERE {column} = '{name}'")
        _wait_for_mutations(store, table)


def _wait_for_mutations(store: Store, table: str) -> None:
    reason = "latest_fail_reason" if store.query(_REASON).rows else "''"  # ClickHouse 18.16 does not tell it
    while under_way := store.query(_UNDER_WAY.format(reason=reason, table=table)).rows:
        for (why,) in under_way:
            if why:
                raise TerminalError(
                    f"the store cannot delete rows of the table {table}: {clean(why)}. It goes on trying (`SELECT * "
                    f"FROM system.mutations WHERE NOT is_done`); mend the cause, then drop the generation again"
                )
        log.debug("%d mutations of %s under way", len(under_way), table)
        time.sleep(0.2)


def _named(generations: Sequence[Generation], name: str) -> Generation:
    for each in generations:
        if each.name == name:
            return each
    there = ", ".join(each.name for each in generations) or "none"
    raise TerminalError(f"there is no generation {name!r}; the store knows: {there}")


def _refuse_mixing(generations: Sequence[Generation], name: str, fingerprint: str) -> None:
    if any(each.name == name and each.fingerprint != fingerprint for each in generations):
        free = _next_name(name, {each.name for each in generations})
        raise ConfigError(
            f"judge.generation: {name!r} was made by other models, brands or thresholds than today's; its verdicts "
            f"would mix with new ones. Give a new name (for instance {free!r}): it becomes the "
            f"active one, and the old one stays in the table `verdicts`. {READ_AGAIN}"
        )


def _last(generations: Sequence[Generation]) -> int:
    return max((each.activation for each in generations), default=0)


def _write(store: Store, made: Generation) -> None:
    store.write([Block("generations", {name: [value] for name, value in asdict(made).items()})])


def _next_name(name: str, taken: set[str]) -> str:
    stem = name.rstrip("0123456789")
    number = int(name[len(stem) :] or 1)
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
