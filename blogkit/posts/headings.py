"""Find the heading of a post that is its title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableSequence
from functools import cache
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from ..text import nfc

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MARKS = re.compile(r"\{[\w:-]+\}$|\{[#.][^}]*\}")
"""The name of a role before its text, and attributes."""
_MAY_HAVE = re.compile("[#=]|<h1", re.IGNORECASE)
_HTML = re.compile(r"\s*(?:<(?:center|div)[^>]*>\s*)?<h1[^>]*>(.*?)</h1>(?:\s*</(?:center|div)>)?\s*", re.DOTALL | re.I)
_TAG = re.compile(r"<[^>]*>")
_LABEL = re.compile(r"\s*(\([^()\s]+\)=)?\s*")
"""A line that names what follows it, or an empty one."""


class Heading(NamedTuple):
    """A heading of the first level: the cell in which it stands, its lines there (from 0), its text."""

    cell: int
    first: int
    end: int
    text: str
    leads: bool
    """No other heading stands above it."""


def first_heading(cells: Iterable[Mapping[str, Any]]) -> Heading | None:
    """Return the first heading of the first level, if there is one."""
    leads = True
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "markdown" and _MAY_HAVE.search(cell["source"]):
            tokens = _parser().parse(cell["source"])
            for token, after in pairwise([*tokens, *tokens[-1:]]):
                if token.map and (text := _title(token, after)):
                    return Heading(number, token.map[0], token.map[1], text, leads)
                leads = leads and token.type != "heading_open"
    return None


def take_title(cells: MutableSequence[Any], title: str) -> str:
    """Take the heading that is a post's title out of its cells; return the labels that stand above it.

    It is the first one, if it says the title or if nothing stands before it; no other heading does.
    """
    heading = first_heading(cells)
    if not heading or not heading.leads:
        return ""
    lines = cells[heading.cell]["source"].split("\n")
    start = heading.first
    while start and _LABEL.fullmatch(lines[start - 1]):
        start -= 1
    before = [cell["source"] for cell in cells[: heading.cell]] + lines[:start]
    if heading.text != title and any(text.strip() for text in before):
        return ""
    labels = "\n".join(filter(str.strip, lines[start : heading.first]))
    lines[start : heading.end] = [""] * (heading.end - start)  # those below keep their numbers
    cells[heading.cell]["source"] = "\n".join(lines)
    return labels


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")


def _title(token: Token, after: Token) -> str:
    """Return the words of a heading of the first level, also of one that is written in HTML and stands by itself."""
    if token.type == "html_block" and (found := _HTML.fullmatch(token.content)):
        return nfc(" ".join(unescape(_TAG.sub("", found[1])).split()))
    return _text(after) if token.type == "heading_open" and token.tag == "h1" else ""


def _text(inline: Token) -> str:
    """Return the words of a heading, without markup."""
    parts = ""
    for token in inline.children or ():
        if token.type in ("text", "code_inline", "softbreak"):
            parts += token.content if token.type == "code_inline" else _MARKS.sub("", token.content) or " "
    return nfc(" ".join(parts.split()))
