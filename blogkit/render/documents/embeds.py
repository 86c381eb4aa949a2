"""Look through the HTML and the pictures of a document: videos wait until they are pressed, files come along.

What would ask another host, or is not there, is a warning with its line; it is found while a document is read, in what
authors write as in what their code shows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, unquote, urlsplit

import lxml.etree
import lxml.html
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from ...files import Borders
from ...language import _
from ...publish.links import references
from ...web.markup import candidates
from ..places import is_output, line_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)
_TAG = re.compile(
    r"<!--.*?-->|<style\b.*?</style\s*>|</iframe\s*>"
    r"|<(?:(?P<script>script)|(?P<other>iframe|img|source|video|audio|track|embed|object|link|input|image|use|a|area))"
    r"(?![\w-])(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^'\">])*)>"
    r"(?P<end>(?(script).*?</script\s*>|[^<]*</iframe\s*>))?",
    re.DOTALL | re.IGNORECASE,
)
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)(?:</script|$)", re.DOTALL | re.IGNORECASE)
_QUOTED = re.compile(r"""["'`]([\w./-]+\.\w+)["'`]""")
_RAW_TEXT = re.compile(r"<(style|script)\b[^>]*>\s*", re.IGNORECASE)
_BADGE = re.compile(
    r"https?://(?:colab\.research\.google\.com/assets|www\.tensorflow\.org/images/(?:colab|GitHub-Mark)|mybinder\.org/badge"
    r"|(?:www\.)?kaggle\.com/static/images/open-in|img\.shields\.io/|(?:studiolab\.sagemaker\.aws|deepnote\.com)/)\S*"
)
"""Pictures on which notebooks say where they can be run: their words say it, too."""
_FILES = ("src", "poster", "data", "href", "xlink:href")
_LINKS = ("a", "area")
"""Elements that may name pages that are made later."""
_YOUTUBE = ("www.youtube.com", "youtube.com", "www.youtube-nocookie.com")
_VIMEO = ("player.vimeo.com",)
_PUBLISHED = ("images/", "_static/")
"""Folders that a site holds as they are."""
_KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html", ".htm": "text/html"}
"""Endings of files that load others → media type."""


def check_embeds(app: Sphinx, doctree: nodes.document, hosts: Collection[str]) -> None:
    """Mend what the raw HTML of a document loads; warn of what it and its pictures may not load.

    ``hosts`` are the other ones that pages may ask.
    """
    embeds = _Embeds(app, hosts)
    for node in [*doctree.findall(lambda n: isinstance(n, nodes.image | nodes.raw))]:
        if isinstance(node, nodes.image):
            embeds.check_picture(node)
        elif isinstance(node, nodes.raw) and "html" in node.get("format", "").split():
            embeds.mend(node)


def strangers(kind: str, body: bytes, hosts: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each address that a file of the media type ``kind`` loads from another host, and what is wrong with it."""
    with suppress(lxml.etree.LxmlError, ValueError):  # `blogkit check` says what cannot be read
        for reference in references(kind, body) if b"//" in body or b"base64" in body else ():
            host = reference.host
            if reference.loads and host and host not in hosts:
                message = _(
                    "loads {address} from another host; copy it into the book, link to it, "
                    "or allow it with `blog_hosts: [{host}]`"
                )
                yield reference.address, message.format(address=reference.address, host=host)


def strangers_in(file: Path, hosts: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield what :func:`strangers` yields, for a file."""
    if kind := _KINDS.get(file.suffix.lower()):
        yield from strangers(kind, file.read_bytes(), hosts)


def page_of_video(source: str) -> str:
    """Return the address at which a host shows a video by itself; empty: it is no video."""
    parts = urlsplit(source)
    folder, _slash, number = parts.path.rpartition("/")
    if parts.netloc in _YOUTUBE and folder == "/embed":
        page = "playlist?" if number == "videoseries" else f"watch?v={number}&"
        return f"https://www.youtube.com/{page}{parts.query}".rstrip("&")
    return f"https://vimeo.com/{number}" if parts.netloc in _VIMEO and folder == "/video" else ""


_SIDES = {"center": "; display: block; margin-inline: auto", "right": "; display: block; margin-inline-start: auto"}


class Iframe(SphinxDirective):
    """A frame, as MyST's other tools have it: ``{iframe} ADDRESS``, with a caption below."""

    required_arguments, has_content = 1, True
    option_spec: ClassVar[dict[str, Any]] = {
        "title": directives.unchanged,
        "width": directives.length_or_percentage_or_unitless,
        "align": lambda value: directives.choice(value, ("left", "center", "right")),
        **dict.fromkeys(("name", "class", "placeholder"), directives.unchanged),
    }

    def run(self) -> list[nodes.Node]:
        """Return the frame, in a figure where it has a caption."""
        words, messages = self.state.inline_text(" ".join(self.content), self.lineno)
        caption = nodes.caption("", "", *words)
        source, title = escape(self.arguments[0]), escape(self.options.get("title") or caption.astext())
        width = self.options.get("width", "100%")
        side = _SIDES.get(self.options.get("align", "left"), "")
        style = f"width: {width}{'px' * width.isdecimal()}; aspect-ratio: 16 / 9{side}"
        frame = nodes.raw("", f'<iframe src="{source}" title="{title}" style="{style}"></iframe>', format="html")
        self.set_source_info(frame)
        if not words:
            return [frame]
        figure = nodes.figure("", frame, caption)
        self.add_name(figure)
        return [figure, *messages]


class _Embeds:
    """Goes through one document."""

    def __init__(self, app: Sphinx, hosts: Collection[str]) -> None:
        self._env, self._hosts = app.env, hosts
        self._docname = app.env.docname
        self._page = app.builder.get_target_uri(self._docname)
        self._borders = Borders(Path(app.srcdir))
        self._node: nodes.Element = nodes.raw()
        self._in_player = False

    def check_picture(self, node: nodes.image) -> None:
        """Warn of a picture of another host."""
        self._node, address = node, node["uri"]
        if _BADGE.match(address):
            node.replace_self(nodes.Text(node.get("alt", "")))
        elif address.startswith(("http://", "https://")):
            self._warn(strangers("text/html", f'<img src="{escape(address)}">'.encode(), self._hosts))
        else:
            self._check_file(Path(self._env.srcdir, address))

    def mend(self, node: nodes.raw) -> None:
        """Mend a piece of HTML; it may end in the middle of an element, as MyST hands lines on tag by tag."""
        self._node, text = node, node.astext()
        mended = _TAG.sub(self._mended, text)
        if mended != text:
            node.children = [nodes.Text(mended)]
        if _RAW_TEXT.fullmatch(mended):  # in a line the text of an element comes by itself
            mended += "".join(rest.astext() for rest in node.findall(include_self=False, siblings=True, descend=False))
        self._warn(strangers("text/html", mended.encode(), self._hosts))
        if not is_output(node):
            self._miss_files(mended)

    def _mended(self, tag: re.Match[str]) -> str:
        name, end = (tag["script"] or tag["other"] or "").lower(), tag["end"] or ""
        if not name:
            ends_player = self._in_player and tag[0].startswith("</")
            self._in_player = self._in_player and not ends_player
            return "</a>" if ends_player else tag[0]
        element = lxml.html.fragment_fromstring(f"<{name}{tag['rest']}>")
        if name == "img" and _BADGE.match(element.get("src", "")):
            return escape(element.get("alt", ""))
        before = dict(element.attrib)
        for attribute in _FILES:
            if attribute in element.attrib:
                element.set(attribute, self._with_file(element.get(attribute, ""), may_be_page=name in _LINKS))
        if "srcset" in element.attrib:
            choices = candidates(element.get("srcset", ""))
            element.set("srcset", ", ".join(f"{self._with_file(name)} {size}".strip() for name, size in choices))
        if name == "iframe":
            if player := self._player(element):
                self._in_player = not end
                return f"{player}</a>" if end else player
            _fit(element)
        if dict(element.attrib) == before:
            return tag[0]
        attributes = "".join(f' {key}="{escape(str(value))}"' for key, value in element.attrib.items())
        return f"<{name}{attributes}{' /' * tag['rest'].endswith('/')}>{end}"

    def _player(self, element: lxml.html.HtmlElement) -> str:
        """Return the beginning of the link that stands for a video; where its host is allowed, it can be played."""
        source = element.get("src", "")
        if not (link := page_of_video(source)):
            return ""
        host = urlsplit(source).netloc
        plays = f' data-embed="{escape(source)}"' if host in self._hosts else ""
        poster, title = element.get("poster"), element.get("title") or link.removeprefix("https://")
        still = f'<img src="{escape(poster)}" alt="" loading="lazy">' if poster else ""
        return (
            f'<a class="player" href="{escape(link)}"{plays}>{still}<span>{escape(title)}</span> <small>{host}</small>'
        )

    def _with_file(self, address: str, *, may_be_page: bool = False) -> str:
        """Take a file of the book along, and return its address on the site."""
        with suppress(ValueError):
            parts = urlsplit(address.strip())
            if found := self._file(address):
                name, path = found
                if may_be_page and not path.is_file():
                    return address
                if reason := self._borders.objection(path):
                    self._warn([(address, _("{file} {reason}").format(file=unquote(parts.path), reason=reason))])
                    return address
                self._env.note_dependency(name)
                self._check_file(path)
                docname = self._env.path2doc(str(path)) if may_be_page else None
                if docname in self._env.found_docs:
                    name = f"{docname}.html"
                elif not name.startswith(_PUBLISHED):
                    name = f"_downloads/{self._env.dlfiles.add_file(self._docname, name)}"
                return parts._replace(path=relative_uri(self._page, quote(name))).geturl()
        return address

    def _file(self, address: str) -> tuple[str, Path] | None:
        """Return the name below the book and the path of what an address of the book stands for."""
        parts = urlsplit(address.strip())
        if not parts.path or parts.scheme or parts.netloc:
            return None
        name, path = self._env.relfn2path(self._as_found(unquote(parts.path)), self._docname)
        return name, Path(path)

    def _miss_files(self, text: str) -> None:
        """Warn of files that styles and scripts name, whose addresses nobody can mend."""
        bodies = "".join(_SCRIPT.findall(text))
        named = {*_QUOTED.findall(bodies)}
        named |= {reference.address for reference in references("text/css", text.encode())}
        for address in sorted(named):
            with suppress(ValueError, OSError):
                found = self._file(address)
                if found and found[1].is_file() and not found[0].startswith(_PUBLISHED):
                    message = _("{file} is named by a script or a style and does not come along; move it to {folder}")
                    self._warn([(address, message.format(file=address, folder=_PUBLISHED[0]))])

    def _as_found(self, path: str) -> str:
        """Return a path as Sphinx wants it: code runs in the folder of the book."""
        return f"/{path.lstrip('/')}" if is_output(self._node) else path

    def _check_file(self, file: Path) -> None:
        if file.is_file():
            self._warn((file.name, f"{file.name} {why}") for _address, why in strangers_in(file, self._hosts))

    def _warn(self, found: Collection[tuple[str, str]] | Iterator[tuple[str, str]]) -> None:
        for address, message in found:
            logger.warning("%s", message, location=self._place(address))

    def _place(self, address: str) -> nodes.Element | str:
        """Return where an address stands: a paragraph knows only where it begins."""
        file = Path(self._env.doc2path(self._docname))
        if self._node.get("classes"):  # an output, which has the place of its cell
            return self._node
        first = self._node.line or 1
        return f"{file}:{line_of(file, address, first) or first}"


def _fit(element: lxml.html.HtmlElement) -> None:
    """Have a frame load when it comes into view, and become lower as it becomes narrower."""
    element.set("loading", "lazy")
    element.attrib.pop("frameborder", None)
    width, height = (element.get(name, "").removesuffix("px") for name in ("width", "height"))
    if width.isdecimal() and height.isdecimal() and int(height):
        element.set("style", f"aspect-ratio: {width} / {height}; {element.get('style', '')}".rstrip("; "))
