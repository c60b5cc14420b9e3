"""The monkey: drawn from the seed alone, every victim in turn, and only ever a job that works."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.chaos.monkey import Monkey, Victim, deal, kills_of_run, seed_of_run


class Clock:
    """Jumps instead of waiting; the job at `job` works as time goes by."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float, /) -> None:
        self.now += seconds


class FakeJob:
    """So many records a second, up to `goal`; a kill stops it for `down` seconds."""

    def __init__(self, clock: Clock, down: float = 2.0, rate: float = 1000) -> None:
        self.clock, self.down, self.rate = clock, down, rate
        self.goal = 0
        self.kills: list[tuple[str, float, int]] = []
        self._done, self._since = 0.0, 0.0

    def progress(self) -> int | None:
        if self.clock.now < self._since:
            return None
        self._done = min(self.goal, self._done + self.rate * (self.clock.now - self._since))
        self._since = self.clock.now
        return int(self._done)

    def victim(self, name: str) -> Victim:
        def kill(draw) -> None:
            self.kills.append((name, draw.random(), self.progress() or -1))
            self._since = self.clock.now + self.down

        return Victim(name, kill)

    def feed(self, number: int) -> int:
        self.goal += 5000
        return self.goal


def rampage(seed, kills=30, rate=1000, **settings):
    clock = Clock()
    job = FakeJob(clock, rate=rate)
    victims = [job.victim(name) for name in ("worker", "broker", "server")]
    monkey = Monkey(victims, job.progress, kills=kills, seed=seed, clock=clock, **settings)
    return monkey.run(job.feed), job


def test_the_seed_alone_decides_the_schedule():
    first, second, other = rampage(7), rampage(7), rampage(8)
    assert first[1].kills == second[1].kills and first[0] == second[0]
    assert first[1].kills != other[1].kills
    victims = [Victim(name, print) for name in "abc"]
    assert deal(victims, 9, 3, (0, 1)) == deal(victims, 9, 3, (0, 1))[:9]
    assert deal(victims, 5, 3, (0, 1)) == deal(victims, 9, 3, (0, 1))[:5], "a longer run begins as the shorter one"


def test_every_victim_comes_once_before_any_comes_again():
    names = [name for name, _, _ in rampage(1)[1].kills]
    assert len(names) == 30
    assert all(set(names[n : n + 3]) == {"worker", "broker", "server"} for n in range(0, 30, 3))


def test_a_kill_waits_until_the_job_works_again_and_its_pause_is_over():
    kills, job = rampage(2, spacing=(0.3, 0.9))
    marks = [at for _, _, at in job.kills]
    assert all(later - earlier >= 300 for earlier, later in pairwise(marks))
    assert all(kill.at_work and kill.recovery >= job.down for kill in kills)


def test_kills_are_spread_over_the_work():
    """4,000 of the 5,000 records that come with each kill are done before the next."""
    kills, _ = rampage(3, stride=4000)
    assert all(later.at - earlier.at >= 4000 for earlier, later in pairwise(kills))


def test_a_pause_ends_before_the_work_does():
    """Fed 5,000 records a kill, working at 1,000/s, a pause of 9 to 10 s would find it idle."""
    assert all(kill.at_work for kill in rampage(2, kills=5, spacing=(9, 10), stride=2000)[0])


def test_a_kill_of_a_job_without_work_is_told():
    """A job that does its 5,000 records at once has nothing left when it is hit."""
    assert not any(kill.at_work for kill in rampage(2, kills=5, rate=1e9)[0])


def test_a_job_that_does_not_come_back_fails_the_run_and_names_the_kill():
    clock = Clock()
    job = FakeJob(clock, down=1e9)
    monkey = Monkey([job.victim("worker")], job.progress, kills=3, seed=1, clock=clock, patience=60)
    with pytest.raises(AssertionError, match=r"no progress beyond \d+ in 60 s after kill 1 of 3 \(worker\)"):
        monkey.run(job.feed)
    assert len(job.kills) == 1


@pytest.mark.parametrize("sprung", [True, False])
def test_a_trap_that_never_springs_fails_the_run(sprung):
    clock = Clock()
    job = FakeJob(clock)
    monkey = Monkey([Victim("line", lambda _: lambda: sprung)], job.progress, kills=1, seed=1, clock=clock, patience=60)
    if sprung:
        assert [kill.victim for kill in monkey.run(job.feed)] == ["line"]
    else:
        with pytest.raises(AssertionError, match=r"in 60 s after kill 1 of 1 \(line\), which never struck"):
            monkey.run(job.feed)


def test_seed_and_count_come_from_the_environment_and_the_seed_is_printed(monkeypatch, capsys):
    monkeypatch.setenv("ECHOLOT_SEED", "42")
    monkeypatch.setenv("ECHOLOT_KILLS", "200")
    assert seed_of_run() == 42 and kills_of_run(10) == 200
    assert "ECHOLOT_SEED=42" in capsys.readouterr().out
    monkeypatch.delenv("ECHOLOT_SEED")
    monkeypatch.delenv("ECHOLOT_KILLS")
    assert kills_of_run(10) == 10
    drawn = seed_of_run()
    assert f"ECHOLOT_SEED={drawn}" in capsys.readouterr().out
