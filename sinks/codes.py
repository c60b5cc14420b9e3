"""What a ClickHouse error code means for the caller: repeat (TransientError) or stop (TerminalError), and the mend.

The one place that knows codes (src/Common/ErrorCodes.cpp of ClickHouse); nobody matches message text."""

from __future__ import annotations

import re

from schemas.errors import DiskFull, TerminalError, TransientError

NETWORK = 210
UNKNOWN_TABLE = 60
UNKNOWN_DATABASE = 81

_LONGEST_TEXT = 600

_TRANSIENT = {
    3: "the connection was cut",
    32: "the connection was cut",
    40: "a packet arrived damaged",
    100: "the driver misunderstood the connection",
    101: "the server misunderstood the connection",
    102: "the driver misunderstood the connection",
    159: "the server took too long",
    198: "the host name cannot be resolved; check store.host",
    202: "the server is busy with other queries",
    203: "the server has no free connection",
    209: "the server does not answer; is it overloaded, or does something between swallow the connection? "
    "Check store.host, store.port and firewalls",
    210: "the server cannot be reached; is it running, and are store.host and store.port right?",
    225: "ClickHouse Keeper cannot be reached",
    236: "the server is shutting down",
    241: "the server is out of memory for this query; lower the batch size or raise max_memory_usage",
    242: "the table is read-only for now (Keeper is away, or its disk is broken)",
    252: "the table has too many parts; merges do not keep up, write larger batches",
    285: "too few replicas are alive for the quorum",
    286: "the quorum of replicas was not reached",
    289: "the replica lags",
    290: "there are too many simultaneous requests",
    319: "the server cannot say whether the insert was done",
    394: "the query was cancelled",
    425: "the system refused a resource",
    439: "the server has no free thread",
    999: "ClickHouse Keeper failed",
    1000: "the network failed",
}

_TERMINAL = {
    16: "a column is missing; run `echolot migrate`",
    47: "a name is unknown; check the spelling, or run `echolot migrate`",
    60: "the table does not exist; run `echolot migrate`",
    46: "a function is unknown; check its spelling",
    62: "the SQL has a syntax error",
    75: "the disk cannot be written; is it full?",
    76: "a file cannot be opened; another process has this path open, or it may not be read: end that process",
    81: "the database does not exist; run `echolot migrate`",
    164: "read-only: a query may hold no SETTINGS, file() or url(), and a writer's profile must not be readonly",
    192: "the user is unknown; check store.user",
    193: "the password is wrong; check store.password",
    194: "the user needs a password; set store.password",
    195: "this user may not log in from this address; check the user's networks on the server",
    243: "the disk is full; make room on it, then start again",
    291: "the user may not use this database; grant it",
    341: "rows could not be changed or deleted; see the reason, and `SELECT * FROM system.mutations WHERE NOT is_done`",
    456: "a query parameter has no value",
    457: "a query parameter does not fit its type",
    497: "the user lacks a right; grant it",
    516: "user or password is wrong; check store.user and store.password",
    # chDB's own words for an operating system error in the data folder
    1001: "the data folder cannot be used; check that it is a folder, writable, and on a disk with room",
}


_FULL = frozenset({75, 243})
_NAMES = frozenset({16, 47, UNKNOWN_TABLE, UNKNOWN_DATABASE})


class UnknownName(TerminalError):
    """A table, column or database that is not there: the schema is missing, or somebody mistyped. `said` is the
    engine's own message."""

    def __init__(self, code: int, where: str, mend: str, said: str) -> None:
        super().__init__(code, where, mend, said)
        self.code, self.where, self.mend, self.said = code, where, mend, said

    def __str__(self) -> str:
        return f"{self.where}: {self.mend} (code {self.code}: {self.said})"


def error_for(code: int, text: str, where: str) -> TransientError | TerminalError:
    """Our error for a code of ClickHouse. `where` names table or place, `text` is the server's own message.

    An unknown code is terminal: repeating what nobody understands would hide it."""
    if code in _TRANSIENT:
        return TransientError(f"{where}: {_TRANSIENT[code]} (code {code}: {clean(text)})")
    mend = _TERMINAL.get(code, "refused; mend what the engine's message names")
    if code in _FULL:
        return DiskFull(f"{where}: {mend} (code {code}: {clean(text)})")
    if code in _NAMES:
        return UnknownName(code, where, mend, clean(text))
    return TerminalError(f"{where}: {mend} (code {code}: {clean(text)})")


def code_in(text: str, *, innermost: bool = False) -> int:
    """The code in a message of the embedded engine ("Code: 60. DB::Exception: ..."), 0 where there is none.

    A statement's own code comes first; when the engine fails to open, the cause stands innermost."""
    found = re.findall(r"\bCode: (\d+)", text)
    if not found:
        return 0
    return int(found[-1 if innermost else 0])


def clean(text: str) -> str:
    """A server's message on one line, without code, class name and stack trace."""
    text = re.split(r",?\s*Stack trace", text, maxsplit=1)[0]
    text = re.sub(r"\bCode: \d+[.,]?|\bDB::Exception:|\(version [^)]*\)", " ", text)
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "..."
