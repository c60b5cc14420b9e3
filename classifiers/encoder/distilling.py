"""A student learns a teacher's pooled vectors and its probabilities. Training only.

Probabilities alone (Hinton et al. 2015, arXiv 1503.02531) are little to learn from some ten thousand texts: four layers
came to a needs-intervention AP of .724 on German posts unseen. The vectors under the heads as well, as TinyBERT (Jiao
et al. 2020, arXiv 1909.10351) does for every layer, gave .759; the twelve layers of the teacher have .725."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from classifiers.encoder.learning import Course, Example, Floats, Tell, learn, padded
from classifiers.encoder.network import Network
from classifiers.encoder.precision import in_16_bits

_SOFT = 0.7  # share of the teacher in a target whose label is known


def distil(
    student: Network, teacher: Network, examples: Sequence[Example], course: Course, seed: int, tell: Tell
) -> None:
    """Train `student` in place. Labels of `examples` count where they are known; their weights do not."""
    lessons = softened(teacher, examples)
    # Over their variance: how large vectors are says nothing about how much they matter.
    variance = float(np.stack([lesson.vector for lesson in lessons if lesson.vector is not None]).var(0).mean())

    def loss(network: Network, batch: Sequence[Example]) -> Tensor:
        with in_16_bits():
            vectors = network.vectors(*padded([example.pieces for example in batch])).float()
        said, targets = network.verdicts(vectors), _stacked(batch, "verdicts")
        outputs = functional.binary_cross_entropy_with_logits(said, targets, reduction="sum") / len(batch)
        return outputs + functional.mse_loss(vectors, _stacked(batch, "vector")) / variance

    learn(student, lessons, course, seed, tell, loss)


@torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]
def softened(teacher: Network, examples: Sequence[Example], size: int = 64) -> list[Example]:
    """The same texts with the teacher's vectors, and its probabilities mixed with the labels that are known."""
    teacher.eval()
    lessons = list(examples)
    order = sorted(range(len(examples)), key=lambda n: len(examples[n].pieces))
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        with in_16_bits():
            vectors = teacher.vectors(*padded([examples[n].pieces for n in chosen])).float()
        rows = teacher.verdicts(vectors).sigmoid().numpy()
        for place, row, vector in zip(chosen, rows, vectors.numpy(), strict=True):
            lessons[place] = replace(examples[place], verdicts=_mixed(row, examples[place].verdicts), vector=vector)
    return lessons


def _mixed(soft: Floats, labels: Floats | None) -> Floats:
    if labels is None:
        return soft
    return np.where(np.isnan(labels), soft, _SOFT * soft + (1 - _SOFT) * labels).astype(np.float32)


def _stacked(batch: Sequence[Example], name: str) -> Tensor:
    return torch.from_numpy(np.stack([getattr(example, name) for example in batch]))
