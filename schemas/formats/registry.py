"""All payload formats by name. One more format: its file, a line here, and tests/golden/<name>/."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.formats.app_store import AppStore
from schemas.formats.bluesky import Bluesky
from schemas.formats.brandwatch import Brandwatch
from schemas.formats.canonical import Canonical
from schemas.formats.facebook import Facebook
from schemas.formats.google_play import GooglePlay
from schemas.formats.instagram import Instagram
from schemas.formats.mastodon import Mastodon
from schemas.formats.meltwater import Meltwater
from schemas.formats.protocol import Format
from schemas.formats.reddit import Reddit
from schemas.formats.sprinklr import Sprinklr
from schemas.formats.talkwalker import Talkwalker
from schemas.formats.trustpilot import Trustpilot
from schemas.formats.twcs import Twcs
from schemas.formats.x_archive import XArchive
from schemas.formats.x_v1 import XV1
from schemas.formats.x_v2 import XV2
from schemas.formats.youtube import YouTube

_ALL: tuple[Format, ...] = (
    Canonical(),
    XV2(),
    Twcs(),
    Mastodon(),
    Reddit(),
    Bluesky(),
    XV1(),
    XArchive(),
    Facebook(),
    Instagram(),
    YouTube(),
    Brandwatch(),
    Talkwalker(),
    Meltwater(),
    Sprinklr(),
    AppStore(),
    GooglePlay(),
    Trustpilot(),
)

FORMATS: Mapping[str, Format] = {item.name: item for item in _ALL}
"""In the order in which an unnamed payload is offered to them."""
