"""Training intents with an encoder, end to end on a tiny body; needs torch (the training extra), else skipped."""

from __future__ import annotations

import hashlib
import json
import re
import time
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="pip install 'echolot[training]' for the tests of training")
from tokenizers import Tokenizer, models, pre_tokenizers, processors  # noqa: E402
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel  # noqa: E402

from classifiers import artefact, held_out_tones, train  # noqa: E402
from classifiers.encoder import network, recipe, shelf  # noqa: E402
from classifiers.encoder.learning import Course  # noqa: E402
from classifiers.encoder.scorer import LONGEST  # noqa: E402
from classifiers.intents import Intents  # noqa: E402
from configs.loading import SHIPPED, load  # noqa: E402
from configs.taxonomy import Taxonomy  # noqa: E402
from schemas.errors import TerminalError  # noqa: E402
from tests.classifiers.samples import classified, labelled_rows, mention, write_gold  # noqa: E402

SIX = load(SHIPPED / "taxonomy.yaml", Taxonomy)
TINY = recipe.Recipe(Course(epochs=0), Course(epochs=1, batch=64), Course(epochs=1, batch=64), layers=1)


@pytest.fixture
def checkpoint(tmp_path):
    rows = labelled_rows([intent.id for intent in SIX.intents])
    words = sorted({word for row in rows for word in row["text"].split()} | {"query", ":"})
    vocabulary = {word: n for n, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=LONGEST + 4, pad_token_id=1,
    )  # fmt: skip
    BertModel(config).save_pretrained(tmp_path / "body")
    tokenizer.save(str(tmp_path / "body" / "tokenizer.json"))
    return write_gold(tmp_path / "gold.jsonl", rows), tmp_path / "body"


def test_it_trains_a_third_model_and_goes_on_from_what_is_kept(checkpoint, tmp_path, monkeypatch):
    gold, body = checkpoint
    monkeypatch.setattr(recipe, "SHIPPED", TINY)
    text = json.loads(gold.read_text().splitlines()[0])["text"]
    (tmp_path / "data_sentiment_german_train_text.txt").write_text(f"{text}\nganz neu\n")
    (tmp_path / "data_sentiment_german_train_labels.txt").write_text("0\n2\n")
    further = train.Further(encoder=str(body), sentiments=(tmp_path,), work=tmp_path / "work")
    report = train.train([gold], SIX, tmp_path / "one", 1, further)
    model = artefact.load(tmp_path / "one")
    tones = held_out_tones.load(tmp_path / "one", model.encoder.graph)
    known, said = tones.of([text, "nie gesehen"])
    assert known.tolist() == [0] and said.shape == (1, 3) and said.any(), "of labelled posts, by their letters"
    assert model.encoder is not None and model.encoder.graph and len(model.encoder.stages) == 2
    stages = {row.split for row in report.stages}
    assert "five folds: encoder alone, networks of two halves" in stages
    assert "source left out: encoder alone, networks of two groups of sources" in stages
    assert {"five folds: encoder, frozen, alone", "source left out: encoder, frozen, alone"} <= stages
    untrained = report_of(report, "five folds: encoder, frozen, alone")
    assert untrained.average_precision > 0.9, "these posts are told by their letters"
    found = classified(Intents(model, SIX), [mention("@Brand_Help der Aufzug ist kaputt in Köln")])
    assert found["intents"] == [["defect"]]

    def never(*_: object) -> None:
        raise AssertionError("trained again what is kept")

    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "work").glob("*.safetensors")}
    assert {name.partition("-")[0] for name in kept} == {"sentiment", "teacher", "student"}
    monkeypatch.setattr(recipe, "learn", never)
    train.train([gold], SIX, tmp_path / "two", 1, further)
    assert kept == {path.name: path.stat().st_mtime_ns for path in (tmp_path / "work").glob("*.safetensors")}
    names = ("intents.npz", "encoder/encoder.json", "encoder/encoder.onnx")
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)
    told = json.loads((tmp_path / "two" / "encoder" / "encoder.json").read_text())["stages"]
    assert told[1]["cut"] >= 0 and told[1]["asks"] == ["needs_intervention"] and len(told[0]["asks"]) == 7
    for folder in ("one", "two"):
        card = (tmp_path / folder / "intents.md").read_text()
        assert "are of networks that saw one half of the posts" in card
        assert re.search(r"in \d+\.\d h of it \(\S+ kWh at 25 W a core\)", card)


def report_of(report, split):
    """Of needs-intervention in all languages."""
    return next(row for row in report.stages if (row.split, row.language) == (split, "all") and row.label[0] == "n")


def test_others_train_all_that_is_asked_for_later(checkpoint, tmp_path, monkeypatch):
    """With cores for two: this process finds each network on the shelf, and its figures are of those."""
    gold, body = checkpoint

    def never(*_: object) -> None:
        raise AssertionError("trained here")

    monkeypatch.setattr(recipe, "SHIPPED", TINY)
    monkeypatch.setattr(recipe, "learn", never)
    monkeypatch.setattr("classifiers.encoder.trainer.os.cpu_count", lambda: 2)
    train.train([gold], SIX, tmp_path / "side", 1, train.Further(encoder=str(body), work=tmp_path / "work"))
    monkeypatch.undo()
    monkeypatch.setattr(recipe, "SHIPPED", TINY)
    monkeypatch.setattr("classifiers.encoder.trainer.os.cpu_count", lambda: 1)
    train.train([gold], SIX, tmp_path / "alone", 1, train.Further(encoder=str(body), work=tmp_path / "other"))
    names = ("intents.npz", "intents.json", "encoder/encoder.onnx")
    assert all((tmp_path / "side" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes() for name in names)


def test_texts_are_taught_to_students_alone_and_the_card_names_them(checkpoint, tmp_path, monkeypatch):
    gold, body = checkpoint
    monkeypatch.setattr(recipe, "SHIPPED", TINY)
    unlabelled = tmp_path / "shop" / "a.txt"
    unlabelled.parent.mkdir()
    unlabelled.write_text("ganz neu\nder Aufzug ist neu\n", encoding="utf-8")

    def kept() -> dict[str, set[str]]:
        names = [path.name.partition("-") for path in (tmp_path / "work").glob("*.safetensors")]
        return {kind: {rest for name, _, rest in names if name == kind} for kind, _, _ in names}

    further = train.Further(encoder=str(body), work=tmp_path / "work")
    train.train([gold], SIX, tmp_path / "without", 1, further)
    before = kept()
    train.train([gold], SIX, tmp_path / "with", 1, replace(further, texts=(unlabelled,)))
    assert kept()["teacher"] == before["teacher"] and len(kept()["student"]) == 2 * len(before["student"])
    told = "on all of them and on unlabelled texts (shop 2, yours)"
    assert told in (tmp_path / "with" / "intents.md").read_text()
    assert told not in (tmp_path / "without" / "intents.md").read_text()


def test_a_shelf_knows_what_its_weights_cost_also_later_and_once_each(tmp_path):
    def train() -> None:
        until = time.process_time() + 0.2
        while time.process_time() < until:
            pass

    made = shelf.Shelf(tmp_path)
    for name in ("x", "y", "x"):
        made.made(name, 1, [], torch.nn.Linear(2, 2), train)
    assert 0.4 <= made.seconds < 2 and made.seconds_now == pytest.approx(made.seconds, abs=0.01)
    later = shelf.Shelf(tmp_path)
    later.made("x", 1, [], torch.nn.Linear(2, 2), train)
    assert later.seconds == pytest.approx(made.seconds / 2, rel=0.5) and later.seconds_now == 0
    shelf.save_file(torch.nn.Linear(2, 2).state_dict(), next(tmp_path.glob("y-*")))  # as an older version kept it
    later.made("y", 1, [], torch.nn.Linear(2, 2), train)
    assert later.seconds is None and later.seconds_now == 0


def test_weights_that_were_broken_off_are_not_taken_for_whole(tmp_path, monkeypatch):
    body = torch.nn.Linear(2, 2)

    def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    made = shelf.Shelf(tmp_path)
    monkeypatch.setattr(shelf, "save_file", broken)
    with pytest.raises(KeyboardInterrupt):
        made.made("x", 1, [], body, lambda: None)
    assert not list(tmp_path.glob("*.safetensors"))


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """In place of the two packages: a vocabulary with words that no rule keeps, and a table of that many rows."""
    words = ["▁query", ":", "▁", "спасибо", "поезд", "<mask>"]
    vocabulary = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], *([word, -2.0] for word in words)]
    tokenizer = Tokenizer(models.Unigram([tuple(each) for each in vocabulary], unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    monkeypatch.setattr(recipe.package, "package_file", lambda *_: tmp_path / "tokenizer.json")

    def write_checkpoint(folder):
        folder.mkdir(parents=True)
        table = np.arange(len(vocabulary) * 2, dtype=np.float32).reshape(-1, 2)
        recipe.save_file({recipe._TABLE: table}, folder / "model.safetensors", metadata={"format": "pt"})
        (folder / "config.json").write_text("{}")
        return folder

    monkeypatch.setattr(recipe.package, "write_checkpoint", write_checkpoint)
    return write_checkpoint


def test_a_pruned_checkpoint_is_kept_for_the_same_pieces_and_made_anew_for_others(packages, tmp_path, monkeypatch):
    one = recipe.pruned_checkpoint(["спасибо"], tmp_path / "work")
    two = recipe.pruned_checkpoint(["спасибо", "поезд"], tmp_path / "work")
    fresh = recipe.pruned_checkpoint(["спасибо", "поезд"], tmp_path / "fresh")
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        assert (two / name).read_bytes() == (fresh / name).read_bytes() != (one / name).read_bytes()
    assert sorted(path.name for path in two.iterdir()) == ["config.json", "model.safetensors", "tokenizer.json"]
    monkeypatch.setattr(recipe.package, "write_checkpoint", None)
    assert recipe.pruned_checkpoint(["поезд спасибо"], tmp_path / "work") == two


def test_a_checkpoint_that_was_broken_off_is_not_taken_for_whole(packages, tmp_path, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(recipe, "save_file", broken)
        recipe.pruned_checkpoint(["спасибо"], tmp_path / "work")
    monkeypatch.setattr(recipe.package, "write_checkpoint", packages)
    made = recipe.pruned_checkpoint(["спасибо"], tmp_path / "work")
    assert (made / "model.safetensors").exists() and [path.name for path in made.parent.iterdir()] == [made.name]


def test_a_checkpoint_is_known_by_its_weights_whatever_their_file(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"one")
    assert recipe._known_by(tmp_path) == hashlib.sha256(b"one").hexdigest()
    other = weights.rename(tmp_path / "pytorch_model.bin")
    before = recipe._known_by(tmp_path)
    other.write_bytes(b"two")
    assert before != recipe._known_by(tmp_path) != str(tmp_path)
    assert recipe._known_by("intfloat/e5") == "intfloat/e5"


def test_an_encoder_of_another_build_is_refused_with_the_mend(tmp_path):
    config = DistilBertConfig(vocab_size=200, dim=16, n_layers=1, n_heads=2, hidden_dim=32, max_position_embeddings=84)
    DistilBertModel(config).save_pretrained(tmp_path / "distil")
    with pytest.raises(TerminalError, match=r"distil.* cannot be loaded .*DistilBertModel.*; name another.*--encoder"):
        network.load(tmp_path / "distil", 3)
    with pytest.raises(TerminalError, match=r"none.* cannot be loaded as one built like BERT"):
        network.load(tmp_path / "none", 3)
