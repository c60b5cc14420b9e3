"""From torch to a file that onnxruntime runs: one graph, weights as 8-bit integers. Training only."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from classifiers.encoder.network import Network


def write(network: Network, path: Path) -> None:
    """Write `path`; its inputs are input_ids and attention_mask, its outputs verdicts and sentiment (logits)."""
    network.eval()
    example = torch.tensor([[0, 5, 6, 2]]), torch.ones((1, 4), dtype=torch.long)
    axes, texts = {0: "texts", 1: "pieces"}, {0: "texts"}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            network,
            example,
            str(whole),
            input_names=["input_ids", "attention_mask"],
            output_names=["verdicts", "sentiment"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "verdicts": texts, "sentiment": texts},
            opset_version=17,
            dynamo=False,
        )
        # 7 bits: sentence_graph.py says why
        quantize_dynamic(whole, path, weight_type=QuantType.QInt8, reduce_range=True, per_channel=True)
