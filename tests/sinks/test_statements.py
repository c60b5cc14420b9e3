"""SQL text taken apart, parameters put into it, codes and retries: the small pure parts."""

from __future__ import annotations

import re

import pytest

from schemas.errors import TerminalError, TransientError
from sinks import codes, dialect, parameters
from sinks.retrying import retry
from sinks.statements import require_reading, split


def test_a_semicolon_in_quotes_or_comments_ends_nothing():
    sql = "-- a; b\nSELECT ';', \"a;b\", `c;d`, 'it''s; \\'x;' /* ; */ ; SELECT 2;;\n-- end"
    assert split(sql) == ["SELECT ';', \"a;b\", `c;d`, 'it''s; \\'x;'", "SELECT 2"]


@pytest.mark.parametrize(
    "sql",
    ["select 1", "  (SELECT 1) UNION ALL (SELECT 2);", "WITH 1 AS x SELECT x", "-- why\nSHOW TABLES",
     "EXPLAIN SELECT 1", "DESCRIBE TABLE t", "SELECT 'INTO OUTFILE'", "SELECT a-1, b/2 FROM t"],
)  # fmt: skip
def test_reading_statements_pass(sql):
    assert require_reading(sql)


@pytest.mark.parametrize("sql", ["INSERT INTO t SELECT 1", "select 1 into\n outfile 'x'", "/* SELECT */ drop table t"])
def test_writing_statements_do_not(sql):
    with pytest.raises(TerminalError):
        require_reading(sql)


def test_inline_parameters_cannot_break_out_of_their_literal():
    sql = dialect.inline("SELECT {a:String}, {b:Array(String)}", {"a": "x' OR 1 --", "b": ["\\", "'"]})
    assert sql == "SELECT 'x\\' OR 1 --', ['\\\\', '\\'']"
    assert split(sql) == [sql]


def test_a_time_without_a_zone_is_no_parameter():
    from datetime import datetime

    with pytest.raises(ValueError, match="without a zone"):
        parameters.text(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("code", [159, 202, 209, 210, 241, 242, 252, 285, 319, 999])
def test_what_time_may_mend_is_transient(code):
    assert isinstance(codes.error_for(code, "", "t"), TransientError)


@pytest.mark.parametrize(
    ("code", "mend"),
    [(60, "echolot migrate"), (81, "echolot migrate"), (164, "read-only"), (193, "store.password"), 
     (243, "disk is full"), (497, "grant"), (516, "store.password"), (76, "end that process"), (9999, "refused")],
)  # fmt: skip
def test_what_only_a_person_mends_is_terminal_and_says_how(code, mend):
    error = codes.error_for(code, "Code: 1. DB::Exception: Why. Stack trace: 0. f()", "table t")
    assert isinstance(error, TerminalError)
    assert mend in str(error) and str(error).startswith("table t: ") and "Why." in str(error)
    assert "Stack" not in str(error) and "DB::" not in str(error)


def test_the_cause_of_an_engine_that_does_not_open_is_the_innermost_code():
    text = "Code: 36. DB::Exception: Error initializing. Code: 76. DB::Exception: Cannot lock file"
    assert (codes.code_in(text), codes.code_in(text, innermost=True), codes.code_in("none")) == (36, 76, 0)


class FakeClock:
    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds, /):
        self.now += seconds


def test_a_terminal_error_is_not_tried_again():
    tries = []

    def attempt():
        tries.append(1)
        raise TerminalError("stop")

    with pytest.raises(TerminalError, match=r"^stop$"):
        retry(attempt, budget_seconds=100, clock=FakeClock())
    assert len(tries) == 1


def test_retrying_ends_with_the_first_success_and_never_after_the_budget():
    clock, outcomes = FakeClock(), [TransientError("a"), TransientError("b"), None]

    def attempt():
        if outcome := outcomes.pop(0):
            raise outcome
        return "done"

    assert retry(attempt, budget_seconds=10, clock=clock) == "done" and clock.now == pytest.approx(0.3)

    def never():
        raise TransientError("down")

    with pytest.raises(TransientError, match=r"down \(given up after"):
        retry(never, budget_seconds=7, clock=clock)
    assert clock.now <= 0.3 + 7


def test_trouble_that_goes_on_is_logged_twice_a_minute(caplog):
    """600 s without a store were 124 lines."""

    def never():
        raise TransientError("down")

    with pytest.raises(TransientError), caplog.at_level("WARNING", "sinks.retrying"):
        retry(never, budget_seconds=600, clock=FakeClock())
    lines = [record.getMessage() for record in caplog.records]
    assert 15 <= len(lines) <= 21
    assert lines[0].startswith("store trouble, 1 tries in 0 s, 600 s left: down")
    assert re.match(r"store trouble, 1\d tries in 3\d s, 5\d\d s left: down", lines[1]), lines[1]


@pytest.mark.parametrize("code", [75, 243])
def test_a_full_disk_is_tried_for_some_seconds_and_then_stops_the_job(code):
    """Merges free room within seconds; ten minutes of it would only hide it."""
    clock, outcomes = FakeClock(), [codes.error_for(code, "no room", "posts")] * 3

    def attempt():
        if outcomes:
            raise outcomes.pop()
        return "done"

    assert retry(attempt, budget_seconds=600, clock=clock) == "done"

    def full():
        raise codes.error_for(code, "no room", "posts")

    began = clock.now
    with pytest.raises(TerminalError, match="full"):
        retry(full, budget_seconds=600, clock=clock)
    assert 5 < clock.now - began <= 10
