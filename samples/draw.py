"""Draws the sample texts from a file of labelled posts: near a feed, few of them need anybody's help.

Same seed and same file give the same texts. A row has a fixed rank (a hash of seed and id), so withholding one row only
lets the next of its kind move up. What nobody should read in a demo is kept out by patterns here and, after reading all
that was drawn, by the ids in withheld.txt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SEED = 20261125
SOURCES = (
    "germeval2018-train",
    "ibm-dev",
    "ijcnlp-train",
    "minibar-Garmin_Connect",
    "minibar-Huawei_Health",
    "mobasa-dev",
    "umsab-train",
)
"""Real posts that may be passed on; README.md credits them."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Quota:
    """How many rows of a source and language: `calm` need no intervention, `open_` do; `branded` of the calm first."""

    source: str
    lang: str
    calm: int
    open_: int
    branded: int = 0


QUOTAS = (
    Quota("mobasa-dev", "de", calm=264, open_=24, branded=44),
    Quota("umsab-train", "de", calm=62, open_=2, branded=16),
    Quota("germeval2018-train", "de", calm=8, open_=0),
    Quota("ibm-dev", "en", calm=12, open_=14),
    Quota("umsab-train", "en", calm=95, open_=1, branded=16),
    Quota("ijcnlp-train", "en", calm=56, open_=4, branded=10),
    Quota("minibar-Garmin_Connect", "en", calm=32, open_=4, branded=12),
    Quota("minibar-Huawei_Health", "en", calm=20, open_=3, branded=6),
    Quota("ijcnlp-train", "es", calm=28, open_=3),
    Quota("umsab-train", "es", calm=24, open_=0, branded=2),
    Quota("ijcnlp-train", "fr", calm=24, open_=2),
    Quota("umsab-train", "fr", calm=22, open_=0, branded=2),
    Quota("minibar-Garmin_Connect", "fr", calm=14, open_=2),
    Quota("umsab-train", "it", calm=38, open_=0, branded=2),
)
QUESTIONS, DELIVERIES = 24, 9
"""At least so many posts with these rare intents, beyond the quotas where these bring too few."""

_BRANDS = re.compile(
    r"spotify|amazon|rockstar|garmin|huawei|netflix|playstation|\bps4|xbox|apple|iphone|samsung|google|youtube|ikea|lidl"
    r"|\baldi|\brewe\b|\bdhl\b|hermes|telekom|vodafone|lufthansa|ryanair|\bbmw|\baudi\b|volkswagen|mercedes|starbucks"
    r"|burger king|zalando|ebay|paypal|microsoft|nike|adidas|flixbus|bahncard|deutsche bahn|@db_|@bvg|sncf|trenitalia",
    re.IGNORECASE,
)
_PRIVATE = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|@email"  # e-mail
    r"|\+\d[\d /-]{7,}|\(?\b0\d{2,5}\)?[ /-]?\d{4,}|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b"  # telephone
    r"|\b[A-Z]{2}\d{2}(?: ?\d{4}){3}"  # bank account
)
_UNFIT = re.compile(
    r"n[i1]gg|\bslut|whore|\bfag|retard|\bcunt|bitch|fuck|\bfotze|hure|nutte|schlampe|wichs|fick|arschl|bastard|spast"
    r"|behindert|schwuchtel|neger|kanak|zigeuner|\bpute|maric[oó]n|\bputa|pede\b|connard|salope|stronz|cazzo|troia|vaffan"
    r"|nazi|hitler|\bjud(?:e|en|isch)|\bjews?\b|moslem|muslim|islam|koran|\bchrist(?:en|ians)\b|flüchtling|refugee|migrant"
    r"|asyl|ausländer|terror|isis\b|\bis\b-terror|vergewalt|\brape|mord\b|mörder|murder|suicid|selbstm|suizid|pädo|porno"
    r"|\bsex|merkel|\bafd\b|\bcdu\b|\bcsu\b|\bspd\b|\bfdp\b|grüne[nr]?\b|linke[nr]?\b|steinbrück|seehofer|trump|clinton"
    r"|obama|putin|erdo[gğ]an|rajoy|podemos|renzi|berlusconi|grillo|salvini|\bmonti\b|macron|le pen|hollande|sarkozy"
    r"|elecci|elezion|bundestag|wahlkampf|politik|politic|polític|president|präsident|kanzler|minister|minist[rè]|gobierno"
    r"|governo|republican|democrat|israel|palest|gaza|syri|ukrain"
    r"|charlie hebdo|ferguson|black lives|\bgun\b|abort|\bgay|lesbi|transgender"
    r"|stirbt|starb\b|gestorben|verstorben|tödlich|\btote[rn]?\b|getötet|leiche|todes|totgetr|\br\.?i\.?p\b|#rip|begrapsch"
    r"|überfall|geflüchtet|abschieb|abschaum|arbeitslager|\bkz\b|nafri|arschkr|f+u{2,}c+k|rollstuhl gefesselt"
    r"|kopftuch|islami|antisem|rassis|racis|faschis|fascis|kommunis|volksverr|lügenpresse|gutmensch|\bgez\b|\bnsa\b|\bkill",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\\u[0-9a-f]{4}|\ufffd|�")


def draw(rows: Iterable[Row], withheld: frozenset[str]) -> list[Row]:
    """The sample, in the order of the rows' ranks. Raises ValueError where a quota cannot be filled."""
    fit = [row for row in rows if row["source"] in SOURCES and row["id"] not in withheld and _is_fit(row["text"])]
    fit.sort(key=lambda row: _rank(row["id"]))
    seen: set[str] = set()
    unique = [row for row in fit if row["text"] not in seen and not seen.add(row["text"])]  # type: ignore[func-returns-value]
    chosen = {row["id"]: row for quota in QUOTAS for row in _of(quota, unique)}
    for intent, least in (("product_question", QUESTIONS), ("delivery", DELIVERIES)):
        _top_up(chosen, unique, intent, least)
    return sorted(chosen.values(), key=lambda row: _rank(row["id"]))


def read_rows(path: Path) -> list[Row]:
    """The labelled posts of a JSONL file: id, text, lang, source, intents, needs_intervention."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def read_withheld(path: Path = HERE / "withheld.txt") -> frozenset[str]:
    """The ids of withheld.txt: first word of a line, the rest says why; # begins a comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split()[0] for line in lines if line and not line.startswith("#"))


def is_private(text: str) -> bool:
    """Does the text look as if it held an e-mail address, a phone number or an account number."""
    return _PRIVATE.search(text) is not None


def _is_fit(text: str) -> bool:
    return len(text) >= 12 and not is_private(text) and not _UNFIT.search(text) and not _MARKUP.search(text)


def _rank(row_id: str) -> bytes:
    return blake2b(f"{SEED}:{row_id}".encode(), digest_size=8).digest()


def _of(quota: Quota, rows: list[Row]) -> list[Row]:
    mine = [row for row in rows if (row["source"], row["lang"]) == (quota.source, quota.lang)]
    calm = [row for row in mine if not row["needs_intervention"]]
    branded = [row for row in calm if _BRANDS.search(row["text"])][: quota.branded]
    ids = {row["id"] for row in branded}
    plain = [row for row in calm if row["id"] not in ids][: quota.calm - len(branded)]
    open_ = [row for row in mine if row["needs_intervention"]][: quota.open_]
    if len(branded) + len(plain) < quota.calm or len(open_) < quota.open_:
        raise ValueError(
            f"{quota.source} {quota.lang}: {len(branded) + len(plain)} calm and {len(open_)} open rows are fit, "
            f"{quota.calm} and {quota.open_} are wanted; lower the quota"
        )
    return branded + plain + open_


def _top_up(chosen: dict[str, Row], rows: list[Row], intent: str, least: int) -> None:
    missing = least - sum(intent in row["intents"] for row in chosen.values())
    more = [row for row in rows if intent in row["intents"] and row["id"] not in chosen][: max(missing, 0)]
    if len(more) < missing:
        raise ValueError(f"intent {intent}: {missing - len(more)} rows short of {least}; lower the number")
    chosen.update((row["id"], row) for row in more)
