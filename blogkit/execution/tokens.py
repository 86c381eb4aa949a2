"""Reduce a cell to what it does: its tokens, without comments, blank lines and trailing spaces."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Sequence

_LEFT_OUT = (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER)
_SEES_ITSELF = re.compile(
    r"\b(inspect|linecache|traceback|get_ipython|In|_ih?|_ii+|__code__|f_lineno|warnings|doctest)\b"
)
"""What can see the text or the lines of a cell; ``warnings`` say the line."""


def canonical(code: Sequence[str]) -> list[str]:
    """Return the cells as what a key holds of them: two texts that do the same by their tokens are one.

    A cell that is no plain Python (IPython's magics) stays as it is, and so do all where one can see its own text.
    """
    if any(_SEES_ITSELF.search(source) for source in code):
        return list(code)
    return [_tokens(source) for source in code]


def _tokens(source: str) -> str:
    try:
        ast.parse(source)
        found = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, ValueError, tokenize.TokenError):
        return source
    return "\x1f".join("\n" if t.type == tokenize.NEWLINE else t.string for t in found if t.type not in _LEFT_OUT)
