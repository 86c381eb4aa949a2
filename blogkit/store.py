"""Keep results of posts, each under the key of the function that made it.

jupyter-cache is not used: it writes its database row before the notebook, so a build that is killed in between leaves a
row without a file and every later build ends in a ``KeyError`` (``tests/test_store.py`` shows it); its SQLite file can
be merged with no other, and its key knows neither packages nor data. Here a result is one folder that appears by one
rename, so it is there whole or not at all, and stores merge by copying.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat

FORMAT = 3
_DAY = 86_400
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Result:
    """What executing a post gave: its executed notebook, its files and how it came to be."""

    folder: Path
    record: dict[str, Any]

    @property
    def key(self) -> str:
        """The key that the result is stored under."""
        return self.record["key"]

    @property
    def values(self) -> dict[str, Any]:
        """The glued values, by name."""
        return self.record["values"]

    @property
    def units(self) -> dict[str, str]:
        """The units of the glued values that have one, by name."""
        return self.record["units"]

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        """The executed notebook."""
        return nbformat.reads(self._source, as_version=4)

    def holds(self, text: str) -> bool:
        """Tell whether the notebook's source holds ``text``, without parsing it."""
        return text in self._source

    @property
    def _source(self) -> str:
        return (self.folder / "notebook.ipynb").read_text(encoding="utf-8")

    def file(self, name: str) -> Path:
        """The stored copy of a file that the post wrote."""
        return self.folder / "files" / name


class Store:
    """A folder of results that can be shared by builds, copied between machines and merged by copying."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.grew = False
        """Whether a result was added."""

    def find(self, key: str) -> Result | None:
        """Return the result under ``key``; one that is damaged is dropped and ``None`` returned."""
        if not _KEY.fullmatch(key):
            return None
        folder = self._folder(key)
        try:
            record = json.loads((folder / "result.json").read_text(encoding="utf-8"))
            whole = record["key"] == key and record["format"] == FORMAT and _digests(folder, record) == record["sha256"]
        except (OSError, ValueError, KeyError, TypeError):
            whole = False
        if whole:
            os.utime(folder)  # its age counts from its last use
            return Result(folder, record)
        shutil.rmtree(folder, ignore_errors=True)
        return None

    def add(self, key: str, notebook: nbformat.NotebookNode, files: dict[str, Path], record: dict[str, Any]) -> Result:
        """Store a result whole or not at all, in place of an older one; where another build was faster, return its."""
        with self.scratch() as folder:
            (folder / "notebook.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
            for name, source in files.items():
                target = folder / "files" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
            record = {**record, "key": key, "format": FORMAT}
            record["sha256"] = _digests(folder, record)
            write_atomically(folder / "result.json", json.dumps(record, ensure_ascii=False, indent=1))
            final = self._folder(key)
            final.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(final, ignore_errors=True)
            try:
                folder.rename(final)
            except OSError:
                if (found := self.find(key)) is None:
                    raise
                return found
        self.grew = True
        return Result(final, record)

    def scratch(self) -> _Scratch:
        """Return a context manager that makes a folder beside the results and removes it at its end."""
        return _Scratch(self.root / "scratch" / uuid.uuid4().hex)

    def remember(self, docname: str, key: str) -> None:
        """Note which result a post had last, so that ``status`` can say what differs."""
        path = self._last(docname)
        if not path.exists() or path.read_bytes() != key.encode():
            write_atomically(path, key)

    def last(self, docname: str) -> Result | None:
        """Return the result that the post had last."""
        try:
            return self.find(self._last(docname).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def prune(self, keep: set[str], max_days: float, max_bytes: float) -> list[str]:
        """Drop results unused for ``max_days`` and then the oldest above ``max_bytes``; return their keys."""
        now = time.time()
        for scratch in (self.root / "scratch").glob("*"):
            if now - _mtime(scratch) > _DAY:
                shutil.rmtree(scratch, ignore_errors=True)
        folders = sorted((self.root / "results").glob("*/*"), key=_mtime, reverse=True)
        total, dropped = 0, []
        for folder in sorted(folders, key=lambda f: f.name not in keep):
            total += sum((folder / name).stat().st_size for name in file_names(folder))
            if folder.name not in keep and (total > max_bytes or now - _mtime(folder) > max_days * _DAY):
                shutil.rmtree(folder, ignore_errors=True)
                dropped.append(folder.name)
        return dropped

    def _folder(self, key: str) -> Path:
        return self.root / "results" / key[:2] / key

    def _last(self, docname: str) -> Path:
        return self.root / "last" / f"{docname}.key"


class _Scratch:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Path:
        self.path.mkdir(parents=True)
        return self.path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def key_of(function: dict[str, Any]) -> str:
    """Return the SHA-256 of JSON values, in hexadecimal."""
    text = json.dumps(function, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def file_names(folder: Path) -> Iterator[str]:
    """Yield the files below a folder, as names relative to it."""
    for path, _, names in os.walk(folder):  # rglob takes five times as long
        within = os.path.relpath(path, folder).replace(os.sep, "/")
        yield from names if within == "." else (f"{within}/{name}" for name in names)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        temporary.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _digests(folder: Path, record: dict[str, Any]) -> dict[str, str]:
    """Return the digests of the stored files; that of the record is one of itself without them."""
    names = (name for name in sorted(file_names(folder)) if name != "result.json")
    own = {name: value for name, value in record.items() if name != "sha256"}
    return {"result.json": key_of(own), **{name: file_digest(folder / name) for name in names}}


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
