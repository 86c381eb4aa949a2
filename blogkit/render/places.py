"""Say where in the author's file something stands: its line, and in a notebook its cell."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

from docutils import nodes
from sphinx.util.logging import NAMESPACE, WarningStreamHandler

from ..errors import CELL
from ..errors import place as place_of_line


class NamePlaces(logging.Filter):
    """Name in Sphinx's warnings a file as its author would type it, and in a notebook the cell."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let all through."""
        found = re.fullmatch(r"(.+?\.\w+)(?::(\d*))?", str(getattr(record, "location", "")))
        if found and (Path(found[1]).is_absolute() or found[1].endswith(".ipynb")):
            record.location = place_of_line(Path(found[1]), int(found[2] or 0))
        return True


def name_places() -> None:
    """Have all warnings go through it, when Sphinx has found where they stand."""
    for handler in logging.getLogger(NAMESPACE).handlers:
        if isinstance(handler, WarningStreamHandler):
            handler.addFilter(NamePlaces())


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
    return place_of_line(path, line_of(path, words, line) or line)


def line_of(file: Path, words: str, first: int = 1) -> int:
    """Return the line, from ``first`` on, that holds some words; in a notebook from its cell on; 0: none does."""
    text = file.read_text(encoding="utf-8", errors="replace")
    lines = [*enumerate(text.splitlines(), 1)]
    if file.suffix == ".ipynb":
        first -= first % CELL  # MyST-NB counts a line too many
        cells = enumerate((cell["source"] for cell in json.loads(text).get("cells", ())), 1)
        lines = [(n * CELL + m, line) for n, cell in cells for m, line in enumerate("".join(cell).splitlines(), 1)]
    return next((number for number, line in lines if number >= first and words in line), 0)
