"""Draw Mermaid's diagrams while a document is read: as pictures in the colours of the blog, one for each scheme."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lxml.etree
from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ...files import digest, write
from ...language import _
from ...palette import palette
from ...text import shorten

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SCHEMES = ("light", "dark")
_FRONT_MATTER = re.compile(r"\s*---\n.*?\n---[ \t]*(?:\n|$)", re.DOTALL)
_OWN_THEME = re.compile(r"""\btheme(?:CSS|Variables)?["']?\s*:""")
_OPTIONS = ("alt", "caption", "name", "align", "zoom")
_OPTION = re.compile(r"[ \t]*:([a-z]+):[ \t]*(.*)(?:\n|$)")
_NARROW = 500  # CSS pixels; what may get as small as a phone is wide
_MOVED = re.compile(r"translate\(([-\d.e]+)")
_IS_TEXT = "local-name() = 'text'"
_SHORT = 1.35
"""How much longer a text may be than mmdr takes it for."""
_TONES = ("accent", "good", "warn", "code-keyword", "code-builtin", "live", "code-number", "muted")

logger = logging.getLogger(__name__)


class Diagram(SphinxDirective):
    """A diagram in Mermaid's words, as a directive or as a fence of code."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = None  # the words of a diagram may begin as options do: with a line `---`

    def run(self) -> list[nodes.Node]:
        """Make a picture for each scheme, in a figure if there is a caption; warn of what is no diagram."""
        self.options, text = _options("\n".join(self.content))
        if unknown := sorted(self.options.keys() - {*_OPTIONS}):
            message = _("a diagram has no option %s; write %s")
            logger.warning(message, unknown[0], ", ".join(_OPTIONS), location=self._here)
        if self.arguments:
            relative, name = self.env.relfn2path(self.arguments[0])
            self.env.note_dependency(relative)
            if not Path(name).is_file():
                logger.warning(_("%s is not there; mend the name"), self.arguments[0], location=self._here)
                return []
            text = Path(name).read_text(encoding="utf-8")
        try:
            drawings = [draw(text, scheme) for scheme in SCHEMES]
        except ValueError as error:
            logger.warning(_("no diagram can be drawn: %s"), error, location=self._here)
            return []
        return [self._figure(list(dict.fromkeys(drawings)))]

    @property
    def _here(self) -> tuple[str, int]:
        return self.env.docname, self.lineno

    def _figure(self, drawings: list[str]) -> nodes.Element:
        alt = self.options.get("alt") or words_of(drawings[0])
        images = [nodes.image(uri=self._kept(drawing), alt=alt) for drawing in drawings]
        for image, scheme in zip(images, SCHEMES, strict=False):
            image["classes"] = [f"only-{scheme}"] if len(images) > 1 else []
        is_wide = float(lxml.etree.fromstring(drawings[0].encode()).get("width", "0")) > _NARROW
        figure = nodes.figure("", *images, classes=["diagram", *["wide"] * is_wide])
        if self.options.get("align") in ("left", "right"):
            figure["align"] = self.options["align"]
        if caption := self.options.get("caption"):
            text, messages = self.state.inline_text(caption, self.lineno)
            figure += [nodes.caption("", "", *text), *messages]
        self.add_name(figure)
        self.set_source_info(figure)
        return figure

    def _kept(self, drawing: str) -> str:
        """Write a drawing where MyST-NB keeps pictures of outputs; return its name for the document."""
        folder = Path(self.env.mystnb_config.output_folder)  # type: ignore[attr-defined]  # MyST-NB keeps it there
        file = folder / f"diagram-{digest(drawing)[:16]}.svg"
        write(file, drawing)
        return "/" + Path(file).relative_to(self.env.srcdir).as_posix()


def draw(text: str, scheme: str) -> str:
    """Return a diagram as SVG in the blog's colours, unless it says its own; raise ``ValueError`` if it is none."""
    import mmdr  # takes longer to load than most posts need to be read

    if not _OWN_THEME.search(text):
        front = found[0] if (found := _FRONT_MATTER.match(text)) else ""
        text = f"{front}%%{{init: {json.dumps(_theme(scheme))}}}%%\n{text[len(front) :]}"
    root = lxml.etree.fromstring(mmdr.render(text).svg().encode())
    for name, size in zip(("width", "height"), root.get("viewBox", "").split()[2:], strict=False):
        root.set(name, f"{float(size):.0f}")  # as a picture it has no page whose width it could take
    _make_room(root)
    return lxml.etree.tostring(root, encoding="unicode")


def words_of(drawing: str) -> str:
    """Return what stands for a drawing where it is not seen: its own title and description, or else its words."""
    root = lxml.etree.fromstring(drawing.encode())
    told = [*root.iterfind("{*}title"), *root.iterfind("{*}desc")] or root.iterfind(".//{*}text")
    texts = (" ".join("".join(element.itertext()).split()) for element in told)
    return shorten(", ".join(dict.fromkeys(filter(None, texts))))


def _options(text: str) -> tuple[dict[str, str], str]:
    """Take options off the head of a diagram."""
    options = {}
    while found := _OPTION.match(text):
        options[found[1]], text = found[2].strip(), text[found.end() :]
    return options, text


def _theme(scheme: str) -> dict[str, Any]:
    """Return Mermaid's settings for a scheme: the blog's own colours, and tints of them for what has many."""
    colour = {name: getattr(value, scheme) for name, value in palette().items()}
    paper, ink, raised, line, accent = (colour[name] for name in ("paper", "ink", "raised", "muted", "accent"))
    tones = [colour[name] for name in _TONES]
    tints = [_mix(tone, paper, 0.3) for tone in tones]
    variables: dict[str, Any] = {"darkMode": scheme == "dark", "fontFamily": "system-ui, sans-serif"}
    variables |= {"background": paper, "primaryColor": raised, "primaryTextColor": ink, "primaryBorderColor": accent}
    variables |= {"lineColor": line, "textColor": ink, "titleColor": ink, "secondaryColor": _mix(accent, paper, 0.15)}
    variables |= {"tertiaryColor": paper, "edgeLabelBackground": paper, "noteBkgColor": colour["mark"]}
    variables |= {"noteTextColor": ink, "noteBorderColor": line, "pieStrokeColor": paper, "pieOuterStrokeColor": line}
    variables |= {"pieOpacity": "1", "pieSectionTextColor": ink, "pieLegendTextColor": ink, "pieTitleTextColor": ink}
    variables["xyChart"] = {"plotColorPalette": ", ".join([tints[0], *tones[1:]]), "backgroundColor": paper}
    for number in range(12):
        tint = tints[number % len(tints)]
        variables |= {f"pie{number + 1}": tint, f"cScale{number}": tint, f"cScaleLabel{number}": ink}
        variables |= {f"git{number}": tint, f"gitBranchLabel{number}": ink, f"fillType{number}": tint}
    return {"theme": "base", "look": "classic", "themeVariables": variables}


def _make_room(root: lxml.etree._Element) -> None:
    """Mend what mmdr does where it takes texts for shorter than they are: it centres them by that length.

    The lines of a class begin where it has put them; the ground of what stands on an arrow covers the arrow.
    """
    texts = root.xpath(f"//*[contains(@data-merman-source-classes, 's-group ')]/*[{_IS_TEXT}]")
    places = root.xpath("//*[contains(@class, 'members-group') or contains(@class, 'methods-group')]/*")
    for text, place in zip(texts, places, strict=True) if len(texts) == len(places) else ():
        moved = [_MOVED.match(each.get("transform", "")) for each in (place, *place.iterancestors())]
        text.set("x", f"{sum(float(found[1]) for found in moved if found):g}")
        style = text.get("style", "").replace("text-anchor:middle", "text-anchor:start")
        text.set("style", style.replace("font-size:16px", "font-size:15px"))
    for ground in root.xpath(f"//*[contains(@data-merman-source-classes, 'labelBkg')]/*[not({_IS_TEXT})]"):
        x, width = float(ground.get("x")), float(ground.get("width"))
        ground.set("x", f"{x - width * (_SHORT - 1) / 2:g}")
        ground.set("width", f"{width * _SHORT:g}")


def _mix(one: str, other: str, share: float) -> str:
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def setup(app: Sphinx) -> None:
    """Register the directive; fences are read as directives (`myst_fence_as_directive`)."""
    app.add_directive("mermaid", Diagram)
