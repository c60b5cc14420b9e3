"""Runs the exported encoder: texts to logits, without torch.

One text a call: the 8-bit kernels scale activations by the largest value of the whole tensor, so that in a batch a
neighbour would move a verdict. It also spares all padding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from classifiers.encoder.session import session

PREFIX = "query: "
"""What e5 was trained to see before a text that is to be classified; "passage: " costs .03 of average precision."""
LONGEST = 80
"""Word pieces of a text that are looked at, the prefix included; 4 % of the labelled posts are longer."""
Floats = NDArray[np.float32]


class Scorer:
    """Thread-safe: a session and a tokenizer of their own, both read-only."""

    def __init__(self, graph: bytes, tokenizer: str) -> None:
        self._made_of = graph, tokenizer
        self._session = session(graph)
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.no_padding()

    def __reduce__(self) -> tuple[type[Scorer], tuple[bytes, str]]:
        """A session cannot be pickled; the copy makes its own."""
        return Scorer, self._made_of

    def logits(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Verdicts' and sentiments' logits, a row a text."""
        rows = [self._one(ids) for ids in pieces(self._tokenizer, texts)]
        return np.array([first for first, _ in rows]), np.array([second for _, second in rows])

    def _one(self, ids: list[int]) -> tuple[Floats, Floats]:
        feed = {"input_ids": np.array([ids], np.int64), "attention_mask": np.ones((1, len(ids)), np.int64)}
        verdicts, sentiment = self._session.run(["verdicts", "sentiment"], feed)
        return verdicts[0], sentiment[0]


def pieces(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """Ids of each text; too long a text keeps its start, and its end mark."""
    encoded = tokenizer.encode_batch([PREFIX + text for text in texts])
    return [each.ids if len(each.ids) <= LONGEST else [*each.ids[: LONGEST - 1], each.ids[-1]] for each in encoded]
