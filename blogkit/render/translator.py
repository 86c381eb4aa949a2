"""Write the body of a page: pictures that know their size, tables that scroll in a box, cells that fold."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import imagesize
from docutils import nodes
from sphinx.writers.html5 import HTML5Translator

from ..language import language_code, words

if TYPE_CHECKING:
    from .builder import BlogBuilder

_MAX_WIDTH = 720
"""CSS pixels; as wide as the column of figures."""
_FIGURE_DPI = 100
_SMALL = 320
"""CSS pixels; what fits on every phone."""


class BlogTranslator(HTML5Translator):
    """Sphinx's translator, with what a blog wants otherwise."""

    builder: BlogBuilder

    def visit_image(self, node: nodes.Element) -> None:
        """Write ``<img>`` with its size in CSS pixels; what has no such size is left to Sphinx."""
        source = node["uri"]
        size = _given_size(node) or picture_size(Path(self.builder.srcdir, source))
        if "scale" in node or size is None:
            super().visit_image(node)
            return
        if source in self.builder.images:
            source = f"{self.builder.imgpath}/{quote(self.builder.images[source])}"
        attributes = {"src": source, "alt": node.get("alt", ""), "width": str(size[0]), "height": str(size[1])}
        attributes |= {"loading": "lazy", "decoding": "async"}
        align = [f"align-{node['align']}"] if "align" in node else []
        end = "" if isinstance(node.parent, nodes.TextElement) else "\n"
        picture = self.emptytag(node, "img", end, classes=align, **attributes)
        if isinstance(node.parent, nodes.figure) and attributes["alt"] and size[0] > _SMALL:
            picture = f'<a href="{escape(source)}">{picture}</a>'  # a phone shows it small
        self.body.append(picture)
        raise nodes.SkipDeparture

    def visit_table(self, node: nodes.Element) -> None:
        """Put the table into a box that scrolls."""
        self.body.append('<div class="scroll">')
        super().visit_table(node)

    def depart_table(self, node: nodes.Element) -> None:
        """Close the box."""
        super().depart_table(node)
        self.body.append("</div>\n")

    def add_permalink_ref(self, node: nodes.Element, title: str) -> None:
        """Write the address of a heading or a figure behind it."""
        if node["ids"] and self.builder.add_permalinks:
            anchor, label = quote(node["ids"][0]), words(self.config.language).gettext("Link to this part")
            attributes = f'href="#{escape(anchor)}" aria-label="{escape(label)}"{_lang(self)}'
            self.body.append(f'<a class="headerlink" {attributes}>#</a>')


def visit_folded(translator: BlogTranslator, node: nodes.Element) -> None:
    """Write what a cell folds away; a prompt of the author's own stays."""
    _ = words(translator.config.language).gettext
    prompts = {
        "Show code cell source": _("Show code"),
        "Show code cell output": _("Show output"),
        "Show code cell content": _("Show code and output"),
    }
    prompt = node["prompt_show"]
    lang = _lang(translator) if prompt in prompts else ""
    summary = f"<summary{lang}>{escape(prompts.get(prompt, prompt))}</summary>"
    translator.body.append(f'<details class="hide">{summary}\n')


def depart_folded(translator: BlogTranslator, node: nodes.Element) -> None:
    """Close it."""
    translator.body.append("</details>\n")


def picture_size(path: Path) -> tuple[int, int] | None:
    """Return the size in CSS pixels of a picture: more dots per inch than figures have mean a finer screen."""
    if not path.is_file():
        return None
    width, height = imagesize.get(path)
    if width <= 0 or height <= 0:
        return None
    across, _ = imagesize.getDPI(path)
    scale = min(_FIGURE_DPI / max(across, _FIGURE_DPI), _MAX_WIDTH / width)
    return round(width * scale), round(height * scale)


def _lang(translator: BlogTranslator) -> str:
    """Return the attribute of what the blog itself says within a post, where the post is in another language."""
    site = language_code(translator.config.language)
    return f' lang="{site}"' if translator.builder.languages.get(translator.docnames[0], site) != site else ""


def _given_size(node: nodes.Element) -> tuple[int, int] | None:
    width, height = (re.fullmatch(r"(\d+)(?:px)?", str(node.get(name, ""))) for name in ("width", "height"))
    return (int(width[1]), int(height[1])) if width and height else None
