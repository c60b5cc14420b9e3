"""langdetect without its global state: a factory of our own, profiles in a fixed order, a seed in every detector.

The library draws n-grams at random from a generator of each detector, seeded here, so that a text has one answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

_SEED = 0
_TRIALS = 3  # of random draws, averaged; the library's 7 cost twice the time and gain nothing
_SURE = 0.9  # where a trial stops drawing; up to the library's .99999 it costs four times the time and gains nothing
_lock = threading.Lock()
_factories: dict[tuple[str, ...], DetectorFactory] = {}


def probabilities(text: str, languages: Sequence[str]) -> dict[str, float]:
    """Probability by language (ISO 639-1), those above 0.1 only; empty where the text has no letters to go by.

    `languages` need a profile of the library, two of them at least."""
    detector = _factory(tuple(languages)).create()
    detector.seed, detector.n_trial, detector.CONV_THRESHOLD = _SEED, _TRIALS, _SURE
    detector.append(text)
    try:
        return {found.lang.partition("-")[0]: found.prob for found in detector.get_probabilities()}
    except LangDetectException:
        return {}


def _factory(languages: tuple[str, ...]) -> DetectorFactory:
    """Profiles of `languages` that langdetect has; loaded once a process, read-only afterwards."""
    with _lock:
        if languages not in _factories:
            folder = Path(PROFILES_DIRECTORY)
            names = sorted(p.name for p in folder.iterdir() if p.name.partition("-")[0] in languages)
            factory = DetectorFactory()
            factory.load_json_profile([(folder / name).read_text(encoding="utf-8") for name in names])
            _factories[languages] = factory
        return _factories[languages]
