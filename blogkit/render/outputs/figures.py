"""Put interactive figures into pages: their data, and which script draws it when they come into view."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import myst_nb.core.render
from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer

from ...language import words
from .shown import CONTROLS, FIGURE

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from ..pages.translator import BlogTranslator


class figure_node(nodes.General, nodes.Element):  # as docutils has it
    """An interactive figure; inside it is the picture of how it begins, if there is one."""


class controls_node(nodes.General, nodes.Element):
    """Where widgets stood."""


class FigureRenderer:
    """MyST-NB's way to a figure's node."""

    mime_priority_overrides: ClassVar[list[tuple[str, str, int]]] = [("*", FIGURE, 1), ("*", CONTROLS, 1)]

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """Make the node of a figure; leave the rest to others."""
        if data.mime_type == CONTROLS:
            return [controls_node()]
        if data.mime_type != FIGURE:
            return None
        found: Any = data.content
        options = renderer.renderer.get_cell_level_config("render_image_options", data.cell_metadata, line=data.line)
        label = str(options.get("alt") or found["title"])
        node = figure_node(figure=found, label=label, ids=[f"figure-{data.cell_index}-{data.output_index}"])
        for kind, picture in list(found["still"].items())[:1]:
            still = MimeData(kind, picture, data.cell_metadata, data.output_metadata, line=data.line)
            (image,) = renderer.render_image(still)
            image["alt"] = label
            node += image
        return [node]


def setup(app: Sphinx) -> None:
    """Register our nodes, and have MyST-NB ask for them, besides those of other packages."""
    others = myst_nb.core.render.load_mime_renders()
    myst_nb.core.render.load_mime_renders = lambda: [*others, FigureRenderer]
    app.add_node(figure_node, html=(visit_figure, depart_figure))
    app.add_node(controls_node, html=(visit_controls, None))


def visit_figure(translator: BlogTranslator, node: nodes.Element) -> None:
    """Write its place and, where there is no picture of it, what it is."""
    figure, _ = node["figure"], words(translator.written_in).gettext
    said = _("Interactive figure: {title}").format(title=node["label"]) if node["label"] else _("Interactive figure")
    scripts = " ".join(translator.builder.static_address(translator.docnames[0], name) for name in figure["scripts"])
    attributes = {"id": node["ids"][0], "role": "figure", "aria-label": said}
    attributes |= {"data-library": figure["library"], "data-scripts": scripts}
    attributes["data-hosts"] = " ".join(figure["hosts"])
    if height := figure["height"]:
        attributes["style"] = f"aspect-ratio: 100 / {height[:-1]}" if height.endswith("%") else f"min-height: {height}"
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value)
    translator.body.append(f'<div class="output live"{written}>\n')
    if not len(node):
        address = quote(node["ids"][0])
        silent = _("{figure}. Without JavaScript it is not drawn.").format(figure=said)
        link = f'<a class="scripted" href="#{address}">{escape(said)}</a>'  # of a feed, to the page
        translator.body.append(f'<p class="still">{link}<noscript>{escape(silent)}</noscript></p>\n')


def depart_figure(translator: BlogTranslator, node: nodes.Element) -> None:
    """Write its data; nothing in it can end the element in which it stands."""
    data = json.dumps(node["figure"]["data"], ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    translator.body.append(f'<script type="application/json">{data}</script>\n</div>\n')


def visit_controls(translator: BlogTranslator, node: nodes.Element) -> None:
    """Say why there are none; the paragraph is whole."""
    _ = words(translator.written_in).gettext
    told = escape(_("The controls need the running notebook; here it is as it begins."))
    translator.body.append(f'<p class="controls">{told}</p>\n')
    raise nodes.SkipNode
