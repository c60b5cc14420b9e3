"""The judge: classifiers in order, checked once, their columns side by side and their reasons in one."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from classifiers.protocol import Classifier, Columns
from schemas.errors import TerminalError
from schemas.mention import Mention

REASONS = "reasons"
"""The column that gathers all `<name>_reasons`, in the order of the classifiers."""


class Judge:
    """Runs classifiers over batches. Thread-safe, since they are."""

    def __init__(self, classifiers: Sequence[Classifier]) -> None:
        """Raises TerminalError where a classifier needs a column that none before it fills, or two fill the same."""
        self.classifiers = tuple(classifiers)
        filled: dict[str, str] = {}
        for classifier in self.classifiers:
            name = classifier.name
            missing = [need for need in classifier.needs if need not in filled]
            if missing:
                raise TerminalError(
                    f"classifier {name!r} needs the column {missing[0]!r}, which none before it fills; put the one "
                    f"that does in front of it"
                )
            if f"{name}_reasons" not in classifier.columns:
                raise TerminalError(f"classifier {name!r} declares no column {name}_reasons; add it to its columns")
            for column in classifier.columns:
                if column in filled or column == REASONS:
                    raise TerminalError(
                        f"column {column!r} of classifier {name!r} is filled by {filled.get(column, 'the judge')} too; "
                        f"rename one"
                    )
                filled[column] = name

    def judge(self, mentions: Sequence[Mention]) -> Columns:
        """All columns of all classifiers, and `reasons`; one value a mention in each."""
        columns: Columns = {}
        for classifier in self.classifiers:
            found = classifier.classify(mentions, columns)
            self._check(classifier, found, len(mentions))
            columns.update(found)
        gathered = [columns[f"{classifier.name}_reasons"] for classifier in self.classifiers]
        columns[REASONS] = [[reason for reasons in row for reason in reasons] for row in zip(*gathered, strict=True)]
        return columns

    def fingerprint(self) -> str:
        """Changes whenever a verdict could: a hash over names, versions, and what each classifier was made from."""
        parts = [f"{c.name}\0{c.version}\0{getattr(c, 'content', '')}" for c in self.classifiers]
        return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()

    def description(self) -> str:
        """One sentence for people."""
        names = ", ".join(f"{c.name} (version {c.version}{_settings(c)})" for c in self.classifiers)
        return f"Judge every mention by {names}; fingerprint {self.fingerprint()}."

    @staticmethod
    def _check(classifier: Classifier, found: Columns, count: int) -> None:
        if found.keys() != classifier.columns.keys():
            odd = sorted(found.keys() ^ classifier.columns.keys())
            raise TypeError(f"classifier {classifier.name!r} declared other columns than it filled: {', '.join(odd)}")
        for column, values in found.items():
            if len(values) != count:
                raise ValueError(f"classifier {classifier.name!r} gave {len(values)} values of {column} for {count}")


def _settings(classifier: Classifier) -> str:
    said = getattr(classifier, "settings", "")
    return f", {said}" if said else ""
