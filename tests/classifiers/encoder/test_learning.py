"""Training and running the encoder, on a tiny body; needs torch (the training extra), else skipped."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="pip install 'echolot[training]' for the tests of training")
pytest.importorskip("onnxruntime")
from tokenizers import Tokenizer, models, pre_tokenizers  # noqa: E402
from transformers import BertConfig, BertModel  # noqa: E402

from classifiers.encoder import distilling, export, learning, network, recipe  # noqa: E402
from classifiers.encoder.learning import Course, Example  # noqa: E402
from classifiers.encoder.scorer import LONGEST, Scorer, pieces  # noqa: E402
from classifiers.encoder.shelf import Shelf  # noqa: E402

WORDS = ["<s>", "<pad>", "</s>", "<unk>", "query", ":", "gut", "schlecht", "zug", "kommt"]


@pytest.fixture
def made():
    """A network of two small layers, the same each time."""
    network.seeded(3, 1)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=LONGEST + 4, pad_token_id=1, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return network.Network(BertModel(config, add_pooling_layer=False), 16, 2)


@pytest.fixture
def tokenizer():
    made = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


def examples(count=64):
    """ "schlecht" (7) is the first verdict and negative; the second verdict is known for half of the texts."""
    draw = random.Random(5)
    for n in range(count):
        word = draw.choice([6, 7])
        bad = float(word == 7)
        verdicts = np.array([bad, np.nan if n % 2 else 1 - bad], np.float32)
        yield Example([4, 5, *draw.choices([8, 9], k=draw.randint(1, 6)), word], verdicts, 0 if bad else 2)


def test_it_learns_and_the_same_seed_learns_the_same(made):
    before = network.state(made)
    table = made.body.get_input_embeddings().weight.detach().clone()
    course = Course(epochs=12, rate=5e-3, head_rate=2e-2, batch=8)
    learning.learn(made, list(examples()), course, seed=1)
    verdicts, sentiments = learning.logits(made, [[4, 5, 8, 7], [4, 5, 9, 8, 6]])
    assert (verdicts > 0).tolist() == [[True, False], [False, True]]
    assert sentiments.argmax(1).tolist() == [0, 2]
    assert torch.equal(table, made.body.get_input_embeddings().weight), "the table of word vectors is frozen"
    first = network.state(made)
    made.load_state_dict(before)
    learning.learn(made, list(examples()), course, seed=1)
    assert all(torch.equal(value, first[name]) for name, value in network.state(made).items())


def test_a_verdict_weighs_the_same_however_many_others_are_known(made):
    """Their mean would be drowned by the one sentiment the more outputs there are."""

    def loss(*verdicts):
        return float(learning.loss_of_labels(made, [Example([4, 5, 7], np.array(verdicts, np.float32))]).detach())

    assert loss(1, 0) == pytest.approx(loss(1, np.nan) + loss(np.nan, 0), rel=1e-3)


def test_it_begins_at_how_often_each_verdict_is_true(made):
    seen = [Example([4], np.array([1, np.nan], np.float32), weight=3.0), Example([5], np.array([0, 0], np.float32))]
    rates = learning.rates([*seen, Example([6], None)])
    assert rates.tolist() == [0.75, 0.0]
    network.begin_at(made, rates.tolist())
    assert made.verdicts.bias.sigmoid().tolist() == pytest.approx([0.75, 0.001])


def test_batches_hold_every_example_once_and_little_padding():
    made = list(examples(501))
    dealt = list(learning.batches(made, 16, random.Random(1)))
    assert Counter(id(e) for batch in dealt for e in batch) == Counter(map(id, made))
    lengths = [len(e.pieces) for e in made]
    spread = [max(len(e.pieces) for e in b) - min(len(e.pieces) for e in b) for b in dealt]
    assert sum(spread) / len(spread) < (max(lengths) - min(lengths)) / 3


def test_neighbours_and_padding_move_nothing(made):
    alone, _ = learning.logits(made, [[4, 5, 7]])
    together, _ = learning.logits(made, [[4, 5, 8, 9, 8, 9, 6], [4, 5, 7]])
    assert np.allclose(alone[0], together[1], atol=1e-5)


def test_the_exported_file_says_what_the_network_said_whatever_the_neighbours(made, tokenizer, tmp_path):
    learning.learn(made, list(examples()), Course(epochs=12, rate=5e-3, head_rate=2e-2, batch=8), seed=1)
    export.write(made, tmp_path / "encoder.onnx")
    scorer = Scorer((tmp_path / "encoder.onnx").read_bytes(), tokenizer.to_str())
    texts = ["zug kommt schlecht", "zug gut", "kommt " * 200]
    ids = pieces(tokenizer, texts)
    assert len(ids[2]) == LONGEST
    expected, _ = learning.logits(made, ids)
    found, sentiments = scorer.logits(texts)
    assert found.shape == (3, 2) and sentiments.shape == (3, 3)
    assert np.array_equal(found > 0, expected > 0), "eight bits cost little"
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.98
    for place, text in enumerate(texts):
        assert np.array_equal(scorer.logits([text])[0][0], found[place]), "to the last bit"


def test_a_cut_body_keeps_its_last_layer_and_its_spread(made):
    layers = list(made.body.encoder.layer)
    network.cut(made.body, 1)
    assert list(made.body.encoder.layer) == layers[-1:] and made.body.config.num_hidden_layers == 1


def test_a_lesson_is_the_teachers_vector_and_its_probabilities_with_the_labels_known(made):
    texts = [[4, 5, 7], [4, 5, 6, 8]]
    told = 1 / (1 + np.exp(-learning.logits(made, texts)[0]))
    labelled = Example(texts[0], np.array([1, np.nan], np.float32))
    lesson = distilling.softened(made, [labelled, Example(texts[1], None)])
    assert np.allclose(lesson[0].verdicts, [0.7 * told[0, 0] + 0.3, told[0, 1]], atol=5e-3)
    assert np.allclose(lesson[1].verdicts, told[1], atol=5e-3)
    for place, text in enumerate(texts):
        alone = made.vectors(*learning.padded([text])).detach().numpy()
        assert np.allclose(lesson[place].vector, alone, atol=0.05)


def test_a_student_comes_to_the_vectors_and_outputs_of_its_teacher(made):
    """Of texts unseen as well, after lessons without any label."""
    torch.manual_seed(2)
    body = BertModel(made.body.config, add_pooling_layer=False)
    body.embeddings.load_state_dict(made.body.embeddings.state_dict())
    student = network.Network(body, 16, 2)
    lessons = [Example(each.pieces, None) for each in examples(64)]
    unseen = [each.pieces for each in examples(96)][64:]
    vectors, verdicts = apart(student, made, unseen)
    distilling.distil(student, made, lessons, Course(epochs=40, rate=5e-3, head_rate=2e-2, batch=8), 1, print)
    nearer, closer = apart(student, made, unseen)
    assert nearer < vectors / 3 and closer < verdicts / 3


def apart(student, teacher, texts):
    """Mean squared distances of vectors and of probabilities."""
    lessons = [distilling.softened(of, [Example(text, None) for text in texts]) for of in (student, teacher)]
    pairs = list(zip(*lessons, strict=True))
    return tuple(
        float(np.mean([(getattr(one, name) - getattr(two, name)) ** 2 for one, two in pairs]))
        for name in ("vector", "verdicts")
    )


def test_a_student_begins_with_its_teachers_layers(made, monkeypatch, tmp_path):
    """Cut to one layer of two, it holds the teacher's last one; a student as deep as its teacher says the same."""
    config = made.body.config

    def load(_, outputs, layers):
        body = BertModel(config.__class__(**config.to_dict() | {"num_hidden_layers": 2}), add_pooling_layer=False)
        if layers is not None:
            network.cut(body, layers)
        return network.Network(body, 16, outputs)

    monkeypatch.setattr(network, "load", load)
    none = Course(epochs=0)
    asked = [[4, 5, 7], [4, 8, 6]]
    for layers in (1, 2):
        made_by = recipe.Recipe(none, Course(epochs=1), none, layers=layers)
        student = recipe.Maker("x", made_by, 1, Shelf(tmp_path / f"student{layers}")).train(list(examples(16)), [])
        alone = recipe.Recipe(none, Course(epochs=1), none, layers=None)
        teacher = recipe.Maker("x", alone, 1, Shelf(tmp_path / f"teacher{layers}")).train(list(examples(16)), [])
        last, of_teacher = student.body.encoder.layer[-1].state_dict(), teacher.body.encoder.layer[-1].state_dict()
        assert all(torch.equal(value, of_teacher[name]) for name, value in last.items())
        same = np.allclose(learning.logits(student, asked)[0], learning.logits(teacher, asked)[0], atol=1e-6)
        assert same == (layers == 2)
