"""Write the body of a page: pictures that know their size, tables that scroll in a box, cells that fold."""

from __future__ import annotations

import gettext
import re
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import imagesize
import sphinx.locale
from docutils import nodes
from sphinx.writers.html5 import HTML5Translator

from ..language import with_territory, words

if TYPE_CHECKING:
    from .builder import BlogBuilder

_MAX_WIDTH = 720
"""CSS pixels; as wide as the column of figures."""
_FIGURE_DPI = 100
_SPHINX = Path(sphinx.locale.__file__).parent
"""The words of Sphinx, in some sixty languages."""
_SMALL = 320
"""CSS pixels; what fits on every phone."""


class BlogTranslator(HTML5Translator):
    """Sphinx's translator, with what a blog wants otherwise."""

    builder: BlogBuilder

    @cached_property
    def written_in(self) -> str:
        """The language of the document."""
        return self.builder.language_of(self.docnames[0])

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

    def visit_admonition(self, node: nodes.Element, name: str = "") -> None:
        """Name a note in the language of the document, which may not be that of the site."""
        super().visit_admonition(node, name)
        if name:
            catalog = gettext.translation("sphinx", _SPHINX, [with_territory(self.written_in)], fallback=True)
            title = "See also" if name == "seealso" else name.capitalize()
            node[0] = nodes.title(name, catalog.gettext(title))

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
            anchor = escape(quote(node["ids"][0]))
            label = escape(words(self.written_in).gettext("Link to this part"))
            self.body.append(f'<a class="headerlink" href="#{anchor}" aria-label="{label}">#</a>')


def visit_folded(translator: BlogTranslator, node: nodes.Element) -> None:
    """Write what a cell folds away; a prompt of the author's own stays."""
    _ = words(translator.written_in).gettext
    prompts = {
        "Show code cell source": _("Show code"),
        "Show code cell output": _("Show output"),
        "Show code cell content": _("Show code and output"),
    }
    prompt = node["prompt_show"]
    translator.body.append(f'<details class="hide"><summary>{escape(prompts.get(prompt, prompt))}</summary>\n')


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


def _given_size(node: nodes.Element) -> tuple[int, int] | None:
    width, height = (re.fullmatch(r"(\d+)(?:px)?", str(node.get(name, ""))) for name in ("width", "height"))
    return (int(width[1]), int(height[1])) if width and height else None
