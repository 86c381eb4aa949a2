"""Tell equations from money and from text: in "costs $5 and $10" no equation begins.

MyST takes any two dollar signs for an equation, as notebooks do, with blanks inside them, too (``$ x $``). Pandoc asks
for none, which would break many notebooks; so only what no equation looks like is left as text. And ``$$`` may follow
a line of text, as in notebooks; MyST would take the text behind it for an equation.
"""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath import dollarmath_plugin, index
from myst_parser.parsers import mdit

from ...text import ENVIRONMENT

_CLOSING = re.compile(r"(?<!\\)((?:\\\\)*)\$")
_BLANK = (" ", "\n", "\t")
_AMOUNT = re.compile(r"\s?\d[\d.,]*")
_WORD = re.compile(r"[^\W\d_]{2}")
_OPENS = re.compile(r"[A-Za-z0-9\\]")
_ANOTHER = re.compile(r"\s?\d")
_ENDED = ["paragraph", "reference", "blockquote", "list"]


def read_dollars_so() -> None:
    """Have MyST read dollar signs in this way."""
    mdit.dollarmath_plugin = plugin  # type: ignore[attr-defined,assignment]


def plugin(parser: MarkdownIt, *, allow_space: bool = True, allow_digits: bool = True, **options: Any) -> None:
    """Read equations between dollar signs: MyST's rules, but for what is said above."""
    dollarmath_plugin(parser, allow_space=allow_space, allow_digits=allow_digits, **options)
    inline = index.math_inline_dollar(allow_space, allow_digits, options.get("double_inline", False))
    block = index.math_block_dollar(options.get("allow_labels", True), _without_blanks, True)

    def in_line(state: StateInline, silent: bool) -> bool:
        return not is_money(state.src, state.pos) and inline(state, silent)

    def own(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if state.src[state.bMarks[start] : state.eMarks[start]].count("$$") > 2:  # several in one line of text
            return False
        if not silent:
            return block(state, start, end, silent)
        # It is asked whether one begins here, after the lines of a paragraph: in these another one may be open.
        tokens, line = len(state.tokens), state.line
        found = not state.src[state.bMarks[line] : state.bMarks[start]].count("$$") % 2 and block(
            state, start, end, True
        )
        del state.tokens[tokens:]
        state.line = line
        return found

    parser.inline.ruler.at("math_inline", in_line)
    parser.inline.ruler.before("escape", "environment", _environment)
    parser.block.ruler.at("math_block", own, {"alt": _ENDED})


def _environment(state: StateInline, silent: bool) -> bool:
    """Take an equation that stands in a line of text, as MathJax does; for MyST it has lines of its own."""
    found = ENVIRONMENT.match(state.src, state.pos)
    if found and not silent:
        state.push("math_inline_double", "math", 0).content = found[0]
    state.pos = found.end() if found else state.pos
    return bool(found)


def is_money(text: str, at: int) -> bool:
    """Tell whether the dollar sign at a place is one of an amount, by what stands up to the next one and behind it."""
    if text[at] != "$" or text[at + 1 : at + 2] == "$":
        return False
    closing = _CLOSING.search(text, at + 1)
    if not closing:
        return False
    inside, before, after = text[at + 1 : closing.end() - 1], text[at - 1 : at] if at else "", text[closing.end() :]
    loose_start, loose_end = inside.startswith(_BLANK), inside.endswith(_BLANK)
    if "\\" in inside.replace(r"\$", ""):
        return False
    amount = bool(_AMOUNT.match(inside))
    in_words = amount and bool(_WORD.search(inside))
    if loose_end and (in_words or not loose_start):  # "$5 and $10", "$HOME and $PATH"; "$5, if $ x $", "US$ 5, if $x$"
        return bool(_OPENS.match(after)) or (not loose_start and in_words)
    if amount and _ANOTHER.match(after):  # "$5–$10", "US$ 5 or US$ 7"
        return after[0].isdigit() or (in_words and (loose_start or inside[-1].isupper()))
    return loose_start and before.isdigit() and inside[-1:].isdigit()  # "5$ to 10$"


def _without_blanks(label: str) -> str:
    return re.sub(r"\s+", "-", label)
