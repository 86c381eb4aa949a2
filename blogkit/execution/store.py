"""Keep results of posts, each under the key of the function that made it.

jupyter-cache is not used: it writes its database row before the notebook, so a build that is killed in between leaves a
row without a file and every later build ends in a ``KeyError`` (``tests/execution/test_store.py`` shows it); its SQLite
file can be merged with no other, and its key knows neither packages nor data. Here a result is one folder that appears
by one rename, so it is there whole or not at all, and stores merge by copying.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat

from ..files import file_digest, json_digest, names_below, write
from .result import NOTEBOOK, RECORD, SCRIPTS, Record, Result

STORE = "_build/.jupyter_cache/blogkit"
"""Where results are kept: `jupyter-book clean` keeps this folder, `clean --all` does not."""
RESULTS = "results"
FORMAT = 4
_OF_STORE = ("key", "format", "sha256")
"""What the store adds to a record."""
_DAY = 86_400
_KEY = re.compile(r"[0-9a-f]{64}")
_SHARED: dict[tuple[int, ...], str] = {}
"""Which content a file has → its digest."""


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
            kept = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            whole = kept["key"] == key and kept["format"] == FORMAT and _digests(folder, kept) == kept["sha256"]
            record = Record(**{name: value for name, value in kept.items() if name not in _OF_STORE})
        except (OSError, ValueError, KeyError, TypeError):
            whole = False
        if whole:
            os.utime(folder)  # its age counts from its last use
            return Result(folder, key, record, json_digest(kept["sha256"]))
        shutil.rmtree(folder, ignore_errors=True)
        return None

    def add(
        self,
        key: str,
        notebook: nbformat.NotebookNode,
        files: Mapping[str, Path],
        record: Record,
        scripts: Iterable[Path] = (),
    ) -> Result:
        """Store a result whole or not at all, in place of an older one; where another build was faster, return its.

        ``files`` are named as the result's folder will hold them; ``scripts`` by their digests.
        """
        with self.scratch() as folder:
            (folder / NOTEBOOK).write_text(nbformat.writes(notebook), encoding="utf-8")
            for name, source in files.items():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
            for source in scripts:
                (folder / SCRIPTS).mkdir(exist_ok=True)
                self._share(source, folder / SCRIPTS / f"{source.name}.js")
            kept = {**asdict(record), "key": key, "format": FORMAT}
            kept["sha256"] = _digests(folder, kept)
            write(folder / RECORD, json.dumps(kept, ensure_ascii=False, indent=1))
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
        return Result(final, key, record, json_digest(kept["sha256"]))

    def take(self, result: Result) -> None:
        """Move the result of another store into this one, in place of an older one."""
        final = self._folder(result.key)
        final.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(final, ignore_errors=True)
        result.folder.rename(final)
        for script in final.glob(f"{SCRIPTS}/*"):
            self._share(script, script)
        self.remember(result.record.post, result.key)
        self.grew = True

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Make a folder beside the results and remove it at the end."""
        path = self.root / "scratch" / uuid.uuid4().hex
        path.mkdir(parents=True)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def remember(self, docname: str, key: str) -> None:
        """Note which result a post had last, so that ``status`` can say what differs."""
        write(self._last(docname), key)

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
        folders = sorted((self.root / RESULTS).glob("*/*"), key=_mtime, reverse=True)
        total, dropped = 0, []
        for folder in sorted(folders, key=lambda f: f.name not in keep):
            files = [(folder / name).stat() for name in names_below(folder)]
            total += sum(file.st_size // file.st_nlink for file in files)
            if folder.name not in keep and (total > max_bytes or now - _mtime(folder) > max_days * _DAY):
                shutil.rmtree(folder, ignore_errors=True)
                dropped.append(folder.name)
        for script in (self.root / SCRIPTS).glob("*.js"):
            if script.stat().st_nlink == 1:  # no result has it any more
                script.unlink()
        return dropped

    def _share(self, source: Path, target: Path) -> None:
        """Give a result its copy of a script: where links can be made, all results have the same one."""
        shared = self.root / SCRIPTS / target.name
        try:
            if not shared.is_file() or file_digest(shared) != target.stem:
                write(shared, source.read_bytes())
            link = target.with_name(f".{uuid.uuid4().hex}")
            link.hardlink_to(shared)
            link.replace(target)
        except OSError:
            if source != target:
                shutil.copyfile(source, target)

    def _folder(self, key: str) -> Path:
        return self.root / RESULTS / key[:2] / key

    def _last(self, docname: str) -> Path:
        return self.root / "last" / f"{docname}.key"


def _digests(folder: Path, record: dict[str, Any]) -> dict[str, str]:
    """Return the digests of the stored files; that of the record is one of itself without them."""
    names = (name for name in sorted(names_below(folder)) if name != RECORD)
    own = {name: value for name, value in record.items() if name != "sha256"}
    return {RECORD: json_digest(own), **{name: _digest(folder / name) for name in names}}


def _digest(file: Path) -> str:
    """Return the digest of a file; one that many results have is read once."""
    state = file.stat()
    if state.st_nlink == 1:
        return file_digest(file)
    content = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
    if content not in _SHARED:
        _SHARED[content] = file_digest(file)
    return _SHARED[content]


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
