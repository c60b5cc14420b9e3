"""What pydantic found wrong, in plain words, with the place and the mend."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from configs.places import dotted, line_of, scalar_at

_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}
_KINDS = {
    "time_delta": 'must be a time; write seconds as a number, such as 10 or 0.5, or "0:01:30"',
    "bool": "must be yes or no; write `true` or `false`",
    "int": "must be a whole number",
    "float": "must be a number",
    "string": "must be text; put it in quotes",
    "path": "must be a path; put it in quotes",
    "dict": "must be a mapping; write `{name: value}`, or lines `name: value` below it",
}


def sentences(path: Path, node: Any, model: type[BaseModel], error: ValidationError) -> str:
    """A line a fault. Misspelt keys come first, since other faults often are their consequences."""
    faults = error.errors(include_url=False)
    lines = [_sentence(path, node, model, fault) for fault in faults]
    return "\n".join(sorted(lines, key=lambda line: "did you mean" not in line))


def _sentence(path: Path, node: Any, model: type[BaseModel], fault: Any) -> str:
    steps = list(_walk(model, fault["loc"]))
    at = [part for part, is_tag, _ in steps if not is_tag]
    target = steps[-1][2] if steps else model
    what = _fault(fault, model, target, scalar_at(node, at))
    return f"{path}:{line_of(node, at)}: {dotted(at) or 'settings'}: {what}"


def _fault(fault: Any, model: type[BaseModel], target: Any, word: str) -> str:
    """What is wrong and what to do. `target` is the type that the setting should have had, None where unknown; `word`
    is the one that stands in the file, "" where there are more. No other value is repeated: it may be a secret."""
    kind, context, given = fault["type"], fault.get("ctx", {}), fault["input"]
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(fault["loc"][-1]), sorted(_keys(model)), n=1)
        return "unknown key; " + (f"did you mean `{near[0]}`?" if near else "remove it")
    if kind == "invalid_key":
        return "unknown key; keys are words"
    if kind == "missing":
        return "is required and missing; add it"
    if given is None:
        return "is empty; give it a value, or remove the key"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        known = " or ".join(repr(tag) for tag in _by_kind(target))
        return f"`kind` is {'missing' if kind.endswith('found') else 'unknown'}; write {known}"
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"must be {words} {_number(context[bound], given)}"
    if kind == "literal_error":
        return f"is unknown; write {context['expected']}"
    if kind in ("tuple_type", "list_type"):
        item = _item(target)
        return f"must be a list; write `[{_example(item, word) if list(_models(item)) else _shown(word)}]`"
    if kind.startswith("model_"):
        dash = "- " if isinstance(fault["loc"][-1], int) else ""
        return f"must be a mapping; write `{dash}{_example(target, word)}`"
    if kind == "string_pattern_mismatch":
        return f"holds what it may not; it must fit the pattern {context['pattern']}"
    if kind == "string_too_short":
        return "is empty; give it a value"
    plain = _KINDS.get(kind.removesuffix("_type").removesuffix("_parsing").removesuffix("_from_float"))
    return plain or fault["msg"].removeprefix("Value error, ")


def _number(bound: Any, given: Any) -> str:
    if not isinstance(given, timedelta):
        return f"{bound:g}" if isinstance(bound, float) else str(bound)
    # pydantic's own words for a bound of time: "10000 microseconds", "600 seconds"
    value, _, unit = str(bound).partition(" ")
    if unit.startswith("microsecond") and value.isdigit():
        return f"{int(value) / 1e6:g} seconds"
    return str(bound)


def _shown(word: str) -> str:
    return word if re.fullmatch(r"[\w.-]{1,80}", word) else "..."


def _example(target: Any, word: str) -> str:
    """How a setting of this type is written; a bare word that stood in its place is taken for the name."""
    models = list(_models(target))
    if len(models) == 1:
        required = [name for name, field in models[0].model_fields.items() if field.is_required()]
        shown = required or list(models[0].model_fields)[:1]
        return "{" + ", ".join(f"{name}: {_shown(word) if name == 'name' else '...'}" for name in shown) + "}"
    kinds = list(_by_kind(target))
    return f"{{kind: {kinds[0]}, ...}}" if kinds else "name: value"


def _walk(model: Any, location: Sequence[Any]) -> Iterator[tuple[Any, bool, Any]]:
    """Each step of a pydantic location: (part, whether it only names a kind of a union, the type found there)."""
    here: Any = model
    for part in location:
        kinds = _by_kind(here)
        if isinstance(part, str) and part in kinds:
            here = kinds[part]
            yield part, True, here
            continue
        fields = [m.model_fields[part] for m in _models(here) if isinstance(part, str) and part in m.model_fields]
        here = fields[0].annotation if fields else _item(here)
        yield part, False, here


def _item(annotation: Any) -> Any:
    """The type inside a list or mapping, None where there is none."""
    arguments = [a for a in get_args(annotation) if a is not Ellipsis]
    return arguments[-1] if get_origin(annotation) in (tuple, list, dict) and arguments else None


def _by_kind(annotation: Any) -> dict[str, type[BaseModel]]:
    """The models of a union that `kind` tells apart."""
    models = list(_models(annotation))
    if len(models) < 2 or get_origin(annotation) not in (Union, types.UnionType, Annotated):
        return {}
    found = {}
    for each in models:
        kind = each.model_fields.get("kind")
        if kind is not None and get_origin(kind.annotation) is Literal:
            found[str(get_args(kind.annotation)[0])] = each
    return found


def _keys(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> set[str]:
    """Every field name of `model` and of the models in its fields."""
    names: set[str] = set()
    for name, field in model.model_fields.items():
        names.add(name)
        for part in _models(field.annotation):
            if part not in seen:
                names |= _keys(part, seen | {part})
    return names


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for argument in get_args(annotation):
        yield from _models(argument)
