"""Native ids: text for ever. Spreadsheets and doubles destroy long ids; a destroyed id is refused, or mended from the
record's own address, and never guessed.

Used as pydantic types. An error has the type `id_destroyed` (Reason.ID_DESTROYED) or `id_type`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

REPAIRED = "id_repaired"
"""In `extra`: the id as it stood there, where it was mended."""
EXACT = 2**53
"""Every integer up to here survives a double; beyond, neighbours fall together."""

# A spreadsheet writes the decimal sign of its country: 1.82303E+18 or 1,82303E+18.
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{1,3}", re.ASCII)
_SPREADSHEET = re.compile(r"\d[.,]\d+[eE]\+?\d{1,3}|\d+(?:[.,]\d+)?[eE]\+\d{1,3}", re.ASCII)  # "1e5" may be base 36
_POINTED = re.compile(r"(\d+)\.0+", re.ASCII)
# What exports write so that a spreadsheet sees no number.
_KEPT_AS_TEXT = re.compile(r"""=?"([\d.,eE+]+)"|'([\d.,eE+]+)'?""", re.ASCII)
_SPREADSHEET_DIGITS = 15
_NO_ID = 25  # digits; no platform has so long a number
_RUN = re.compile(r"(?<!\d)\d{16,20}(?!\d)", re.ASCII)


def _destroyed() -> PydanticCustomError:
    return PydanticCustomError("id_destroyed", "digits were lost on the way")


def _no_id() -> PydanticCustomError:
    return PydanticCustomError("id_type", "no id")


def through_double(number: int) -> bool:
    """The integer looks as printed from a double: above 17 digits' worth, it is the shortest decimal of its double.

    Of true ids of 19 digits about one in 256 looks so by chance (doubles there are 256 apart), of 18 digits one in 16
    to 128: hence it is asked only where ids are not text by contract, of JSON numbers, and of CSV cells from 19 digits
    on. A double converted to an integer in binary (a multiple of 256) cannot be told by itself from a true snowflake,
    whose lowest bits are often zero."""
    return number > EXACT and len(str(number)) > 17 and number == int(Decimal(repr(float(number))))


def ends_in_zeros(digits: str) -> bool:
    """A cell's digits look as a spreadsheet leaves them: 15, then zeros, from 18 digits on.

    Of true ids of 18 digits one in 1,000 looks so. Of 17 it would be one in 100, and more files are whole than spoilt:
    those are taken."""
    is_long = _SPREADSHEET_DIGITS + 3 <= len(digits) < _NO_ID and digits.isascii() and digits.isdigit()
    return is_long and digits[0] != "0" and not digits[_SPREADSHEET_DIGITS:].strip("0")


def _whole(number: float) -> str:
    if number != number or number in (float("inf"), float("-inf")):
        raise _no_id()
    if abs(number) > EXACT:
        raise _destroyed()
    if number < 0 or number != int(number):
        raise _no_id()
    return str(int(number))


def _number(value: Any) -> str:
    if type(value) is float:
        return _whole(value)
    if type(value) is not int or value < 0:
        raise _no_id()
    if through_double(value):
        raise _destroyed()
    return str(value)


def untouched(digits: str) -> bool:
    """No spreadsheet and no double leaves such digits."""
    if not (digits.isascii() and digits.isdigit() and len(digits) < _NO_ID) or ends_in_zeros(digits):
        return False
    number = int(digits)
    return int(float(number)) != number and not through_double(number)


def bare(text: str) -> str:
    """A cell without white space, and without what keeps spreadsheets off the digits: "182", ="182", '182."""
    text = text.strip()
    kept = _KEPT_AS_TEXT.fullmatch(text)
    return (kept[1] or kept[2]) if kept else text


def opaque(value: Any) -> str:
    """An id in the platform's own alphabet. Numbers are taken where exact."""
    if type(value) is not str:
        return _number(value)
    if _SPREADSHEET.fullmatch(value):
        raise _destroyed()
    return value


def decimal(value: Any) -> str:
    """An id that consists of decimal digits. "119237.0" is mended up to 2**53, an exponent never."""
    if type(value) is not str:
        return _number(value)
    if value.isascii() and value.isdigit():
        return value
    if _EXPONENT.fullmatch(value):
        raise _destroyed()
    pointed = _POINTED.fullmatch(value)
    if pointed is None:
        raise _no_id()
    if len(pointed[1]) > 16 or int(pointed[1]) > EXACT:
        raise _destroyed()
    return str(int(pointed[1]))


def cell(value: Any) -> str:
    """A decimal id in a CSV cell, which a spreadsheet or a data frame may have had in its hands."""
    if type(value) is not str:
        return decimal(value)
    text = decimal(bare(value))
    if ends_in_zeros(text) or (18 < len(text) < _NO_ID and through_double(int(text))):
        raise _destroyed()
    return text


def opaque_cell(value: Any) -> str:
    """As `cell`, in the platform's own alphabet. Milder: what a double alone would have left is taken."""
    if type(value) is not str:
        return opaque(value)
    text = bare(value)
    if ends_in_zeros(text):
        raise _destroyed()
    return decimal(text) if _POINTED.fullmatch(text) else opaque(text)


def true_id(destroyed: Any, addresses: Iterable[Any]) -> str | None:
    """The id that stands in an address and rounds to the destroyed one; None unless exactly one does."""
    found = {run for text in addresses if type(text) is str for run in _RUN.findall(text) if _rounds(run, destroyed)}
    return found.pop() if len(found) == 1 else None


def _rounds(candidate: str, destroyed: Any) -> bool:
    if type(destroyed) is str:
        destroyed = bare(destroyed).replace(",", ".")
        if not (_EXPONENT.fullmatch(destroyed) or _POINTED.fullmatch(destroyed) or destroyed.isdecimal()):
            return False
        written = Decimal(destroyed)
        unit = _last_place(destroyed, written)
        told = unit * 10 <= written  # one digit alone would fit half of all ids
        return (told and abs(Decimal(candidate) - written) <= unit) or float(candidate) == float(destroyed)
    return type(destroyed) in (int, float) and float(candidate) == float(destroyed)


def _last_place(destroyed: str, written: Decimal) -> Decimal:
    """What the last digit told is worth; 0 where all are told."""
    if "e" in destroyed.lower():
        return Decimal(1).scaleb(int(written.as_tuple().exponent))
    digits = destroyed.partition(".")[0]
    return Decimal(10) ** (len(digits) - _SPREADSHEET_DIGITS) if ends_in_zeros(digits) else Decimal(0)


_LENGTH = Field(min_length=1, max_length=512)  # as Mention.native_id; stands first, so that it is checked in Rust
OpaqueId = Annotated[str, _LENGTH, BeforeValidator(opaque)]
DecimalId = Annotated[str, _LENGTH, BeforeValidator(decimal)]
CellId = Annotated[str, _LENGTH, BeforeValidator(cell)]
