"""Laws of text: unescaped once, HTML made plain in linear time."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.text import plain, unescape
from tests.schemas.golden import mention_of

WORDS = st.text(st.sampled_from("ab &<>\"'#;xltgamp39"), max_size=30)


@given(WORDS)
def test_entities_are_unescaped_once(text: str) -> None:
    """Escaped once, it is the text; escaped twice, it is the text escaped once."""
    assert unescape(html.escape(text)) == text
    assert unescape(html.escape(html.escape(text))) == html.escape(text)


def test_other_entities_are_no_entities_here() -> None:
    assert unescape("?a=1&copy=2&lt=3 &auml; &#8364; &amp;amp;") == "?a=1&copy=2&lt=3 &auml; &#8364; &amp;"


@given(WORDS)
def test_no_platform_unescapes_twice(text: str) -> None:
    """An author's text, escaped as the platform escapes: each format gives back what the author wrote."""
    escaped = html.escape(text)
    x = {"id": "1823034723867713316", "author_id": "1", "text": escaped}
    reddit = {"id": "a", "link_id": "t3_b", "subreddit": "de", "created_utc": 1, "body": "x" + escaped}
    row = dict(tweet_id="1", author_id="1", inbound="True", created_at="Tue Oct 31 22:10:47 +0000 2017", text=escaped)
    assert mention_of(x, "x_v2").text == text
    assert mention_of(reddit, "reddit").text == "x" + text
    assert mention_of(row, "twcs").text == text
    status = {
        "uri": "https://a/1",
        "created_at": "2024-01-01T00:00:00Z",
        "account": {},
        "content": f"<p>x{escaped}x</p>",
    }
    assert mention_of(status, "mastodon").text == re.sub(" +", " ", f"x{text}x")  # HTML shows a run of spaces as one


@given(WORDS)
def test_platforms_that_do_not_escape_are_left_alone(text: str) -> None:
    canonical = {"platform": "play", "native_id": "1", "published_at": "2024-01-01T00:00:00Z", "text": text}
    record = {"text": text, "createdAt": "2024-01-01T00:00:00Z"}
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "a", "record": record}
    event = {"did": "did:plc:a", "kind": "commit", "time_us": 1_725_911_162_329_308, "commit": commit}
    assert mention_of(canonical).text == mention_of(event).text == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>eins</p><p>zwei<br>drei<br/>vier</p>", "eins\n\nzwei\ndrei\nvier"),
        ("<p>a\n  b\t c</p>", "a b c"),
        ("ohne Auszeichnung &amp; Rest", "ohne Auszeichnung & Rest"),
        ("<p>&amp;lt;br&amp;gt; 3 &lt; 4</p>", "&lt;br&gt; 3 < 4"),
        ("<p>3 < 4 und 5 > 4</p>", "3 < 4 und 5 > 4"),
        ('<a href="https://a.de/b"><span class="invisible">https://</span><span>a.de/b</span></a>', "https://a.de/b"),
        ('<a href="https://a.de/b/">a.de/b</a>', "a.de/b"),
        ('<a href="https://a.de/b?x=1&amp;y=2">hier</a>', "hier (https://a.de/b?x=1&y=2)"),
        ('<a href="https://a.de/@db" class="mention">@<span>db</span></a>', "@db"),
        ('<a href="https://a.de/tags/db">#<span>db</span></a>', "#db"),
        ('<a href="https://a.de/bild"></a>', "https://a.de/bild"),
        ("<a>ohne Ziel</a>", "ohne Ziel"),
        ("<ul><li>eins</li><li>zwei</li></ul>danach", "- eins\n- zwei\n\ndanach"),
        ("<pre><code>a\n  b</code></pre>", "a\nb"),
        ("a<script>alert('x') < 1</script>b<!-- nein -->c", "abc"),
        ("<P>GROSS</P><BR>", "GROSS"),
        ("", ""),
    ],
)  # fmt: skip
def test_markup_becomes_what_people_read(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_the_line_that_stands_for_a_quote_goes_only_when_asked() -> None:
    markup = '<p class="x quote-inline">RE: <a href="https://a/1">https://a/1</a></p><p>Ja.</p>'
    assert plain(markup) == "RE: https://a/1\n\nJa."
    assert plain(markup, quote_line=False) == "Ja."


@given(st.text(st.sampled_from("<>/&;\"'=! apbrscitylquote-"), max_size=60))
def test_any_markup_becomes_text(markup: str) -> None:
    assert plain(markup).strip("\n") == plain(markup)


@pytest.mark.parametrize(
    "piece", ["<", "<a ", '<a href="', "<!--", "</", "&", "<a='", "a ", "<p>", "<pre> ", "<b> </b>", "a"]
)
def test_hostile_markup_takes_linear_time(piece: str) -> None:
    """Eight times the length takes about eight times as long, not 64."""
    plain(piece)

    def seconds(length: int) -> float:
        run = piece * (length // len(piece))
        markup = f"<p {run}><pre>{run}"
        started = time.process_time()
        plain(markup)
        return time.process_time() - started

    assert min(seconds(80_000) for _ in range(3)) < 30 * min(seconds(10_000) for _ in range(3))
