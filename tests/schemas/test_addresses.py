"""Addresses of posts: which platform, which id, and that they agree with what the formats write."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.addresses import author_of, platform_of, post_of, root_of
from schemas.formats.protocol import needs_zone
from schemas.formats.registry import FORMATS
from schemas.mention import Mention
from tests.schemas.golden import cases

TWEET = "1823034723867717633"
PAGE, POST, COMMENT = "100064512345678", "1029384756102938", "5647382910564738"
DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"


@pytest.mark.parametrize(
    "url",
    [
        f"https://x.com/shop_nord/status/{TWEET}",
        f"http://twitter.com/shop_nord/statuses/{TWEET}",
        f"https://mobile.twitter.com/shop_nord/status/{TWEET}?s=20&t=abc",
        f"https://www.twitter.com/shop_nord/status/{TWEET}/photo/1",
        f"https://twitter.com/#!/shop_nord/status/{TWEET}",
        f"https://twitter.com/statuses/{TWEET}",
        f"https://x.com/i/web/status/{TWEET}",
        f"https://X.com/i/status/{TWEET}#m",
        f" twitter.com/shop_nord/status/{TWEET} ",
    ],
)
def test_a_tweet_has_one_id_however_its_address_is_written(url):
    assert post_of(url) == ("x", TWEET)
    assert root_of(url) is None


@pytest.mark.parametrize(
    ("url", "platform", "native_id", "root"),
    [
        ("https://www.reddit.com/r/bahn/comments/16ykvwa/zug_weg/", "reddit", "t3_16ykvwa", None),
        ("http://www.reddit.com/r/bahn/comments/16ykvwa/zug_weg/k39wgb4", "reddit", "t1_k39wgb4", "t3_16ykvwa"),
        ("https://old.reddit.com/r/bahn/comments/16YKVWA/_/K39WGB4/?context=3", "reddit", "t1_k39wgb4", "t3_16ykvwa"),
        ("https://www.reddit.com/r/bahn/comments/16ykvwa/comment/k39wgb4/", "reddit", "t1_k39wgb4", "t3_16ykvwa"),
        ("https://www.reddit.com/user/nordlicht/comments/16ykvwa/zug/", "reddit", "t3_16ykvwa", None),
        ("https://reddit.com/comments/16ykvwa", "reddit", "t3_16ykvwa", None),
        ("https://redd.it/16ykvwa", "reddit", "t3_16ykvwa", None),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=10s", "youtube", "dQw4w9WgXcQ", None),
        ("https://m.youtube.com/watch?app=m&v=dQw4w9WgXcQ&lc=UgxAb-9_x4AaABAg", "youtube", "UgxAb-9_x4AaABAg",
         "dQw4w9WgXcQ"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=UgxAb-9_x4AaABAg.9zQ_w12", "youtube",
         "UgxAb-9_x4AaABAg.9zQ_w12", "dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ?si=abc", "youtube", "dQw4w9WgXcQ", None),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "youtube", "dQw4w9WgXcQ", None),
        ("https://www.instagram.com/p/CxYz12_-abC/", "instagram", "CxYz12_-abC", None),
        ("https://instagram.com/shop.nord/reel/CxYz12_-abC/?igsh=x", "instagram", "CxYz12_-abC", None),
        ("https://www.instagram.com/p/CxYz12_-abC/c/17893000111222333/", "instagram", "17893000111222333",
         "CxYz12_-abC"),
        (f"https://www.facebook.com/permalink.php?story_fbid={POST}&id={PAGE}", "facebook", f"{PAGE}_{POST}", None),
        (f"https://m.facebook.com/story.php?story_fbid={POST}&id={PAGE}", "facebook", f"{PAGE}_{POST}", None),
        (f"https://www.facebook.com/{PAGE}/posts/{POST}", "facebook", f"{PAGE}_{POST}", None),
        (f"https://www.facebook.com/shop.nord/posts/ein-satz-dazu/{POST}/", "facebook", POST, None),
        (f"https://www.facebook.com/groups/bahn/permalink/{POST}/", "facebook", POST, None),
        (f"https://www.facebook.com/watch/?v={POST}", "facebook", POST, None),
        (f"https://www.facebook.com/shop.nord/posts/{POST}?comment_id={COMMENT}", "facebook", f"{POST}_{COMMENT}",
         POST),
        (f"https://www.facebook.com/{PAGE}/posts/{POST}?comment_id=1&reply_comment_id={COMMENT}", "facebook",
         f"{POST}_{COMMENT}", f"{PAGE}_{POST}"),
        (f"https://bsky.app/profile/{DID}/post/3kxyzabc22k2a", "bluesky", f"at://{DID}/app.bsky.feed.post/3kxyzabc22k2a",
         None),
        ("https://bsky.app/profile/did%3Aplc%3Aabc/post/3k", "bluesky", "at://did:plc:abc/app.bsky.feed.post/3k", None),
        (f"at://{DID}/app.bsky.feed.post/3k", "bluesky", f"at://{DID}/app.bsky.feed.post/3k", None),
        ("https://www.tiktok.com/@shop.nord/video/7312345678901234567?lang=de", "tiktok", "7312345678901234567", None),
    ],
)  # fmt: skip
def test_the_address_holds_the_platforms_own_id(url, platform, native_id, root):
    assert post_of(url) == (platform, native_id)
    assert root_of(url) == root
    assert platform_of(url) == platform


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://x.com/shop_nord", "x"),
        (f"https://x.com/shop_nord/status/{TWEET}\u2026", "x"),  # cut off: the id may be longer
        ("https://x.com/shop_nord/status/1.2316E+18", "x"),
        (f"https://x.com/shop_nord/status/{TWEET}{TWEET}", "x"),
        ("https://www.reddit.com/r/bahn/", "reddit"),
        ("https://www.reddit.com/r/bahn/s/AbCdEf1234", "reddit"),
        ("https://www.youtube.com/@shopnord", "youtube"),
        ("https://www.youtube.com/shopnord123", "youtube"),  # eleven characters, and a channel
        ("https://www.facebook.com/shop.nord/posts/pfbid02AbCdEf", "facebook"),
        ("https://fb.watch/abc123/", "facebook"),
        ("https://bsky.app/profile/nord.example.com/post/3kxyzabc22k2a", "bluesky"),
        ("https://www.threads.net/@nord/post/CxYz12", "threads"),
        (f"https://x.com.example.com/a/status/{TWEET}", None),
        (f"https://notx.com/a/status/{TWEET}", None),
        (f"https://help.x.com/a/status/{TWEET}", None),
        (f"ftp://x.com/a/status/{TWEET}", None),
        (f"https://example.com/?u=https://x.com/a/status/{TWEET}", None),
        ("https://mastodon.example/@nord/111222333444555666", None),
        ("https://t.co/AbCdEf", None),
        ("https://[x.com/a/status/1", None),
        ("https://x.com/a/status/1?" + "a" * 3_000, None),
        ("", None),
    ],
)
def test_an_address_without_a_posts_id_gives_none(url, platform):
    assert post_of(url) is None
    assert platform_of(url) == platform


def test_a_bluesky_handle_needs_the_account_beside_it():
    url = "https://bsky.app/profile/nord.example.com/post/3kxyzabc22k2a"
    assert post_of(url, did=DID) == ("bluesky", f"at://{DID}/app.bsky.feed.post/3kxyzabc22k2a")
    assert post_of(url, did="12345") is None
    other = "https://bsky.app/profile/did:plc:other/post/3k"
    assert post_of(other, did=DID) == ("bluesky", "at://did:plc:other/app.bsky.feed.post/3k")


def test_the_author_stands_in_some_addresses():
    assert author_of(f"https://x.com/shop_nord/status/{TWEET}") == "shop_nord"
    assert author_of(f"https://x.com/i/web/status/{TWEET}") is None
    assert author_of("https://bsky.app/profile/nord.example.com/post/3k") == "nord.example.com"
    assert author_of(f"https://bsky.app/profile/{DID}/post/3k") is None
    assert author_of("https://www.tiktok.com/@shop.nord/video/7312345678901234567") == "shop.nord"
    assert author_of("https://www.reddit.com/r/bahn/comments/16ykvwa/zug_weg/") is None


def test_the_formats_own_addresses_lead_back_to_their_ids():
    """Else a post bought through a tool and the same post read from the platform would be two mentions."""
    seen: Counter[str] = Counter()
    others = "trap_id_that_reads_like_an_exponent"  # its permalink was copied from another comment
    for case in cases():
        if case.format == "canonical" or needs_zone(FORMATS[case.format]) or case.path.stem == others:
            continue  # canonical holds whatever producers say; tools' exports are not the platform's own word
        for item in case.decode():
            found = post_of(item.url) if isinstance(item, Mention) and item.url else None
            if isinstance(item, Mention) and found:
                assert found == (item.platform, item.native_id), case
                assert root_of(item.url or "") in (None, item.root_id), case
                seen[item.platform] += 1
    assert min(seen[name] for name in ("x", "reddit", "bluesky", "youtube", "facebook", "instagram")) > 3, seen


@given(st.text(max_size=80) | st.text("/:.?#@[]=&%x com", max_size=60).map("https://x.com/".__add__))
def test_any_text_is_an_address_or_none(text):
    found = post_of(text)
    assert found is None or (found[0] == platform_of(text) and 0 < len(found[1]) <= 512)
    assert author_of(text) is None or found is not None or platform_of(text) == "bluesky"
