"""Tell amounts of money from equations: in "costs $5 and $10" no equation begins.

MyST takes any two dollar signs for an equation, as notebooks do, with blanks inside them, too (``$ x $``). Pandoc asks
for none, which would break many notebooks; so only what no equation looks like is left as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath import index

Rule = Callable[[StateInline, bool], bool]

_CLOSING = re.compile(r"(?<!\\)((?:\\\\)*)\$")
_BLANK = (" ", "\n", "\t")
_AMOUNT = re.compile(r"\s?\d[\d.,]*")
_WORD = re.compile(r"[^\W\d_]{2}")
_OPENS = re.compile(r"[A-Za-z0-9\\]")
_ANOTHER = re.compile(r"\s?\d")


def leave_money() -> None:
    """Have MyST's rule of equations in a line leave amounts alone."""
    original: Callable[..., Rule] = index.math_inline_dollar

    def rule(*arguments: bool, **options: bool) -> Rule:
        found = original(*arguments, **options)
        return lambda state, silent: not is_money(state.src, state.pos) and found(state, silent)

    index.math_inline_dollar = rule


def is_money(text: str, at: int) -> bool:
    """Tell whether the dollar sign at a place is one of an amount, by what stands up to the next one and behind it."""
    if text[at] != "$" or text[at + 1 : at + 2] == "$":
        return False
    closing = _CLOSING.search(text, at + 1)
    if not closing:
        return False
    inside, before, after = text[at + 1 : closing.end() - 1], text[at - 1 : at] if at else "", text[closing.end() :]
    loose_start, loose_end = inside.startswith(_BLANK), inside.endswith(_BLANK)
    if "\\" in inside:
        return False
    amount = bool(_AMOUNT.match(inside))
    in_words = amount and bool(_WORD.search(inside))
    if loose_end and not loose_start:  # "$5 and $10", "$HOME and $PATH"; "$5, if $ x $"
        return bool(_OPENS.match(after)) or in_words
    if amount and _ANOTHER.match(after):  # "$5–$10", "US$ 5 or US$ 7"
        return after[0].isdigit() or (in_words and (loose_start or inside[-1].isupper()))
    return loose_start and before.isdigit() and inside[-1:].isdigit()  # "5$ to 10$"
