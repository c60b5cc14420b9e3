"""Pages of the X API v2, taken apart: each tweet with what the page includes about it, as `twarc2 flatten` puts it, and
the page's errors. Used by x_v2.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.errors import Rejected
from schemas.formats.model import SourceModel, kind_of, validated
from schemas.formats.protocol import Item
from schemas.ids import DecimalId
from schemas.mention import Utc
from schemas.record import Deletion, Ignored, Reason

_KEYS = frozenset({"data", "includes", "errors", "meta", "matching_rules", "__twarc"})
# The problem types that say "this post is no longer public": deleted, or its author protected or suspended.
_GONE = {"resource-not-found": "not_found", "not-authorized-for-resource": "not_authorized"}
# Of the compliance streams. All but a post's `delete` may be taken back, or is about no post.
_COMPLIANCE = frozenset({
    "delete", "drop", "undrop", "withheld", "tweet_edit", "scrub_geo", "user_delete", "user_undelete", "user_protect",
    "user_unprotect", "user_suspend", "user_unsuspend", "user_withheld", "user_profile_modification",
})  # fmt: skip
_USERS = (("author", "author_id"), ("in_reply_to_user", "in_reply_to_user_id"))


def is_page(payload: Any) -> bool:
    """Page or single look-up: nothing but the keys of a page, and one that only pages have."""
    return ("data" in payload or "errors" in payload or "meta" in payload) and payload.keys() <= _KEYS


class _Post(SourceModel):
    id: DecimalId


class _Deleted(SourceModel):
    tweet: _Post
    event_at: Utc | None = None


def compliance(page: Mapping[str, Any]) -> Item | None:
    """What an event of a compliance stream says of a post; None for a page that is none. Raises Rejected."""
    data = page.get("data")
    if type(data) is not dict or len(data) != 1 or data.keys().isdisjoint(_COMPLIANCE):
        return None
    event = data.get("delete")
    # A like that is taken back names the post liked; a quote of the deleted post comes beside the deletion itself.
    if "delete" not in data or (type(event) is dict and not event.keys().isdisjoint({"favorite", "quote_tweet_id"})):
        return Ignored("compliance")
    gone = validated(_Deleted, event, at="data.delete")
    return Deletion("x", gone.tweet.id, gone.event_at, "delete")


def flattened(page: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each tweet with its path in the page. What is no object comes as it is. Raises Rejected for unusable `data`."""
    data = page.get("data")
    if data is not None and type(data) is not list and type(data) is not dict:
        raise Rejected(Reason.WRONG_TYPE, f"data: {kind_of(data)} where a list is expected")
    includes = page.get("includes")
    included = includes if type(includes) is dict else {}
    users, posts = _by_id(included.get("users")), _by_id(included.get("tweets"))
    shared = {key: page[key] for key in ("matching_rules", "__twarc") if key in page}
    if type(data) is dict:
        yield "data", _flat(data, users, posts, shared)
    for index, tweet in enumerate(data if type(data) is list else ()):
        yield f"data.{index}", _flat(tweet, users, posts, shared)


def problems(page: Mapping[str, Any]) -> list[Item]:
    """One item for each entry of `errors`: a deletion where it names a post that is gone."""
    errors = page.get("errors")
    return [_problem(error) for error in errors] if type(errors) is list else []


def _by_id(entries: Any) -> dict[str, dict[str, Any]]:
    if type(entries) is not list:
        return {}
    return {str(entry["id"]): entry for entry in entries if type(entry) is dict and "id" in entry}


def _flat(tweet: Any, users: Mapping[str, Any], posts: Mapping[str, Any], shared: Mapping[str, Any]) -> Any:
    if type(tweet) is not dict:
        return tweet
    flat = {**shared, **tweet}
    for key, source in _USERS:
        user = users.get(str(tweet.get(source)))
        if user is not None:
            flat[key] = user
    references = tweet.get("referenced_tweets")
    if type(references) is list:
        flat["referenced_tweets"] = [_with_post(reference, users, posts) for reference in references]
    return flat


def _with_post(reference: Any, users: Mapping[str, Any], posts: Mapping[str, Any]) -> Any:
    post = posts.get(str(reference.get("id"))) if type(reference) is dict else None
    if post is None:
        return reference
    author = users.get(str(post.get("author_id")))
    return {**post, **reference} if author is None else {**post, **reference, "author": author}


def _problem(error: Any) -> Item:
    if type(error) is dict and error.get("resource_type") in ("tweet", "post"):
        kind = str(error.get("type")).rpartition("/")[2]
        post_id = error.get("resource_id", error.get("value"))
        if kind in _GONE and type(post_id) is str and post_id.isascii() and post_id.isdigit() and len(post_id) <= 20:
            return Deletion("x", post_id, None, _GONE[kind])
    return Ignored("api_error")
