"""The one error that bad input makes: file, line and the mend."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from .language import _

CELL = 10_000
"""A line of an ``.ipynb`` is that of a cell, both from 1: cell 3, line 2 is 30,002."""
_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file and how to mend it (``line`` counts from 1; 0: the whole file)."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{place(self.path, self.line)}: {self.message}"


class AuthorError(Exception):
    """Raised with every fault that was found, not only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults

    @property
    def told(self) -> list[tuple[Path, str]]:
        """Each file with what is wrong in it."""
        return [(fault.path, str(fault)) for fault in self.faults]


def for_each(function: Callable[[_Item], _Made], items: Iterable[_Item]) -> list[_Made]:
    """Return what ``function`` makes of each item; raise one :class:`AuthorError` with the faults of all items."""
    made, faults = [], []
    for item in items:
        try:
            made.append(function(item))
        except AuthorError as error:
            faults += error.faults
    if faults:
        raise AuthorError(faults)
    return made


def refused(error: OSError) -> AuthorError:
    """Say which file or folder the system refused; a place that cannot be written is a mistake of no code."""
    path = Path(os.fsdecode(error.filename2 or error.filename or "."))
    message = _("{reason}; the build reads and writes here: make room for it").format(reason=error.strerror or error)
    return AuthorError([Fault(path, 0, message)])


def place(path: Path, line: int) -> str:
    """Say where a line stands; 0: the whole file."""
    if path.suffix == ".ipynb" and line > CELL:
        where = _("{file}: cell {number}, line {line}")
        return where.format(file=shown(path), number=line // CELL, line=line % CELL)
    return f"{shown(path)}:{line}" if line else shown(path)


def shown(path: Path) -> str:
    """Write a path as someone in the current folder would type it, and nothing that a terminal would obey."""
    try:
        text = os.path.relpath(path)
    except ValueError:  # another drive
        text = str(path)
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
