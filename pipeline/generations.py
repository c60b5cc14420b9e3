"""Generations: under one name, all verdicts come from the same models, brands, taxonomy and thresholds.

A new name begins without verdicts: queue and suppressed show what is read from then on (README, "When brands or the
model change")."""

from __future__ import annotations

import logging

from configs.base import ConfigError
from sinks.store import Block, Store

log = logging.getLogger("echolot.generations")

READ_AGAIN = (
    "Posts that were read before have no verdict under a new name, so they leave the queue, until they are read again: "
    "from Kafka with a new source.group and start: earliest, as far back as the topic keeps them; from files with a "
    "new store (store.path, or store.database of a server)"
)


def enter(store: Store, name: str, fingerprint: str, description: str) -> None:
    """Make `name` the active generation, registering it on first use.

    Raises ConfigError where the store knows the name with another fingerprint: verdicts would mix."""
    known = {
        row[0]: (row[1], row[2])
        for row in store.query("SELECT name, fingerprint, activation FROM generations FINAL").rows
    }
    if name in known and known[name][0] != fingerprint:
        raise ConfigError(
            f"judge.generation: {name!r} was made by other models, brands or thresholds than today's; its verdicts "
            f"would mix with new ones. Give a new name (for instance {_next_name(name, set(known))!r}): it becomes the "
            f"active one, and the old one stays in the table `verdicts`. {READ_AGAIN}"
        )
    last = max((activation for _, activation in known.values()), default=0)
    if name in known and known[name][1] == last:
        return
    block: dict[str, list[object]] = {
        "name": [name],
        "fingerprint": [fingerprint],
        "description": [description],
        "activation": [last + 1],
    }
    store.write([Block("generations", block)])
    if name not in known and known:
        log.warning(
            "%r is the active generation now, the first verdicts under it are still to come. %s", name, READ_AGAIN
        )


def _next_name(name: str, taken: set[str]) -> str:
    stem = name.rstrip("0123456789")
    number = int(name[len(stem) :] or 1)
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
