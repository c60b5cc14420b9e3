"""google_play: reviews of an Android app: a row of the Play Console's monthly report, or an object of a scraper called
google-play-scraper (in Python: reviewId, content, at; in Node: id, text, date, and pages of these).

Odd: a report's row has no author, and its id stands in Review Link alone, which is for the Console's users, so that
`url` is the store's; old links have the id in base64. Stars without words have no link: their id is made of package,
milliseconds and device (extra["id_synthetic"]), and if words come later they are another mention. Where a spreadsheet
has rounded the milliseconds (1.76235E+12), the text of the time counts. A scraper knows the last version's time alone,
in Python without a zone (that of the machine it ran on), and not the app: header echolot-app. Nothing is escaped.
What is reviewed, and replies: reviews.py. Golden payloads: tests/golden/google_play/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from schemas.formats.model import SourceModel, validated
from schemas.formats.parts import Part, joined, listed, made, mapping
from schemas.formats.play_report import address, plain_id, row_mention
from schemas.formats.protocol import Item, Payload
from schemas.formats.reviews import Cell, CellCount, Stars, instant, reply, review, reviewed
from schemas.ids import OpaqueId
from schemas.local_times import LocalTimes, local_times
from schemas.record import Ignored

_ROW = frozenset({"Package Name", "Star Rating"})
_PYTHON = {
    "id": "reviewId",
    "text": "content",
    "likes": "thumbsUpCount",
    "reply": "replyContent",
    "replied": "repliedAt",
}
_NODE = {"at": "date", "likes": "thumbsUp", "reply": "replyText", "replied": "replyDate"}
_OF_PYTHON, _OF_NODE = frozenset({"reviewId", "thumbsUpCount", "content"}), frozenset({"thumbsUp", "score"})
_TOKEN = "nextPaginationToken"
_APP_IN_LINK = re.compile(r"[?&]id=([\w.]+)", re.ASCII)


class _Scraped(SourceModel):
    id: OpaqueId
    text: Cell
    score: Stars
    at: Cell
    likes: CellCount = None
    reply: Cell = None
    replied: Cell = None
    title: Cell = None
    url: Cell = None
    name: Annotated[Cell, Field(alias="userName")] = None
    app: Annotated[Cell, Field(alias="appId")] = None


class _ByPython(_Scraped):
    model_config = ConfigDict(alias_generator=lambda field: _PYTHON.get(field, field))


class _ByNode(_Scraped):
    model_config = ConfigDict(alias_generator=lambda field: _NODE.get(field, field))


class GooglePlay:
    """Rows of the monthly report, and scrapers' objects."""

    name = "google_play"
    columns: tuple[str, ...] | None = None

    def looks_like(self, payload: Payload) -> bool:
        """Two of the report's columns; two or three of a scraper's names, or its page."""
        if type(payload) is not dict:
            return False
        return _TOKEN in payload or any(payload.keys() >= marks for marks in (_ROW, _OF_PYTHON, _OF_NODE))

    def items(self, payload: Payload, headers: Mapping[str, bytes]) -> Iterator[Item]:
        """One mention, or that of each review of a page; a header line within joined reports is ignored."""
        holder = mapping(payload, "")
        told, app = local_times(headers), reviewed(headers)
        if _TOKEN in holder:
            entries = listed(holder, "data")
            yield from made(Part(at, raw, partial(_scraped, raw, at, told, app)) for at, raw in entries)
            if not entries:
                yield Ignored("empty_page")
        elif not (_OF_PYTHON | _OF_NODE).isdisjoint(holder):
            yield _scraped(holder, "", told, app)
        elif holder.get("Star Rating") == "Star Rating":
            yield Ignored("header")
        else:
            yield row_mention(holder, told)


def _scraped(raw: Any, at: str, told: LocalTimes, app: str | None) -> Item:
    is_python = type(raw) is dict and not _OF_PYTHON.isdisjoint(raw)
    found = validated(_ByPython if is_python else _ByNode, raw, at=at)
    in_url = _APP_IN_LINK.search(found.url or "")
    about = found.app or (in_url[1] if in_url else app)
    native_id = plain_id(found.id)
    kept = {name: value for name, value in found.unnamed.items() if value not in (None, "")}
    of_author = {name: value for name, value in kept.items() if name.startswith("user")}
    return review(
        about,
        {name: value for name, value in kept.items() if name not in of_author},
        of_author=of_author,
        answer=reply(found.reply, found.replied),
        platform="google_play",
        native_id=native_id,
        text=found.text or "",
        title=found.title,
        author={"name": found.name},
        published_at=instant(found.at, told, joined(at, "at" if is_python else "date")),
        url=address(about, native_id) if about else None,
        rating=found.score,
        engagement={"likes": found.likes},
    )
