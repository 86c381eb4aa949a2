"""Take code cells out of the directives and lists that they stand in: MyST-NB knows only those by themselves.

In goes the text of a post; out come its lines with a place for each such cell, and the cells.
`render/documents/nested.py` puts them back, with what they gave.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import dedent

PLACE = "blog-cell"
"""The directive that stands where a cell was; its argument is the cell's line, from 1."""
_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,}|:{3,})[ \t]*(?:\{(?P<name>[\w:.-]+)\})?(?P<rest>[^`]*)$")
_LITERAL = {
    *("code-cell", "raw-cell", "code", "code-block", "sourcecode", "raw", "math", "mermaid", "eval-rst"),
    "csv-table",
}
"""Directives whose content is no Markdown."""
_LONG = "`" * 20
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")


def take_out(lines: Sequence[str]) -> tuple[list[str], dict[int, str]]:
    """Return the lines with places, and the text of each cell by its line, from 0, where it stood."""
    kept, cells = list(lines), {}
    open_: list[str] = []
    literal, start = False, -1
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if not fence:
            continue
        marks, name, said = fence["marks"], fence["name"], fence["name"] or fence["rest"].strip()
        if open_ and not said and marks.startswith(open_[-1]):
            open_.pop()
            literal = False
            if start >= 0:
                first = lines[start].lstrip(" \t`~:")
                code = dedent("\n".join(lines[start + 1 : number]))
                cells[start] = f"{_LONG}{first}\n{code}\n{_LONG}"
                place = f"{fence['indent']}{marks}{{{PLACE}}} {start + 1}"
                kept[start:number] = [place, *[""] * (number - start - 1)]
                start = -1
        elif not literal and (said or marks[0] != ":"):
            start = number if name == "code-cell" and (open_ or _is_in_list(lines[:number], fence["indent"])) else -1
            open_.append(marks)
            literal = name is None or name in _LITERAL
    return kept, cells


def _is_in_list(before: Sequence[str], indent: str) -> bool:
    outer = (line for line in reversed(before) if line.strip() and len(line) - len(line.lstrip()) < len(indent))
    return bool(_ITEM.match(next(outer, "")))
