"""What a replay reads: files of history, and what their bytes do not say. `echolot replay` sets most of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from configs.base import RelativePath, Settings


class DumpsSource(Settings):
    """Files and folders of history, read once from beginning to end."""

    kind: Literal["dumps"] = "dumps"
    """Says that this source is dumps."""
    paths: tuple[RelativePath, ...]
    """Files, folders and archives, in this order."""
    include: tuple[str, ...] = ()
    """Of folders and archives, only files whose path ends so, as tweets*.js or data/*.js; unset: all."""
    format: str | None = None
    """Payload format, built in or of a mapping file; unset: each record's own shape tells."""
    zone: str | None = None
    """IANA zone of times without an offset, as Europe/Berlin; never guessed."""
    day_first: bool | None = None
    """Whether 03/04/2024 is the third of April; unset: such a time is a dead letter."""
    encoding: str | None = None
    """Encoding of tables and text; unset: by byte order mark and NULs, else UTF-8."""
    delimiter: str | None = None
    """Between the fields of a table; unset: found."""
    header: Annotated[int, Field(ge=1)] | Literal["none"] | None = None
    """Row of a table's header; none: columns are called c1, c2, ...; unset: found by known names."""
    column_names: tuple[str, ...] = ()
    """More names that a table's header is known by; `echolot replay` adds those of the mapping that is named."""
    quotes: bool = True
    """Off: a quote in a table is a character as any other."""
    lines: bool = False
    """Text files hold a record a line, which is the column c1, whatever stands in it."""
    record_element: Annotated[str, Field(min_length=1)] | None = None
    """Name of the XML elements that are records; unset: XML is not read."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Headers for every record, such as echolot-app (which app a file's reviews are about)."""
    since: AwareDatetime | None = None
    """Mentions published before are left out."""
    until: AwareDatetime | None = None
    """Mentions published then or later are left out."""
    max_rate: Annotated[float, Field(gt=0)] | None = None
    """Most records a second, over all workers; unset: as fast as they go."""
    poll_records: Annotated[int, Field(ge=1, le=10_000)] = 2000
    """Records of one batch, the unit that workers share and a resumed run leaves out."""
    resume: bool = False
    """Leave out the batches that an earlier run under this generation has written."""
    worker: Annotated[int, Field(ge=0)] = 0
    """Number of this worker."""
    workers: Annotated[int, Field(ge=1)] = 1
    """Workers that share the batches."""

    def shown(self) -> str:
        """The paths, for people."""
        return ", ".join(str(Path(path)) for path in self.paths)
