"""All payload formats by name. One more format: its file, a line here, and tests/golden/<name>/."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.formats.bluesky import Bluesky
from schemas.formats.canonical import Canonical
from schemas.formats.mastodon import Mastodon
from schemas.formats.protocol import Format
from schemas.formats.reddit import Reddit
from schemas.formats.twcs import Twcs
from schemas.formats.x_v2 import XV2

_ALL: tuple[Format, ...] = (Canonical(), XV2(), Twcs(), Mastodon(), Reddit(), Bluesky())

FORMATS: Mapping[str, Format] = {item.name: item for item in _ALL}
"""In the order in which an unnamed payload is offered to them."""
