"""Where a value of an export stands, as mapping files say it: a column, several, or a constant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from configs.base import Settings

Column = Annotated[str, Field(min_length=1, max_length=200)]
_SCALARS = (str, int, float, bool)
_NO_PLACE = "must be a column's name, a list of names, or {value: ...} for a constant; put names in quotes"


def _as_list(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


def as_word(given: Any) -> Any:
    """A value as words are compared: without regard to case and outer blanks. Raises ValueError."""
    if isinstance(given, bool):
        raise ValueError("YAML reads yes, no, on and off as true and false; put the word in quotes")
    return str(given).strip().casefold() if isinstance(given, _SCALARS) else given


Columns = Annotated[tuple[Column, ...], BeforeValidator(_as_list)]
Word = Annotated[str, BeforeValidator(as_word)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_as_list)]


class Place(Settings):
    """Where a value stands: written as a column's name, a list of names, or {value: ...}, which may end a list too."""

    columns: tuple[Column, ...] = ()
    """Names or dotted paths; the first that holds something wins."""
    value: str | int | float | bool | None = None
    """A constant, where no column holds anything."""


def _placed(given: Any) -> Any:
    parts = given if isinstance(given, list) else [given]
    constant = None
    if parts and isinstance(parts[-1], dict) and list(parts[-1]) == ["value"]:
        constant = parts[-1]["value"]
        constant = constant.isoformat() if isinstance(constant, date) else constant  # YAML reads bare times itself
        parts = parts[:-1]
        if not isinstance(constant, _SCALARS):
            raise ValueError(_NO_PLACE)
    if not all(isinstance(part, str) for part in parts) or not (parts or constant is not None):
        raise ValueError(_NO_PLACE)
    return {"columns": parts, "value": constant}


def _text(place: Place) -> Place:
    if place.value is not None and not isinstance(place.value, str):
        raise ValueError("the constant must be text; put it in quotes")
    return place


def _time(place: Place) -> Place:
    if place.value is None:
        return place
    try:
        found = datetime.fromisoformat(str(place.value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 <= found.year < 2110:
        raise ValueError('the constant must be a time after 1970, with offset, such as "2020-01-01T00:00:00Z"')
    return place.model_copy(update={"value": found.isoformat()})


def _count(place: Place) -> Place:
    if place.value is not None and not (type(place.value) is int and place.value >= 0):
        raise ValueError("the constant must be a whole number, 0 or more")
    return place


def _stars(place: Place) -> Place:
    if place.value is not None and not (type(place.value) in (int, float) and 0 <= float(place.value) <= 5):
        raise ValueError("the constant must be a number from 0 to 5")
    return place


def _truth(place: Place) -> Place:
    if place.value is not None and not isinstance(place.value, bool):
        raise ValueError("the constant must be `true` or `false`")
    return place


TextPlace = Annotated[Place, BeforeValidator(_placed), AfterValidator(_text)]
TimePlace = Annotated[Place, BeforeValidator(_placed), AfterValidator(_time)]
CountPlace = Annotated[Place, BeforeValidator(_placed), AfterValidator(_count)]
StarsPlace = Annotated[Place, BeforeValidator(_placed), AfterValidator(_stars)]
TruthPlace = Annotated[Place, BeforeValidator(_placed), AfterValidator(_truth)]
NOWHERE = Place()
"""What no column says."""
