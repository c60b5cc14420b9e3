"""Records of one member of a dump, once each and in the member's order, whatever its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

from pipeline.dumps import zips
from pipeline.dumps.content import Content
from pipeline.dumps.damage import Damaged
from pipeline.dumps.foreign import WITHIN
from pipeline.dumps.headers import header_reason
from pipeline.dumps.json_elements import json_elements
from pipeline.dumps.json_lines import json_lines
from pipeline.dumps.layout import HEAD_BYTES, Kind, Layout, sniff
from pipeline.dumps.members import Member
from pipeline.dumps.notes import Note, NoteKind, Notes
from pipeline.dumps.options import ReadOptions
from pipeline.dumps.reading import Found, Reading
from pipeline.dumps.spooling import on_disk
from pipeline.dumps.streams import Stream
from pipeline.dumps.tables import columns_header, note_header, table_rows
from pipeline.dumps.xlsx import XlsxRows
from pipeline.dumps.xml_elements import xml_elements
from schemas.decode import COLUMNS_HEADER
from schemas.formats.mapped_row import LAYOUT_HEADER
from schemas.record import Record

LINE_HEADER = "echolot-line"
"""Record header: number of the record's first line, or of its row."""


class DumpReader:
    """The records of a member. Used by one thread.

    `position` counts from 1: every row, line or element of data, also broken ones; not blank lines, the header, and
    what stands above it. The same bytes and options give the same records, always. Whatever the bytes, no error is
    raised but TerminalError, for a file that the system does not let us read."""

    def __init__(self, member: Member, options: ReadOptions, max_bytes: int) -> None:
        """Of a record of more than `max_bytes` only max_bytes + 1 are given, for decode() to refuse."""
        self._member = member
        self._options = options
        self._max_bytes = max_bytes
        self._notes = Notes()
        self._headers: dict[str, bytes] = {}
        self._progress: Callable[[], int] = lambda: 0
        self.layout: Layout | None = None
        """How the member is read, once reading has begun."""

    @property
    def notes(self) -> list[Note]:
        """What to know of the reading so far."""
        return self._notes.listed()

    @property
    def bytes_read(self) -> int:
        """How much of the file on disk is read; of an archive, how much for this member."""
        return self._progress()

    def __iter__(self) -> Iterator[Record]:
        return self.records()

    def records(self) -> Iterator[Record]:
        """All records, from the beginning."""
        self._notes = Notes()
        with self._member.open() as content:
            self._progress = lambda: content.consumed
            try:
                yield from self._records(content)
            finally:
                read = self._progress()
                self._progress = lambda: read

    def _records(self, content: Content) -> Iterator[Record]:
        head = content.peek(HEAD_BYTES)
        self.layout = sniff(head, self._member.name, self._options, whole=len(head) < HEAD_BYTES)
        self._headers = self._options.record_headers()
        stream = Stream(content, self.layout, self._notes)
        position, damage = 0, None
        try:
            for position, line, value in self._found(content, stream):
                headers = {**self._headers, LINE_HEADER: b"%d" % line}
                yield Record(self._member.name, 0, position, value[: self._max_bytes + 1], headers=headers)
        except Damaged as error:
            damage = error
        damage = damage or stream.damage
        if damage is not None:
            self._notes.add(NoteKind.DAMAGED, damage.why, damage.byte, position + 1)

    def _found(self, content: Content, stream: Stream) -> Iterator[Found]:
        """What the reader of the member's kind finds."""
        layout = stream.layout
        reading = Reading(
            layout=layout,
            options=self._options,
            notes=self._notes,
            max_bytes=self._max_bytes,
            is_cut=stream.is_cut,
            bytes_given=lambda: stream.given,
        )
        if layout.remark:
            kind = NoteKind.NOT_READ if layout.kind is Kind.FOREIGN else NoteKind.ENCODING_MENDED
            self._notes.add(kind, layout.remark)
        match layout.kind:
            case Kind.JSON_LINES:
                yield from json_lines(stream.utf8(), reading)
            case Kind.JSON_ARRAY | Kind.JSON_OBJECT | Kind.JS_WRAPPED:
                yield from json_elements(stream.utf8(), reading)
            case Kind.TABLE:
                note_header(reading, layout.header)
                self._headers[COLUMNS_HEADER] = columns_header(layout.header.columns)
                yield from table_rows(stream.texts(), reading)
            case Kind.XLSX:
                yield from self._xlsx(content, reading)
            case Kind.PARQUET:
                yield from self._parquet(content, reading)
            case Kind.XML:
                self._headers[LAYOUT_HEADER] = b"xml"
                yield from xml_elements(stream, self._member.name, reading)
            case Kind.FOREIGN:
                return

    def _xlsx(self, content: Content, reading: Reading) -> Iterator[Found]:
        with on_disk(content, self._member.name) as path:
            if not zips.is_document(zips.contents(path, self._member.name)):
                self.layout = Layout(Kind.FOREIGN, remark=WITHIN.format("ZIP"))
                self._notes.add(NoteKind.NOT_READ, self.layout.remark)
                return
            with closing(XlsxRows(path, self._member.name, reading)) as workbook:
                if content.path is not None:
                    self._progress = lambda: workbook.consumed
                why = (header_reason(workbook.header, self._options),)
                self.layout = replace(reading.layout, header=workbook.header, reasons=why)
                self._headers[COLUMNS_HEADER] = columns_header(workbook.header.columns)
                yield from workbook.rows()

    def _parquet(self, content: Content, reading: Reading) -> Iterator[Found]:
        from pipeline.dumps.parquet import ParquetRows  # half a second, and needed by few

        with on_disk(content, self._member.name) as path, closing(ParquetRows(path, self._member.name)) as table:
            if content.path is not None:
                size = path.stat().st_size
                self._progress = lambda: round(size * table.share)
            yield from table.rows(self._notes)
