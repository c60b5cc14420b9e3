"""Reads the file of an audit back, as people and their spreadsheet left it: commas or tabs for semicolons, a code page
for UTF-8, rows sorted, empty rows kept."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.auditing.estimate import Checked
from pipeline.auditing.sheet import ANSWER, Audit
from pipeline.auditing.strata import IN_QUEUE
from schemas.errors import TerminalError

_NEEDED = (ANSWER, "stratum", "stratum_size", "stratum_sampled", "mention_id", "audit")
_ANSWERS = {"yes": True, "y": True, "ja": True, "j": True, "no": False, "n": False, "nein": False}


class SheetError(TerminalError):
    """A file that cannot be used; the text names file, line, column and mend."""


@dataclass(slots=True)
class Sheet:
    """A file as read back."""

    audit: Audit
    sizes: dict[str, int] = field(default_factory=dict)
    drawn: dict[str, int] = field(default_factory=dict)
    strata: dict[str, str] = field(default_factory=dict)
    """Of a mention id, the stratum."""
    answers: dict[str, bool] = field(default_factory=dict)
    """Of a mention id that somebody checked: does it need intervention?"""

    def checked(self) -> list[Checked]:
        """The strata, queued first. Those without an answer too."""
        checked = Counter(self.strata[mention] for mention in self.answers)
        found = Counter(self.strata[mention] for mention, needed in self.answers.items() if needed)
        names = sorted(self.sizes, key=lambda name: (name != IN_QUEUE, name))
        return [Checked(name, self.sizes[name], self.drawn[name], checked[name], found[name]) for name in names]


def read(path: Path) -> Sheet:
    """A file as people left it, sorted or not. Rows without an answer count as not drawn.

    Raises SheetError for a file that is none, an answer that is neither yes nor no, and what contradicts itself."""
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")  # saved in a code page: what is needed is ASCII
    except OSError as error:
        raise SheetError(f"{path}: cannot be read ({error.strerror}); name the file that was filled in") from None
    delimiter = max(";,\t", key=text.partition("\n")[0].count)
    try:
        header, *rest = csv.reader(io.StringIO(text or "\n", newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise SheetError(f"{path}: is no CSV ({error}); save the spreadsheet as CSV (UTF-8) and name that") from None
    places = _places(path, [name.strip() for name in header])
    filled = [(n, row) for n, row in enumerate(rest, start=2) if any(cell.strip() for cell in row)]
    if not filled:
        raise SheetError(f"{path}: holds no posts; name the file that `echolot audit --out` wrote")
    sheet: Sheet | None = None
    for number, row in filled:
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        sheet = _add(sheet, f"{path}: line {number}", cells)
    assert sheet is not None
    _require_whole(path, sheet)
    return sheet


def require_answers(path: Path, strata: Sequence[Checked]) -> None:
    """Each stratum must have one: of mentions that nobody looked at, nothing can be said. Raises SheetError."""
    for stratum in strata:
        if not stratum.checked:
            raise SheetError(
                f"{path}: stratum {stratum.stratum!r} stands for {stratum.size} mentions and has no answer yet; write "
                f"yes or no into its lines"
            )


def _places(path: Path, header: Sequence[str]) -> dict[str, int]:
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise SheetError(
            f"{path}: line 1: there is no column `{missing[0]}`; keep all columns of the file as it was drawn (their "
            f"order does not matter), and save it as CSV (UTF-8)"
        )
    return {name: header.index(name) for name in _NEEDED}


def _add(sheet: Sheet | None, where: str, cells: Mapping[str, str]) -> Sheet:
    audit = _audit(where, cells["audit"])
    sheet = sheet or Sheet(audit)
    if audit != sheet.audit:
        raise SheetError(f"{where}, column audit: differs from the lines before; use the rows of one audit only")
    mention, stratum = cells["mention_id"], cells["stratum"]
    if not mention or mention in sheet.strata:
        what = f"{mention} stands twice; remove one of its lines" if mention else "is empty; restore it"
        raise SheetError(f"{where}, column mention_id: {what}")
    for name, known in (("stratum_size", sheet.sizes), ("stratum_sampled", sheet.drawn)):
        number = _number(where, name, cells[name])
        if known.setdefault(stratum, number) != number:
            raise SheetError(
                f"{where}, column {name}: {number}, but {known[stratum]} in an earlier line of {stratum!r}; restore it"
            )
    sheet.strata[mention] = stratum
    answer = cells[ANSWER].lower()
    if answer and answer not in _ANSWERS:
        raise SheetError(
            f"{where}, column {ANSWER}: {cells[ANSWER][:40]!r} is neither yes nor no; write one of them, or leave the "
            f"cell empty, which counts as not drawn"
        )
    if answer:
        sheet.answers[mention] = _ANSWERS[answer]
    return sheet


def _audit(where: str, cell: str) -> Audit:
    try:
        return Audit.parse(cell)
    except ValueError:
        raise SheetError(
            f"{where}, column audit: {cell[:60]!r} is not what was drawn; copy the cell of another line"
        ) from None


def _number(where: str, name: str, cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", cell) or not int(cell):
        raise SheetError(f"{where}, column {name}: {cell[:40]!r} is no whole number from 1; restore what was drawn")
    return int(cell)


def _require_whole(path: Path, sheet: Sheet) -> None:
    """No stratum may be gone, or what it keeps back would count as nothing."""
    rows = Counter(sheet.strata.values())
    for name, size in sheet.sizes.items():
        if not rows[name] <= sheet.drawn[name] <= size:
            raise SheetError(
                f"{path}: stratum {name!r} has {rows[name]} lines, {sheet.drawn[name]} drawn and {size} mentions, "
                f"which cannot be; restore its columns stratum, stratum_size and stratum_sampled"
            )
    total = sum(sheet.sizes.values())
    if total != sheet.audit.mentions:
        raise SheetError(
            f"{path}: its strata ({', '.join(sorted(sheet.sizes))}) hold {total} mentions, the audit was drawn from "
            f"{sheet.audit.mentions}; a stratum is missing, put its lines back"
        )
