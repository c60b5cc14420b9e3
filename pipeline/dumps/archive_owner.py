"""Whose archive of X it is: account.js beside the tweets says it, and they do not.

Told to the format by the record headers that whoever replays can set (schemas/formats/x_archive.py); set ones stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import orjson

from pipeline.dumps.members import Member, folder
from pipeline.dumps.options import ReadOptions
from pipeline.dumps.reader import DumpReader
from schemas.formats.x_archive import ACCOUNT_HANDLE_HEADER, ACCOUNT_ID_HEADER, OWNER_HEADERS
from schemas.record import Record

_ACCOUNT = "account.js"
_FIELDS = {"accountId": ACCOUNT_ID_HEADER, "username": ACCOUNT_HANDLE_HEADER}


class ArchiveOwners:
    """Of the folders among the members that hold an account.js."""

    def __init__(self, members: Sequence[Member], options: ReadOptions, max_bytes: int) -> None:
        self._files = {folder(member.name): member for member in members if _is_account(member)}
        self._options = options
        self._max_bytes = max_bytes
        self._latest: tuple[str, Mapping[str, bytes]] = ("", {})

    def told(self, member: Member, records: Iterator[Record]) -> Iterator[Record]:
        """The records, with headers that name the owner where the file lies beside an account.js."""
        place = folder(member.name)
        if place not in self._files or not member.name.endswith(".js"):
            return records
        if self._latest[0] != place:
            self._latest = (place, self._owner(self._files[place]))
        owner = self._latest[1]
        return (replace(record, headers={**owner, **record.headers}) for record in records)

    def _owner(self, file: Member) -> dict[str, bytes]:
        for record in DumpReader(file, self._options, self._max_bytes):
            try:
                payload = orjson.loads(record.value or b"")
            except orjson.JSONDecodeError:
                continue
            account = payload.get("account") if type(payload) is dict else None
            if type(account) is dict:
                told = {
                    header: str(account.get(name)).encode() for name, header in _FIELDS.items() if account.get(name)
                }
                # What the format would refuse is left out: it would make a dead letter of every post.
                return {header: value for header, value in told.items() if OWNER_HEADERS[header].fullmatch(value)}
        return {}


def _is_account(member: Member) -> bool:
    return member.name[len(folder(member.name)) :] == _ACCOUNT
