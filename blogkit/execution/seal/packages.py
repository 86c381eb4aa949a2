"""Lay out the packages that a post can load: a folder of links to what belongs to them, and to nothing else."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from packaging.utils import canonicalize_name

from ...files import json_digest


def lay_out(names: frozenset[str], folder: Path) -> Path:
    """Return a folder below ``folder`` in which just the distributions ``names`` can be found; what is there stays."""
    links = list(_links(names))
    view = folder / json_digest(sorted(links))[:32]
    if not view.is_dir():
        making = view.with_name(f".{view.name}.{os.getpid()}")
        making.mkdir(parents=True, exist_ok=True)
        for name, target in links:
            (making / name).parent.mkdir(parents=True, exist_ok=True)
            (making / name).symlink_to(target)
        try:
            making.rename(view)
        except OSError:  # another build was faster
            if not view.is_dir():
                raise
    return view


def targets(view: Path) -> Iterator[str]:
    """Yield what a folder's links lead to."""
    for path, folders, files in os.walk(view):
        for name in (*folders, *files):
            link = os.path.join(path, name)  # noqa: PTH118
            if os.path.islink(link):  # noqa: PTH114
                yield os.readlink(link)  # noqa: PTH115


def _links(names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield (name in the view, what it leads to): the highest folders that belong to ``names`` alone."""
    root, owners = _installed()
    below: dict[str, list[str]] = {}
    for path in owners:
        below.setdefault(os.path.dirname(path), []).append(path)  # noqa: PTH120
    todo = list(below.get("", ()))
    while todo:
        path = todo.pop()
        if owners[path] <= names:
            yield path, str(root / path)
        elif owners[path] & names:
            todo += below.get(path, ())


@lru_cache(1)
def _installed() -> tuple[Path, dict[str, frozenset[str]]]:
    """Return the interpreter's folder of packages, and path in it → the distributions that have files there.

    A folder that is one distribution's alone is not looked into.
    """
    root = Path(sysconfig.get_path("purelib"))
    files: dict[str, list[str]] = {}
    for distribution in metadata.distributions(path=[str(root)]):
        lines = (distribution.read_text("RECORD") or "").splitlines()
        name = canonicalize_name(distribution.metadata["Name"])
        files[name] = [line for line in lines if not line.startswith(("../", "/", '"', "__pycache__"))]
    owners: dict[str, frozenset[str]] = {}
    depth, shared = 1, {""}
    while shared:
        found: dict[str, set[str]] = {}
        for owner, lines in files.items():
            for path in {"/".join(line.partition(",")[0].split("/", depth)[:depth]) for line in lines}:
                if path.count("/") == depth - 1 and path.rpartition("/")[0] in shared:
                    found.setdefault(path, set()).add(owner)
        owners |= {path: frozenset(several) for path, several in found.items()}
        shared = {path for path, several in found.items() if len(several) > 1}
        depth += 1
    return root, owners
