"""Text normalisation that all classifiers share. Pure; cost is bounded whatever the length of the text."""

from __future__ import annotations

import re
import unicodedata

import ftfy

from schemas.mention import Mention

LIMIT = 2000
"""Characters a classifier sees. 99.9 % of posts are shorter; of a longer one head and tail say what it is about."""
_TAIL = 500
_RAW_LIMIT = 4 * LIMIT  # cut before anything else, so that a megabyte costs what a page costs

_MOJIBAKE = re.compile("[ÃÂâð][\u0080-\u00bf\u0152-\u2122]")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")  # not ZWJ and ZWNJ: emoji, Persian
_HANDLE = re.compile(r"(?<![\w@])@(\w+)(?:@[\w.-]*\w)?")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_HASHTAG = re.compile(r"[#＃](\w+)")
_RETWEET = re.compile(r"^\s*RT\s+@\w+:?\s*")


def normalise(text: str) -> str:
    """NFC, mojibake mended, invisible characters and runs of white space gone, at most `LIMIT` characters."""
    return _cut(_tidy(_cut(text, _RAW_LIMIT)), LIMIT)


def _tidy(text: str) -> str:
    if not text.isascii():
        if _MOJIBAKE.search(text):
            text = ftfy.fix_encoding(text)
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join(text.split())


def mention_text(mention: Mention) -> str:
    """Title and text as one normalised string."""
    return normalise(_written(mention))


def is_read_whole(mention: Mention) -> bool:
    """Whether all of it is within `mention_text`: of a longer text classifiers see head and tail."""
    text = _written(mention)
    return len(text) <= LIMIT or (len(text) <= _RAW_LIMIT and len(_tidy(text)) <= LIMIT)


def _written(mention: Mention) -> str:
    return f"{mention.title}\n{mention.text}" if mention.title else mention.text


def plain_words(text: str) -> str:
    """`text` without the retweet mark, handles, addresses and hash signs; a hashtag's word stays."""
    if text.startswith("RT"):
        text = _RETWEET.sub("", text)
    if "@" in text:
        text = _HANDLE.sub(" ", text)
    if "#" in text or "＃" in text:
        text = _HASHTAG.sub(r"\1", text)
    return " ".join(without_urls(text).split())


def without_urls(text: str) -> str:
    """`text` with a blank for each address."""
    return _URL.sub(" ", text) if "http" in text or "www." in text.lower() else text


def handles(text: str) -> list[str]:
    """Handles in order, without @ and without the server of a federated one."""
    return _HANDLE.findall(text) if "@" in text else []


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    tail = limit * _TAIL // LIMIT
    return f"{text[: limit - tail - 1]} {text[-tail:]}"
