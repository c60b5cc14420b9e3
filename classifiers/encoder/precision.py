"""16-bit or 32-bit floats while training: whichever this processor is faster with. Training only.

To have instructions for 16 bits is not enough. Two cores with twelve layers, posts/s in 16 and 32 bits: an AMD EPYC 45
and 25, an Intel Xeon whose tiles (AMX) are hidden 23 and 36."""

from __future__ import annotations

import time
from functools import cache

import torch
from torch import nn

_TEXTS, _PIECES, _WIDTH, _HEADS = 32, 44, 384, 12  # a usual batch of e5-small
_STEPS, _RACES = 3, 3


def in_16_bits() -> torch.autocast:
    """16 bits within, where they pay."""
    return torch.autocast("cpu", torch.bfloat16, enabled=pays())


@cache
def pays() -> bool:
    """Raced once a process, in a second or two; the best of some races counts, so that a busy moment decides little."""
    if not (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()):
        return False
    with torch.random.fork_rng(devices=[]), torch.enable_grad():  # who asks first may only want to judge
        layer = nn.TransformerEncoderLayer(_WIDTH, _HEADS, 4 * _WIDTH, dropout=0.0, activation="gelu", batch_first=True)
        batch = torch.randn(_TEXTS, _PIECES, _WIDTH)
        laps = [(_lap(layer, batch, True), _lap(layer, batch, False)) for _ in range(_RACES)]
    return min(lap for lap, _ in laps) < min(lap for _, lap in laps)


def _lap(layer: nn.Module, batch: torch.Tensor, short: bool) -> float:
    started = 0.0
    for step in range(_STEPS + 1):
        if step == 1:  # the first one warms up
            started = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=short):
            out = layer(batch)
        out.float().square().mean().backward()
    return time.perf_counter() - started
