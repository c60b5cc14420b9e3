"""What must stand in the store after a workload, kept in three bytes a mention and one a record.

Knows nothing of our code. Everything else is worked out anew from numbers: a mention's name and text from its index
and revision, a poisoned value from its kind and place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

PLATFORMS = ("x", "mastodon", "reddit")

# (text as it stands in JSON, text as it must stand in the store)
_TEXTS = tuple(
    (text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").encode(), text)
    for text in (
        "Schon wieder 40 Minuten Verspaetung, @DB_Bahn?",
        "Wo bleibt mein Paket „in Zustellung“ 😡 @DHLPaket",
        "Danke an das Team im Laden, gerne wieder!",
        "How do I change the address of my order?",
        'Seit Wochen "morgen".\nIch kuendige! @Telekom_hilft',
        "Wir suchen Verstärkung für Köln. #jobs",
        "My new phone gets hot. Is that dangerous?",
        "Der Pfad war C:\\temp, kein Scherz.",
    )
)

# kind -> value; {p} and {o} are partition and offset, so that no two are equal where the kind allows it
POISONS = (
    b"",
    b" \n\t ",
    b'\xff\xfe{"platform":"x","native_id":"%(p)d-%(o)d"}',
    b'{"platform":"x","native_id":"%(p)d-%(o)d"',
    b'{"platform":"x","native_id":"%(p)d-%(o)d","text":"t"}',
    b'{"platform":"x","native_id":"%(p)d-%(o)d","text":5,"published_at":"2024-03-01T12:00:00Z"}',
    b'{"platform":"x","native_id":"%(p)d-%(o)d","text":"t","published_at":"gestern"}',
    b'{"platform":"x","native_id":1.2345678901234567e+18,"text":"%(p)d-%(o)d","published_at":"2024-03-01T12:00:00Z"}',
    b'{"no":"format","%(p)d":%(o)d}',
    b"[" * 200 + b"%(p)d,%(o)d" + b"]" * 200,
    b'%(p)d,"%(o)d',
    b'{"platform":"x","native_id":"%(p)d-%(o)d","text":"' + b"x" * 9000 + b'","published_at":"2024-03-01T12:00:00Z"}',
)
REASONS = (
    "empty", "empty", "not_utf8", "not_json", "missing_field", "wrong_type", "bad_time", "id_destroyed",
    "unknown_format", "too_deep", "not_csv", "oversized",
)  # fmt: skip
CSV_KIND = REASONS.index("not_csv")
MOST_BYTES = 8192
"""The job's `max_record_bytes` must be this, for one kind of poison to be oversized."""

MENTION, DELETION, IGNORED, DEAD = range(4)  # in Oracle.outcomes; DEAD + kind for poison
_DELETED = 0x80
_UNSEEN = 0x7F


def name_of(index: int) -> tuple[str, str]:
    """Platform and native id of a mention. Three platforms use the same native ids for different mentions."""
    return PLATFORMS[index % 3], str(index // 3)


def index_of(platform: str, native_id: str) -> int | None:
    """The reverse; None for a name that no mention of any workload has."""
    plain = native_id.isascii() and native_id.isdigit() and str(int(native_id)) == native_id
    return int(native_id) * 3 + PLATFORMS.index(platform) if plain and platform in PLATFORMS else None


def _text(index: int, revision: int) -> tuple[bytes, str]:
    return _TEXTS[(index * 7 + revision * 3) % len(_TEXTS)]


def json_text(index: int, revision: int) -> bytes:
    """A revision's text as it stands in the record."""
    return b"%b [%d.%d]" % (_text(index, revision)[0], index, revision)


def text_of(index: int, revision: int) -> str:
    """The same as it must stand in the store."""
    return f"{_text(index, revision)[1]} [{index}.{revision}]"


def poison(kind: int, partition: int, offset: int) -> bytes:
    """The poisoned value at that place."""
    return POISONS[kind].replace(b"%(p)d", b"%d" % partition).replace(b"%(o)d", b"%d" % offset)


@dataclass(slots=True)
class Oracle:
    """Fed by the workload in the order in which it makes records."""

    partitions: int
    latest: bytearray = field(default_factory=bytearray)
    """By mention: its highest revision, with the top bit when it was deleted."""
    outcomes: list[bytearray] = field(init=False)
    """By partition and offset: MENTION, DELETION, IGNORED or DEAD + kind of poison."""

    def __post_init__(self) -> None:
        self.outcomes = [bytearray() for _ in range(self.partitions)]

    def saw(self, index: int, revision: int) -> None:
        """A record with this revision was sent."""
        self._grow(index)
        kept = self.latest[index]
        if kept & _UNSEEN == _UNSEEN or kept & _UNSEEN < revision:
            self.latest[index] = kept & _DELETED | revision

    def deleted(self, index: int) -> None:
        """A tombstone was sent; the mention may come later, or never."""
        self._grow(index)
        self.latest[index] |= _DELETED

    def _grow(self, index: int) -> None:
        if index >= len(self.latest):
            self.latest.extend(bytes([_UNSEEN]) * (index + 1 - len(self.latest)))

    @property
    def records(self) -> int:
        """How many were sent."""
        return sum(map(len, self.outcomes))

    def mention(self, index: int) -> tuple[int, bool] | None:
        """Latest revision and whether deleted; None where no revision was ever sent."""
        if not 0 <= index < len(self.latest) or self.latest[index] & _UNSEEN == _UNSEEN:
            return None
        return self.latest[index] & _UNSEEN, bool(self.latest[index] & _DELETED)

    def mentions(self) -> Iterator[int]:
        """Indices of all mentions that must be there."""
        return (index for index, kept in enumerate(self.latest) if kept & _UNSEEN != _UNSEEN)

    def deletions(self) -> Iterator[int]:
        """Indices of all mentions with a tombstone, there or not."""
        return (index for index, kept in enumerate(self.latest) if kept & _DELETED)
