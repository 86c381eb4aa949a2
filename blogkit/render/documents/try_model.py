"""Let readers try a model that the post trained: its place in the page, which a script takes over when it comes near.

Without the script there are a picture of samples and a sentence; feeds and paper have a link to the page.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ...files import file_digest
from ...language import _, words
from ..outputs.models import Model, NotTried, read_model
from .reader import output_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from ..pages.translator import BlogTranslator

logger = logging.getLogger(__name__)


class try_node(nodes.General, nodes.TextElement):  # as docutils has it
    """The place of a model; inside it stands whose its samples are."""


class TryModel(SphinxDirective):
    """A model that this post wrote: ``{try-model} ../files/model.json``, with what one can do there as its text."""

    required_arguments, has_content = 1, True
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the text and the place below it; warn of what cannot be tried."""
        here = (self.env.docname, self.lineno)
        name, _file = self.env.relfn2path(self.arguments[0])
        text = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, text)
        if not len(text):
            logger.warning(_("the model has no text; say in a sentence what one can do here"), location=here)
        try:
            model = read_model(name, lambda each: output_of(self.env, each))
        except NotTried as error:
            logger.warning(_("the model cannot be tried: %s"), error, location=here)
            return [*text]
        files = {each: output_of(self.env, each) for each in (model.weights, model.tiles)}
        versions = {each: f"{quote(each)}?v={file_digest(file)[:8]}" for each, file in files.items() if file}
        node = try_node(model=model, addresses=versions, ids=[f"try-{self.env.new_serialno('try')}"])
        licence, messages = self.state.inline_text(model.licence if model.tiles else "", self.lineno)
        node += licence
        self.set_source_info(node)
        return [*text, node, *messages]


def visit_try(translator: BlogTranslator, node: nodes.Element) -> None:
    """Write the place, with all that the script wants to know, and the samples."""
    _, model = words(translator.written_in).gettext, node["model"]
    addresses = {
        name: translator.builder.static_address(translator.docnames[0], address)
        for name, address in node["addresses"].items()
    }
    told = escape(json.dumps(_told(model, addresses), ensure_ascii=False, separators=(",", ":")))
    translator.body.append(f'<div class="try" id="{node["ids"][0]}" data-try="{told}" data-search-ignore>\n')
    if model.tiles:
        said = escape(_("Samples for the model: {number} pictures").format(number=len(model.answers)))
        width, height = model.tiles_size
        source = f'src="{escape(addresses[model.tiles])}" width="{width}" height="{height}"'
        translator.body.append(f'<figure class="tiles">\n<img {source} alt="{said}" loading="lazy" decoding="async">\n')
    translator.body.append("<figcaption>" * bool(len(node)))


def depart_try(translator: BlogTranslator, node: nodes.Element) -> None:
    """Write what stands there without the script."""
    _ = words(translator.written_in).gettext
    label, silent = _("Try the model on the page"), _("With JavaScript, the model answers here to what you draw.")
    link = f'<a class="scripted" href="#{node["ids"][0]}">{escape(label)}</a>'
    translator.body.append("</figcaption>\n" * bool(len(node)) + "</figure>\n" * bool(node["model"].tiles))
    translator.body.append(f'<p class="without">{link}<noscript>{escape(silent)}</noscript></p>\n</div>\n')


def _told(model: Model, addresses: dict[str, str]) -> dict[str, object]:
    """Return what the script wants to know, as JSON values."""
    told: dict[str, object] = {
        "size": model.size,
        "layers": [{"units": units, "activation": activation} for units, activation in model.layers],
        **{"scale": model.scale, "offset": model.offset},
        **{"weights": addresses[model.weights], "labels": model.labels},
    }
    if model.tiles:
        samples = {"answers": model.answers, "predictions": model.predictions}
        told["samples"] = {"file": addresses[model.tiles], **samples}
    return told | ({"confusion": model.confusion} if model.confusion else {})


def setup(app: Sphinx) -> None:
    """Register the directive and its node."""
    app.add_directive("try-model", TryModel)
    app.add_node(try_node, html=(visit_try, depart_try))
