"""Pictures for cards and commands (matplotlib): the trade-off of a threshold, reliability, confusion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from classifiers.calibration import Bin
from classifiers.figures import Bools
from classifiers.trade_off import Curve

mpl.rcParams["svg.hashsalt"] = "echolot"  # the same figures give the same bytes
mpl.rcParams["svg.fonttype"] = "none"  # words stay words
_LEAST_POSTS = 5  # of a bin
_NO_DATE = {"Date": None}


def trade_off(curve: Curve, base_rate: float, path: Path) -> None:
    """Recall, precision and queue over the threshold, the chosen one marked."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    at = [point.threshold for point in curve.points]
    axes.plot(at, [point.recall for point in curve.points], label="recall")
    axes.plot(at, [point.precision or np.nan for point in curve.points], label=f"precision at base rate {base_rate:g}")
    axes.axvline(curve.chosen.threshold, color="gray", linestyle=":", label=f"chosen: {curve.chosen.threshold:g}")
    axes.set(xlabel=f"threshold of {curve.name}", ylim=(0, 1), xlim=(0, 1))
    other = axes.twinx()
    other.plot(at, [point.queue_per_1000 for point in curve.points], color="C3", label="queue of 1,000 mentions")
    other.set(yscale="log", ylabel="queue of 1,000 mentions")
    figure.legend(loc="outside lower center", ncols=4, fontsize="small")
    _save(figure, path)


def reliability(named: Sequence[tuple[str, Sequence[Bin]]], path: Path) -> None:
    """Said against true shares, a line a model (Niculescu-Mizil and Caruana 2005). Bins of few posts are not drawn."""
    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="gray", linestyle=":")
    for name, bins in named:
        drawn = [b for b in bins if b.posts >= _LEAST_POSTS]
        axes.plot([b.said for b in drawn], [b.true for b in drawn], marker="o", markersize=3, label=name)
    axes.set(xlabel="probability said", ylabel="share true", xlim=(0, 1), ylim=(0, 1))
    axes.legend(fontsize="small")
    _save(figure, path)


def confusion(names: Sequence[str], truth: Bools, verdicts: Bools, path: Path) -> None:
    """Of posts with the row's label, the share that is said to have the column's; the last row has none, the last
    column is said to have none. Labels may hold together, so rows need not add up to one."""
    true, said = _with_none(truth), _with_none(verdicts)
    shares = (true.T.astype(float) @ said) / np.maximum(true.sum(axis=0), 1)[:, None]
    figure = Figure(figsize=(6, 5), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    labels = [*names, "none"]
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right", fontsize="small")
    axes.set_yticks(range(len(labels)), labels, fontsize="small")
    axes.set(xlabel="said", ylabel="true")
    for (row, column), share in np.ndenumerate(shares):
        if share:
            look: dict[str, Any] = {"color": "white" if share > 0.6 else "black", "fontsize": min(10, 96 / len(labels))}
            axes.text(column, row, f"{share:.2f}", ha="center", va="center", **look)
    _save(figure, path)


def one_of_many(truth: Sequence[str], told: Sequence[str], none: str, path: Path) -> None:
    """The same where a post has one label, or is told as `none`. Labels that no post has are drawn as `other`."""
    names = sorted(set(truth) - {none})
    known = [*names, "other"] if set(told) - {*names, none} else names
    verdicts = [label if label in (*names, none) else "other" for label in told]
    confusion(known, _columns(truth, known), _columns(verdicts, known), path)


def _columns(labels: Sequence[str], names: Sequence[str]) -> Bools:
    return np.array([[label == name for name in names] for label in labels])


def _with_none(labels: Bools) -> Bools:
    return np.column_stack([labels, ~labels.any(axis=1)])


def _save(figure: Figure, path: Path) -> None:
    options: dict[str, Any] = {"metadata": _NO_DATE} if path.suffix == ".svg" else {"dpi": 120}
    figure.savefig(path, **options)
