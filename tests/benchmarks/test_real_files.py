"""The comparison of labelled sets with their files agrees where it should, and does not where a record is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import real_files

MOBASA = '<Documents><Document id="1"><text>Aufzug</text></Document><Document id="2"><text/></Document></Documents>'
TWEET = {"tweet_ID": "1245403438755852288", "client": "ann", "datetime": "2020-04-01T17:31:32.000Z", "message": "Hi"}
CONTENT = {
    "app_reviews/a.csv": 'data,score,thumbsUpCount,app\n"Good,\nreally",4,0,Foo\nBad,1,2,Foo\n',
    "banking77/a.csv": "text,category\nWhere is my card?,card_arrival\n",
    "customer_feedback/a.tsv": "tag\tconsumer_complaint_narrative\nbug\tIt \"stops\nbug\tIt's slow\n",
    "germeval2018/a.txt": 'Na "toll\tOTHER\tOTHER\nGruß!\tOTHER\tOTHER\n',
    "mobasa/a.xml": MOBASA,
    "twitter_care/a.json": json.dumps(
        [{"dialogContent": [TWEET, TWEET | {"agent": "Foo"}]}, {"dialogContent": [TWEET]}]
    ),
    "umsab/de_text.txt": '[one, "two\n\n{three}\tfour',
    "umsab/de_labels.txt": "0\n1\n",
    "gold/dev.jsonl": '{"id": "d1", "text": "a", "lang": "de", "source": "mobasa-dev"}\n',
}


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    for name, content in CONTENT.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def run(sets: Path) -> int:
    return real_files.main(["--sets", str(sets), "--gold", str(sets / "gold")])


def test_all_records_of_all_sets_are_read(sets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(sets) == 0
    told = capsys.readouterr().out.splitlines()
    counts = {line.split()[0]: line.split()[1:] for line in told[2:-1]}
    assert counts.keys() == real_files.SETS.keys() == {name.partition("/")[0] for name in CONTENT}
    assert counts["twitter_care"] == ["1", "2", "2", "3", "3", "0", "0"]
    assert counts["umsab"] == ["1", "2", "2", "2", "2", "0", "0"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mobasa/a.xml", '<Documents><Document id="1"><id>2</id><text>a</text></Document></Documents>'),
        ("twitter_care/a.json", json.dumps([{"dialogContent": [TWEET, {}]}])),
        ("gold/dev.jsonl", "{}\n"),
    ],
)
def test_a_lost_post_is_told(sets: Path, capsys: pytest.CaptureFixture[str], name: str, content: str) -> None:
    (sets / name).write_text(content)
    assert run(sets) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "DIFFER" in line]
    assert line.startswith(name.partition("/")[0])


def test_a_missing_set_is_told(sets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sets / "mobasa" / "a.xml").unlink()
    assert run(sets) == 1
    assert f"no *.xml in {sets}/mobasa" in capsys.readouterr().out
