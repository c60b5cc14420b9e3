"""How a member is to be read, by its first bytes; its name decides only between JSON lines and a table.

Nothing is guessed silently: bytes that are no UTF-8 stay as they are, and their records become dead letters, unless the
options tell the encoding."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.dumps.encodings import encoding_reason, find_encoding
from pipeline.dumps.foreign import MARKUP, foreign, foreign_script, is_markup
from pipeline.dumps.headers import Header, table_shape
from pipeline.dumps.json_shape import JsonShape, json_shape
from pipeline.dumps.options import NO_DELIMITER, ReadOptions
from pipeline.dumps.text import UTF16_AS_UTF8, Decoder, utf8
from pipeline.dumps.zips import MAGIC as ZIP_MAGIC

HEAD_BYTES = 256 * 1024
"""What sniff wants to see."""


class Kind(StrEnum):
    """What a member is."""

    JSON_LINES = "json_lines"
    JSON_ARRAY = "json_array"
    JSON_OBJECT = "json_object"
    """One object over several lines, such as a page of an API, or several one after the other."""
    JS_WRAPPED = "js_wrapped"
    """`window.YTD.tweets.part0 = [...]` and its like."""
    TABLE = "table"
    XLSX = "xlsx"
    PARQUET = "parquet"
    XML = "xml"
    FOREIGN = "foreign"
    """Not to be read."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`marks`: bytes before the text. `prefix`: bytes of JavaScript before the JSON, when it is UTF-8. `remark`: what a
    person should know of what was found."""

    kind: Kind
    encoding: str = "utf-8"
    marks: int = 0
    shape: JsonShape = JsonShape.LINES
    prefix: int = 0
    delimiter: str = ","
    header: Header = field(default=Header(-1, (), ()))
    remark: str = ""
    reasons: tuple[str, ...] = ()
    """Why its text and its table are read so, for people."""


def sniff(head: bytes, name: str, options: ReadOptions | None = None, *, whole: bool = False) -> Layout:
    """`head`: the first HEAD_BYTES; `whole`: there are no more."""
    options = options or ReadOptions()
    if head.startswith(ZIP_MAGIC):
        return Layout(Kind.XLSX)
    if head.startswith(b"PAR1"):
        return Layout(Kind.PARQUET)
    what = foreign(head)
    if what is not None:
        return Layout(Kind.FOREIGN, remark=what)
    encoding, marks = find_encoding(head, options.encoding)
    text = Decoder(encoding).decode(head[marks:], final=whole).replace("\0", "")
    start = utf8(text)
    if encoding != "utf-8" and (what := foreign(start)) is not None:
        return Layout(Kind.FOREIGN, remark=what)
    is_text = options.delimiter == NO_DELIMITER
    is_table = options.delimiter is not None or options.header is not None
    reasons: tuple[str, ...] = (f"{encoding}: {encoding_reason(encoding, marks, options.encoding)}",)
    if not is_text and is_markup(start, is_table=is_table and not options.record_element):
        return Layout(Kind.XML, encoding, marks) if options.record_element else Layout(Kind.FOREIGN, remark=MARKUP)
    remark = "UTF-16 that was taken for another encoding and saved again" if encoding == UTF16_AS_UTF8 else ""
    json = None if is_text else json_shape(start, name, whole=whole, is_table=is_table)
    if json is not None and (what := foreign_script(start[: json.prefix])) is not None:
        return Layout(Kind.FOREIGN, remark=what)
    if json is not None:
        kind = Kind.JS_WRAPPED if json.prefix else _KINDS[json.shape]
        return Layout(kind, encoding, marks, shape=json.shape, prefix=json.prefix, remark=remark, reasons=reasons)
    table = table_shape(text, options, whole=whole)
    separated, headed = table.reasons
    reasons += (f"{DELIMITERS.get(table.delimiter, table.delimiter)}: {separated}", headed)
    if table.header.is_mojibake:
        remark = "UTF-8 that was taken for another encoding and saved again, by the look of the header"
    return Layout(
        Kind.TABLE, encoding, marks, delimiter=table.delimiter, header=table.header, remark=remark, reasons=reasons
    )


DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", NO_DELIMITER: "whole lines"}
"""What people call them."""
_KINDS = {
    JsonShape.LINES: Kind.JSON_LINES,
    JsonShape.LIST: Kind.JSON_ARRAY,
    JsonShape.VALUES: Kind.JSON_OBJECT,
}
