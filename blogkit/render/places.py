"""Say where in the author's file something stands: its line, and in a notebook its cell."""

from __future__ import annotations

import json
from pathlib import Path

from docutils import nodes

from ..errors import shown
from ..language import _

_CELL = 10_000
"""MyST-NB counts the lines of a notebook's cells from multiples of it."""


def place(node: nodes.Element) -> str:
    """Return file and line of a text: the first line that holds it, from where its paragraph begins."""
    at: nodes.Element | None = node
    while at is not None and (at.line is None or not at.source):
        at = at.parent
    if at is None or at.source is None:
        return ""
    path, line = Path(at.source), at.line or 0
    words = next(filter(None, map(str.strip, node.astext().splitlines())), "")
    if path.suffix == ".ipynb":
        return _place_in_notebook(path, line // _CELL, words)
    found = _found(path.read_text(encoding="utf-8", errors="replace").splitlines(), line, words)
    return f"{shown(path)}:{found or line}"


def _place_in_notebook(path: Path, number: int, words: str) -> str:
    """Return the cell, counted from 1, that holds a text: ``number`` may be one off, where a title was put first."""
    try:
        cells = ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    except (ValueError, KeyError):
        return shown(path)
    for index in sorted(range(len(cells)), key=lambda index: abs(index + 1 - number)):
        if words in cells[index]:
            line = _found(cells[index].splitlines(), 1, words)
            return _("{file}: cell {number}, line {line}").format(file=shown(path), number=index + 1, line=line)
    return _("{file}: cell {number}").format(file=shown(path), number=number)


def _found(lines: list[str], start: int, words: str) -> int:
    """Return the number of the first line from ``start`` that holds a text; 0: none does."""
    return next((number for number, line in enumerate(lines, 1) if number >= start and words in line), 0)
