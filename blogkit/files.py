"""Write every file that the blog makes, whole or not at all, and know files by their content."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from .language import _

_ENGINE = Path(__file__).parent
LONGEST_NAME = 240
"""Bytes of a file's name: systems allow 255, and names of what is made of a file have some more."""


def write(path: Path, content: str | bytes) -> bool:
    """Write a file unless it holds ``content`` already, so that its time tells when it changed; say if it was written.

    A reader sees the old content or the new, never a part; a write that fails leaves the old file.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    except OSError:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")  # found by those who tidy up
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def names_below(folder: Path) -> Iterator[str]:
    """Yield the files below a folder, as names relative to it."""
    for path, _folders, names in os.walk(folder):  # rglob takes five times as long
        within = os.path.relpath(path, folder).replace(os.sep, "/")
        yield from names if within == "." else (f"{within}/{name}" for name in names)


def lies_below(path: Path, folder: Path) -> bool:
    """Tell whether a path leads to something in a folder, also when links on the way are followed."""
    return path.resolve().is_relative_to(folder.resolve())


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(*parts: str | bytes) -> str:
    """Return the SHA-256 of texts and bytes, in hexadecimal; where one ends counts."""
    data = (part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts)
    return hashlib.sha256(b"\0".join(data)).hexdigest()


def json_digest(value: object, default: Callable[[object], object] | None = None) -> str:
    """Return the SHA-256 of JSON values, in hexadecimal; the order of keys does not count.

    ``default`` makes JSON values of what is none.
    """
    return digest(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=default))


@cache
def engine_digest(*names: str) -> str:
    """Return a digest of the engine's code, or of the files of it that are named: what older code made is not used."""
    names = names or tuple(sorted(name for name in names_below(_ENGINE) if "__pycache__" not in name))
    return digest(*(part for name in names for part in (name, (_ENGINE / name).read_bytes())))


class Borders:
    """Tells which files the book in a folder may publish: its own that are not hidden, wherever links lead."""

    def __init__(self, book: Path) -> None:
        self._book = os.path.realpath(book) + os.sep
        self._folders: dict[str, str] = {}

    def objection(self, path: Path) -> str:
        """Say why a file may not be published, with the mend; empty: it may be."""
        folder, name = os.path.split(path)  # a tenth of pathlib's time
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        found = f"{self._folders[folder]}{os.sep}{name}"
        if os.path.islink(found):  # noqa: PTH114
            found = os.path.realpath(found)
        if not os.path.exists(found):  # noqa: PTH110
            return _("is not there; add the file or mend the name")
        if not found.startswith(self._book):
            return _("lies outside the book, and only what is in it is published; copy the file into the book")
        if f"{os.sep}." in found[len(self._book) - 1 :]:
            return _("is hidden, and nothing hidden is published; move the file or take its name out")
        return ""


class Made:
    """What each file or page was made from, as digests: what is made from the same is not made again.

    ``path`` is the file that keeps them from one published site to the next. What another engine made does not count.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._now: dict[str, str] = {}
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            self._before: dict[str, str] = kept["made"] if kept["engine"] == engine_digest() else {}
        except (OSError, ValueError, KeyError, TypeError):  # there is none, or it is damaged
            self._before = {}

    def same(self, name: str, source: str) -> bool:
        """Note what ``name`` is made from; tell whether it was made from that before."""
        self._now[name] = source
        return self._before.get(name) == source

    def write(self, path: Path, source: str, make: Callable[[], str | bytes]) -> None:
        """Write a file unless it was made from the same ``source`` before."""
        if not (self.same(f"file {path}", source) and path.is_file()):
            write(path, make())

    def save(self) -> None:
        """Keep what was noted since the start, and nothing else."""
        write(self._path, json.dumps({"engine": engine_digest(), "made": self._now}))
