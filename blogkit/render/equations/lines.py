r"""Take an equation apart into the lines that may have numbers: each of an ``align`` has its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...text import equation_text
from .reader import Reader, cells, lines

WITH_ARGUMENT = ("alignat", "alignedat", "xalignat")
_MARKS = re.compile(r"\\(label|tag)(\*?)\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_DOLLARS = re.compile(r"\$([^$]*)\$")
_OWN_LINES = re.compile(
    r"\s*((?:\\label\{[^{}]*\}\s*)*)\\begin\{(align|alignat|flalign|xalignat|gather|eqnarray|multline)(\*?)\}"
)
_NUMBERED = re.compile(
    r"\s*(?:\\label\{[^{}]*\}\s*)*\\begin\{(?:equation|align|alignat|flalign|gather|eqnarray|multline)\}"
)


@dataclass(frozen=True)
class Line:
    """A line of an equation that may have a number."""

    tex: str
    labels: tuple[str, ...]
    tag: str
    """What the author writes in place of a number."""
    numbered: bool


def numbered_lines(tex: str, *, whole: bool) -> tuple[str, list[Line]]:
    r"""Return the environment as which an equation is written, and its lines that may have numbers.

    ``whole``: the equation has one number, whichever lines it has. LaTeX numbers each line of an ``align``, unless
    ``\nonumber`` says otherwise.
    """
    found = None if whole else _OWN_LINES.match(tex)
    if found:
        reader = Reader(tex[found.end() :])
        if found[2] in WITH_ARGUMENT:
            reader.argument()
        body = reader.body(found[2] + found[3])
        if re.fullmatch(r"[\s.,;]*", _MARKS.sub("", reader.rest())):
            rows = lines(body) if found[2] != "multline" else [body]
            rows = [paired(row) for row in rows] if found[2] == "eqnarray" else rows
            marked = [_line(row, numbered=not found[3]) for row in rows]
            marks = "".join(match[0] for match in _MARKS.finditer(found[1] + reader.rest()))
            marked[0] = _line(marks + rows[0], numbered=not found[3]) if marks else marked[0]
            return {"gather": "gather*", "multline": "multline*"}.get(found[2], "align*"), marked
    return "equation*", [_line(tex, numbered=bool(_NUMBERED.match(tex)))]


def unmarked(tex: str) -> str:
    """Return an equation without its labels and tags."""
    return _MARKS.sub("", tex)


def paired(row: str) -> str:
    """Return a line of an ``eqnarray`` as that of an ``align``."""
    found = cells(row)
    return "&".join((found[0], "".join([*found[1:2], "{}", *found[2:]]))) if len(found) > 1 else row


def _line(tex: str, *, numbered: bool) -> Line:
    tags = [match for match in _MARKS.finditer(tex) if match[1] == "tag"]
    labels = tuple(match[3].strip() for match in _MARKS.finditer(tex) if match[1] == "label")
    numbered = numbered and not re.search(r"\\(?:nonumber|notag)(?![A-Za-z])", tex)
    tag = _DOLLARS.sub(lambda found: equation_text(found[1]), tags[-1][3]) if tags else ""
    return Line(unmarked(tex), labels, tag, numbered)
