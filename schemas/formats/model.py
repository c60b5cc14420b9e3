"""What the payload models of all formats share: leniency, counters, and errors that name field and kind of value.

Where fields of the source go that Mention has no place for: Mention.extra, under the source's own names; those of the
author under extra["author"], so that pseudonymisation can take them all away at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from schemas import ids
from schemas.errors import Rejected
from schemas.mention import Mention
from schemas.record import Reason

_KINDS = {dict: "object", list: "list", str: "string", int: "number", float: "number", bool: "boolean"}
_REASONS = {
    "missing": Reason.MISSING_FIELD,
    "bad_time": Reason.BAD_TIME,
    "id_destroyed": Reason.ID_DESTROYED,
}


class SourceModel(BaseModel):
    """Part of a payload: names what we use, keeps the rest."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)

    @property
    def unnamed(self) -> dict[str, Any]:
        """Fields that the source sent and the model does not name."""
        return self.__pydantic_extra__ or {}


Model = TypeVar("Model", bound=SourceModel)

Counter = Annotated[
    Annotated[int, Field(le=2**63 - 1)] | None, AfterValidator(lambda n: n if n is None or n >= 0 else None)
]
"""A count; networks write a negative one where they hide it."""


def validated(model: type[Model], payload: Any, *, at: str = "") -> Model:
    """The payload as the model; `at` is the path of the payload within the record. Raises Rejected."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        raise rejected(error, at=at) from None


def validated_with_true_id(
    model: type[Model], payload: Mapping[str, Any], key: str, addresses: Iterable[str], *, at: str = ""
) -> tuple[Model, dict[str, Any]]:
    """As `validated`; an id lost to a spreadsheet or a double is mended from the record's own address.

    Returns the model and what to add to `extra`: {"id_repaired": the id as it stood there}, or nothing."""
    try:
        return validated(model, payload, at=at), {}
    except Rejected as error:
        if error.reason != Reason.ID_DESTROYED:
            raise
        true_id = ids.true_id(payload.get(key), (payload.get(name) for name in addresses))
        if true_id is None or true_id == payload.get(key):
            raise
        mended = validated(model, {**payload, key: true_id}, at=at)
    return mended, {} if str(payload[key]) == true_id else {ids.REPAIRED: str(payload[key])}


def mention(**fields: Any) -> Mention:
    """A mention, with all of Mention's own checks. Raises Rejected with Mention's name of the field."""
    try:
        return Mention(**fields)
    except ValidationError as error:
        raise rejected(error) from None


def left(make: Callable[[], Mention]) -> Mention | None:
    """What a record that says its post is gone still holds of it: None where that is no mention, or one without words,
    which would stand in place of the words first seen."""
    try:
        found = make()
    except Rejected:
        return None
    return found if found.text.strip() else None


def rejected(error: ValidationError, *, at: str = "") -> Rejected:
    """The first fault of a payload, as field path and kind of value; the value itself stays unsaid."""
    fault = error.errors(include_url=False, include_context=False)[0]
    path = ".".join([at] * bool(at) + [str(step) for step in fault["loc"]]) or "payload"
    kind = fault["type"]
    if kind == "missing":
        return Rejected(Reason.MISSING_FIELD, f"{path}: missing")
    if kind == "no_zone":  # says what to do
        return Rejected(Reason.BAD_TIME, f"{path}: {fault['msg']}")
    reason = Reason.BAD_TIME if kind.startswith("datetime") else _REASONS.get(kind, Reason.WRONG_TYPE)
    return Rejected(reason, f"{path}: {kind_of(fault['input'])} ({kind})")


def kind_of(value: Any) -> str:
    """JSON's word for the kind of a value."""
    return "null" if value is None else _KINDS.get(type(value), "value")


def merged(*parts: Mapping[str, Any], **named: Mapping[str, Any] | None) -> dict[str, Any]:
    """`extra` of the parts, and of each named group that holds something."""
    extra: dict[str, Any] = {}
    for part in parts:
        extra.update(part)
    for name, group in named.items():
        if group:
            extra[name] = dict(group)
    return extra
