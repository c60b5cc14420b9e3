"""Kills named victims at random moments, each time a job that works: after a kill it waits for progress.

The whole schedule is drawn from the seed before the first kill, so that a run can be repeated however long things take.
Victims are dealt like cards: each comes once before any comes again."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """The part of the `time` module that the monkey needs."""

    def monotonic(self) -> float:
        """Seconds since some point that never moves."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Wait."""
        ...


@dataclass(frozen=True, slots=True)
class Victim:
    """Something to kill. `kill` gets dice of its own, does it, and starts again what does not start by itself.

    Where it only sets a trap, it gives back what tells whether the trap has sprung."""

    name: str
    kill: Callable[[random.Random], Callable[[], bool] | None]


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill as it was: progress when it hit, whether the job was at work, seconds until it was again (and fed)."""

    victim: str
    at: int
    at_work: bool
    recovery: float


@dataclass(frozen=True, slots=True)
class Order:
    """One kill as drawn: `pause` seconds after the job was last seen at work."""

    victim: Victim
    pause: float
    seed: int


def seed_of_run() -> int:
    """ECHOLOT_SEED, or a fresh one; printed, so that a failed run can be repeated."""
    seed = int(os.environ.get("ECHOLOT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"seed {seed} (repeat with ECHOLOT_SEED={seed})", flush=True)
    return seed


def kills_of_run(otherwise: int) -> int:
    """ECHOLOT_KILLS, or `otherwise`."""
    return int(os.environ.get("ECHOLOT_KILLS") or otherwise)


def deal(victims: Sequence[Victim], kills: int, seed: int, spacing: tuple[float, float]) -> list[Order]:
    """The schedule: nothing but the arguments decides it."""
    draw = random.Random(seed)
    orders: list[Order] = []
    while len(orders) < kills:
        round_ = draw.sample(victims, len(victims))
        orders += [Order(victim, draw.uniform(*spacing), draw.getrandbits(32)) for victim in round_]
    return orders[:kills]


class Monkey:
    """`progress` tells how far the job is, a number that only grows, or None while nobody can say."""

    def __init__(
        self,
        victims: Sequence[Victim],
        progress: Callable[[], int | None],
        *,
        kills: int,
        seed: int,
        spacing: tuple[float, float] = (0.0, 0.5),
        stride: int = 1,
        patience: float = 90.0,
        poll: float = 0.1,
        clock: Clock = time,
    ) -> None:
        """`spacing` bounds the random seconds between the job seen at work and the kill; they end early where the work
        does. Between two kills progress grows by `stride` at least; `patience` is how many seconds may pass without."""
        self.orders = deal(victims, kills, seed, spacing)
        self._progress = progress
        self._stride = stride
        self._patience = patience
        self._poll = poll
        self._clock = clock

    def run(self, feed: Callable[[int], int]) -> list[Kill]:
        """All kills. `feed(number)` gives the job work, number 0 at the start and then one after each kill; it gives
        back how far progress can come by now. Raises AssertionError where none is made."""
        kills: list[Kill] = []
        goal = feed(0)
        seen = self._moved_on(0, "the start")
        for number, order in enumerate(self.orders, 1):
            at = self._pause(order.pause, seen, goal)
            began = self._clock.monotonic()
            sprung = order.victim.kill(random.Random(order.seed))
            hit, goal = at < goal, feed(number)
            what = f"kill {number} of {len(self.orders)} ({order.victim.name})"
            seen = self._moved_on(at, what)
            kills.append(Kill(order.victim.name, at, hit, self._clock.monotonic() - began))
            idle = "" if hit else ", idle"
            print(f"{what} at {at}{idle}; at work again after {kills[-1].recovery:.1f} s", flush=True)
            while seen < at + self._stride:
                seen = self._moved_on(seen, f"the recovery from {what}")
            while sprung is not None and not sprung():  # a consumer that fetched ahead uses the line late
                seen = self._moved_on(seen, f"{what}, which never struck")
        return kills

    def _pause(self, seconds: float, seen: int, goal: int) -> int:
        """Wait so long, but not until the job has nothing left; gives back progress."""
        until = self._clock.monotonic() + seconds
        while seen < goal - self._stride // 4 and (left := until - self._clock.monotonic()) > 0:
            self._clock.sleep(min(left, self._poll))
            seen = max(seen, self._progress() or 0)
        return seen

    def _moved_on(self, before: int, what: str) -> int:
        """Wait until progress is beyond `before`; gives it back."""
        deadline = self._clock.monotonic() + self._patience
        while True:
            now = self._progress()
            if now is not None and now > before:
                return now
            if self._clock.monotonic() > deadline:
                raise AssertionError(f"no progress beyond {before} in {self._patience:g} s after {what}")
            self._clock.sleep(self._poll)
