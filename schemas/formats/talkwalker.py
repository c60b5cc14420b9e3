"""talkwalker: documents of Talkwalker's API, and rows of its CSV and XLSX exports.

A record is a page of search results, a chunk of a stream, one result {data, highlighted_data}, or one document;
columns of the exports are the documents' names joined by dots. Odd: `source_type` is a text or a list; `published` is
epoch milliseconds in the API and text without an offset in tables, often with the day first; `content` is cut. Of a
tweet the API may say no more than the id (to be read from X itself): it is ignored. `parent_url` of what is no comment
is often its own address. extra_author_attributes.id is Talkwalker's and no platform's; followers stand with the
source. `engagement` is a sum and `reach` a guess: both stay in `extra`, where nested fields have their dotted names
whatever form they came in. What else rows of listening tools have in common: listening.py.
Golden payloads: tests/golden/talkwalker/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from schemas.errors import Rejected
from schemas.formats import listening
from schemas.formats.aliases import Aliases, Row
from schemas.formats.model import kind_of
from schemas.formats.protocol import Item, Payload
from schemas.jsontext import dumps
from schemas.record import Dead, Ignored, Reason

_ARTICLE, _SOURCE, _AUTHOR = "article_extended_attributes", "source_extended_attributes", "extra_author_attributes"
_GROUPS = (_ARTICLE, _SOURCE, _AUTHOR, "extra_article_attributes", "extra_source_attributes")
# The names of API versions 1 to 3 (2014 to 2026), and of exports since 2018. external_... stand for tweets only.
_TABLE = {
    "published": ("published",),
    "content": ("content",),
    "snippet": ("content_snippet",),
    "title": ("title",),
    "url": ("url",),
    "parent": ("parent_url",),
    "language": ("lang",),
    "source_type": ("source_type",),
    "tags": ("tags_internal",),
    "provider": ("external_provider",),
    "tweet_id": ("external_id",),
    "author_id@x": ("external_author_id",),
    "author": (f"{_AUTHOR}.short_name",),
    "name": (f"{_AUTHOR}.name",),
    "followers@x": (f"{_SOURCE}.twitter_followers",),
    "followers@instagram": (f"{_SOURCE}.instagram_followers",),
    "followers@facebook": (f"{_SOURCE}.facebook_followers",),
    "likes@x": (f"{_ARTICLE}.twitter_likes",),
    "likes@facebook": (f"{_ARTICLE}.facebook_likes",),
    "likes@instagram": (f"{_ARTICLE}.instagram_likes",),
    "likes@youtube": (f"{_ARTICLE}.youtube_likes",),
    "replies": (f"{_ARTICLE}.num_comments",),
    "replies@x": (f"{_ARTICLE}.twitter_replies",),
    "reposts@x": (f"{_ARTICLE}.twitter_retweets",),
    "reposts@facebook": (f"{_ARTICLE}.facebook_shares",),
    "views@x": (f"{_ARTICLE}.twitter_impressions",),
    "views@youtube": (f"{_ARTICLE}.youtube_views",),
}
_ALIASES = Aliases(_TABLE, of_author=r"author|followers$")
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*")
_NETWORKS = ("SOCIALMEDIA", "MESSAGEBOARD")


class Talkwalker:
    """Documents and rows of Talkwalker."""

    name = "talkwalker"
    columns: tuple[str, ...] | None = None
    needs_zone = True

    def looks_like(self, payload: Payload) -> bool:
        """An envelope by its keys, a document by the kinds of source or by a group of attributes."""
        if type(payload) is not dict:
            return False
        if "chunk_type" in payload or "result_content" in payload or "highlighted_data" in payload:
            return True
        if "external_provider" in payload and "external_id" in payload:
            return True
        return "published" in payload and any(key.startswith(("source_type", *_GROUPS)) for key in payload)

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """The documents of a page, each on its own feet; or the one document."""
        if type(payload) is not dict:
            raise Rejected(Reason.WRONG_TYPE, f"payload: {kind_of(payload)} where an object is expected")
        content = payload.get("result_content")
        results = content.get("data") if type(content) is dict else None
        if "result_content" not in payload and "chunk_type" not in payload:
            yield _document(*_unwrapped(payload, ""), headers)
        elif "chunk_type" in payload:
            yield _chunk(payload, headers)
        elif type(results) is list and results:
            for index, result in enumerate(results):
                yield _one_of_many(result, f"result_content.data.{index}", headers)
        else:
            yield Ignored("empty_page")


def _chunk(payload: dict[str, Any], headers: Mapping[str, bytes]) -> Item:
    result = payload.get("chunk_result")
    if payload["chunk_type"] != "CT_RESULT":
        return Ignored("control")
    if type(result) is not dict or "data" not in result:
        raise Rejected(Reason.MISSING_FIELD, "chunk_result.data: missing")
    return _document(*_unwrapped(result["data"], "chunk_result.data"), headers)


def _one_of_many(result: Any, at: str, headers: Mapping[str, bytes]) -> Item:
    try:
        return _document(*_unwrapped(result, at), headers)
    except Rejected as error:
        return Dead(Reason(error.reason), error.detail, dumps(result))


def _unwrapped(result: Any, at: str) -> tuple[dict[str, Any], str]:
    """The document of a result {data, highlighted_data}, with what was highlighted, and its path."""
    if type(result) is not dict:
        raise Rejected(Reason.WRONG_TYPE, f"{at}: {kind_of(result)} where an object is expected")
    if type(result.get("data")) is not dict:
        return result, at
    document = {**result["data"], **{key: value for key, value in result.items() if key != "data"}}
    return document, f"{at}.data".lstrip(".")


def _document(document: dict[str, Any], at: str, headers: Mapping[str, bytes]) -> Item:
    try:
        return _mention(_ALIASES.row(_flat(document)), headers)
    except Rejected as error:
        raise Rejected(error.reason, f"{at}.{error.detail}" if at else error.detail) from None


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    """The groups of attributes as columns with dotted names, two levels deep as in the exports."""
    flat: dict[str, Any] = {}
    for key, value in document.items():
        flat.update(_opened(key, value, 2) if key in _GROUPS else {key: value})
    return flat


def _opened(path: str, value: Any, levels: int) -> dict[str, Any]:
    if type(value) is not dict or not levels:
        return {path: value}
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        flat.update(_opened(f"{path}.{key}", inner, levels - 1))
    return flat


def _mention(row: Row, headers: Mapping[str, bytes]) -> Item:
    if row.seen("tweet_id") is not None and not row.has("content", "snippet", "title"):
        return Ignored("id_only")
    published_at = listening.instant(row, headers)
    text, column = listening.words(row, "content", "snippet", "title", markup="snippet")
    platform = listening.platform_name(row.peek("provider")) or _platform(row.seen("source_type"))
    nick, name = row.word("author"), row.word("name")
    if nick is None and platform == "reddit":
        nick, name = name, None
    return listening.item(
        Talkwalker.name,
        row,
        listening.Facts(
            published_at=published_at,
            text=text,
            is_excerpt=column != "title",
            platform=platform,
            own_id="tweet_id" if platform == "x" else "",
            told=("comment" if "isComment" in _tokens(row.seen("tags")) else None,),
            parents=row.peek("parent"),
            nick=nick,
            name=name,
        ),
    )


def _tokens(value: Any) -> list[str]:
    """The words of a list, or of a text that a list was written as."""
    parts = value if type(value) is list else [value]
    return [token for part in parts if type(part) is str for token in _TOKEN.findall(part)]


def _platform(source_type: Any) -> str | None:
    """By the longest kind of source, SOCIALMEDIA_TWITTER before SOCIALMEDIA."""
    for token in sorted(_tokens(source_type), key=len, reverse=True):
        head, _, rest = token.partition("_")
        name = listening.platform_name(rest if rest and head in _NETWORKS else head)
        if name in listening.KNOWN:
            return name
    return None
