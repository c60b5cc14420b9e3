"""Writes docs/formats.md from the code: what each format is, and field by field what is taken.

python -m pipeline.formats_page > docs/formats.md"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from types import ModuleType

from pydantic import BaseModel

from schemas.formats.model import SourceModel
from schemas.formats.protocol import needs_zone
from schemas.formats.registry import FORMATS
from schemas.mention import Author, Engagement, Mention

_HEAD = """\
# Formats

What `echolot stream` and `echolot replay` read, and field by field what is taken; written from the code by
`python -m pipeline.formats_page`. Every other field is kept in `extra` under its own name, those about the author under
`extra["author"]` (only with `privacy.keep_handles`). A format is named per topic or file, by the record header
`echolot-format`, or told by the record's own fields. For anything else write a mapping file: [mapping.md](mapping.md).

Whatever the format, a text of Reddit that is nothing but `[deleted]`, `[removed]` or the like is a deletion.

In brackets: fields that may be missing."""
_PACKAGE = "schemas.formats."


def page() -> str:
    """The page."""
    return "\n".join([_HEAD, *(line for name in FORMATS for line in _format(name))]) + "\n"


def _format(name: str) -> Iterator[str]:
    made = FORMATS[name]
    module = sys.modules[type(made).__module__]
    yield from ("", f"## {name}", *_prose(module.__doc__ or "", name))
    if needs_zone(made):
        yield from ("", "Times in its tables have no offset: a replay asks for the zone (`--zone`).")
    if made.columns:
        yield from ("", f"Rows without names have the columns {', '.join(f'`{column}`' for column in made.columns)}.")
    if name == "canonical":
        yield from ("", *_schema(Mention), *_schema(Author, "author."), *_schema(Engagement, "engagement."))
    tables = [line for part in _parts(module) for line in _models(part)]
    tables += [line for part in _parts(module) for line in _aliases(part)]
    if tables:
        yield from ("", *tables)


def _schema(model: type[BaseModel], at: str = "") -> Iterator[str]:
    """A line a field; groups are told field by field."""
    for name, field in model.model_fields.items():
        if name not in ("author", "engagement"):
            yield f"- {f'`{at}{name}`' if field.is_required() else f'[`{at}{name}`]'}: {field.description}"


def _prose(doc: str, name: str) -> Iterator[str]:
    """The module's docstring without its own name and the place of its tests."""
    text = doc.strip().removeprefix(f"{name}: ")
    for line in text.splitlines():
        if not line.startswith("Golden payloads:"):
            yield line.partition(" Golden payloads:")[0]


def _parts(module: ModuleType) -> Iterator[ModuleType]:
    """The format's own file, and those beside it that it takes models from and that are no other format's."""
    others = {type(each).__module__ for each in FORMATS.values()}
    found = {module.__name__: module}
    for value in vars(module).values():
        part = inspect.getmodule(value)
        if part is not None and part.__name__.startswith(_PACKAGE) and part.__name__ not in others:
            found[part.__name__] = part
    yield from found.values()


def _models(module: ModuleType) -> Iterator[str]:
    for name, model in vars(module).items():
        is_own = inspect.isclass(model) and issubclass(model, SourceModel) and model.__module__ == module.__name__
        if not is_own or model is SourceModel or not model.model_fields:
            continue
        fields = [
            f"`{field.alias or key}`" if field.is_required() else f"[`{field.alias or key}`]"
            for key, field in model.model_fields.items()
        ]
        yield f"- {name.strip('_')}: {', '.join(fields)}"


def _aliases(module: ModuleType) -> Iterator[str]:
    table = vars(module).get("_TABLE")
    if isinstance(table, dict):
        for field, columns in table.items():
            yield f"- {field.replace('@', ' on ')}: {', '.join(f'`{column}`' for column in columns)}"


if __name__ == "__main__":
    sys.stdout.write(page())
