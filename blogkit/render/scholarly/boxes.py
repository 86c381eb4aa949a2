"""Boxes of text that Sphinx lacks: in the margin, folded, figures side by side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.parsers.rst.directives.body import Sidebar
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ...language import N_, _
from ..words import word

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

FOLDED = frozenset(("dropdown", "toggle"))
"""Classes of notes that fold, as sphinx-togglebutton calls them."""
_LAYOUT = re.compile(r"[A-Za-z.]+(\|[A-Za-z.]+)*")

logger = logging.getLogger(__name__)


class side_by_side(nodes.General, nodes.Element):  # docutils calls its nodes so
    """Figures in rows, or one of them, which has an area."""


class Margin(Sidebar):
    """A note in the margin; on a phone it stands in the text."""

    required_arguments = 0
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make a sidebar, whose title may be missing."""
        titled = bool(self.arguments)
        self.arguments = self.arguments or ["-"]
        made: list[nodes.Node] = super().run()  # type: ignore[no-untyped-call]
        for node in made:
            if isinstance(node, nodes.sidebar):
                node["classes"].append("margin")
                if not titled:
                    node.pop(0)
        return made


class Toggle(SphinxDirective):
    """A note that is folded, with no title of its own."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"show": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Make a note that folds."""
        title = nodes.title("", word(self.env, N_("Show more")))
        shown = ["toggle-shown"] if "show" in self.options else []
        node = nodes.admonition("", title, classes=["toggle", *shown])
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class Subfigure(SphinxDirective):
    """A figure of several pictures, laid out as ``AA|BC`` says, or in as many columns: sphinx-subfigure's words."""

    has_content = True
    optional_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {
        "name": directives.unchanged,
        "class": directives.class_option,
        "subcaptions": lambda value: directives.choice(value, ("above", "below")),
        "align": directives.unchanged,
        **dict.fromkeys(("width", "gap", "class-grid", "class-area"), directives.unchanged),
        **dict.fromkeys(("layout-sm", "layout-lg", "layout-xl", "layout-xxl"), directives.unchanged),
    }

    def run(self) -> list[nodes.Node]:
        """Make a figure: each picture with its text below it, and the rest as the caption of all."""
        content = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, content)
        images = [*content.findall(nodes.image)]
        caption = [node for node in content if not next(node.findall(nodes.image), None)]
        rows = _rows(self.arguments[0] if self.arguments else "1", len(images))
        areas = dict.fromkeys(letter for row in rows for letter in row if letter != ".")
        if len(areas) != len(images):
            message = _("the layout has place for %d pictures, and there are %d; write one letter for each")
            logger.warning(message, len(areas), len(images), location=(self.env.docname, self.lineno))
            return []
        grid = side_by_side(style="grid-template-areas: " + " ".join(f"'{' '.join(row)}'" for row in rows))
        grid += [self._part(image, area) for image, area in zip(images, areas, strict=True)]
        figure = nodes.figure("", grid, classes=["subfigures", *self.options.get("class", [])])
        if caption:
            figure += nodes.caption("", "", *caption[0].children)
            figure += [nodes.legend("", *caption[1:])] if caption[1:] else []
        self.add_name(figure)
        self.set_source_info(figure)
        return [figure]

    def _part(self, image: nodes.image, area: str) -> nodes.Element:
        part = side_by_side("", image, style=f"grid-area: {area}")
        if where := self.options.get("subcaptions"):
            text = nodes.paragraph("", image.get("alt", ""), classes=["subcaption"])
            part.insert(0 if where == "above" else 1, text)
        return part


def visit_side_by_side(translator: HTML5Translator, node: nodes.Element) -> None:
    """Open a box."""
    kind = "side-by-side" if isinstance(node.parent, nodes.figure) else "part"
    translator.body.append(translator.starttag(node, "div", CLASS=kind, style=node["style"]))


def depart_side_by_side(translator: HTML5Translator, node: nodes.Element) -> None:
    """Close it."""
    translator.body.append("</div>\n")


def _rows(layout: str, number: int) -> list[str]:
    """Return the rows of a layout, a letter for each place."""
    if layout.isdigit():
        columns = max(int(layout), 1)
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:number]
        return [letters[at : at + columns].ljust(columns, ".") for at in range(0, number, columns)]
    return layout.split("|") if _LAYOUT.fullmatch(layout) else []


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_node(side_by_side, html=(visit_side_by_side, depart_side_by_side))
    for name, directive in (("margin", Margin), ("toggle", Toggle), ("subfigure", Subfigure)):
        app.add_directive(name, directive, override=True)
