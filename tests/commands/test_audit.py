"""`echolot audit` as a care lead would type it, on an embedded store with real rows."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from sinks.chdb import ChdbStore
from tests.commands.test_errors import assert_says, configured, echolot
from tests.sinks.rows import block, generation, post, verdict

MENTIONS = 400
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """A configuration whose store holds 400 mentions of yesterday: 40 queued, 20 a brand's own, 340 below."""
    folder = tmp_path_factory.mktemp("audit")
    reasons = ["" if n < 40 else "own_post" if n < 60 else "below_threshold" for n in range(MENTIONS)]
    store = ChdbStore(folder / "store", linger_seconds=0.5)
    store.migrate()
    verdicts = [
        verdict(n, generation="live", suppressed_by=reason, queued=not reason, published_at=YESTERDAY,
                needs_intervention_probability=0.8 if not reason else 0.02 + 0.2 * (n % 2))
        for n, reason in enumerate(reasons)
    ]  # fmt: skip
    store.write([
        block("generations", [generation("live", 1)]),
        block("posts", [post(n, text=f"=text {n}") for n in range(MENTIONS)]),
        block("verdicts", verdicts),
    ])  # fmt: skip
    store.close()
    return configured(folder)


def filled_in(path, answer):
    """The file with `answer(text)` in every row."""
    header, *rows = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter=";")
    for row in rows:
        row[0] = answer(int(row[1].removeprefix("'=text ")))
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([header, *rows])
    return len(rows)


def test_from_the_store_to_recall_with_its_interval(job, tmp_path):
    """40 queued, 30 of them rightly; 340 suppressed, of which 34 should have been queued: recall 30 / 64 = 0.47."""
    out = tmp_path / "audit.csv"
    done = echolot("audit", "--config", job, "--out", out, "--sample", "100")
    assert done.returncode == 0, done.stderr
    for part in ("below_threshold p<0.1", f"100 posts are in {out}: generation live, ", "20 posts of brands' own",
                 f"then: echolot audit --checked {out}"):  # fmt: skip
        assert part in done.stdout, done.stdout
    assert filled_in(out, lambda n: "yes" if n < 30 or (n >= 60 and n % 10 == 3) else "no") == 100
    said = echolot("audit", "--checked", out)
    assert said.returncode == 0, said.stderr
    for part in (
        "Recall of the queue ",
        "Precision of the queue ",
        "Missed a day ",
        "more posts of 'below_threshold p",
    ):
        assert part in said.stdout, said.stdout
    figures = json.loads(echolot("audit", "--checked", out, "--json").stdout)
    assert figures["recall"]["low"] < 30 / 64 < figures["recall"]["high"]
    assert figures["precision"]["low"] < 30 / 40 < figures["precision"]["high"]
    assert figures["missed_a_day"]["low"] < 34 / 30 < figures["missed_a_day"]["high"]
    assert [s["size"] for s in figures["strata"]] == [40, 170, 170] and figures["mentions"] == 380
    assert figures["advice"]["posts"] == 25

    larger = tmp_path / "larger.csv"
    done = echolot("audit", "--config", job, "--checked", out, "--out", larger, "--sample", "380", "--json")
    assert [row["drawn"] for row in json.loads(done.stdout)] == [40, 170, 170], done.stderr
    said = echolot("audit", "--checked", larger)
    assert "280 posts have no answer; they count as not drawn." in said.stdout, said.stdout
    filled_in(larger, lambda n: "yes" if n < 30 or (n >= 60 and n % 10 == 3) else "no")
    figures = json.loads(echolot("audit", "--checked", larger, "--json").stdout)
    assert figures["recall"] == pytest.approx({"estimate": 30 / 64, "low": 30 / 64, "high": 30 / 64})


def test_a_sample_goes_into_audit_csv_and_answers_in_it_are_never_written_over(job, tmp_path):
    assert "posts are in audit.csv" in echolot("audit", "--config", job, "--sample", "50", at=tmp_path).stdout
    assert filled_in(tmp_path / "audit.csv", lambda n: "no") == 50
    again = echolot("audit", "--config", job, at=tmp_path)
    assert_says(again, 2, "audit.csv exists, and may hold answers; name another file by --out")


def test_a_file_with_answers_is_never_written_over(job, tmp_path):
    out = tmp_path / "audit.csv"
    out.write_text("precious")
    assert_says(echolot("audit", "--config", job, "--out", out), 2, "exists, and may hold answers; name another file")
    assert out.read_text() == "precious"


def test_an_unclear_answer_is_named_with_line_and_column(job, tmp_path):
    out = tmp_path / "audit.csv"
    assert echolot("audit", "--config", job, "--out", out, "--sample", "50").returncode == 0
    assert_says(echolot("audit", "--checked", out), 1, "audit.csv: stratum 'queued' stands for 40 mentions and has no")
    filled_in(out, lambda n: "kaum")
    assert_says(
        echolot("audit", "--checked", out), 1, "line 2, column needs_intervention: 'kaum' is neither yes nor no"
    )


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["--checked", "a.csv", "--seed", "2"], "stand in the file already; leave them out with --checked"),
        (["--out", "a.csv", "--since", "2026-11-02", "--until", "2026-11-02"], "the range is empty"),
        (["--out", "a.csv", "--since", "gestern"], "--since"),
        (["--out", "a.csv", "--sample", "10"], "--sample"),
    ],
)
def test_bad_usage_says_what_to_do(arguments, says):
    assert_says(echolot("audit", *arguments), 2, says)


def test_a_smaller_sample_than_before_is_refused(job, tmp_path):
    out = tmp_path / "audit.csv"
    assert echolot("audit", "--config", job, "--out", out, "--sample", "100").returncode == 0
    done = echolot("audit", "--config", job, "--checked", out, "--out", tmp_path / "b.csv", "--sample", "60")
    assert_says(done, 2, "the file has 100 posts already; give a larger --sample")


def test_no_store_is_made_where_there_is_none(tmp_path):
    done = echolot("audit", "--config", configured(tmp_path), "--out", tmp_path / "audit.csv")
    assert_says(done, 1, f"{tmp_path}/store: there is no store there yet; `echolot migrate")
    assert not (tmp_path / "store").exists() and not (tmp_path / "audit.csv").exists()


def test_a_place_that_cannot_be_written_is_named(job, tmp_path):
    done = echolot("audit", "--config", job, "--out", tmp_path / "none" / "audit.csv")
    assert_says(done, 1, "none/audit.csv: cannot be written (No such file or directory); name another file by --out")
