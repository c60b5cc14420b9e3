"""`echolot evaluate`: how good are the verdicts on labelled posts?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands import shared
from pipeline.commands.classify import judged_by

if TYPE_CHECKING:
    from classifiers.evaluate_labels import LabelReport
    from classifiers.language_gold import LanguagePost

LABELLED = Path(__file__).parents[2] / "samples" / "labelled"


def add_to(app: typer.Typer) -> None:
    """Register the command group."""
    group = typer.Typer(help="How good are the verdicts on labelled posts?", no_args_is_help=True)
    group.command("intents", epilog="Example: `echolot evaluate intents gold.jsonl --json`")(intents)
    group.command("sentiment", epilog="Example: `echolot evaluate sentiment tweets.tsv`")(sentiment)
    group.command("brands", epilog="Example: `echolot evaluate brands --errors`")(brands)
    group.command("noise", epilog="Example: `echolot evaluate noise --errors`")(noise)
    group.command("sensitive", epilog="Example: `echolot evaluate sensitive --errors`")(sensitive)
    group.command("language", epilog="Example: `echolot evaluate language --errors`")(language)
    app.add_typer(group, name="evaluate")


def intents(
    gold: Annotated[Path, typer.Argument(help="Labelled posts: JSON lines, or .tsv: text, tab, intents with commas.")],
    config: Annotated[str, typer.Option("--config", "-c", metavar="FILE", help="Unset: the shipped model.")] = "",
    as_json: shared.AsJson = False,
) -> None:
    """F1 and average precision per label and language at the model's thresholds, and what a 2 % feed would see."""
    settings = judged_by(config)
    from classifiers.evaluate import evaluate  # scikit-learn's metrics take seconds to import
    from pipeline import resources

    report = evaluate(gold, resources.make_judge(settings))
    if as_json:
        print(json.dumps(report.to_json(), ensure_ascii=False))
        return
    shared.show("", report.names, report.rows)
    for note in report.notes:
        shared.say(f"Note: {note}")


def sentiment(
    file: Annotated[Path, typer.Argument(help="Lines of text, tab, class: negative, neutral, positive, or 0, 1, 2.")],
    config: Annotated[str, typer.Option("--config", "-c", metavar="FILE", help="Unset: the shipped model.")] = "",
    as_json: shared.AsJson = False,
) -> None:
    """Macro-F1 and mean recall of the three classes, F1 of each, and calibration error.

    Of a set in two files: `paste texts.txt labels.txt > tweets.tsv`."""
    settings = judged_by(config)
    from classifiers.evaluate_sentiment import evaluate
    from pipeline import resources

    report = evaluate(file, resources.make_judge(settings))
    if as_json:
        print(json.dumps(report.to_json()))
        return
    shared.show("", report.NAMES, report.rows)
    for note in report.notes:
        shared.say(f"Note: {note}")


def brands(
    gold: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Labelled posts, JSON lines or .tsv; unset: the shipped ones.")
    ] = None,
    brands: Annotated[
        Path | None, typer.Option("--brands", metavar="FILE", help="Brands; unset: brands.yaml beside the posts.")
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List the posts that were not told right.")] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Precision, recall and F1 of the brand match over pairs of post and brand, by language and by way of naming.

    A line of the file: id, text, lang, brands; kind, part, drawn and source may be there too. Of a .tsv: text, tab,
    brands with commas, or `none`."""
    from classifiers import brand_gold
    from classifiers.brands import BrandMatch
    from classifiers.evaluate_brands import BrandReport, evaluate
    from configs.brands import Brands
    from configs.loading import load

    gold = gold or LABELLED / "brands.jsonl"
    beside = gold.with_name("brands.yaml")
    if brands is None and not beside.exists():
        raise typer.BadParameter(f"there is no {beside}; name the brands that the posts are labelled with by --brands")
    known = load(brands or beside, Brands)
    report = evaluate(brand_gold.read(gold, {brand.id for brand in known.brands}), BrandMatch(known))
    if as_json:
        shown = report.to_json()
        print(json.dumps(shown if errors else {"figures": shown["figures"]}, ensure_ascii=False))
        return
    shared.show("", BrandReport.NAMES, [figures.row for figures in report.figures])
    if errors:
        shared.say("")
        shared.show(f"{len(report.errors)} posts not told right", BrandReport.ERROR_NAMES, report.error_rows)


def noise(
    gold: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Labelled posts, JSON lines or .tsv; unset: the shipped ones.")
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List the labels that were missed or wrong.")] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Precision, recall and F1 of each mark of noise, in all posts and in German ones.

    A line of the file: id, text, lang, source, part (dev or test), noise (a sorted list of labels). Of a .tsv:
    text, tab, labels with commas, or `none`."""
    from classifiers import noise_gold
    from classifiers.evaluate_noise import evaluate

    _show(evaluate(noise_gold.read(gold or LABELLED / "noise.jsonl")), errors, as_json)


def sensitive(
    gold: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Labelled posts, JSON lines or .tsv; unset: the shipped ones.")
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List the matters that were missed or wrong.")] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Precision, recall and F1 of each sensitive matter, in all posts and in German ones.

    A line of the file: id, text, lang, source, part (dev or test), sensitive (a sorted list of matters). Of a
    .tsv: text, tab, matters with commas, or `none`."""
    from classifiers.evaluate_sensitive import evaluate, read

    _show(evaluate(read(gold or LABELLED / "sensitive.jsonl")), errors, as_json)


def _show(report: LabelReport, errors: bool, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.to_json(with_mistakes=errors), ensure_ascii=False))
        return
    rows = [figure.to_row() for figure in report.figures]
    shared.show("", list(rows[0]), [list(row.values()) for row in rows])
    if errors:
        shared.say("")
        for mistake in report.mistakes:
            shared.say(f"{mistake.part} {mistake.kind} {mistake.label} {mistake.id}: {' '.join(mistake.text.split())}")


def language(
    gold: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="JSON lines, or .tsv: text, tab, language; unset: the shipped posts."),
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List the posts that were not told right.")] = False,
    picture: Annotated[
        Path | None, typer.Option(help="Draw which language is told as which, too: .svg or .png.", metavar="FILE")
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Accuracy, wrong answers and `und` by language and number of words, no language being declared. The picture is of
    part test alone.

    A line of the file: id, text, lang (ISO 639, `und` where no reader could tell); source and part may be there too."""
    from classifiers import language_gold
    from classifiers.evaluate_language import evaluate, verdicts
    from classifiers.language import UNDETERMINED

    posts = language_gold.read(gold or LABELLED / "languages.jsonl")
    told = verdicts(posts)
    report = evaluate(posts, told)
    if picture is not None:
        from classifiers import pictures

        pictures.one_of_many(*_of_test(posts, told), UNDETERMINED, picture)
    if as_json:
        print(json.dumps(report.to_json(with_mistakes=errors), ensure_ascii=False))
        return
    rows = [figure.to_row() for figure in report.figures]
    shared.show("", list(rows[0]), [list(row.values()) for row in rows])
    if errors:
        shared.say("")
        for m in report.mistakes:
            shared.say(f"{m.part} {m.label} told as {m.verdict}, {m.words} words, {m.id}: {' '.join(m.text.split())}")


def _of_test(posts: Sequence[LanguagePost], told: Sequence[str]) -> tuple[list[str], list[str]]:
    """Languages and verdicts of posts whose mistakes nobody read."""
    pairs = [(post.language, verdict) for post, verdict in zip(posts, told, strict=True) if post.part == "test"]
    if not pairs:
        raise typer.BadParameter("--picture is of part test, and the file has no posts of that part")
    return [label for label, _ in pairs], [verdict for _, verdict in pairs]
