"""Write the body of a page: pictures that know their size, tables that scroll in a box, cells that fold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import imagesize
from docutils import nodes
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from ...language import _, words
from ..outputs.tables import dressed
from ..scholarly.boxes import FOLDED
from ..words import caption_format, language_of, sphinx_words

if TYPE_CHECKING:
    from .builder import BlogBuilder

logger = logging.getLogger(__name__)
_MAX_WIDTH = 720
"""CSS pixels; as wide as the column of figures."""
_FIGURE_DPI = 100
_SCHEMES = ("only-light", "only-dark")
"""Classes of pictures that are shown in one colour scheme only."""
_SMALL = 320
"""CSS pixels; what fits on every phone."""
_WIDE = 900
"""CSS pixels; the words of a drawing that is wider cannot be read on a phone that shows all of it."""
_PIXELS = re.compile(r"([\d.]+)(?:px)?$")
_MARKUP = re.compile(r"<[^>]*>\s*")
_FIRST_SCREEN = 400
"""Characters of text above a picture that a reader sees at once."""
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_INLINE_END = re.compile(r"</(?!math)\w+>$")
_CLOSED = re.compile(r"(?<=[)\]}”’»」』》〉%‰°℃#])[\uac00-\ud7a3]+")
"""Hangul behind what may end a line, though Korean breaks between words."""
_PLAYERS = dict.fromkeys((".mp4", ".webm", ".ogv", ".mov", ".m4v"), "video")
_PLAYERS |= dict.fromkeys((".mp3", ".ogg", ".oga", ".wav", ".m4a", ".flac"), "audio")
"""Ending of a file → element that plays it."""


class BlogTranslator(HTML5Translator):
    """Sphinx's translator, with what a blog wants otherwise."""

    builder: BlogBuilder
    _has_picture = False

    @cached_property
    def written_in(self) -> str:
        """The language of the document."""
        return language_of(self.builder.env, self.docnames[0])

    def visit_Text(self, node: nodes.Text) -> None:  # docutils calls it so
        """Keep a particle with what it belongs to: browsers may begin a line between ``(word)`` and Hangul."""
        before = self.body[-1] if self.body else ""
        super().visit_Text(node)
        language = self.written_in.partition("-")[0]
        if language != "ko" or self.protect_literal_text or isinstance(node.parent, nodes.FixedTextElement):
            return
        text = _CLOSED.sub(r'<span class="joined">\g<0></span>', self.body[-1])
        particle = _HANGUL.match(text)
        if particle and before.endswith("</math>") and before.lstrip().startswith(("<math", "<span")):
            # nothing else keeps Chromium from ending a line behind an equation
            self.body[-2] = f'<span class="whole">{before}'
            text = f"{particle[0]}</span>{text[particle.end() :]}"
        elif particle and _INLINE_END.search(before):
            text = f'<span class="joined">{particle[0]}</span>{text[particle.end() :]}'
        self.body[-1] = text

    def visit_figure(self, node: nodes.Element) -> None:
        """Have a figure beside the text be as wide as its picture is told to be, and so the text below that."""
        picture = next(node.findall(nodes.image), None)
        if picture and "width" in picture and "width" not in node and node.get("align") in ("left", "right"):
            node["width"], picture["width"] = _PIXELS.sub(r"\1px", picture["width"]), "100%"
        super().visit_figure(node)

    def visit_image(self, node: nodes.Element) -> None:
        """Write ``<img>`` with its size in CSS pixels, or what plays a film or a sound."""
        source = address = node["uri"]
        if source in self.builder.images:
            address = f"{self.builder.imgpath}/{quote(self.builder.images[source])}"
        text, end = node.get("alt", ""), "" if isinstance(node.parent, nodes.TextElement) else "\n"
        if player := _PLAYERS.get(Path(source).suffix.lower()):
            self.body.append(self.starttag(node, player, "", controls="", preload="metadata", src=address, title=text))
            self.body.append(f"</{player}>{end}")
            raise nodes.SkipDeparture
        file = Path(self.builder.srcdir, source)
        scheme = next((name for name in _SCHEMES if name in node["classes"]), "")
        dark = "" if scheme else self.builder.dark_address(self.docnames[0], file)
        self.body += self._picture(node, file, address, "only-light" if dark else scheme, end)
        if dark:
            copy = node.copy()
            copy["ids"], copy.parent = [], node.parent
            self.body += self._picture(copy, file, dark, "only-dark", end)
        raise nodes.SkipDeparture

    def _picture(self, node: nodes.Element, file: Path, address: str, scheme: str, end: str) -> Iterator[str]:
        """Yield the HTML of a picture that stands in ``file``, for a scheme or (empty) for both."""
        text, size = node.get("alt", ""), picture_size(file)
        attributes = {
            "src": address,
            "alt": text,
            **self._loading(scheme),
            "decoding": "async",
            **_shown_size(node, size),
        }
        classes = [*([f"align-{node['align']}"] if "align" in node else ()), *({scheme} - {"", *node["classes"]})]
        is_in_line = isinstance(node.parent, nodes.TextElement) and len(node.parent) > 1
        classes += ["in-line"] * (is_in_line and scheme in classes)  # an author's own pair stands below each other
        picture = self.emptytag(node, "img", end, classes=classes, **attributes)
        if size and size[0] > _SMALL and _stands_alone(node):  # a phone shows it small
            label = {} if text else {"aria-label": words(self.written_in).gettext("Enlarge the picture")}
            link = self.starttag(nodes.Element(), "a", "", False, href=address, classes=["enlarge", scheme], **label)
            picture = f"{link}{picture}</a>"
        yield f'<span class="drawing">{picture}</span>' if _is_wide_drawing(node, file) else picture

    def _loading(self, scheme: str) -> dict[str, str]:
        """Fetch a picture near the top before all else; the others, and those of one scheme, when they come near."""
        text = _MARKUP.sub("", "".join(self.body)) if not self._has_picture else ""
        is_first, self._has_picture = not self._has_picture, True
        is_seen = is_first and not scheme and len(text.strip()) < _FIRST_SCREEN
        return {"fetchpriority": "high"} if is_seen else {"loading": "lazy"}

    def visit_admonition(self, node: nodes.Element, name: str = "") -> None:
        """Name a note in the language of the document, which may not be that of the site; fold it if it says so."""
        super().visit_admonition(node, name)
        if FOLDED.intersection(node["classes"]):
            shown = " open" if "toggle-shown" in node["classes"] else ""
            self.body[-1] = self.body[-1].replace("<div", f"<details{shown}", 1)
        if name:
            title = "See also" if name == "seealso" else name.capitalize()
            node[0] = nodes.title(name, sphinx_words(self.written_in).gettext(title))

    def depart_admonition(self, node: nodes.Element | None = None) -> None:
        """Close it."""
        super().depart_admonition(node)
        if node is not None and FOLDED.intersection(node["classes"]):
            self.body[-1] = "</details>\n"

    def visit_title(self, node: nodes.Element) -> None:
        """Write the title of a note that folds as what opens it."""
        parent = node.parent
        if isinstance(parent, nodes.Admonition) and FOLDED.intersection(parent["classes"]):  # type: ignore[index]
            for link in [*node.findall(nodes.reference)]:
                link.replace_self(link.children)  # what is pressed to open it leads nowhere else
            self.body.append(self.starttag(node, "summary", "", CLASS="admonition-title"))
            self.context.append("</summary>\n")
        else:
            super().visit_title(node)

    def visit_citation(self, node: nodes.citation) -> None:
        """Write an entry of a bibliography as one of a list: the role that docutils gives it is no longer one."""
        super().visit_citation(node)
        self.body[-1] = self.body[-1].replace('role="doc-biblioentry"', 'role="listitem"')

    def add_fignumber(self, node: nodes.Element) -> None:
        """Write the number of a caption in the language of the document."""
        env: Any = self.builder.env
        kind = env.domains["std"].get_enumerable_node_type(node)
        if number := env.toc_fignumbers.get(self.docnames[0], {}).get(kind, {}).get(next(iter(node["ids"]), "")):
            text = caption_format(self.builder.env, kind, self.docnames[0]) % number
            self.body.append(f'<span class="caption-number">{escape(text)}</span> ')

    def visit_table(self, node: nodes.Element) -> None:
        """Put the table into a box that scrolls."""
        self.body.append('<div class="scroll">')
        super().visit_table(node)

    def depart_table(self, node: nodes.Element) -> None:
        """Close the box."""
        super().depart_table(node)
        self.body.append("</div>\n")

    def visit_raw(self, node: nodes.raw) -> None:
        """Give the tables of an output the look of the page."""
        if "text_html" in node["classes"]:
            node[0] = nodes.Text(dressed(node.astext()))
        super().visit_raw(node)

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
    across, _down = imagesize.getDPI(path)
    scale = min(_FIGURE_DPI / max(across, _FIGURE_DPI), _MAX_WIDTH / width)
    return round(width * scale), round(height * scale)


def _stands_alone(node: nodes.Element) -> bool:
    """Tell whether a picture stands in no text and no link, but in a figure, a paragraph or an output of its own."""
    parent = node.parent
    alone = isinstance(parent, nodes.paragraph) and len(parent) == 1
    return alone or isinstance(parent, nodes.figure) or not {"output", "cell_output"}.isdisjoint(parent["classes"])


def _is_wide_drawing(node: nodes.Element, path: Path) -> bool:
    """Tell whether a drawing scrolls by itself on a phone; a diagram does so in any case."""
    if path.suffix.lower() != ".svg" or not path.is_file() or "width" in node:
        return False
    return imagesize.get(path)[0] > _WIDE and "diagram" not in node.parent.get("classes", ())


def _shown_size(node: nodes.Element, size: tuple[int, int] | None) -> dict[str, str]:
    """Return attributes for what the author says of a picture's size; ``size`` is its own, if it is known."""
    given = {name: str(node[name]) for name in ("width", "height") if name in node}
    pixels = {name: float(match[1]) for name, value in given.items() if (match := _PIXELS.fullmatch(value))}
    scale, (across, down) = node.get("scale", 100) / 100, size or (0, 0)
    if pixels.keys() != given.keys() or (given and not size and not pixels.get("width")):
        sizes = {"width": "auto"} | {name: f"{pixels[name]}px" if name in pixels else given[name] for name in given}
        own = {"width": str(across), "height": str(down)} if size else {}
        return own | {"style": "; ".join(f"{name}: {value}" for name, value in sizes.items())}
    if scale != 1 and not given and not size:
        message = _("the size of this picture is not known, so `scale` does nothing; write `width`")
        logger.warning(message, location=node)
    width, height = (pixels.get("width", 0), pixels.get("height", 0)) if given else (across, down)
    width = width or (height * across / down if down else 0)
    height = height or (width * down / across if across else 0)
    return {name: str(round(side * scale)) for name, side in {"width": width, "height": height}.items() if side}
