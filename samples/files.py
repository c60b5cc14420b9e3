"""The sample files, each as lines with what they must become: posts, and what real feeds add to them.

Duplicates, later revisions, reposts, deletions and broken records are planted here; README.md lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from samples.allot import CASCADE, Row
from samples.broken import CELLS, STRANGERS, broken
from samples.dice import Dice
from samples.envelopes import bluesky, canonical, mastodon, reddit, twcs, x_v2
from samples.lines import Fault, Line, dumped, in_order, repeated
from samples.world import SEEN_AT, Author, Post, authors, posts

Pair = tuple[Line, dict[str, Any]]
_PAGE = 10


def later(dice: Dice, at: datetime, *label: object) -> datetime:
    """Between two minutes and six hours after `at`."""
    return at + timedelta(seconds=120 + dice.below(21_480, "later", *label))


def x_flat(dice: Dice, made: Sequence[Post], people: Sequence[Author]) -> list[Line]:
    """Flattened tweets: with retweets, one of them a cascade, and a display name that holds half an emoji."""
    pairs = [_pair(post.at, x_v2.flat(dice, post), f"x:{x_v2.tweet_id(dice, post)}") for post in made]
    lines = [line for line, _ in pairs]
    line, payload = pairs[7]
    half = {**payload, "author": payload["author"] | {"name": payload["author"]["name"] + " \ud83d"}}
    lines[7] = replace(line, data=dumped(half, ascii_only=True))
    hot = next((post for post in made if post.row["id"] == CASCADE), made[0])
    shared = [hot] * 9 + dice.shuffled(made, "x-flat", "shared")[:4]
    for n, post in enumerate(shared):
        by = people[dice.below(len(people), "x-flat", "sharer", n)]
        at = later(dice, post.at, "x-flat", n)
        payload = x_v2.retweet(dice, post, by, at)
        lines.append(Line(at, dumped(payload), (f"x:{payload['id']}",), kind="repost"))
    return in_order([*lines, *repeated(dice, "x-flat", lines, 6), *broken(dice, "x-flat.jsonl", pairs)])


def x_pages(dice: Dice, made: Sequence[Post], flat: Sequence[Post]) -> list[Line]:
    """Search pages; six posts are in x-flat too, two of x-flat's are reported as gone, one page has a bad entry."""
    again = dice.shuffled([post for post in flat if post.row["id"] != CASCADE], "x-pages", "again")
    members = sorted([*made, *again[:6]], key=lambda post: (post.at, post.row["id"]))
    lines = []
    for start in range(0, len(members), _PAGE):
        group = members[start : start + _PAGE]
        names = tuple(f"x:{x_v2.tweet_id(dice, post)}" for post in group)
        lines.append(Line(group[-1].at, dumped(x_v2.page(dice, group)), names))
    page = x_v2.page(dice, members[:3])
    del page["data"][0]["id"]
    names = tuple(f"x:{tweet['id']}" for tweet in page["data"][1:])
    fault = Fault("missing_field", "one entry of a page has no id")
    lines.append(Line(members[3].at, dumped(page), names, faults=(fault,), kind="broken"))
    fault = Fault("wrong_type", "data is a word, not a list")
    lines.append(Line(members[5].at, dumped({**page, "data": "none"}), faults=(fault,), kind="broken"))
    for post in again[6:8]:
        gone = x_v2.tweet_id(dice, post)
        lines.append(Line(SEEN_AT, dumped(x_v2.gone(gone)), deletions=(f"x:{gone}",), kind="deletion"))
    return in_order(lines)


def twcs_csv(dice: Dice, made: Sequence[Post]) -> list[Line]:
    """Rows without the header."""
    twcs.number(made)
    rows = [twcs.row(post, made) for post in made]
    lines = [Line(p.at, twcs.line(row), (f"x:{row[0]}",)) for p, row in zip(made, rows, strict=True)]
    chosen = dice.shuffled(list(zip(made, rows, strict=True)), "twcs", "broken")
    bad = [
        Line(post.at, twcs.line(change(row)), faults=(Fault(reason, what),), kind="broken")
        for (reason, what, change), (post, row) in zip(CELLS, chosen, strict=False)
    ]
    return in_order([*lines, *repeated(dice, "twcs", lines, 3), *bad])


def mastodon_jsonl(dice: Dice, made: Sequence[Post], people: Sequence[Author]) -> list[Line]:
    """Statuses, boosts, and later revisions with the same words."""
    pairs = [_pair(post.at, mastodon.status(dice, post), f"mastodon:{mastodon.uri(dice, post)}") for post in made]
    lines = [line for line, _ in pairs]
    for n, (line, payload) in enumerate(dice.shuffled(pairs, "mastodon", "edited")[:4]):
        at = later(dice, line.at, "mastodon", "edited", n)
        new = mastodon.edited(payload, at, 1 + dice.below(30, "mastodon", "likes", n))
        lines.append(replace(line, at=at, data=dumped(new), kind="revision"))
    for n, post in enumerate(dice.shuffled(made, "mastodon", "boosted")[:6]):
        by = people[dice.below(len(people), "mastodon", "booster", n)]
        at = later(dice, post.at, "mastodon", "boost", n)
        payload = mastodon.boost(dice, post, by, at)
        lines.append(Line(at, dumped(payload), (f"mastodon:{payload['uri']}",), kind="repost"))
    return in_order([*lines, *repeated(dice, "mastodon", lines, 3), *broken(dice, "mastodon.jsonl", pairs)])


def reddit_ndjson(dice: Dice, made: Sequence[Post]) -> list[Line]:
    """Comments and submissions, some seen again a day and a half later: settled, marked as edited, or deleted."""
    pairs = [_reddit(dice, post) for post in made]
    lines = [line for line, _ in pairs]
    chosen = dice.shuffled(pairs, "reddit", "again")
    for n, (line, payload) in enumerate(chosen[:3]):
        edited = int(later(dice, line.at, "reddit", n).timestamp())
        new = reddit.rescanned(payload, dice.below(40, "reddit", "score", n), edited=edited)
        lines.append(replace(line, at=line.at + timedelta(hours=36), data=_ascii(new), kind="revision"))
    for line, payload in chosen[3:6]:
        at = line.at + timedelta(hours=36)
        lines.append(Line(at, _ascii(reddit.removed(payload)), deletions=line.mentions, kind="deletion"))
    return in_order([*lines, *repeated(dice, "reddit", lines, 3), *broken(dice, "reddit.ndjson", pairs)])


def bluesky_jsonl(dice: Dice, made: Sequence[Post], people: Sequence[Author]) -> list[Line]:
    """Events: posts, reposts, deletions; likes, an identity and an account, which hold no mention."""
    pairs = [_pair(post.at, bluesky.post_event(dice, post), f"bluesky:{bluesky.uri(dice, post)}") for post in made]
    lines = [line for line, _ in pairs]
    chosen = dice.shuffled(made, "bluesky", "events")
    for n, post in enumerate(chosen[:13]):
        by = people[dice.below(len(people), "bluesky", "by", n)]
        at = later(dice, post.at, "bluesky", n)
        event = bluesky.subject_event(dice, "repost" if n < 8 else "like", post, by, at)
        if n >= 8:
            lines.append(Line(at, dumped(event), ignored=1, kind="other"))
            continue
        name = f"bluesky:at://{event['did']}/app.bsky.feed.repost/{event['commit']['rkey']}"
        lines.append(Line(at, dumped(event), (name,), kind="repost"))
    for n, post in enumerate(chosen[13:16]):
        at = later(dice, post.at, "bluesky", "deleted", n)
        gone = f"bluesky:{bluesky.uri(dice, post)}"
        lines.append(Line(at, dumped(bluesky.deletion(dice, post, at)), deletions=(gone,), kind="deletion"))
    for n, make in enumerate((bluesky.identity, bluesky.account)):
        lines.append(Line(made[n].at, dumped(make(dice, people[n], made[n].at)), ignored=1, kind="other"))
    return in_order([*lines, *repeated(dice, "bluesky", lines, 3), *broken(dice, "bluesky.jsonl", pairs)])


def canonical_jsonl(dice: Dice, made: Sequence[Post]) -> list[Line]:
    """Mentions mapped by their producer, some with a later revision, one author's name with half an emoji."""
    pairs = [_canonical(dice, post) for post in made]
    lines = [line for line, _ in pairs]
    line, payload = pairs[3]
    half = payload | {"author": payload["author"] | {"name": payload["author"]["name"] + " \udc4d"}}
    lines[3] = replace(line, data=_ascii(half))
    for n, (line, payload) in enumerate(dice.shuffled(pairs, "canonical", "edited")[:3]):
        at = later(dice, line.at, "canonical", n)
        new = canonical.edited(payload, at, dice.below(20, "canonical", "likes", n))
        lines.append(replace(line, at=at, data=dumped(new), kind="revision"))
    return in_order([*lines, *repeated(dice, "canonical", lines, 4), *broken(dice, "canonical.jsonl", pairs)])


def mixed(dice: Dice, rows: Mapping[str, Sequence[Row]]) -> list[Line]:
    """Two records of each JSON format, to be told by their shape, and two of no known format. `rows` by file name."""
    makers: dict[str, Callable[[Post], Line]] = {
        "x-flat.jsonl": lambda p: _pair(p.at, x_v2.flat(dice, p), f"x:{x_v2.tweet_id(dice, p)}")[0],
        "mastodon.jsonl": lambda p: _pair(p.at, mastodon.status(dice, p), f"mastodon:{mastodon.uri(dice, p)}")[0],
        "bluesky.jsonl": lambda p: _pair(p.at, bluesky.post_event(dice, p), f"bluesky:{bluesky.uri(dice, p)}")[0],
        "reddit.ndjson": lambda p: _reddit(dice, p)[0],
        "canonical.jsonl": lambda p: _canonical(dice, p)[0],
    }
    lines = []
    for name, make in makers.items():
        people = authors(dice, f"mixed {name}", 4)
        lines += [make(post) for post in posts(dice, f"mixed {name}", rows[name], people)]
    strangers = [
        Line(lines[n].at, dumped(payload), faults=(Fault(reason, what),), kind="broken")
        for n, (reason, what, payload) in enumerate(STRANGERS)
    ]
    return in_order([*lines, *strangers])


def _pair(at: datetime, payload: dict[str, Any], name: str) -> Pair:
    return Line(at, dumped(payload), (name,)), payload


def _canonical(dice: Dice, post: Post) -> Pair:
    payload = canonical.mention(dice, post)
    return _pair(post.at, payload, f"{payload['platform']}:{payload['native_id']}")


def _reddit(dice: Dice, post: Post) -> Pair:
    payload = reddit.thing(dice, post)
    return Line(post.at, _ascii(payload), (f"reddit:{payload['name']}",)), payload


def _ascii(payload: Mapping[str, Any]) -> bytes:
    """As Reddit's dumps are written: everything beyond ASCII as escapes."""
    return dumped(payload, ascii_only=True)
