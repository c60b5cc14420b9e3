"""How files of history are to be read, as options of `echolot replay` and `sniff`; unset ones are as configured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from configs.dumps import DumpsSource
    from configs.settings import JobSettings

Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="PATH...", help="Files, folders, archives; compressed or not.", show_default=False),
]
Include = Annotated[
    list[str] | None,
    typer.Option(
        "--include", metavar="GLOB", help="Of folders and archives, only files whose path ends so: tweets*.js"
    ),
]
Format = Annotated[
    str | None,
    typer.Option("--format", help="`echolot formats` lists them; auto, unset: each record's own fields tell."),
]
Zone = Annotated[
    str | None, typer.Option("--zone", metavar="ZONE", help="Zone of times without an offset, as Europe/Berlin.")
]
DayFirst = Annotated[
    bool | None, typer.Option("--day-first/--month-first", help="What 03/04/2024 means; unset: such times are refused.")
]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Unset: by byte order mark and NULs, else UTF-8.")]
Header = Annotated[
    list[str] | None,
    typer.Option("--header", metavar="NAME=VALUE", help="A header for every record, as echolot-app=com.foo.bar."),
]
Delimiter = Annotated[
    str | None,
    typer.Option("--delimiter", metavar="CHAR", help="Between the fields of tables, or `tab`; unset: found."),
]
HeaderRow = Annotated[
    int | None,
    typer.Option("--header-row", metavar="N", min=1, help="Row of a table's names, counted from 1; unset: found."),
]
NoNames = Annotated[bool, typer.Option("--no-names", help="Tables have no row of names: columns are c1, c2, ...")]
NoQuotes = Annotated[bool, typer.Option("--no-quotes", help="A quote in a table is a character as any other.")]
Lines = Annotated[bool, typer.Option("--lines", help="Text files hold a record a line: the column c1.")]
RecordElement = Annotated[
    str | None,
    typer.Option("--record-element", metavar="NAME", help="The XML elements that are records; unset: no XML is read."),
]
Mappings = Annotated[Path | None, typer.Option("--mappings", metavar="DIR", help="Folder of mapping files.")]


def source(
    base: DumpsSource,
    paths: list[Path] | None,
    include: list[str] | None,
    format_name: str | None,
    zone: str | None,
    day_first: bool | None,
    encoding: str | None,
    header: list[str] | None,
    delimiter: str | None,
    header_row: int | None,
    no_names: bool,
    no_quotes: bool,
    lines: bool,
    record_element: str | None,
) -> DumpsSource:
    """`base` with what was given. A usage error where something cannot be meant."""
    if no_names and header_row:
        raise typer.BadParameter("--header-row and --no-names exclude each other; leave one out")
    given: dict[str, Any] = {
        "paths": tuple(paths or ()),
        "include": tuple(include or ()),
        "format": format_name,
        "zone": _zone(zone),
        "day_first": day_first,
        "encoding": encoding,
        "delimiter": _delimiter(delimiter),
        "header": "none" if no_names else header_row,
        "headers": base.headers | _headers(header or []),
        "record_element": record_element or None,
    }
    given = {name: value for name, value in given.items() if value not in (None, ())}
    if format_name == "auto":
        given["format"] = None
    if no_quotes:
        given["quotes"] = False
    if lines:
        given["lines"] = True
    made = base.model_copy(update=given)
    if not made.paths:
        raise typer.BadParameter("name at least one PATH, or source.paths in the configuration")
    return made


def configured(settings: JobSettings) -> DumpsSource:
    """The configuration's own dumps, or none."""
    from configs.dumps import DumpsSource

    return settings.source if settings.source.kind == "dumps" else DumpsSource(paths=())


def check_format(settings: JobSettings) -> None:
    """A usage error where the format named is none."""
    from pipeline import checks, resources

    name, known = configured(settings).format, resources.formats(settings)
    if name is not None and name not in known:
        raise typer.BadParameter(checks.unknown(name, known))


def with_columns(settings: JobSettings) -> JobSettings:
    """The settings with the columns of the mapping that is named: a table's header is known by them."""
    from configs.loading import load
    from configs.mapping import Mapping
    from pipeline.dumps.mapping_columns import columns_of
    from pipeline.mappings import mapping_files, spec_of
    from schemas.decode import FORMAT_HEADER

    source = configured(settings)
    files = list(mapping_files(settings.mappings)) if settings.mappings else []
    name = source.format or source.headers.get(FORMAT_HEADER)
    named = [path for path in files if path.stem == name]
    names = (*source.column_names, *columns_of(spec_of(load(path, Mapping)) for path in named))
    return settings.model_copy(update={"source": source.model_copy(update={"column_names": names})})


def _delimiter(told: str | None) -> str | None:
    from pipeline.dumps.options import ReadOptions

    character = {"tab": "\t", "\\t": "\t"}.get(told or "", told)
    try:
        ReadOptions(delimiter=character)
    except ValueError as error:
        raise typer.BadParameter(f"--{error}") from None
    return character


def _zone(name: str | None) -> str | None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError):  # unknown, or no name at all
        raise typer.BadParameter(f"--zone: there is no zone {name!r}; write one as Europe/Berlin or UTC") from None
    return name


def _headers(told: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in told]
    for name, equals, _ in pairs:
        if not equals or not name:
            raise typer.BadParameter(f"--header {name}: write NAME=VALUE")
    return {name: value for name, _, value in pairs}
