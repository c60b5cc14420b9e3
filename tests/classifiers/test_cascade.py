"""Two stages: the encoder is asked where the linear model is in doubt, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log

import pytest

from classifiers import artefact
from classifiers.encoder import artefact as files
from classifiers.intents import Intents
from configs.loading import SHIPPED, load
from configs.taxonomy import Taxonomy
from schemas.errors import TerminalError
from tests.classifiers.samples import mention, varied
from tests.classifiers.tiny_encoder import tiny

TAXONOMY = load(SHIPPED / "taxonomy.yaml", Taxonomy)
LINEAR = replace(artefact.load(), encoder=None)
OUTPUTS = tuple(output.name for output in LINEAR.outputs)
NEEDS = "needs_intervention_probability"
CALM, ANGRY = "Guten Morgen zusammen, schönes Wetter", "@DB_Bahn Der Aufzug ist seit Wochen kaputt kaputt"


def cascade(**options) -> Intents:
    return Intents(replace(LINEAR, encoder=tiny(OUTPUTS, **options)), TAXONOMY, ["DB_Bahn"])


def probability(classifier: Intents, text: str) -> float:
    return classifier.classify([mention(text)], {})[NEEDS][0]


def test_what_the_linear_model_is_sure_of_is_not_asked():
    alone, both = Intents(LINEAR, TAXONOMY, ["DB_Bahn"]), cascade(cut=0.5)
    assert probability(both, CALM) == probability(alone, CALM)
    assert probability(both, ANGRY) != probability(alone, ANGRY)


def test_the_encoder_decides_by_the_weights_of_the_mix():
    """query : @DB_Bahn(3 pieces: @ db bahn) ... : 2 of the text's pieces are "kaputt"."""
    found = cascade(cut=0.0).classify([mention("kaputt danke kaputt")], {})
    assert found[NEEDS] == [round(1 / (1 + exp(-(4 - 4 + 4) / 5)), 4)]
    assert "intents:by-encoder" in found["intents_reasons"][0]
    alone = Intents(LINEAR, TAXONOMY).classify([mention("kaputt danke kaputt")], {})[NEEDS][0]
    slope, offset = next((o.slope, o.offset) for o in LINEAR.outputs if o.name == "needs_intervention")
    logit = (log(alone / (1 - alone)) - offset) / slope
    mixed = cascade(cut=0.0, linear=0.5, encoder=2.0).classify([mention("kaputt danke kaputt")], {})[NEEDS][0]
    assert mixed == pytest.approx(1 / (1 + exp(-(0.5 * logit + 2 * 0.8))), abs=0.002)


def test_a_verdict_does_not_depend_on_its_neighbours():
    both, mentions = cascade(cut=0.3, linear=0.4), [*varied(), mention(ANGRY), mention("kaputt " * 300)]
    together = both.classify(mentions, {})
    assert any("intents:by-encoder" in reasons for reasons in together["intents_reasons"])
    for place, each in enumerate(mentions):
        alone = both.classify([each], {})
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
    with pytest.raises(TerminalError, match=r"not those that the model was saved with .*train the model anew"):
        artefact.load(tmp_path)
    path.unlink()
    with pytest.raises(TerminalError, match=f"{name} cannot be read"):
        artefact.load(tmp_path)
