"""Read directives as other tools have them: options of boxes, definitions of a glossary; contents of what has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.parsers.rst.directives.admonitions import BaseAdmonition
from sphinx.directives.other import TocTree
from sphinx.domains.std import Glossary
from sphinx.util import logging
from sphinx_external_toc.events import TableofContents, TableOfContentsNode

from ...language import _
from ...posts.post import is_post
from .embeds import Iframe

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)
_ELSEWHERE = ("label", "icon", "nonumber")
"""Options that mystmd's boxes have."""
_make_admonition = BaseAdmonition.run


class Terms(Glossary):
    """A glossary, whose definitions may begin with a colon, as mystmd has them."""

    def run(self) -> list[nodes.Node]:
        """Indent what a colon begins."""
        for number, line in enumerate(self.content):
            if line.startswith((": ", ":\t")):
                self.content[number] = f" {line[1:]}"
        return super().run()


class Contents(TableofContents):
    """The pages below one."""

    def run(self) -> list[TableOfContentsNode]:
        """List them."""
        return [] if _has_none(self) else super().run()


class Tree(TocTree):
    """The pages below one, as Sphinx lists them."""

    def run(self) -> list[nodes.Node]:
        """List them."""
        return [] if _has_none(self) else super().run()


def _has_none(directive: SphinxDirective) -> bool:
    """Tell whether it stands in a post, which has no pages below it; then say so."""
    if found := is_post(directive.env.docname):
        message = _("a post has no pages below it, and this list would be empty; write links to posts instead")
        logger.warning("%s", message, location=(directive.env.docname, directive.lineno))
    return found


def _run_admonition(directive: BaseAdmonition) -> Sequence[nodes.Node]:
    """Take the label that mystmd has for a name, and leave out its pictures and numbers, which boxes have not."""
    label, *_others = (directive.options.pop(name, None) for name in _ELSEWHERE)
    if label:
        directive.options.setdefault("name", label)
    return _make_admonition(directive)


def setup(app: Sphinx) -> None:
    """Register them."""
    options = dict.fromkeys(_ELSEWHERE, directives.unchanged)
    BaseAdmonition.option_spec = {**(BaseAdmonition.option_spec or {}), **options}
    BaseAdmonition.run = _run_admonition  # type: ignore[method-assign,assignment]
    app.add_directive_to_domain("std", "glossary", Terms, override=True)
    app.add_directive("tableofcontents", Contents, override=True)
    app.add_directive("toctree", Tree, override=True)
    app.add_directive("iframe", Iframe)
