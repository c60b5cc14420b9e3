"""Is our language detection better than each detector alone, and what does it cost? Prints a table.

    python -m benchmarks.languages [--posts FILE] [--part test] [--rounds 3]

All detectors see the same posts without handles, addresses and hash signs, choose among the same languages, and run as
their authors ship them, on one thread. lingua comes with `pip install -e '.[bench]'` (100 MB, 1 GB of memory).
Only ours can say `und` or tell Hindi in Latin letters; `plain` leaves such posts out, and the few in languages beyond
ours. posts/s: of the labelled posts, two in five of which have three words or fewer, and of the sample posts, which are
nearer to a feed; by processor time, best of the rounds."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from benchmarks import machine
from classifiers import language_gold
from classifiers.evaluate_language import ALL, LENGTHS, evaluate
from classifiers.labelled import PARTS
from classifiers.language import LANGUAGES, UNDETERMINED, Language
from classifiers.normalise import normalise, plain_words
from classifiers.scripts import LATIN_TOO
from schemas.mention import Mention

_SAMPLES = Path(__file__).parents[1] / "samples"
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
Detector = Callable[[str], str]


def ours() -> Detector:
    classifier = Language()

    def detect(text: str) -> str:
        mention = Mention(platform="x", native_id="1", text=text, published_at=_EPOCH)
        return classifier.classify([mention], {})["language"][0]

    return detect


def py3langid() -> Detector:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return lambda text: identifier.classify(_cleaned(text))[0]


def langdetect() -> Detector:
    folder = Path(PROFILES_DIRECTORY)
    names = sorted(path.name for path in folder.iterdir() if path.name.partition("-")[0] in LANGUAGES)
    factory = DetectorFactory()
    factory.load_json_profile([(folder / name).read_text(encoding="utf-8") for name in names])

    def detect(text: str) -> str:
        detector = factory.create()
        detector.seed = 0
        detector.append(_cleaned(text))
        try:
            return detector.detect().partition("-")[0]
        except LangDetectException:
            return UNDETERMINED

    return detect


def lingua() -> Detector:
    """Raises ImportError where it is not installed."""
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, "NB" if code == "no" else code.upper()) for code in LANGUAGES]
    detector = LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_preloaded_language_models().build()

    def detect(text: str) -> str:
        found = detector.detect_language_of(_cleaned(text))
        code = found.iso_code_639_1.name.lower() if found else UNDETERMINED
        return "no" if code == "nb" else code

    return detect


def _cleaned(text: str) -> str:
    return plain_words(normalise(text))


DETECTORS = {"ours": ours, "py3langid alone": py3langid, "langdetect alone": langdetect, "lingua alone": lingua}


def speed(detect: Detector, texts: list[str], rounds: int) -> float:
    """Posts a second of processor time, best of the rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for text in texts:
            detect(text)
        best = min(best, time.process_time() - start)
    return len(texts) / best


def accuracy(detect: Detector, posts: list[language_gold.LanguagePost]) -> list[str]:
    """A cell for each number of words: the share told right, in brackets the share told as another language."""
    figures = evaluate(posts, [detect(post.text) for post in posts]).figures
    rows = {figure.words: figure.to_row() for figure in figures if figure.language == ALL}
    return [f"{rows[words]['accuracy']:.3f} ({rows[words]['wrong']:.3f})" if words in rows else "" for words in LENGTHS]


def lines(posts: list[language_gold.LanguagePost], rounds: int) -> Iterator[str]:
    """Two for each detector: all posts, and those in languages that all detectors can tell."""
    plain = [post for post in posts if post.language in LANGUAGES and post.language not in LATIN_TOO]
    feed = [json.loads(line)["text"] for line in (_SAMPLES / "texts.jsonl").read_text(encoding="utf-8").splitlines()]
    for name, make in DETECTORS.items():
        try:
            detect = make()
        except ImportError:
            yield f"| {name} | not installed: `pip install -e '.[bench]'` |"
            continue
        speeds = [f"{speed(detect, texts, rounds):,.0f}" for texts in ([post.text for post in posts], feed)]
        yield f"| {' | '.join((name, 'all', str(len(posts)), *accuracy(detect, posts), *speeds))} |"
        yield f"| {' | '.join((name, 'plain', str(len(plain)), *accuracy(detect, plain), '', ''))} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=Path, default=_SAMPLES / "labelled" / "languages.jsonl")
    parser.add_argument("--part", choices=PARTS, default="test")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    posts = [post for post in language_gold.read(arguments.posts) if post.part == arguments.part]
    print(machine.line())
    print(f"part {arguments.part}; share told right, in brackets told as another language\n")
    print(f"| detector | which | posts | {' | '.join(f'{words} words' for words in LENGTHS)} | posts/s | on samples |")
    print("|---|---|---:|" + "---:|" * (len(LENGTHS) + 2))
    for line in lines(posts, arguments.rounds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
