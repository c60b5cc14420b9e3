"""The members of what is to be imported: files, what folders hold, what archives hold."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from pipeline.dumps import tars, zips
from pipeline.dumps.content import Broken, Content, Stretch, unreadable
from pipeline.dumps.damage import Damaged
from pipeline.dumps.inflate import unpacked
from schemas.errors import TerminalError

_listed: dict[tuple[Path, int, int], list[tars.Entry]] = {}  # by path, size and time of its last change
_MOST_LISTED = 16


@dataclass(frozen=True, slots=True)
class Member:
    """A file, or what stands for a file in an archive.

    `name` is its path from the parent of the PATH it was found under, with slashes, and "!path/within" for members of
    archives: the same on every machine. `path` is the file on disk. `open` gives the decompressed content, every time
    from its beginning; whatever is wrong with it is told by reading. `is_given`: it is a PATH itself, not found in a
    folder or archive; or it stands for what is wrong with an archive, which is told whatever is included."""

    name: str
    path: Path
    open: Callable[[], Content]
    is_given: bool = False


def members(paths: Sequence[Path], include: Sequence[str] = ()) -> Iterator[Member]:
    """Files as given; folders recursively, in order of name, without hidden files and links; archives (zip, tar) in
    their own order. Files compressed by gzip, bzip2, xz or zstd are told by their first bytes; one within an archive is
    decompressed, too.

    `include`: of folders and archives only files, or archives, whose path ends as one of these patterns says. Raises
    TerminalError, at once, where a path is missing, or where two would give members the same name; at the end, where no
    file is as `include` says."""
    roots: dict[str, Path] = {}
    for path in paths:
        name = path.name if path.name not in ("", "..") else path.resolve().name
        known = roots.setdefault(name, path)
        if not path.exists():
            raise TerminalError(f"{path}: no such file or folder")
        if not path.is_dir() and not path.is_file():
            raise TerminalError(f"{path}: neither a file nor a folder; copy what it gives to a file")
        if known.resolve() != path.resolve():
            raise TerminalError(
                f"{known} and {path} would both be called {name}; rename one, or name the folder that holds both"
            )
    for path in roots.values():
        for other in roots.values():
            if other.resolve() in path.resolve().parents:
                raise TerminalError(f"{path} lies in {other}; name one of them, else its posts are read twice")
    return _included(_walked(roots), include) if include else _walked(roots)


def _included(found: Iterator[Member], patterns: Sequence[str]) -> Iterator[Member]:
    is_any = False
    for member in found:
        paths = [PurePosixPath(path.replace("!", "/")) for path in (member.name, member.name.partition("!")[0])]
        if member.is_given or any(path.match(pattern) for path in paths for pattern in patterns):
            is_any = True
            yield member
    if not is_any:
        raise TerminalError(f"no file is as {' or '.join(patterns)} says; `echolot sniff PATH` lists what is there")


def folder(name: str) -> str:
    """A member's name up to its last part; members of an archive's top lie in the archive."""
    return name[: max(name.rfind("/"), name.rfind("!")) + 1]


def _walked(roots: dict[str, Path]) -> Iterator[Member]:
    for name, path in roots.items():
        if path.is_dir():
            yield from _folder(path, name)
        else:
            yield from _file(path, name, is_given=True)


def _folder(folder: Path, name: str) -> Iterator[Member]:
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise unreadable(folder, error) from error
    for entry in entries:
        inner = f"{name}/{entry.name}"
        if entry.is_symlink() or _is_hidden(entry.name):  # what a link within the folder leads to is read at its place
            continue
        if entry.is_dir():
            yield from _folder(entry, inner)
        elif entry.is_file():
            yield from _file(entry, inner)


def _file(path: Path, name: str, *, is_given: bool = False) -> Iterator[Member]:
    name = _storable(name)
    whole = partial(_open, name, partial(Stretch, path, name))
    with Stretch(path, name) as raw:
        is_zip = raw.peek(4) in zips.MAGIC
    if is_zip:
        yield from _zipped(Member(name, path, whole, is_given))
        return
    with whole() as content:
        is_tar = tars.is_tar(content.peek(512))
    if is_tar:
        yield from _tarred(path, name, whole)
    else:
        yield Member(name, path, whole, is_given)


def _zipped(archive: Member) -> Iterator[Member]:
    name, path = archive.name, archive.path
    damage: Damaged | None = None
    try:
        listed = zips.contents(path, name)
    except Damaged:
        listed, damage = zips.without_list(path, name)
    if zips.is_document(listed):
        yield archive
        return
    names = _Names(name)
    for info in listed:
        if not info.filename.endswith("/") and not _is_link(info) and not _is_hidden(info.filename):
            inner = names.of(info.filename)
            yield Member(inner, path, partial(_open, inner, partial(zips.open_member, path, inner, info)))
    if damage is not None:
        yield _broken(name, path, damage)


def _tarred(path: Path, name: str, whole: Callable[[], Content]) -> Iterator[Member]:
    names, tar = _Names(name), tars.Tar(name, whole)
    try:
        for entry in _entries(path, tar):
            if not _is_hidden(entry.name):
                inner = names.of(entry.name)
                yield Member(inner, path, partial(_open, inner, partial(tar.open, entry)))
    except Damaged as error:
        yield _broken(name, path, error)


def _entries(path: Path, tar: tars.Tar) -> Iterator[tars.Entry]:
    """Listed once a process: a compressed one must be decompressed for it, and is asked for by many. A damaged one is
    not kept."""
    file = path.stat()
    key = (path.absolute(), file.st_size, file.st_mtime_ns)
    known = _listed.get(key)
    if known is not None:
        yield from known
        return
    found = []
    for entry in tar.entries():
        found.append(entry)
        yield entry
    if len(_listed) >= _MOST_LISTED:
        _listed.clear()
    _listed[key] = found


def _broken(name: str, path: Path, damage: Damaged) -> Member:
    return Member(name, path, partial(Broken, name, damage.why, damage.byte), is_given=True)


class _Names:
    """Names of an archive's members; archives may hold two files of the same name."""

    def __init__(self, archive: str) -> None:
        self._archive = archive
        self._seen: set[str] = set()

    def of(self, inner: str) -> str:
        """The next member's name."""
        name = _storable(f"{self._archive}!{inner.removeprefix('./')}")
        number = 1
        found = name
        while found in self._seen:
            number += 1
            found = f"{name}#{number}"
        self._seen.add(found)
        return found


def _open(name: str, make: Callable[[], Content]) -> Content:
    return unpacked(name, make())


def _is_link(info: zipfile.ZipInfo) -> bool:
    return info.external_attr >> 28 == 0o12


def _is_hidden(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return any(part == "__MACOSX" or (part.startswith(".") and part not in (".", "..")) for part in parts)


def _storable(name: str) -> str:
    """The name as text that can be stored: file names are bytes, and need not be UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
