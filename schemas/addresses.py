"""Addresses of posts: which platform, and its own id. Pure: nothing is fetched, short links are not resolved.

Ids come out as the formats write them, so that a post bought through a listening tool and the same post read from the
platform's interface are one mention. Where an address does not hold such an id (Facebook's pfbid tokens, Bluesky's
handles without the account's DID, Mastodon, whose numbers count on one instance only) the answer is None."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_LONGEST = 2_000
_SUBDOMAIN = re.compile(r"(?:www|m|mobile|old|new|np|web|touch|music|[a-z]{2}(?:-[a-z]{2})?)", re.ASCII)
_X = re.compile(r"/(?:(\w{1,30})/)?(?:web/)?status(?:es)?/(\d{1,20})(?:/.*)?", re.ASCII)
_REDDIT = re.compile(
    r"(?:/(?:r|u|user)/[\w.-]+)?/comments/([a-z0-9]{1,13})(?:/[^/]*(?:/([a-z0-9]{1,13}))?)?/?", re.ASCII | re.IGNORECASE
)
_ID36 = re.compile(r"/([a-z0-9]{1,13})/?", re.ASCII | re.IGNORECASE)
_VIDEO = re.compile(r"/(?:shorts|live|embed|v)/([\w-]{11})/?", re.ASCII)
_VIDEO_ID = re.compile(r"[\w-]{11}", re.ASCII)
_YOUTUBE_COMMENT = re.compile(r"[\w.-]{10,100}", re.ASCII)
_INSTAGRAM = re.compile(r"(?:/[\w.]+)?/(?:p|reels?|tv)/([\w-]{5,64})(?:/c/(\d{1,20})(?:/r/(\d{1,20}))?)?/?", re.ASCII)
_FACEBOOK = re.compile(
    r"/(?:groups/)?([^/]+)/(?:posts|permalink|videos|photos)/(?:[^/]+/)*?(\d{1,20})/?|/reel/(\d{1,20})/?", re.ASCII
)
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)
_BLUESKY = re.compile(r"/profile/([^/\s]+)/post/([A-Za-z0-9._~:-]{1,64})/?", re.ASCII)
_AT = re.compile(r"at://did:[a-z0-9]+:[A-Za-z0-9._:%-]+/app\.bsky\.feed\.post/[A-Za-z0-9._~:-]{1,64}", re.ASCII)
_TIKTOK = re.compile(r"/@([\w.-]+)/(?:video|photo)/(\d{1,20})/?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Found:
    native_id: str
    root_id: str | None = None
    author: str | None = None


def post_of(url: str, *, did: str | None = None) -> tuple[str, str] | None:
    """Platform and native id of the post at the address; None where it is no post's, or does not hold the id.

    `did` is the author's Bluesky account (did:plc:...), where something else than the address tells it."""
    platform, found = _parsed(url)
    if platform is None or found is None:
        return None
    if platform != "bluesky" or found.author is None:
        return platform, found.native_id
    uri = found.native_id.replace(f"//{found.author}/", f"//{did}/")
    return (platform, uri) if _AT.fullmatch(uri) else None


def root_of(url: str) -> str | None:
    """Native id of the post under which the comment at the address stands; None unless it is a comment's."""
    found = _parsed(url)[1]
    return found.root_id if found else None


def author_of(url: str) -> str | None:
    """Handle of the author, where the address of the post holds it."""
    found = _parsed(url)[1]
    return found.author if found else None


def platform_of(url: str) -> str | None:
    """The platform that the address belongs to, a post's or not; None for the rest of the web."""
    return _parsed(url)[0]


def _parsed(url: str) -> tuple[str | None, _Found | None]:
    url = url.strip()
    if len(url) > _LONGEST:
        return None, None
    if _AT.fullmatch(url):
        return "bluesky", _Found(url)
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:  # brackets that are no IPv6 address
        return None, None
    labels = host.split(".")
    subdomain = ".".join(labels[:-2])
    known = _SITES.get(".".join(labels[-2:]))
    if known is None or parts.scheme not in ("http", "https") or (subdomain and not _SUBDOMAIN.fullmatch(subdomain)):
        return None, None
    platform, read = known
    return platform, read(parts)


def _query(parts: SplitResult) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(parts.query, max_num_fields=50))
    except ValueError:
        return {}


def _x(parts: SplitResult) -> _Found | None:
    path = parts.fragment[1:] if parts.fragment.startswith("!/") else parts.path  # twitter.com/#!/name/status/1
    match = _X.fullmatch(path)
    if match is None:
        return None
    return _Found(match[2], author=None if match[1] in (None, "i") else match[1])


def _reddit(parts: SplitResult) -> _Found | None:
    match = _REDDIT.fullmatch(parts.path)
    if match is None:
        return None
    submission = f"t3_{match[1].lower()}"
    return _Found(f"t1_{match[2].lower()}", root_id=submission) if match[2] else _Found(submission)


def _reddit_short(parts: SplitResult) -> _Found | None:
    match = _ID36.fullmatch(parts.path)
    return _Found(f"t3_{match[1].lower()}") if match else None


def _youtube(parts: SplitResult) -> _Found | None:
    query = _query(parts)
    match = _VIDEO.fullmatch(parts.path)
    return _video(match[1] if match else query.get("v", ""), query)


def _youtube_short(parts: SplitResult) -> _Found | None:
    return _video(parts.path.strip("/"), _query(parts))


def _video(video: str, query: Mapping[str, str]) -> _Found | None:
    if not _VIDEO_ID.fullmatch(video):
        return None
    comment = query.get("lc", "")
    return _Found(comment, root_id=video) if _YOUTUBE_COMMENT.fullmatch(comment) else _Found(video)


def _instagram(parts: SplitResult) -> _Found | None:
    match = _INSTAGRAM.fullmatch(parts.path)
    if match is None:
        return None
    comment = match[3] or match[2]
    return _Found(comment, root_id=match[1]) if comment else _Found(match[1])


def _facebook(parts: SplitResult) -> _Found | None:
    """As the Graph API numbers: page_post where the page is known by number, post_comment for comments."""
    query = _query(parts)
    match = _FACEBOOK.fullmatch(parts.path)
    if match:
        page, post = match[1] or "", match[2] or match[3]
    elif parts.path in ("/permalink.php", "/story.php"):
        page, post = query.get("id", ""), query.get("story_fbid", "")
    else:
        page, post = "", query.get("fbid") or query.get("v") or ""
    if not _DIGITS.fullmatch(post):
        return None
    comment = query.get("reply_comment_id") or query.get("comment_id", "")
    whole = f"{page}_{post}" if _DIGITS.fullmatch(page) else post
    return _Found(f"{post}_{comment}", root_id=whole) if _DIGITS.fullmatch(comment) else _Found(whole)


def _bluesky(parts: SplitResult) -> _Found | None:
    """By handle the id has the handle where the account belongs: `post_of` puts that in, or gives nothing."""
    match = _BLUESKY.fullmatch(unquote(parts.path))
    if match is None:
        return None
    by_handle = not match[1].startswith("did:")
    return _Found(f"at://{match[1]}/app.bsky.feed.post/{match[2]}", author=match[1] if by_handle else None)


def _tiktok(parts: SplitResult) -> _Found | None:
    match = _TIKTOK.fullmatch(parts.path)
    return _Found(match[2], author=match[1]) if match else None


def _no_post(parts: SplitResult) -> _Found | None:
    return None


_SITES: Mapping[str, tuple[str, Callable[[SplitResult], _Found | None]]] = {
    "x.com": ("x", _x),
    "twitter.com": ("x", _x),
    "reddit.com": ("reddit", _reddit),
    "redd.it": ("reddit", _reddit_short),
    "youtube.com": ("youtube", _youtube),
    "youtu.be": ("youtube", _youtube_short),
    "instagram.com": ("instagram", _instagram),
    "facebook.com": ("facebook", _facebook),
    "fb.watch": ("facebook", _no_post),
    "bsky.app": ("bluesky", _bluesky),
    "tiktok.com": ("tiktok", _tiktok),
    "threads.net": ("threads", _no_post),
    "threads.com": ("threads", _no_post),
}
