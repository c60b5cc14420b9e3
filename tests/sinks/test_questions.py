"""docs/sql.md: every question runs on both stores over the demo's rows; every column and stored word is explained."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from classifiers.noise_rules import Noise
from classifiers.sensitive_rules import Matter
from classifiers.triage import Suppression
from configs.loading import SHIPPED, load
from configs.settings import ChdbStoreSettings, ClickHouseStoreSettings, FilesSource, JobSettings
from configs.taxonomy import Taxonomy
from pipeline import job
from pipeline.stores import open_store
from schemas.record import Reason

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sql.md").read_text("utf-8")
QUESTIONS = dict(re.findall(r"^(\S[^\n]*)\n```sql\n(.*?);\n```", PAGE, re.MULTILINE | re.DOTALL))
README = re.findall(r"```sql\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
VIEWS = (
    "mentions", "queue", "suppressed", "dead_letter_summary", "ingest_accounting", "active_generation", "near_copies",
    "sensitive", "generation_flips", "deleted",
)  # fmt: skip


@pytest.fixture(scope="module", params=["chdb", pytest.param("clickhouse", marks=pytest.mark.clickhouse)])
def demo(request, tmp_path_factory):
    """A store after the demo's job."""
    if request.param == "chdb":
        settings = ChdbStoreSettings(path=tmp_path_factory.mktemp("questions") / "store")
    else:
        server = request.getfixturevalue("server")
        login = {"port": server.port, "user": server.user, "password": SecretStr(server.password)}
        settings = ClickHouseStoreSettings(database="questions", **login)
    source = FilesSource(path=ROOT / "samples" / "posts", follow=False)
    job.run(JobSettings(source=source, store=settings), stop=threading.Event())
    store = open_store(settings)
    yield store
    store.close()


def test_there_are_questions():
    assert len(QUESTIONS) >= 15 and len(QUESTIONS) == PAGE.count("```sql")


def test_every_question_is_answered_with_rows(demo):
    without = [title for title, sql in QUESTIONS.items() if not demo.query(sql).rows]
    assert without == []


def test_the_readmes_queries_are_answered(demo):
    queries = [line.partition(";")[0] for text in README for line in text.splitlines() if line.startswith("SELECT")]
    assert len(queries) >= 3
    for sql in queries:
        assert demo.query(sql).rows, sql


def test_the_shares_of_a_day_are_a_whole(demo):
    share = next(sql for title, sql in QUESTIONS.items() if title.startswith("Share of voice"))
    days = {}
    for day, _, _, percent in demo.query(share).rows:
        days[day] = days.get(day, 0) + percent
    assert len(days) > 1 and all(abs(total - 100) < 1.5 for total in days.values()), days  # rounded to a tenth each


def test_urgency_comes_first_in_the_response_queue(demo):
    rows = demo.query(QUESTIONS["The response queue by urgency: what is answered first?"]).rows
    order = [(severity, probability) for severity, probability, *_ in rows]
    assert order == sorted(order, reverse=True) and len(rows) == 20


def test_every_column_of_every_view_is_explained(demo):
    """And none is that is not there; what q and s say of `queue` and `suppressed` is true."""
    listed = {}
    for names, marks in re.findall(r"^\| (`[^|]+`) \| ([qs ]*) ?\|", PAGE, re.MULTILINE):
        listed |= {name: set(marks.split()) for name in re.findall(r"`(\w+)`", names)}
    columns = {view: set(demo.query(f"SELECT * FROM {view} LIMIT 0").names) for view in VIEWS}
    assert listed.keys() == columns["mentions"]
    assert {name for name, marks in listed.items() if "q" in marks} == columns["queue"]
    assert {name for name, marks in listed.items() if "s" in marks} == columns["suppressed"]
    others = PAGE.partition("Other views:")[2].partition("\n## ")[0]
    assert "`sensitive` has the columns of `queue`, and `sensitive`, `queued` and `suppressed_by`" in others
    assert columns.pop("sensitive") == columns["queue"] | {"sensitive", "queued", "suppressed_by"}
    for view in columns.keys() - set(VIEWS[:3]):
        missing = [name for name in columns[view] if f"`{name}`" not in others]
        assert missing == [], view


def test_every_stored_word_is_explained(demo):
    words = PAGE.partition("## Words that are stored")[2].partition("\n## ")[0]
    taxonomy = load(SHIPPED / "taxonomy.yaml", Taxonomy)
    for word in (*Suppression, *Noise, *Matter, *Reason, *(intent.id for intent in taxonomy.intents)):
        assert f"`{word}`" in words, word
    patterns = [_pattern(code) for code in re.findall(r"`([a-z]+:[^`]+)`", words)]
    codes = {row[0] for row in demo.query("SELECT DISTINCT arrayJoin(reasons) FROM verdicts").rows}
    assert len(codes) > 50 and [code for code in codes if not any(p.fullmatch(code) for p in patterns)] == []


def _pattern(code):
    """`brand:name:ID` with anything for ID; P and T are numbers."""
    escaped = re.escape(code).replace(r">=", ">=")
    escaped = re.sub(r"\b[PT]\b", r"[01]\\.\\d\\d", escaped)
    return re.compile(re.sub(r"\b[A-Z]{2,}\b", r".+", escaped))
