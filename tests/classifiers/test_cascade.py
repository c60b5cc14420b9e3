"""Two stages: the second is asked where the linear model is in doubt, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from classifiers import artefact
from classifiers.encoder import artefact as files
from classifiers.encoder import sentences
from classifiers.encoder.artefact import Encoder
from classifiers.encoder.sentences import WIDTH, packed
from classifiers.intents import Intents
from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from schemas.errors import TerminalError
from tests.classifiers.samples import classified, mention, varied
from tests.classifiers.tiny_encoder import tiny

TAXONOMY = load(SHIPPED / "taxonomy.yaml", Taxonomy)
LINEAR = replace(artefact.load(), encoder=None)
UNGATED = replace(LINEAR, scales=tuple(replace(scale, gated_slope=None) for scale in LINEAR.scales))
OUTPUTS = tuple(output.name for output in LINEAR.outputs)
NEEDS = "needs_intervention_probability"
CALM, ANGRY = "Guten Morgen zusammen, schönes Wetter", "@DB_Bahn Der Aufzug ist seit Wochen kaputt kaputt"


def cascade(**options) -> Intents:
    return Intents(replace(LINEAR, encoder=tiny(OUTPUTS, **options)), TAXONOMY, ["DB_Bahn"])


def shipped_and_network() -> Intents:
    """The shipped heads and a network beside them, asked about nearly everything."""
    shipped = artefact.load().encoder
    network = tiny(OUTPUTS, cut=0.01)
    first = replace(shipped.stages[0], cut=0.02)
    both = Encoder((first, *network.stages), shipped.head, network.graph, network.tokenizer)
    return Intents(replace(LINEAR, encoder=both), TAXONOMY, ["DB_Bahn"])


def probability(classifier: Intents, text: str) -> float:
    return classified(classifier, [mention(text)])[NEEDS][0]


def test_what_the_linear_model_is_sure_of_is_not_asked():
    alone, both = Intents(LINEAR, TAXONOMY, ["DB_Bahn"]), cascade(cut=0.5)
    assert probability(both, CALM) == probability(alone, CALM)
    assert probability(both, ANGRY) != probability(alone, ANGRY)


def test_only_doubt_about_the_outputs_that_it_is_for_asks_a_stage():
    alone = probability(Intents(LINEAR, TAXONOMY, ["DB_Bahn"]), ANGRY)
    assert alone > 0.5, "sure that somebody is needed, and that nobody is praised"
    assert probability(cascade(cut=0.5, asks=("praise",)), ANGRY) == alone
    assert probability(cascade(cut=0.5, asks=("needs_intervention",)), ANGRY) != alone
    assert probability(cascade(cut=0.5, asks=("praise", "needs_intervention")), ANGRY) != alone


def test_the_mean_of_all_logits_decides():
    """The network's logit is .8: two of five pieces ("query", ":", the text's three) are "kaputt", one is "danke"."""
    text = "kaputt danke kaputt"
    alone = classified(Intents(UNGATED, TAXONOMY), [mention(text)])[NEEDS][0]
    scale = next(scale for scale in UNGATED.scales if scale.name == "needs_intervention")
    linear = (log(alone / (1 - alone)) - scale.offset) / scale.slope
    found = classified(cascade(cut=0.0, slope=3.0), [mention(text)])
    assert found[NEEDS][0] == pytest.approx(1 / (1 + exp(-3 * (linear + 0.8) / 2)), abs=0.001)
    assert "intents:by-encoder" in found["intents_reasons"][0]
    weights, biases = np.zeros((WIDTH, len(OUTPUTS))), np.full(len(OUTPUTS), 0.5)
    network = tiny(OUTPUTS, cut=0.0, slope=3.0)
    three = replace(network, stages=network.stages * 2, head=packed(weights, biases))
    found = classified(Intents(replace(LINEAR, encoder=three), TAXONOMY), [mention(text)])
    assert found[NEEDS][0] == pytest.approx(1 / (1 + exp(-3 * (linear + 0.8 + 0.5) / 3)), abs=0.001)


def test_a_stage_says_how_much_its_model_counts_for_each_output():
    """Of the network's logits, .8 and .2, needs-intervention takes twice as much, praise as much as of the first."""
    text = "kaputt danke kaputt"
    network = tiny(OUTPUTS, cut=0.0, slope=3.0)
    (stage,) = network.stages
    heavier = replace(stage, weights=tuple(2.0 if name == "needs_intervention" else 1.0 for name in OUTPUTS))
    found = classified(Intents(replace(LINEAR, encoder=replace(network, stages=(heavier,))), TAXONOMY), [mention(text)])
    plain = classified(Intents(replace(LINEAR, encoder=network), TAXONOMY), [mention(text)])
    alone = classified(Intents(UNGATED, TAXONOMY), [mention(text)])[NEEDS][0]
    scale = next(scale for scale in UNGATED.scales if scale.name == "needs_intervention")
    linear = (log(alone / (1 - alone)) - scale.offset) / scale.slope
    assert found[NEEDS][0] == pytest.approx(1 / (1 + exp(-3 * (linear + 2 * 0.8) / 3)), abs=0.001)
    assert found["intent_probabilities"] == plain["intent_probabilities"] and found[NEEDS] != plain[NEEDS]


def test_a_head_for_another_sentence_encoder_is_refused(monkeypatch):
    head = packed(np.zeros((WIDTH, len(OUTPUTS))), np.zeros(len(OUTPUTS)))
    monkeypatch.setattr(sentences, "encoder_hash", lambda: "another")
    with pytest.raises(TerminalError, match=r"another sentence encoder than this Echolot.*train the model anew"):
        Intents(replace(LINEAR, encoder=replace(tiny(OUTPUTS, cut=0.0), head=head)), TAXONOMY)


def test_a_verdict_does_not_depend_on_its_neighbours():
    both, mentions = shipped_and_network(), [*varied(), mention(ANGRY), mention("kaputt " * 300)]
    together = classified(both, mentions)
    assert any("intents:by-encoder" in reasons for reasons in together["intents_reasons"])
    for place, each in enumerate(mentions):
        alone = classified(both, [each])
        assert {column: values[place] for column, values in together.items()} == {c: v[0] for c, v in alone.items()}


def test_it_is_saved_and_read_again_and_changes_the_fingerprint(tmp_path):
    model = replace(LINEAR, encoder=tiny(OUTPUTS, cut=0.25))
    again = artefact.save(model, tmp_path)
    assert again.encoder == model.encoder
    assert artefact.load(tmp_path).content == again.content
    other = artefact.save(replace(model, encoder=tiny(OUTPUTS, cut=0.26)), tmp_path / "other")
    assert len({again.content, other.content, artefact.save(LINEAR, tmp_path / "linear").content}) == 3


@pytest.mark.parametrize("name", [files.GRAPH, files.TOKENIZER, files.MANIFEST])
def test_a_file_that_is_cut_in_half_or_gone_is_refused(tmp_path, name):
    artefact.save(replace(LINEAR, encoder=tiny(OUTPUTS, cut=0.25)), tmp_path)
    path = tmp_path / files.FOLDER / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(
        TerminalError, match=rf"{name} is not the file that the model was saved with .*train the model anew"
    ):
        artefact.load(tmp_path)
    path.unlink()
    with pytest.raises(TerminalError, match=f"{name} cannot be read"):
        artefact.load(tmp_path)
