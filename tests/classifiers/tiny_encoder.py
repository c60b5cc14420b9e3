"""An encoder of a handful of words for tests, as an ONNX graph: made without torch."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from classifiers.encoder.artefact import Encoder
from classifiers.scaling import Scale, Stage

WORDS = ("<unk>", "<pad>", "query", ":", "kaputt", "danke")


def tiny(
    outputs: tuple[str, ...], *, cut: float, slope: float = 1.0, asks: tuple[str, ...] = ("needs_intervention",)
) -> Encoder:
    """Every output's logit is 4 for each "kaputt" and -4 for each "danke", over the number of pieces."""
    table = np.zeros((len(WORDS), len(outputs)), np.float32)
    table[WORDS.index("kaputt")], table[WORDS.index("danke")] = 4, -4
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["vectors"], axis=0),
            helper.make_node("ReduceMean", ["vectors"], ["verdicts"], axes=[1], keepdims=0),
            helper.make_node("Slice", ["verdicts", "from", "to", "along"], ["sentiment"]),
            helper.make_node("Identity", ["attention_mask"], ["mask"]),
        ],
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["t", "p"])
            for name in ("input_ids", "attention_mask")
        ],
        [
            helper.make_tensor_value_info("verdicts", TensorProto.FLOAT, ["t", len(outputs)]),
            helper.make_tensor_value_info("sentiment", TensorProto.FLOAT, ["t", 3]),
            helper.make_tensor_value_info("mask", TensorProto.INT64, ["t", "p"]),
        ],
        [
            numpy_helper.from_array(table, "table"),
            *(
                numpy_helper.from_array(np.array([n], np.int64), name)
                for name, n in (("from", 0), ("to", 3), ("along", 1))
            ),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    scales = tuple(Scale(name, slope, 0.0) for name in outputs)
    stage = Stage(cut, asks, (1.0,) * len(outputs), scales)
    return Encoder((stage,), graph=model.SerializeToString(), tokenizer=tokenizer.to_str())
