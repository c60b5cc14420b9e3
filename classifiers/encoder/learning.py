"""The training loop: batches of texts of near length, AdamW, a short warm-up and a straight way down. Training only."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from classifiers.encoder.lesson import UNKNOWN
from classifiers.encoder.network import Network, parameters
from classifiers.encoder.precision import in_16_bits

Floats = NDArray[np.float32]
Tell = Callable[[str], None]
_PAD = 1
_SORTED_AT_ONCE = 50  # batches
_WARM_UP = 0.06  # share of all steps
_DECAY = 0.01


@dataclass(frozen=True, slots=True)
class Example:
    """One text: its pieces, and what is to be learnt from it.

    `verdicts` holds a target between 0 and 1 an output, NaN where the output is not about this text; None: none is."""

    pieces: Sequence[int]
    verdicts: Floats | None
    sentiment: int = UNKNOWN
    weight: float = 1.0
    vector: Floats | None = None
    """What a teacher makes of it (distilling.py)."""


@dataclass(frozen=True, slots=True)
class Course:
    """How to train."""

    epochs: int
    rate: float = 1e-4
    head_rate: float = 1e-3
    batch: int = 32


def loss_of_labels(network: Network, batch: Sequence[Example]) -> Tensor:
    """Binary cross-entropy of each verdict known, added up, plus cross-entropy of the sentiment where it is known.

    Their mean instead of their sum drowned in the one sentiment: average precision of intents .60 instead of .68."""
    with in_16_bits():
        verdicts, sentiments = (each.float() for each in network(*padded([example.pieces for example in batch])))
    weights = torch.tensor([example.weight for example in batch])
    loss = torch.zeros(())
    unknown = np.full(verdicts.shape[1], np.nan, np.float32)
    targets = torch.from_numpy(np.stack([unknown if e.verdicts is None else e.verdicts for e in batch]))
    known = ~targets.isnan()
    if known.any():
        each = functional.binary_cross_entropy_with_logits(verdicts, targets.nan_to_num(), reduction="none")
        loss = loss + (each * known * weights[:, None]).sum() / known.any(1).sum()
    classes = torch.tensor([example.sentiment for example in batch])
    if (classes != UNKNOWN).any():
        loss = loss + functional.cross_entropy(sentiments, classes, ignore_index=UNKNOWN)
    return loss


def learn(
    network: Network,
    examples: Sequence[Example],
    course: Course,
    seed: int,
    tell: Tell = lambda _: None,
    loss_of: Callable[[Network, Sequence[Example]], Tensor] = loss_of_labels,
) -> None:
    """Train `network` in place, from the labels unless `loss_of` says otherwise.

    The same examples, course, seed and machine give the same weights."""
    network.train()
    optimizer = torch.optim.AdamW(parameters(network, course.rate, course.head_rate), weight_decay=_DECAY, fused=True)
    steps = course.epochs * -(-len(examples) // course.batch)
    warm = max(1, round(steps * _WARM_UP))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
    )
    draw = random.Random(seed)
    for epoch in range(course.epochs):
        total = 0.0
        for batch in batches(examples, course.batch, draw):
            loss = loss_of(network, batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(batch)
        tell(f"epoch {epoch + 1} of {course.epochs}: loss {total / max(1, len(examples)):.4f}")
    network.eval()


def rates(examples: Sequence[Example]) -> Floats:
    """How often each verdict is true, of the examples where it is known, each in its weight."""
    known = [(example.weight, example.verdicts) for example in examples if example.verdicts is not None]
    verdicts = np.stack([row for _, row in known])
    weights = np.array([weight for weight, _ in known])[:, None] * ~np.isnan(verdicts)
    rate: Floats = (weights * np.nan_to_num(verdicts)).sum(0) / weights.sum(0).clip(min=1e-9)
    return rate


def batches(examples: Sequence[Example], size: int, draw: random.Random) -> Iterator[list[Example]]:
    """All examples once, in random batches of near length, so that little is padded."""
    order = list(range(len(examples)))
    draw.shuffle(order)
    made = []
    for start in range(0, len(order), size * _SORTED_AT_ONCE):
        part = sorted(order[start : start + size * _SORTED_AT_ONCE], key=lambda n: len(examples[n].pieces))
        made += [part[at : at + size] for at in range(0, len(part), size)]
    draw.shuffle(made)
    for chosen in made:
        yield [examples[n] for n in chosen]


def padded(pieces: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Ids and mask, as long as the longest."""
    longest = max(map(len, pieces))
    ids = torch.full((len(pieces), longest), _PAD, dtype=torch.long)
    mask = torch.zeros((len(pieces), longest), dtype=torch.long)
    for row, each in enumerate(pieces):
        ids[row, : len(each)] = torch.tensor(each)
        mask[row, : len(each)] = 1
    return ids, mask


@torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]
def vectors(network: Network, pieces: Sequence[Sequence[int]], size: int = 64) -> Floats:
    """What the heads stand on, (texts, width), in order."""
    network.eval()
    order = sorted(range(len(pieces)), key=lambda n: len(pieces[n]))
    found = np.zeros((len(pieces), network.verdicts.in_features), np.float32)
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        with in_16_bits():
            found[chosen] = network.vectors(*padded([pieces[n] for n in chosen])).float().numpy()
    return found


@torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]
def logits(network: Network, pieces: Sequence[Sequence[int]], size: int = 64) -> tuple[Floats, Floats]:
    """Verdicts' and sentiments' logits of all texts, in order."""
    network.eval()
    order = sorted(range(len(pieces)), key=lambda n: len(pieces[n]))
    verdicts = np.zeros((len(pieces), network.verdicts.out_features), np.float32)
    sentiments = np.zeros((len(pieces), network.sentiment.out_features), np.float32)
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        with in_16_bits():
            first, second = network(*padded([pieces[n] for n in chosen]))
        verdicts[chosen], sentiments[chosen] = first.float().numpy(), second.float().numpy()
    return verdicts, sentiments
