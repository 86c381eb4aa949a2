"""Find the equations that stand in raw HTML, as notebooks draw them; MyST hands HTML on as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

from ..places import is_output
from .dollars import is_money

_PARTS = re.compile(
    r"<(script|style|pre|code|textarea)\b.*?</\1\s*>|<!--.*?-->|</?[a-z][^<>]*>"
    r"|(?P<text>(?:[^<]|<(?![a-z/!]))+)",
    re.S | re.I,
)
_EQUATION = re.compile(r"(?<!\\)(?:(\$\$)((?:[^$\\]|\\.)+)\$\$|\$(?!\s)((?:[^$\\]|\\.)+)(?<!\s)\$(?!\d))", re.S)


class FindInHtml(SphinxTransform):
    """Make equations of the text between dollar signs, but for that of code and of outputs."""

    default_priority = 190  # before they are numbered

    def apply(self, **kwargs: Any) -> None:
        """Part the HTML at them."""
        for node in list(self.document.findall(nodes.raw)):
            if "$" in node.astext() and node.get("format") == "html" and not is_output(node):
                node.replace_self(list(_parted(node)))


def _parted(node: nodes.raw) -> Iterator[nodes.Element]:
    html, end = node.astext(), 0
    for part in _PARTS.finditer(html):
        for found in _EQUATION.finditer(html, *part.span("text")) if part["text"] else ():
            if not is_money(html, found.start()):
                yield _copied(nodes.raw("", html[end : found.start()], **node.attributes), node)
                kind = nodes.math_block if found[1] else nodes.math
                yield _copied(kind("", unescape(found[2] or found[3])), node)
                end = found.end()
    yield _copied(nodes.raw("", html[end:], **node.attributes), node)


def _copied(made: nodes.Element, node: nodes.raw) -> nodes.Element:
    made.source, made.line = node.source, node.line
    return made
