"""Reduce a cell to what it does: without comments, blank lines and trailing spaces."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Sequence

_SUPERFLUOUS = re.compile(r"#|[ \t]$|^$", re.MULTILINE)
_SEES_ITSELF = re.compile(
    r"\b(inspect|linecache|traceback|get_ipython|In|_ih?|_ii+|__code__|f_lineno|warnings|doctest)\b"
)
"""What can see the text or the lines of a cell; ``warnings`` say the line."""


def canonical(code: Sequence[str]) -> list[str]:
    """Return the cells as what a key holds of them: comments, blank lines and trailing spaces are not in it.

    A cell that is no plain Python (IPython's magics) stays as it is, and so do all where one can see its own text.
    """
    if any(_SEES_ITSELF.search(source) for source in code):
        return list(code)
    return [_bare(source) for source in code]


def _bare(source: str) -> str:
    if not _SUPERFLUOUS.search(source):
        return source  # as most cells are: reading tokens takes long
    try:
        ast.parse(source)
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, ValueError, tokenize.TokenError):
        return source
    lines = source.split("\n")
    in_text = _rows_in_texts(tokens)
    for token in tokens:
        row, column = token.start
        if token.type == tokenize.COMMENT and row not in in_text:
            lines[row - 1] = lines[row - 1][:column]
    rows = (line if row in in_text else line.rstrip() for row, line in enumerate(lines, 1))
    return "\n".join(line for row, line in enumerate(rows, 1) if line or row in in_text)


def _rows_in_texts(tokens: Sequence[tokenize.TokenInfo]) -> set[int]:
    """Return the rows (from 1) that texts of several rows touch: there, each space counts."""
    rows: set[int] = set()
    begun: list[int] = []
    for token in tokens:
        name = tokenize.tok_name[token.type]
        if name.endswith("STRING_START"):  # since Python 3.12
            begun.append(token.start[0])
        start = begun.pop() if name.endswith("STRING_END") else token.start[0]
        if token.end[0] > start and (name == "STRING" or name.endswith("STRING_END")):
            rows.update(range(start, token.end[0] + 1))
    return rows
