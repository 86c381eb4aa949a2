"""Lay out the packages that a post can load: a folder of links to what belongs to them, and to nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ...files import json_digest
from ..installed import packages_folder, path_owners


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
    root, owners = packages_folder(), path_owners()
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
