"""The file of an audit, as it is drawn: a CSV that people fill in with a spreadsheet. Pure. It is read by filled.py.

UTF-8 with a byte order mark, without which Excel takes umlauts for something else, and semicolons: a German Excel opens
nothing else by a double click, while LibreOffice and Google Sheets find the separator out. A row is a line, so that
line numbers are those of the spreadsheet. Every row carries what the estimate needs, whatever people sort or filter;
that is whole numbers and names alone, as spreadsheets rewrite decimals and dates."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

ANSWER = "needs_intervention"
COLUMNS = (
    ANSWER, "text", "brands", "platform", "published_at", "url", "suppressed_by", "probability", "stratum",
    "stratum_size", "stratum_sampled", "mention_id", "audit",
)  # fmt: skip
"""In their order: what people need is on the left, what could sway them on the right."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_LONGEST_CELL = 32_000  # Excel holds 32,767 characters and spills the rest into other cells
_AUDIT = re.compile(
    r"generation (?P<generation>.*), (?P<since>\d{4}-\d\d-\d\d) to (?P<until>\d{4}-\d\d-\d\d), "
    r"(?P<mentions>\d+) mentions, seed (?P<seed>\d+)"
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Audit:
    """What was drawn from."""

    generation: str
    since: date
    until: date
    """First day after the range."""
    mentions: int
    """Of all strata."""
    seed: int

    @property
    def days(self) -> int:
        """Length of the range."""
        return (self.until - self.since).days

    def __str__(self) -> str:
        return f"generation {self.generation}, {self.since} to {self.until}, {self.mentions} mentions, seed {self.seed}"

    @classmethod
    def parse(cls, text: str) -> Audit:
        """The audit whose `str` this is. Raises ValueError."""
        found = _AUDIT.fullmatch(text)
        if found is None:
            raise ValueError(text)
        since, until = date.fromisoformat(found["since"]), date.fromisoformat(found["until"])
        return cls(found["generation"], since, until, int(found["mentions"]), int(found["seed"]))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One post of the sample."""

    mention_id: str
    stratum: str
    text: str
    brands: str
    platform: str
    published_at: str
    url: str
    probability: float
    suppressed_by: str


def to_csv(audit: Audit, sizes: Mapping[str, int], rows: Sequence[Drawn], answers: Mapping[str, bool]) -> bytes:
    """The file, in the order of `rows`; `answers` by mention id are filled in."""
    drawn = Counter(row.stratum for row in rows)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        answer = {True: "yes", False: "no", None: ""}[answers.get(row.mention_id)]
        cells: Iterable[object] = (
            answer, row.text, row.brands, row.platform, row.published_at, row.url, row.suppressed_by,
            f"{row.probability:.2f}", row.stratum, sizes[row.stratum], drawn[row.stratum], row.mention_id, audit,
        )  # fmt: skip
        writer.writerow([_cell(str(cell)) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    """On one line, not too long, and no formula: a post may be written to run one in the reader's spreadsheet."""
    text = _CONTROLS.sub(" ", text).strip()
    if text.startswith(_FORMULA):
        text = f"'{text}"
    return text if len(text) <= _LONGEST_CELL else text[:_LONGEST_CELL] + "\N{HORIZONTAL ELLIPSIS}"
