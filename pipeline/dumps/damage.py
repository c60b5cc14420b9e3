"""What is said of content that cannot be read as its sender meant it."""

from __future__ import annotations

from schemas.errors import EcholotError


class Damaged(EcholotError):
    """The content ends here: half written, corrupt, encrypted, or a bomb. What came before it is good.

    `byte` counts the decompressed bytes of the member `name` that were given before; of an archive, a workbook or a
    Parquet file it is the place in the file."""

    def __init__(self, name: str, byte: int, why: str) -> None:
        super().__init__(name, byte, why)
        self.name = name
        self.byte = byte
        self.why = why

    def __str__(self) -> str:
        return f"{self.name}: after byte {self.byte} of its content: {self.why}"
