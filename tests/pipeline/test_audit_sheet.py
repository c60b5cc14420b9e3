"""The CSV of an audit: what a spreadsheet must not run, what it may do to the file, and what is refused."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.auditing import filled
from pipeline.auditing.estimate import Checked
from pipeline.auditing.filled import SheetError
from pipeline.auditing.sheet import COLUMNS, Audit, Drawn, to_csv
from pipeline.auditing.strata import IN_QUEUE

AUDIT = Audit("live, 2", date(2026, 10, 29), date(2026, 11, 28), 1030, 7)
SIZES = {IN_QUEUE: 30, "no_brand p<0.1": 1000}
HOSTILE = [
    "=1+1", "+49 30 1234", "-2", "@SUM(A1)", "\t=1+1", " \r\n=HYPERLINK(\"http://x\")", "＝1", "a;b,c\td",
    'he said "no"', "two\nlines\r\nthree", "", " ", "\0\x1b[31m", "a\u2028b", "x" * 40_000,
    "Grüße 👩‍👩‍👧", "'quoted", "yes", "﻿bom",
]  # fmt: skip


def drawn(number, text="text", stratum="no_brand p<0.1", **changes):
    values = {
        "mention_id": f"id-{number}", "stratum": stratum, "text": text, "brands": "bahn, google", "platform": "x",
        "published_at": "2026-11-20 17:30", "url": "https://x.com/a/1", "probability": 0.051,
        "suppressed_by": "no_brand",
    }  # fmt: skip
    return Drawn(**values | changes)


ROWS = [*(drawn(n) for n in range(4)), *(drawn(n, stratum=IN_QUEUE) for n in range(4, 6))]


def lines(data, delimiter=";"):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def saved(folder, rows, *, delimiter=";", encoding="utf-8-sig"):
    """As a spreadsheet saves rows."""
    path = folder / "audit.csv"
    with path.open("w", encoding=encoding, errors="replace", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return path


def answered(*answers):
    rows = lines(to_csv(AUDIT, SIZES, ROWS, {}))
    for row, answer in zip(rows[1:], answers, strict=False):
        row[0] = answer
    return rows


def test_the_file_opens_in_a_german_excel_with_the_answer_first():
    data = to_csv(AUDIT, SIZES, [drawn(1, "Grüße")], {})
    assert data.startswith(b"\xef\xbb\xbfneeds_intervention;text;") and data.count(b"\r\n") == 2
    assert lines(data)[1] == [
        "", "Grüße", "bahn, google", "x", "2026-11-20 17:30", "https://x.com/a/1", "no_brand", "0.05", "no_brand p<0.1",
        "1000", "1", "id-1", "generation live, 2, 2026-10-29 to 2026-11-28, 1030 mentions, seed 7",
    ]  # fmt: skip


@pytest.mark.parametrize("column", ["text", "brands", "platform", "url", "suppressed_by"])
def test_no_cell_is_a_formula_a_second_line_or_too_long_for_a_spreadsheet(column, tmp_path):
    rows = [drawn(n, **{column: text}) for n, text in enumerate(HOSTILE)]
    data = to_csv(AUDIT, {"no_brand p<0.1": 1030}, rows, {})
    assert data.count(b"\n") == len(HOSTILE) + 1
    place = COLUMNS.index(column)
    for row, text in zip(lines(data)[1:], HOSTILE, strict=True):
        cell = row[place]
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝")) and len(cell) < 32_767
        if len(text) < 100 and text.isprintable():
            assert cell.removeprefix("'") == text.strip().removeprefix("'"), "else it stands as it is"
    (tmp_path / "a.csv").write_bytes(data)
    assert len(filled.read(tmp_path / "a.csv").strata) == len(HOSTILE)


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(), st.sampled_from([True, False, None])), min_size=1, max_size=20))
def test_what_was_answered_comes_back_whatever_the_posts_say(tmp_path_factory, posts):
    rows = [drawn(n, text, url=text) for n, (text, _) in enumerate(posts)]
    answers = {f"id-{n}": answer for n, (_, answer) in enumerate(posts) if answer is not None}
    path = tmp_path_factory.mktemp("audit") / "audit.csv"
    path.write_bytes(to_csv(AUDIT, {"no_brand p<0.1": 1030}, rows, answers))
    sheet = filled.read(path)
    assert sheet.answers == answers and sheet.audit == AUDIT
    assert sheet.checked() == [
        Checked("no_brand p<0.1", 1030, len(posts), len(answers), sum(answers.values())),
    ]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252"])
def test_a_file_is_read_as_spreadsheets_save_it(tmp_path, delimiter, encoding):
    """Sorted anew, columns moved, empty rows at the end, the decimal point made a comma."""
    rows = answered("yes", " Nein ", "", "JA", "n", "j")
    header, *rest = [[row[-1], *row[:-1]] for row in rows]
    rest = [[cell.replace("0.05", "0,05") for cell in row] for row in rest]
    path = saved(tmp_path, [header, *rest[::-1], [""] * 13, []], delimiter=delimiter, encoding=encoding)
    assert filled.read(path).checked() == [
        Checked(IN_QUEUE, 30, 2, 2, 1),
        Checked("no_brand p<0.1", 1000, 4, 3, 2),
    ]


def changed(place, column, value):
    rows = answered()
    rows[place][COLUMNS.index(column)] = value
    return rows


WRONG = {
    "an unclear answer": (changed(3, "needs_intervention", "vielleicht"),
        "line 4, column needs_intervention: 'vielleicht' is neither yes nor no; write one of them, or leave the cell"),
    "a size that was touched": (changed(2, "stratum_size", "1.000"),
        "line 3, column stratum_size: '1.000' is no whole number from 1; restore what was drawn"),
    "a size of nothing": (changed(1, "stratum_size", "0"), "line 2, column stratum_size: '0' is no whole number"),
    "sizes that differ": (changed(3, "stratum_size", "1001"),
        "line 4, column stratum_size: 1001, but 1000 in an earlier line of 'no_brand p<0.1'; restore it"),
    "a post twice": (changed(2, "mention_id", "id-0"), "line 3, column mention_id: id-0 stands twice; remove one"),
    "a post without a name": (changed(2, "mention_id", ""), "line 3, column mention_id: is empty; restore it"),
    "rows of another audit": (changed(2, "audit", str(Audit("x", AUDIT.since, AUDIT.until, 1030, 7))),
        "line 3, column audit: differs from the lines before"),
    "an audit that was touched": (changed(1, "audit", "x"), "line 2, column audit: 'x' is not what was drawn; copy"),
    "a day that is none": (changed(1, "audit", str(AUDIT).replace("10-29", "13-29")), "line 2, column audit: "),
    "a stratum with more lines than drawn": (
        [*answered(), *changed(1, "mention_id", "more")[1:2]],
        "stratum 'no_brand p<0.1' has 5 lines, 4 drawn and 1000 mentions"),
    "a stratum that is gone": (answered()[:5],
        "its strata (no_brand p<0.1) hold 1000 mentions, the audit was drawn from 1030; a stratum is missing, put"),
    "no posts": (answered()[:1], "holds no posts; name the file that `echolot audit --out` wrote"),
    "a column that is gone": ([row[:-2] for row in answered()], "line 1: there is no column `mention_id`; keep all"),
    "nothing": ([], "line 1: there is no column `needs_intervention`"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_unclear_is_refused_with_line_column_and_mend(tmp_path, case):
    rows, says = WRONG[case]
    with pytest.raises(SheetError) as told:
        filled.read(saved(tmp_path, rows))
    assert f"{tmp_path}/audit.csv: {says}" in str(told.value)


@pytest.mark.parametrize(
    "data, says",
    [(b"\xff\xfea\0b\0", "there is no column"), (b'a;b\r\n"' + b"x" * 200_000, "is no CSV"), (b"PK\3\4", "no column")],
)
def test_what_is_no_csv_is_refused(tmp_path, data, says):
    (tmp_path / "a.csv").write_bytes(data)
    limit = csv.field_size_limit(131_072)  # Python's own; the readers of dumps lift it for the process
    try:
        with pytest.raises(SheetError, match=says):
            filled.read(tmp_path / "a.csv")
    finally:
        csv.field_size_limit(limit)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SheetError, match=r"none\.csv: cannot be read \(No such file or directory\); name the file"):
        filled.read(tmp_path / "none.csv")


def test_lines_may_be_missing_and_count_as_not_drawn(tmp_path):
    sheet = filled.read(saved(tmp_path, [*answered("yes", "no")[:3], *answered()[5:]]))
    assert sheet.checked()[1] == Checked("no_brand p<0.1", 1000, 4, 2, 1)


def test_a_stratum_without_an_answer_is_named(tmp_path):
    sheet = filled.read(saved(tmp_path, answered("yes", "no")))
    with pytest.raises(
        SheetError, match=r"a\.csv: stratum 'queued' stands for 30 mentions and has no answer yet; write"
    ):
        filled.require_answers(tmp_path / "a.csv", sheet.checked())
