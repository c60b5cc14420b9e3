"""Which name of a query is wrong, and which was meant."""

import pytest

from pipeline.names import explained, guessed
from sinks.codes import UnknownName
from sinks.store import Result

TABLES = {
    "mentions": ["text", "severity", "brands", "published_at", "needs_intervention_probability"],
    "queue": ["text", "severity", "url"],
    "generations": ["name", "activation"],
}


@pytest.mark.parametrize(
    ("query", "guess"),
    [
        ("SELECT txt FROM mentions", "no column `txt`; did you mean `text`?"),
        (
            "SELECT text, count() AS n FROM mentions WHERE severty > 2 GROUP BY text",
            "severty`; did you mean `severity`?",
        ),
        ("SELECT m.sevrity FROM queue AS m", "no column `sevrity`; did you mean `severity`?"),
        ("SELECT text AS txet, brnds FROM mentions ORDER BY txet", "no column `brnds`; did you mean `brands`?"),
        ("SELECT 'txt' AS a, `urll` FROM queue -- sevrity", "no column `urll`; did you mean `url`?"),
        ("SELECT zzz FROM queue", "no column `zzz`; queue has severity, text, url"),
        ("SELECT toDate(x) FROM queue JOIN generations USING (x)", "no column `x`; queue and generations have"),
        ("SELECT 1 FROM queue", "a name that is unknown; queue has severity, text, url"),
    ],
)
def test_a_column_is_guessed_from_those_of_the_tables_read(query, guess):
    assert guess in guessed(query, TABLES, of_table=False)


@pytest.mark.parametrize(
    ("query", "guess"),
    [
        ("SELECT * FROM mention", "`mention`; did you mean `mentions`?"),
        ("select * from `qeue` limit 1", "`qeue`; did you mean `queue`?"),
        ("SELECT * FROM queue JOIN generation USING (name)", "`generation`; did you mean `generations`?"),
        ("SELECT * FROM zzz", "`zzz`; there are mentions, queue, generations"),
    ],
)
def test_a_table_is_guessed_from_those_that_are_there(query, guess):
    assert guess in guessed(query, TABLES, of_table=True)


class Store:
    def __init__(self, tables):
        self.tables = tables

    def query(self, sql, parameters=None):
        if "system.tables" in sql:
            return Result(["name"], [], [(name,) for name in self.tables])
        return Result(["table", "name"], [], [(t, c) for t, columns in self.tables.items() for c in columns])


def test_the_guess_comes_first_and_the_engines_words_last():
    error = UnknownName(47, "ClickHouse h:9000", "mend", "Missing columns: 'txt'")
    text = str(explained(error, "SELECT txt FROM queue", Store(TABLES)))
    assert text == "there is no column `txt`; did you mean `text`? (ClickHouse h:9000: Missing columns: 'txt')"


@pytest.mark.parametrize(("code", "tables"), [(81, TABLES), (60, {}), (47, {"schema_migrations": ["number"]})])
def test_migrate_is_named_only_where_the_schema_is_missing(code, tables):
    text = str(explained(UnknownName(code, "place", "mend", "said"), "SELECT * FROM mentions", Store(tables)))
    assert text.startswith("place: there is no store there yet; `echolot migrate --config FILE` makes it")
