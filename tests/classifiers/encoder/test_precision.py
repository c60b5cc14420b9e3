"""Which floats training takes; needs torch (the training extra), else skipped."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="pip install 'echolot[training]' for the tests of training")
from classifiers.encoder import precision  # noqa: E402


@pytest.fixture(autouse=True)
def forgotten():
    precision.pays.cache_clear()
    yield
    precision.pays.cache_clear()


@pytest.mark.parametrize(
    ("able", "short", "long", "pays"), [(True, 1, 2, True), (True, 2, 1, False), (False, 1, 2, False)]
)
def test_16_bits_where_the_processor_can_and_they_win(monkeypatch, able, short, long, pays):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: able)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    monkeypatch.setattr(precision, "_lap", lambda _layer, _batch, in_short: short if in_short else long)
    assert precision.pays() is pays and precision.in_16_bits()._enabled is pays


def test_the_race_draws_nothing_from_the_seed_that_trains(monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    before = torch.random.get_rng_state()
    precision.pays()
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_race_is_run_also_where_nothing_is_learnt(monkeypatch):
    """As where all weights are on the shelf, and the first thing asked for is a judgement."""
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    could_learn, lap = [], precision._lap
    monkeypatch.setattr(precision, "_lap", lambda *race: could_learn.append(torch.is_grad_enabled()) or lap(*race))
    with torch.no_grad():
        precision.pays()
    assert could_learn and all(could_learn)
