"""An account's archive of X, as a folder or as a zip: its posts are read, all else is told and left."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from configs.dumps import DumpsSource
from pipeline.dumps import long_posts
from pipeline.sources.dumps import DumpRecords, told
from schemas.decode import decode
from schemas.errors import TerminalError
from schemas.mention import Mention
from schemas.record import Dead, Deletion, Ignored, Record
from tests.commands.test_errors import echolot
from tests.replay.test_replay import configured

AT = "Tue Mar 05 14:02:11 +0000 2024"
FIRST = 1765014951190134857
LONG = "Seit drei Stunden stehe ich am Bahnsteig und niemand sagt etwas, auch die App nicht. " * 6
PRIVATE = "nur für dich"


def tweet(number: int, text: str, **more: Any) -> dict[str, Any]:
    return {"tweet": {"id_str": str(FIRST + number), "created_at": AT, "full_text": text, "truncated": False, **more}}


def note(text: str, at: str = "2024-03-05T14:02:11.000Z") -> dict[str, Any]:
    return {"noteTweet": {"noteTweetId": str(FIRST - 99), "createdAt": at, "core": {"text": text}}}


def script(name: str, part: int, *elements: dict[str, Any]) -> str:
    return f"window.YTD.{name}.part{part} = " + json.dumps(elements, indent=2, ensure_ascii=False)


ARCHIVE = {
    "Your archive.html": "<!doctype html>",
    "assets/js/main.js": "(function(){var a=1, b=2;})();\n" * 30,
    "assets/app.css": "body { color: red; }\n.a, .b { margin: 0 }\n",
    "data/README.txt": "OVERVIEW\n\nWhat each file holds, and why:\n- account.js: id, name, mail\n",
    "data/account.js": script("account", 0, {"account": {"accountId": "2871130045", "username": "kundin"}}),
    "data/deleted-note-tweet.js": script("deleted_note_tweet", 0, note("gelöscht " * 60)),
    "data/deleted-tweets.js": script("deleted_tweets", 0, tweet(50, "weg", deleted_at="2024-03-06T10:00:00.000Z")),
    "data/direct-messages.js": script("direct_messages", 0, *[{"dmConversation": {"text": PRIVATE}}] * 300),
    "data/like.js": script("like", 0, *[{"like": {"tweetId": "7", "fullText": "fremd"}}] * 300),
    "data/manifest.js": 'window.__THAR_CONFIG = {\n  "userInfo": {"accountId": "2871130045"}\n}',
    "data/note-tweet.js": script("note_tweet", 0, note(LONG), note("ohne Beitrag " * 40, "2024-03-01T10:00:00.000Z")),
    "data/tweet-headers.js": script("tweet_headers", 0, {"tweet": {"tweet_id": str(FIRST), "created_at": AT}}),
    "data/tweets-part1.js": script("tweets", 1, tweet(2, f"@DB_Bahn {LONG[:260]}… https://t.co/ZyXwVuTsRq")),
    "data/tweets.js": script("tweets", 0, tweet(0, "Aufzug kaputt @DB_Bahn"), tweet(1, "RT @DB_Bahn: wieder heil")),
    "data/tweets_media/a.jpg": "\xff\xd8\xff\xe0",
    "data/tweets_media/b.jpg": "\xff\xd8\xff\xe0",
}
POSTS = {"tweets.js", "tweets-part1.js", "note-tweet.js", "deleted-tweets.js", "tweet-headers.js"}


@pytest.fixture(params=["folder", "zip"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    root = tmp_path / "twitter-2024"
    for name, content in ARCHIVE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode("latin-1" if name.endswith("jpg") else "utf-8"))
    if request.param == "folder":
        return root
    with zipfile.ZipFile(root.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(ARCHIVE, reverse=True):  # tweets before notes
            packed.write(root / name, name)
    return root.with_suffix(".zip")


def read(*paths: Path, **settings: Any) -> tuple[dict[str, list[Record]], list[str]]:
    """Records by file, and what is told of the others."""
    dumps = DumpRecords(DumpsSource(paths=paths, **settings), (), 100_000)
    found: dict[str, list[Record]] = {}
    while not dumps.exhausted:
        batch = dumps.poll(0)
        for record in batch.records if batch else ():
            found.setdefault(record.source.rpartition("#")[0].rpartition("/")[2], []).append(record)
    assert dumps.read_bytes() == dumps.total_bytes()
    return found, [f"{name}: {told(each)}" for name, each in dumps.notes]


def items(found: dict[str, list[Record]], *files: str) -> list[Any]:
    records = [record for name in files or found for record in found[name]]
    return [item for record in records for item in decode(record, format_name=None, max_bytes=100_000)]


def test_the_posts_are_read_and_every_other_file_is_told_by_name_and_reason(archive: Path) -> None:
    found, notes = read(archive)
    assert found.keys() == POSTS
    assert not any(isinstance(item, Dead) for item in items(found))
    (gone,) = items(found, "deleted-tweets.js")
    assert isinstance(gone, Deletion) and gone.native_id == str(FIRST + 50)
    assert items(found, "tweet-headers.js") == [Ignored("header")]
    for name in ARCHIVE.keys() - {f"data/{file}" for file in POSTS}:
        (line,) = [line for line in notes if name.rpartition("/")[2] in line]
        assert "not_read: " in line and PRIVATE not in line
    assert sum("a picture (JPEG)" in line for line in notes) == 1


def test_a_long_post_is_one_mention_with_its_whole_text_and_its_handles(archive: Path) -> None:
    found, _ = read(archive)
    (long,) = items(found, "tweets-part1.js")
    assert (long.native_id, long.text, long.truncated) == (str(FIRST + 2), f"@DB_Bahn {LONG}", False)
    paired, alone = items(found, "note-tweet.js")
    assert paired == Ignored("long_text_of_a_post")
    assert alone.native_id.startswith("note:")
    mentions = [item for item in items(found) if isinstance(item, Mention)]
    assert len({mention.mention_id for mention in mentions}) == len(mentions) == 4


def test_the_author_is_the_account_beside_the_posts_unless_a_header_says_another(archive: Path, tmp_path: Path) -> None:
    found, _ = read(archive)
    authors = {item.author for item in items(found) if isinstance(item, Mention)}
    assert [(author.id, author.handle) for author in authors] == [("2871130045", "kundin")]
    found, _ = read(archive, headers={"echolot-account-handle": "andere"})
    authors = {item.author for item in items(found) if isinstance(item, Mention)}
    assert [(author.id, author.handle) for author in authors] == [("2871130045", "andere")]
    other = tmp_path / "other"
    other.mkdir()
    (other / "tweets.js").write_text(ARCHIVE["data/tweets.js"])
    found, _ = read(archive, other)
    assert [item.author.handle for item in items(found, "tweets-part1.js")] == ["kundin"]
    assert {item.author.handle for item in items(found, "tweets.js")} == {"kundin", None}, "one from each folder"


@pytest.mark.parametrize("account", [{"accountId": "x", "username": "zwei worte"}, {"accountId": 7}, {}, "niemand"])
def test_an_account_that_is_none_costs_no_post(account: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "account.js").write_text(script("account", 0, {"account": account}))
    (tmp_path / "data" / "tweets.js").write_text(ARCHIVE["data/tweets.js"])
    found, _ = read(tmp_path / "data")
    told = {(item.author.id, item.author.handle) for item in items(found, "tweets.js")}
    assert told == {("7", None) if account == {"accountId": 7} else (None, None)}


def test_of_too_many_long_posts_none_is_paired(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_posts, "MOST_BYTES", 100)
    found, _ = read(archive)
    assert [item.native_id[:5] for item in items(found, "note-tweet.js")] == ["note:", "note:"]


def test_only_what_is_to_be_included_is_read(archive: Path) -> None:
    found, notes = read(archive, include=("data/tweets*.js",))
    assert found.keys() == {"tweets.js", "tweets-part1.js"} and notes == []
    with pytest.raises(TerminalError, match=r"no file is as twets\*\.js says"):
        read(archive, include=("twets*.js",))


def test_a_file_given_by_its_own_path_is_read_whatever_it_is(tmp_path: Path) -> None:
    path = tmp_path / "like.js"
    path.write_text(ARCHIVE["data/like.js"])
    found, notes = read(path)
    assert len(items(found)) == 300 and all(isinstance(item, Dead) for item in items(found)) and notes == []


def test_broken_json_in_a_folder_is_no_unknown_file(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.jsonl").write_text("{broken\n" * 30)
    (tmp_path / "in" / "large.jsonl").write_text(json.dumps({"of": "x" * 200_000}) + "\n")
    found, notes = read(tmp_path / "in")
    assert [len(items(found, name)) for name in ("x.jsonl", "large.jsonl")] == [30, 1] and notes == []


def test_the_commands_take_an_archive_and_the_breaker_stays_closed(archive: Path, tmp_path: Path) -> None:
    config = configured(tmp_path / "job")
    done = echolot("replay", archive, "--config", config, "--json")
    assert done.returncode == 0, done.stderr
    account = json.loads(done.stdout)
    assert (account["mentions"], account["dead"], account["deletions"]) == (4, 0, 1)
    assert account["reasons"] == {"ignored: header": 1, "ignored: long_text_of_a_post": 1}
    said = echolot("sniff", archive, "--include", "like.js").stdout
    assert "not_read: no format knows how it begins" in said


@pytest.mark.parametrize("include", [(), ("data/*.js",)])
def test_of_half_a_downloaded_archive_all_posts_that_are_there_are_read(
    include: tuple[str, ...], tmp_path: Path
) -> None:
    """It ends amid the tweets, which lie behind the account and the long posts."""
    tweets = [tweet(number, f"Aufzug kaputt @DB_Bahn {number * 7919}") for number in range(3000)]
    content = ARCHIVE | {"data/tweets.js": script("tweets", 0, *tweets)}
    path = tmp_path / "twitter-2024.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(content):
            packed.writestr(name, content[name])
        inside = next(info.header_offset for info in packed.infolist() if info.filename == "data/tweets.js")
    path.write_bytes(path.read_bytes()[: inside + 20_000])
    found, notes = read(path, include=include)
    mentions = items(found, "tweets.js")
    assert [mention.native_id for mention in mentions] == [str(FIRST + number) for number in range(len(mentions))]
    assert 500 < len(mentions) < 3000 and {mention.author.handle for mention in mentions} == {"kundin"}
    assert found.keys() == POSTS
    *_, cut, archive = notes
    assert "!data/tweets.js#" in cut and f", record {len(mentions) + 1}: the file ends too early" in cut
    assert (
        archive.startswith("twitter-2024.zip#") and f"damaged, byte {inside + 20_000}, record 1: half a ZIP" in archive
    )
