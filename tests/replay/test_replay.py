"""A replay gives the rows of the stream, by any number of workers, and touches nothing live."""

from __future__ import annotations

import json
import re
import time
from contextlib import closing

import pytest
import yaml

from sinks.chdb import ChdbStore
from tests import light
from tests.commands.test_errors import assert_says, echolot
from tests.jobs import ROOT, canonical

POSTS = ROOT / "samples" / "posts"
CONTENT = {
    "posts": "*",
    "verdicts": "*",
    "deletions": "*",
    "engagements": "*",
    "shares": "*",
    "aliases": "*",
    "dead_letters": "reason, detail, raw, item",
}


SMALL = {"kind": "dumps", "paths": [str(POSTS)], "poll_records": 500}
"""A source for `configured`: small batches, of which files of a few thousand records have some."""


def configured(folder, **more):
    folder.mkdir(exist_ok=True)
    path = folder / "echolot.yaml"
    settings = {
        "source": {"kind": "files", "path": str(POSTS), "follow": False},
        "store": {"kind": "chdb", "path": "store"},
    }
    more["judge"] = light.judge() | more.get("judge", {})
    path.write_text(yaml.safe_dump(settings | more))
    return path


def asked(config, sql):
    with closing(ChdbStore(config.parent / "store", linger_seconds=0)) as store:
        return store.query(sql).rows


def content(config):
    """Rows of every table of facts, whatever file or topic they came from."""
    return {
        table: sorted(map(repr, asked(config, f"SELECT {what} FROM {table} FINAL"))) for table, what in CONTENT.items()
    }


def replayed(config, *more, paths=(POSTS,)):
    done = echolot("replay", *paths, "--config", config, "--json", *more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def streamed(tmp_path_factory):
    """Content of a store after the followed-files job over the sample posts."""
    config = configured(tmp_path_factory.mktemp("streamed"))
    done = echolot("stream", "--config", config)
    assert done.returncode == 0, done.stderr
    return content(config)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_replay_writes_the_rows_of_the_stream(workers, streamed, tmp_path):
    config = configured(tmp_path)
    told = replayed(config, "--workers", workers)
    assert content(config) == streamed and len(streamed["posts"]) > 700 and len(streamed["dead_letters"]) > 10
    assert told["records"] == told["good"] + told["dead"] + told["ignored"]
    assert told["mentions"] - told["repeats"] == asked(config, "SELECT uniqExact(mention_id) FROM posts")[0][0]
    ((seen, good, dead, ignored),) = asked(
        config, "SELECT sum(seen), sum(good), sum(dead), sum(ignored) FROM ingest_accounting"
    )
    assert (seen, good, dead, ignored) == (told["records"], told["good"], told["dead"], told["ignored"])
    again = replayed(config, "--resume")
    assert again["records"] + again["left_out"] == told["records"] and content(config) == streamed


def test_a_dry_run_counts_alike_and_writes_nothing(streamed, tmp_path):
    config = configured(tmp_path)
    told = replayed(config, "--dry-run")
    assert told["mentions"] >= len(streamed["posts"]) and told["dead"] > 0 and sum(told["hours"]) == told["mentions"]
    assert not (tmp_path / "store").exists()


def test_what_is_kept_of_deleted_posts_is_the_same_by_stream_replay_and_dry_run(tmp_path):
    posts, kept = tmp_path / "posts", {"privacy": {"keep_deleted": True}}
    later = json.loads((ROOT / "tests" / "golden" / "reddit" / "odd_deleted_later.json").read_bytes())
    removed = canonical("t1_kx1ab2c", "[removed]", platform="reddit", published_at="2023-11-14T22:13:20Z")
    posts.mkdir()
    records = [json.dumps(later).encode(), canonical("1", "Danke!"), removed]
    (posts / "dump.jsonl").write_bytes(b"\n".join(records) + b"\n")
    streamed = configured(tmp_path / "streamed", source={"kind": "files", "path": str(posts), "follow": False}, **kept)
    done = echolot("stream", "--config", streamed)
    assert done.returncode == 0, done.stderr
    config = configured(tmp_path / "replayed", **kept)
    counted = [replayed(config, *more, paths=[posts]) for more in (["--dry-run"], [])]
    assert [(told["mentions"], told["deletions"]) for told in counted] == [(2, 2)] * 2
    assert content(config) == content(streamed)
    ((text,),) = asked(config, "SELECT text FROM mentions WHERE is_deleted")
    assert text.startswith("Bei mir hat der Support")


def test_another_generation_stays_unseen_until_it_is_activated(tmp_path):
    config = configured(tmp_path)
    replayed(config, paths=[POSTS / "twcs.csv"])
    before = asked(config, "SELECT mention_id FROM queue ORDER BY mention_id")
    changed = configured(tmp_path, judge={"thresholds": {"needs_intervention": 0.05}})
    assert_says(echolot("replay", POSTS / "twcs.csv", "--config", changed), 2, "judge.generation", "would mix")
    told = replayed(changed, "--generation", "softer", paths=[POSTS / "twcs.csv"])
    assert told["left_out"] == 0 and told["mentions"] > 50
    assert asked(config, "SELECT mention_id FROM queue ORDER BY mention_id") == before
    flips = json.loads(echolot("diff", "live", "softer", "--config", config, "--json").stdout)
    (tmp_path / "new.jsonl").write_bytes(canonical("77", "Aufzug kaputt @DB_Bahn"))
    replayed(changed, "--generation", "softer", paths=[tmp_path / "new.jsonl"])
    assert asked(config, "SELECT generation, needs_intervention FROM mentions WHERE native_id = '77'") == [("", 0)]
    assert flips["only_a"] == flips["only_b"] == 0 and flips["changed"] > 0
    assert echolot("generations", "activate", "softer", "--config", config).returncode == 0
    assert len(asked(config, "SELECT mention_id FROM queue")) > len(before)
    resumed = replayed(changed, "--generation", "softer", "--resume", paths=[POSTS / "twcs.csv"])
    assert resumed["records"] + resumed["left_out"] == told["records"]


def test_a_span_leaves_the_rest_out(tmp_path):
    config = configured(tmp_path)
    told = replayed(config, "--from", "2026-11-19", "--to", "2026-11-20")
    assert (
        told["first"] >= "2026-11-19"
        and told["last"] < "2026-11-20"
        and told["reasons"]["ignored: outside_the_span"] > 0
    )
    whole = replayed(config, "--dry-run")
    assert told["records"] == whole["records"] and 0 < told["mentions"] < whole["mentions"]


def test_what_is_missing_is_said_before_anything_is_read(tmp_path):
    config = configured(tmp_path)
    assert_says(
        echolot("replay", tmp_path / "nothing.csv", "--config", config), 1, "nothing.csv: no such file or folder"
    )
    assert_says(echolot("replay", POSTS, "--config", config, "--format", "twsc"), 2, "did you mean `twcs`?")
    export = tmp_path / "mentions.csv"
    export.write_text(
        "Report:,x\n\nQuery Id,Query Name,Date,Full Text,Url,Page Type\n"
        "1,q,2026-11-18 05:00:00.0,Aufzug kaputt @DB_Bahn,https://example.com/a,blog\n"
    )
    assert_says(
        echolot("replay", export, "--config", config), 2, "mentions.csv is read as brandwatch", "--zone Europe/Berlin"
    )
    assert not (tmp_path / "store").exists()
    told = replayed(config, "--zone", "Europe/Berlin", paths=[export])
    assert (told["mentions"], told["first"]) == (1, "2026-11-18T04:00:00+00:00")


def test_a_zone_that_is_none_is_told_at_once(tmp_path):
    config = configured(tmp_path)
    assert_says(echolot("replay", POSTS, "--config", config, "--zone", "Berlin"), 2, "there is no zone 'Berlin'")
    assert_says(echolot("replay", "--config", config), 2, "name at least one PATH, or source.paths")


def test_the_configuration_may_say_what_is_read_and_how(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mentions.csv").write_text(
        "Query Id;Query Name;Date;Full Text;Url;Page Type\n1;q;2026-11-18 05:00:00;kaputt;https://example.com/a;blog\n"
    )
    source = {"kind": "dumps", "paths": ["in"], "format": "brandwatch", "zone": "Europe/Berlin", "delimiter": ";"}
    config = configured(tmp_path, source=source)
    assert replayed(config, "--dry-run", paths=[])["first"] == "2026-11-18T04:00:00+00:00"
    assert replayed(config, "--dry-run", "--zone", "UTC", paths=[])["first"] == "2026-11-18T05:00:00+00:00"
    assert_says(echolot("stream", "--config", config), 2, "dumps are read by `echolot replay")


def test_a_rate_is_kept(tmp_path):
    dump = tmp_path / "dump.jsonl"
    dump.write_bytes(b"\n".join(canonical(str(n), f"text {n}") for n in range(2500)) + b"\n")
    config = configured(tmp_path)
    began = time.monotonic()
    replayed(config, "--dry-run", "--max-rate", "500", paths=[dump])
    assert time.monotonic() - began > (2500 - 500) / 500


def test_sniff_and_formats_say_what_would_be_read(tmp_path):
    done = echolot("sniff", POSTS / "twcs.csv")
    assert done.returncode == 0 and "table, commas, utf-8; format twcs, by its fields" in done.stdout
    listed = json.loads(echolot("formats", "--json").stdout)
    assert {row["format"] for row in listed} >= {"canonical", "brandwatch", "x_archive"}
    assert all(row["what"] for row in listed)
    mapping = tmp_path / "formats"
    mapping.mkdir()
    (mapping / "mine.yaml").write_text((ROOT / "samples" / "formats" / "gold.yaml").read_text())
    assert "mine" in echolot("formats", "--mappings", mapping, "--json").stdout


ACCOUNT = "SELECT sum(seen), sum(good), sum(dead), sum(ignored), sum(mentions), sum(missing) FROM ingest_accounting"


def test_what_a_span_leaves_out_stays_in_the_ledger_as_it_was_known(tmp_path):
    """A first replay of a span balances; what one of all then knows outlives another of the span, whatever its name."""
    dump = tmp_path / "dump.jsonl"
    days = [canonical(str(n), "Aufzug kaputt", published_at=f"2026-11-{n:02}T12:00:00Z") for n in range(1, 21)]
    dump.write_bytes(b"\n".join([*days, b"{broken"]) + b"\n")
    config, span = configured(tmp_path), ("--from", "2026-11-05", "--to", "2026-11-10")
    first = replayed(config, *span, paths=[dump])
    assert [first[name] for name in ("records", "good", "dead", "ignored")] == [21, 5, 1, 15]
    assert asked(config, ACCOUNT) == [(21, 5, 1, 15, 5, 0)]
    replayed(config, paths=[dump])
    assert asked(config, ACCOUNT) == [(21, 20, 1, 0, 20, 0)]
    again = replayed(config, *span, "--generation", "trial", paths=[dump])
    assert [again[name] for name in ("records", "good", "dead", "ignored")] == [21, 5, 1, 15]
    assert asked(config, ACCOUNT) == [(21, 20, 1, 0, 20, 0)]


def test_a_dropped_generation_is_replayed_whole_by_a_resume(tmp_path):
    dump = tmp_path / "dump.jsonl"
    dump.write_bytes(b"\n".join(canonical(str(n), f"text {n}") for n in range(1000)) + b"\n")
    config = configured(tmp_path, source=SMALL)
    trial = ("--generation", "trial", "--resume")
    assert replayed(config, paths=[dump])["records"] == replayed(config, *trial, paths=[dump])["records"] == 1000
    assert echolot("generations", "drop", "trial", "--config", config).returncode == 0
    assert replayed(config, *trial, paths=[dump])["left_out"] == 0
    assert replayed(config, *trial, paths=[dump])["left_out"] == 1000
    assert asked(config, "SELECT count() FROM verdicts FINAL WHERE generation = 'trial'") == [(1000,)]


def test_what_a_second_replay_mends_is_no_dead_letter(tmp_path):
    dump = tmp_path / "export.csv"
    rows = ["platform,native_id,text,published_at", *(f"x,{n},schön {n},2026-11-01T12:00:00Z" for n in range(5))]
    dump.write_bytes("\n".join(rows).encode("cp1252") + b"\n")
    config, summary = configured(tmp_path), "SELECT reason, count FROM dead_letter_summary"
    assert replayed(config, paths=[dump])["dead"] == 5
    assert asked(config, summary) == [("not_utf8", 5)]
    assert replayed(config, "--encoding", "cp1252", paths=[dump])["good"] == 5
    assert asked(config, summary) == [] and asked(config, "SELECT count() FROM dead_letters FINAL") == [(5,)]


def test_the_nightly_configuration_of_the_docs_is_whole(tmp_path):
    """As typed, but for where the exports lie."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "backfill.md").read_text("utf-8"), re.DOTALL)
    (nightly,) = [block for block in blocks if block.startswith("source:")]
    (tmp_path / "today").mkdir()
    (tmp_path / "today" / "mentions.csv").write_text(
        "Query Id;Query Name;Date;Full Text;Url;Page Type\n1;q;2026-11-18 05:00:00;kaputt;https://example.com/a;blog\n"
    )
    (tmp_path / "brands.yaml").write_text("brands: [{id: bahn, name: Bahn}]\n")
    config = tmp_path / "nightly.yaml"
    config.write_text(nightly.replace("/exports/today", str(tmp_path / "today")))
    asks = {name: "secret" for name in re.findall(r"\$\{(\w+)\}", nightly)}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in asks.items():
            patch.setenv(name, value)
        told = replayed(config, "--dry-run", paths=[])
    assert (told["mentions"], told["first"]) == (1, "2026-11-18T04:00:00+00:00")
    assert {"store", "judge", "privacy"} < yaml.safe_load(nightly).keys(), "else the rows go elsewhere, or are others"
