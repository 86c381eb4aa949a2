"""Say where in the author's file something stands: its line, and in a notebook its cell."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

from docutils import nodes
from sphinx.util.logging import NAMESPACE, WarningStreamHandler

from ..errors import CELL, shown
from ..errors import place as place_of_line
from ..language import _


class NameCells(logging.Filter):
    """Name in Sphinx's warnings the cell of a notebook in which a line stands."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let all through."""
        if found := re.fullmatch(r"(.*\.ipynb):(\d+)", str(getattr(record, "location", ""))):
            record.location = place_of_line(Path(found[1]), int(found[2]))
        return True


def name_cells() -> None:
    """Have all warnings go through it, when Sphinx has found where they stand."""
    for handler in logging.getLogger(NAMESPACE).handlers:
        if isinstance(handler, WarningStreamHandler):
            handler.addFilter(NameCells())


def is_output(node: nodes.Element) -> bool:
    """Tell whether something stands in what a cell showed."""
    at: nodes.Element | None = node.parent
    while at is not None and at.get("nb_element") != "cell_code_output":
        at = at.parent
    return at is not None


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
        return _place_in_notebook(path, line // CELL, words)
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
