"""What people see of rows: a table where it fits, blocks where it does not, nothing read as markup."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from pipeline import report
from pipeline.commands import tables

LONG = "Die Bahn steht seit vierzig Minuten, und niemand sagt, wann es weitergeht. " * 4


def printed(names, rows, width=80, title="", **more):
    out = io.StringIO()
    tables.show(Console(file=out, width=width), title, names, rows, **more)
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_queue_is_a_table_of_narrow_lines_at_every_usual_width(width):
    rows = [("deutsche-bahn", "needed 0.93, defect 0.87; " + "kaputt, " * 20, 3, "0.011", LONG * 2)] * 3
    names = ["brand", "how sure, what, why", "sev", "risk", "post"]
    lines = printed(names, rows, width, most_lines=report.MOST_LINES).splitlines()
    assert "sev" in lines[0] and max(map(len, lines)) <= width
    assert len(lines) == 2 + 3 * report.MOST_LINES
    assert sum(line.rstrip().endswith("\N{HORIZONTAL ELLIPSIS}") for line in lines) == 3, "what is cut is marked"
    assert [line.startswith("deutsche-bahn ") for line in lines[2 :: report.MOST_LINES]] == [True] * 3


def test_a_table_that_does_not_fit_becomes_a_block_a_row():
    names = [f"column_{n}" for n in range(12)]
    text = printed(names, [list(range(12)), [LONG] * 12], width=80)
    lines = text.splitlines()
    assert lines[0].startswith("-[ 1 ]") and lines[13].startswith("-[ 2 ]")
    assert lines[1] == "column_0   0" and lines[12] == "column_11  11"
    assert max(map(len, lines)) <= 80 and lines[15].startswith("           "), "values go on under themselves"
    assert " ".join(text.split()).count("wann es weitergeht.") == 12 * 4, "nothing is cut"
    assert printed(names, [list(range(12))], width=200).startswith("column_0  column_1")


def test_a_table_without_rows_names_its_columns():
    assert printed(["a", "b"], []).split() == ["a", "b", "─" * 4]
    assert printed([f"column_{n}" for n in range(12)], []).startswith("(no rows; columns: column_0, column_1")


@pytest.mark.parametrize("width", [20, 80])
@pytest.mark.parametrize("text", ["[/foo] Bahn", "[bold] Bahn", "[red]x[/red]", r"\[a]", "[link=x]"])
def test_nothing_is_read_as_markup(text, width):
    """Post, column name and title; as a table and as blocks."""
    assert printed([text], [[text]], title=text).count(text) == 3
    out = io.StringIO()
    tables.block(Console(file=out, width=width), text, [text], [text])
    assert out.getvalue().count(text) == 3


def test_a_post_cannot_drive_the_terminal():
    """Escape sequences, bells, and marks that turn the direction of text."""
    text = printed(["a\x1b[31m"], [["x\x1b]0;title\x07y\x9b2J\u202ez"], [b"\x1b[2J\xff"]], title="\x1b[1m")
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)
    assert "\\xff" in text


def test_a_verdict_says_how_sure_for_what_and_why():
    reasons = ["language:fast", "intents:ni:0.95>=0.45", "intents:complaint:0.70>=0.27", "intents:defect:0.88>=0.35"]
    said = "needed 0.95, defect 0.88, complaint 0.70"
    assert report.verdict(reasons, 0.95) == said
    assert report.verdict([*reasons, "intents:word:brennt", "intents:word:akku"], 0.95) == f"{said}; brennt, akku"
    matter = "sensitive:health_safety:brennt"
    assert report.verdict([*reasons, "intents:word:akku", matter], 0.95) == f"{said}; akku, brennt (health_safety)"
    assert report.verdict(reasons[:2], 0.954) == "needed 0.95"
