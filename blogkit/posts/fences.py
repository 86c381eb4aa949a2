"""Find fences that nothing closes: by the rules of Markdown they take all that follows, which no author means."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from ..language import _

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

FENCES = ("```", "~~~", ":::")


def open_fences(text: str, *, in_cell: bool = False) -> Iterator[tuple[int, str]]:
    """Yield the line, from 1, of each fence that takes the rest of a text, and what is wrong with it.

    The end of a list, a quote or a directive closes what stands in it. So does that of a notebook's cell, but where its
    author wrote an end that is none; a ``:::`` alone ends in Quarto what another cell began.
    """
    if not any(fence in text for fence in FENCES):
        return
    lines = text.split("\n")
    for token in _parser().parse(text):
        if not token.map or token.type not in ("fence", "colon_fence") or _is_closed(token):
            continue
        is_bare = not token.info.strip()
        was_to_end = token.markup in token.content or (is_bare and token.type == "fence" and not token.content.strip())
        if not "".join(lines[token.map[1] :]).strip() and (was_to_end or not in_cell):
            yield token.map[0] + 1, _stray(token) if is_bare else _unclosed(token)


def _unclosed(token: Token) -> str:
    message = _(
        "{fence} is never closed and takes all that follows; write {marks} below its end, on a line of its own and "
        "as far to the right"
    )
    return message.format(fence=token.markup + token.info.rstrip(), marks=token.markup)


def _stray(token: Token) -> str:
    message = _(
        "{marks} opens what is never closed, and takes all that follows; write {marks} below its end. If it was to "
        "close something, that was closed before: give it longer marks than stand inside"
    )
    return message.format(marks=token.markup)


def _is_closed(token: Token) -> bool:
    """Tell whether a block has one line more than its first one and its content."""
    first, end = token.map or (0, 0)
    return end - first == len(token.content.removesuffix("\n").split("\n")) * bool(token.content) + 2


@cache
def _parser() -> MarkdownIt:
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    syntax = MdParserConfig(enable_extensions={"amsmath", "colon_fence", "dollarmath"}, disable_syntax=["inline"])
    return create_md_parser(syntax, RendererHTML)
