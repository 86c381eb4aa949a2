"""Read directives as other tools have them: labels, cards, boxes, glossaries, lists of pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.parsers.rst.directives.admonitions import BaseAdmonition
from myst_parser import mocking
from myst_parser.mdit_to_docutils import base
from myst_parser.parsers.directives import parse_directive_text
from sphinx.addnodes import pending_xref
from sphinx.directives.other import TocTree
from sphinx.domains.std import Glossary
from sphinx.util import logging
from sphinx_design.cards import CardDirective
from sphinx_design.shared import create_component, is_component
from sphinx_design.tabs import depart_tab_label, sd_tab_label, visit_tab_label
from sphinx_external_toc.events import TableofContents

from ...language import _
from ...posts.post import is_post
from . import try_model
from .embeds import Iframe

if TYPE_CHECKING:
    from docutils.parsers.rst import Directive
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
_OPTIONS = re.compile(r"\s*(?::\S[^\n]*(?:\n|$)\s*)+|---\n.*?^---", re.DOTALL | re.MULTILINE)
_LABEL = re.compile(r"^(\s*:?)label:", re.MULTILINE)
_PASSED_OVER = ("icon", "nonumber")
"""Options of mystmd's boxes: the blog's have no pictures and no numbers."""
_make_admonition = BaseAdmonition.run


def _read_text(directive: type[Directive], first_line: str, content: str, *others: Any, **options: Any) -> Any:
    """Read a directive's text as mystmd does: its label is its name, the line above a box's text its title."""
    known = directive.option_spec or {}
    if "name" in known and "label" not in known and (found := _OPTIONS.match(content)):
        content = _LABEL.sub(r"\1name:", found[0]) + content[found.end() :]
    if first_line and issubclass(directive, BaseAdmonition) and not directive.required_arguments:
        below = parse_directive_text(directive, "", content, *others, **options)
        if any(below.body):
            below.options["title"] = first_line
            return below
    return parse_directive_text(directive, first_line, content, *others, **options)


class Card(CardDirective):
    """A card, which is an item of the grid that it stands in, as mystmd has it."""

    def run_with_defaults(self) -> list[nodes.Node]:
        """Make the card."""
        cards, parent = super().run_with_defaults(), self.state_machine.node
        if parent is None or not is_component(parent, "grid-row"):
            return cards
        for card in cards:
            if isinstance(card, nodes.Element):
                card["classes"].append("sd-w-100")
        return [create_component("grid-item", ["sd-col", "sd-d-flex-row"], children=cards)]


class Terms(Glossary):
    """A glossary, whose definitions may begin with a colon, as mystmd has them."""

    def run(self) -> list[nodes.Node]:
        """Indent what a colon begins."""
        for number, line in enumerate(self.content):
            if line.startswith((": ", ":\t")):
                self.content[number] = f" {line[1:]}"
        return super().run()


class Contents(TableofContents):
    """The pages below one; of a post, which has none: the others of its series, or else of the blog."""

    def run(self) -> list[Any]:
        """List them."""
        docname = self.env.docname
        if not is_post(docname):
            return super().run()
        holder: Any = self.env.domains["references"]
        holder.listing.add(docname)
        to = {"refdomain": "std", "reftype": "doc", "refdoc": docname, "refexplicit": False, "refwarn": True}
        links = [pending_xref("", nodes.inline(), reftarget=f"/{name}", **to) for name in holder.listed(docname)]
        items = [nodes.list_item("", nodes.paragraph("", "", link)) for link in links]
        return [nodes.bullet_list("", *items)] if items else []


class Tree(TocTree):
    """The pages that it names below one, which a post cannot have."""

    def run(self) -> list[nodes.Node]:
        """List them."""
        if not is_post(self.env.docname):
            return super().run()
        message = _("a post has no pages below it; write links to posts instead, or `{tableofcontents}` for all")
        logger.warning("%s", message, location=(self.env.docname, self.lineno))
        return []


def _run_admonition(directive: BaseAdmonition) -> Sequence[nodes.Node]:
    for name in _PASSED_OVER:
        directive.options.pop(name, None)
    if title := directive.options.pop("title", ""):
        kind = directive.node_class.__name__ if directive.node_class else ""
        directive.arguments, directive.node_class = [title], nodes.admonition
        directive.options["class"] = [*directive.options.get("class", []), kind]
    return _make_admonition(directive)


def _visit_tab_label(translator: HTML5Translator, node: sd_tab_label) -> None:
    """Write the name of a tab; that of a button says nothing more in HTML."""
    node.attributes.pop("aria_controls", None)
    visit_tab_label(translator, node)  # type: ignore[no-untyped-call]


def setup(app: Sphinx) -> None:
    """Register them."""
    for module in (base, mocking):
        module.parse_directive_text = _read_text  # type: ignore[attr-defined]
    options = dict.fromkeys(_PASSED_OVER, directives.unchanged)
    BaseAdmonition.option_spec = {**(BaseAdmonition.option_spec or {}), **options}
    BaseAdmonition.run = _run_admonition  # type: ignore[method-assign,assignment]
    app.add_directive_to_domain("std", "glossary", Terms, override=True)
    app.add_directive("card", Card, override=True)
    app.add_directive("tableofcontents", Contents, override=True)
    app.add_directive("toctree", Tree, override=True)
    app.add_directive("iframe", Iframe)
    try_model.setup(app)
    app.add_node(sd_tab_label, override=True, html=(_visit_tab_label, depart_tab_label))
