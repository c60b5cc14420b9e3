"""Training end to end on generated rows: small, learnable, in seconds."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from io import BytesIO
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from classifiers import artefact, held_out, registry, train
from classifiers.accounts import BrandAccounts
from classifiers.encoder import sentences
from classifiers.encoder.wording import worded
from classifiers.evaluate import AS_SHIPPED, evaluate
from classifiers.fitting import Calibration, Logits, Targets, targets_of
from classifiers.gold import GoldError, read
from classifiers.intents import Intents
from classifiers.judge import Judge
from classifiers.noise import NoiseMarks
from classifiers.vocabulary import prepared
from configs.brands import Brand, Brands
from configs.loading import SHIPPED, load
from configs.taxonomy import Intent, Taxonomy
from schemas.errors import TerminalError
from tests.classifiers.samples import classified, labelled_rows, mention, write_gold

SIX = load(SHIPPED / "taxonomy.yaml", Taxonomy)
SEVEN = Taxonomy(
    version=2,
    intents=(*SIX.intents, Intent(id="safety", title="Safety", applies="danger", not_applies="no danger")),
)
BRANDS = Brands(brands=(Brand(id="b", name="Brand", handles=("Brand_Help",)),))


def ids(taxonomy: Taxonomy) -> list[str]:
    return [intent.id for intent in taxonomy.intents]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    gold = write_gold(folder / "gold.jsonl", labelled_rows(ids(SIX)))
    return folder, gold, train.train([gold], SIX, folder / "out", 1)


def test_training_writes_a_model_that_judges(trained):
    folder, _, _ = trained
    judge = registry.build(registry.Ingredients(BRANDS, SIX, folder / "out"))
    found = judge.judge([mention("@Brand_Help der Aufzug ist kaputt in Köln"), mention("schönes Wetter heute")])
    assert found["intents"][0] == ["defect"]
    assert found["needs_intervention"] == [True, False]
    assert found["queued"] == [True, False]


def test_the_judge_says_what_training_measured(trained):
    """Both stages, both ways of reading a text: the judge's probabilities are those that calibration gave."""
    folder, gold, _ = trained
    model = artefact.load(folder / "out")
    assert model.encoder is not None and 0 < model.encoder.stages[0].cut < 1
    posts = [replace(post, text=f"{post.text} @jemand_privat https://t.co/x1") for post in read(gold, ids(SIX))]
    is_brand = BrandAccounts(model.handles)
    vectors = sentences.vectors([worded(post.text, is_brand) for post in posts])
    with np.load(BytesIO(model.encoder.head)) as head:
        second = vectors @ head["weights"] + head["biases"]
    features = model.vocabulary.matrix(prepared([post.text for post in posts], is_brand))
    linear = features @ model.weights + np.array([output.bias for output in model.outputs])
    calibration = Calibration(model.outputs, model.scales, model.encoder.stages)
    wanted = calibration.probabilities(Logits(linear, (second,)))[:, len(ids(SIX))]
    found = classified(Intents(model, SIX), [mention(post.text) for post in posts])
    assert found["needs_intervention_probability"] == pytest.approx(wanted, abs=1e-4)
    asked = ["intents:by-sentences" in reasons for reasons in found["intents_reasons"]]
    assert 0 < sum(asked) < len(asked)


def test_a_part_is_judged_without_its_own_labels(trained):
    """Cut, calibration and thresholds come from the others: turn a part's labels round, and its scores stay."""
    posts = read(trained[1], ids(SIX))
    targets, folds, draw = targets_of(posts, ids(SIX)), train.folds_of(posts, 1), np.random.default_rng(6)
    noise, others = (draw.normal(size=targets.truth.shape) for _ in range(2))
    logits = Logits(2 * targets.truth + noise, (others,))
    turned = Targets(targets.names, targets.truth ^ (folds == 0)[:, None], targets.counts)
    everyone = np.arange(len(posts))
    one, other = (train._Trial(posts, t, logits, everyone).figures("", logits, folds)[1] for t in (targets, turned))
    assert (one[folds == 0] == other[folds == 0]).all()
    assert (one[folds != 0] != other[folds != 0]).any()


def test_figures_are_on_held_out_real_posts_only(trained):
    _, gold, report = trained
    real = [post for post in read(gold, ids(SIX)) if post.is_real]
    row = report.find(train.CROSS_VALIDATED, "all", "needs_intervention")
    assert row.posts == len(real)
    assert row.positives == sum(post.needs_intervention for post in real)
    assert row.f1 > 0.8
    assert report.find(train.SOURCE_LEFT_OUT, "all", "macro").average_precision > 0.5
    assert all(len(values) == len(report.names) for values in report.rows)


def test_labels_without_sense_cannot_be_learnt(tmp_path):
    """The figures are honest: with labels dealt out at random, average precision falls to chance."""
    rows = labelled_rows(ids(SIX))
    keys = ("intents", "needs_intervention", "severity")
    others = random.Random(3).sample(rows, len(rows))
    turned = [row | {key: other[key] for key in keys} for row, other in zip(rows, others, strict=True)]
    report = train.train([write_gold(tmp_path / "gold.jsonl", turned)], SIX, tmp_path, 1)
    row = report.find(train.CROSS_VALIDATED, "all", "needs_intervention")
    assert row.average_precision < row.positives / row.posts + 0.2


def test_training_twice_gives_the_same_bytes(trained, tmp_path):
    folder, gold, _ = trained
    train.train([gold], SIX, tmp_path, 1)
    for file in (artefact.ARRAYS, artefact.MANIFEST):
        assert (tmp_path / file).read_bytes() == (folder / "out" / file).read_bytes()


def test_the_card_is_written_beside_the_model_with_data_figures_and_seed(trained):
    folder, _, report = trained
    text = (folder / "out" / "intents.md").read_text(encoding="utf-8")
    assert "Seed 1" in text
    assert "DFKI-NLP/sim3s-corpus, CC BY 4.0" in text
    row = report.find(train.CROSS_VALIDATED, "all", "macro")
    assert f"| all | macro | {row.posts} | {row.positives} | {row.f1:.3f} |" in text
    assert "trade-off" in text and "### Source left out: cascade, as shipped" in text
    assert "## Limits" in text
    for picture in ("intents-reliability.svg", "intents-reliability-each.svg", "intents-confusion.svg"):
        assert f"]({picture})" in text and (folder / "out" / picture).read_text("utf-8").startswith("<?xml")


def test_twins_fall_into_the_same_fold_and_a_post_more_moves_none(trained):
    posts = read(trained[1], ids(SIX))
    folds = dict(zip([post.id for post in posts], train.folds_of(posts, 1).tolist(), strict=True))
    twins = [post_id for post_id in folds if post_id.endswith("-de")]
    assert len(twins) > 20
    assert all(folds[twin] == folds[twin.removesuffix("-de")] for twin in twins)
    assert set(folds.values()) == {0, 1, 2, 3, 4}
    assert train.folds_of(posts[5:], 1).tolist() == train.folds_of(posts, 1).tolist()[5:]


def test_a_seventh_intent_needs_a_taxonomy_entry_and_labelled_rows_only(tmp_path):
    gold = write_gold(tmp_path / "gold.jsonl", labelled_rows(ids(SEVEN), 280))
    train.train([gold], SEVEN, tmp_path / "out", 1)
    judge = registry.build(registry.Ingredients(BRANDS, SEVEN, tmp_path / "out"))
    found = judge.judge([mention("@Brand_Help Rauch im Wagen in Köln")])
    assert found["intents"] == [["safety"]]
    assert found["intent_names"] == [ids(SEVEN)]
    with pytest.raises(TerminalError, match="the taxonomy names complaint"):
        registry.build(registry.Ingredients(BRANDS, SIX, tmp_path / "out"))


def test_one_collection_has_no_figures_on_others(tmp_path):
    """Where posts are all of one source, nothing is left out, and thresholds for new sources cannot be chosen."""
    rows = [row | {"source": "mine"} for row in labelled_rows(ids(SIX))]
    report = train.train([write_gold(tmp_path / "gold.jsonl", rows)], SIX, tmp_path, 1)
    assert {figures.split for figures in report.figures} == {train.CROSS_VALIDATED}
    known = held_out.load(tmp_path, artefact.load(tmp_path).content)
    assert known.of("needs_intervention", held_out.BY_POST)[0].any()
    with pytest.raises(TerminalError, match=r"trained on posts of one collection.*--known-sources"):
        known.of("needs_intervention", held_out.BY_SOURCE)


def test_an_intent_without_rows_is_refused(tmp_path):
    gold = write_gold(tmp_path / "gold.jsonl", labelled_rows(ids(SIX)))
    with pytest.raises(GoldError, match="0 posts are labelled 'safety'; label at least 10"):
        train.train([gold], SEVEN, tmp_path / "out", 1)


def test_a_post_in_two_files_is_refused(tmp_path):
    paths = [write_gold(tmp_path / name, labelled_rows(ids(SIX))) for name in ("a.jsonl", "b.jsonl")]
    with pytest.raises(GoldError, match="stands in two of the files"):
        train.train(paths, SIX, tmp_path / "out", 1)


def test_evaluation_reports_the_judges_own_verdicts_and_says_when_it_flatters(trained, tmp_path):
    folder, gold, _ = trained
    judge = registry.build(registry.Ingredients(BRANDS, SIX, folder / "out"))
    report = evaluate(gold, judge)
    assert "trained on gold.jsonl" in report.notes[0]
    posts = read(gold, ids(SIX))
    found = judge.judge([mention(post.text) for post in posts])["needs_intervention"]
    row = report.find(AS_SHIPPED, "all", "needs_intervention")
    hits = sum(f and p.needs_intervention for f, p in zip(found, posts, strict=True))
    assert row.recall == pytest.approx(hits / row.positives)
    other = write_gold(tmp_path / "other.jsonl", labelled_rows(ids(SIX))[:50])
    assert evaluate(other, judge).notes == ()
    assert report.to_json()["figures"][0]["label"] == "complaint"


def test_posts_of_a_feed_lower_what_they_resemble(trained, tmp_path):
    """The card counts them, the model knows the file, and needs-intervention falls on texts like theirs."""
    folder, gold, before = trained
    parts = ("Kantine", "Garten", "Küche", "Schule", "Aula"), ("heute", "morgen", "bald"), ("Suppe", "Salat", "Obst")
    chat = [f"In der {place} gibt es {day} wieder {food} kaputt" for place, day, food in product(*parts)]
    (tmp_path / "chat").mkdir()
    feed = tmp_path / "chat" / "feed.txt"
    feed.write_text("".join(f"{text}\n" for text in chat), encoding="utf-8")
    report = train.train([gold], SIX, tmp_path / "out", 1, train.Further(feeds=(feed,)))
    without, with_feed = (
        classified(Intents(replace(artefact.load(place / "out"), encoder=None), SIX), [mention(chat[7])])
        for place in (folder, tmp_path)
    )
    name = "needs_intervention_probability"
    assert with_feed[name][0] < without[name][0] - 0.1
    assert [source.file for source in artefact.load(tmp_path / "out").sources] == ["gold.jsonl", "feed.txt"]
    assert "45 unlabelled posts (chat 45, yours)" in (tmp_path / "out" / "intents.md").read_text(encoding="utf-8")
    found, known = (of.find(train.CROSS_VALIDATED, "all", "needs_intervention") for of in (report, before))
    assert found.posts == known.posts, "figures are on labelled posts alone"


def test_a_judge_without_intents_cannot_be_evaluated(trained):
    with pytest.raises(TerminalError, match="no intents classifier"):
        evaluate(trained[1], Judge([NoiseMarks()]))


def test_training_says_which_collections_it_found(tmp_path):
    rows = [row | {"source": f"shop-{n % 2}"} for n, row in enumerate(labelled_rows(ids(SIX), 30))]
    said: list[str] = []
    with pytest.raises(GoldError):
        train.train([write_gold(tmp_path / "gold.jsonl", rows)], SEVEN, tmp_path / "out", 1, tell=said.append)
    assert said == ["collections: shop 30"]


@pytest.mark.parametrize("further", [{"texts": (Path("a.csv"),)}, {"sentiments": (Path("umsab"),)}])
def test_what_teaches_an_encoder_alone_is_refused_without_one(tmp_path, further):
    with pytest.raises(TerminalError, match=r"teach an encoder alone.*--encoder package"):
        train.train([tmp_path / "gold.jsonl"], SIX, tmp_path / "out", 1, train.Further(**further))


def test_texts_that_cannot_be_read_are_told_before_anything_is_trained(tmp_path, monkeypatch):
    gold = write_gold(tmp_path / "gold.jsonl", labelled_rows([intent.id for intent in SIX.intents]))
    monkeypatch.setattr(train, "held_out_logits", None)
    further = train.Further(encoder="package", texts=(tmp_path / "none.csv",))
    with pytest.raises(TerminalError, match=r"none\.csv: cannot be read"):
        train.train([gold], SIX, tmp_path / "out", 1, further)


def test_a_missing_torch_is_told_before_anything_is_trained(tmp_path, monkeypatch):
    gold = write_gold(tmp_path / "gold.jsonl", labelled_rows([intent.id for intent in SIX.intents]))
    monkeypatch.setattr(train, "held_out_logits", None)
    monkeypatch.setitem(sys.modules, "classifiers.encoder.trainer", None)  # as if torch, which it imports, were missing
    with pytest.raises(TerminalError, match="needs the training extra"):
        train.train([gold], SIX, tmp_path / "out", 1, train.Further(encoder="package"))
