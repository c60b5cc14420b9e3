"""Feeds an XML parser of the standard library (expat) piece by piece, and tells where the XML is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

from pipeline.dumps.damage import Damaged

_LAG = 8 * 2**20  # bytes of one tag, which the parser holds


def fed(
    parser: expat.XMLParserType, pieces: Iterable[bytes], name: str, is_cut: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """Comes back after every piece, so that what the handlers found can be taken; also before it raises.

    `is_cut` is asked when the pieces have ended: whether it was damage that ended them, which is told elsewhere. Raises
    Damaged, with the byte among those fed, where it is no XML, or where a handler raises ValueError."""
    given = 0
    for piece in pieces:
        given += len(piece)
        yield from _parsed(parser, piece, name)
        if given - parser.CurrentByteIndex > _LAG:
            raise Damaged(name, given, "its XML has a tag without an end")
    if not is_cut():
        yield from _parsed(parser, b"", name)


def _parsed(parser: expat.XMLParserType, piece: bytes, name: str) -> Iterator[None]:
    try:
        parser.Parse(piece, not piece)
    except (expat.ExpatError, ValueError) as error:
        yield
        raise Damaged(name, max(0, parser.CurrentByteIndex), f"its XML is broken ({error})") from error
    yield
