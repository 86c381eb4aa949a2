"""Find every address that stands in a file of a site. Plain functions of bytes."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from lxml import etree, html

from ..web.markup import candidates

_LOADING_RELS = frozenset(
    (
        *("stylesheet", "icon", "apple-touch-icon", "mask-icon", "manifest", "preload", "modulepreload"),
        *("preconnect", "prefetch", "dns-prefetch", "prerender"),
    )
)
_OF_SVG = ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href")
_LOADED = {
    "base": ("href",),  # all other addresses begin there
    "script": ("src", *_OF_SVG),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "input": ("src",),
    **dict.fromkeys(("use", "image", "feimage"), _OF_SVG),
    **dict.fromkeys(("body", "table", "tr", "td", "th"), ("background",)),
}
_SCRIPTS = "data-scripts"
"""Of an interactive figure: the scripts that draw it, as it comes into view."""
_LINKED = {"a": "href", "link": "href", "area": "href", "form": "action", "blockquote": "cite", "q": "cite"}
_CSS_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s]*))\s*\)|@import\s+(?:"([^"]*)"|'([^']*)')""")
_BY_SCRIPT = re.compile(r"""["'`]((?:https?:)?//[^"'`\s]+?(?:\.(?:m?js|css)\b|/\+esm\b|\{z\})[^"'`\s]*)["'`]""")
"""What a script that stands in a page loads, as far as it is written there: other scripts, styles, parts of maps."""
_MODULE = re.compile(r"""\b(?:import|from)\s*\(?\s*["'](https?://[^"'\s]+)["']""")
"""What a script takes in as a module, whatever its name."""
_PAGE = re.compile(r"data:text/html((?:;[\w=.-]+)*),(.*)", re.DOTALL | re.IGNORECASE)
"""A page that is written out as an address."""
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_REFRESH = re.compile(r"^\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Reference:
    """An address that stands in a file; ``loads``: a browser fetches it without being asked."""

    address: str
    loads: bool = False

    @property
    def host(self) -> str:
        """The other host that is named; empty: none."""
        return host_of(self.address)


def host_of(address: str) -> str:
    """Return the host that an address names; empty: it is one of the site, or no address."""
    with suppress(ValueError):
        return urlsplit(address.strip()).netloc
    return ""


def references(kind: str, body: bytes) -> Iterator[Reference]:
    """Yield every address in a file of the media type ``kind``."""
    if kind.startswith("text/html"):
        yield from _in_html(html.document_fromstring(body or b"<p>", parser=html.HTMLParser(encoding="utf-8")))
    elif kind.startswith("text/css"):
        yield from _in_css(body.decode("utf-8"))
    elif kind.startswith(("application/xml", "image/svg")):
        yield from _in_xml(body)
    elif kind.startswith("application/manifest"):
        manifest = json.loads(body)
        yield Reference(manifest.get("start_url", "."))
        yield from (Reference(icon["src"], True) for icon in manifest.get("icons", []))
    elif kind.startswith("application/json"):
        yield from _in_json_feed(json.loads(body))
    elif kind.startswith("text/plain"):
        yield from (Reference(url) for url in re.findall(r"(?mi)^sitemap:\s*(\S+)", body.decode("utf-8")))


def _in_html(tree: html.HtmlElement) -> Iterator[Reference]:
    for element in tree.iter(etree.Element):
        name = str(element.tag)
        for attribute in _LOADED.get(name, ()):
            value = element.get(attribute)
            if value is not None:
                addresses = [a for a, _size in candidates(value)] if attribute == "srcset" else [value]
                yield from (Reference(address, loads=True) for address in addresses)
                yield from (reference for address in addresses for reference in _in_address(address))
        yield from (Reference(script, loads=True) for script in element.get(_SCRIPTS, "").split())
        yield from _in_css(element.get("style", ""))
        if element.get("srcdoc", "").strip():
            yield from _in_html(html.document_fromstring(element.get("srcdoc", "")))
        linked = element.get(_LINKED[name]) if name in _LINKED else None
        if linked is not None and name == "link":
            rels = element.get("rel", "").lower().split()
            yield Reference(linked, loads=not _LOADING_RELS.isdisjoint(rels))
        elif linked is not None:
            yield Reference(linked)
        elif name == "meta":
            yield from _in_meta(element)
        elif name == "style":
            yield from _in_css(element.text or "")
        elif name == "script" and element.get("type") == "application/ld+json":
            yield from _in_json(json.loads(element.text or "null"))
        elif name == "script" and "json" not in element.get("type", ""):
            loaded = (found for kind in (_BY_SCRIPT, _MODULE) for found in kind.findall(element.text or ""))
            yield from (Reference(address, loads=True) for address in dict.fromkeys(loaded))


def _in_address(address: str) -> Iterator[Reference]:
    """Find what a page loads that is written out as an address; nothing beside it is there for it."""
    if page := _PAGE.fullmatch(address.strip()):
        body = unquote_to_bytes(page[2])
        with suppress(binascii.Error):  # no browser reads it either
            body = base64.b64decode(body) if "base64" in page[1] else body
        yield from (reference for reference in references("text/html", body) if reference.host)


def _in_meta(element: html.HtmlElement) -> Iterator[Reference]:
    content = element.get("content", "")
    key = (element.get("property") or element.get("name") or "").lower()
    if element.get("http-equiv", "").lower() == "refresh":
        match = _REFRESH.match(content)
        if match:
            yield Reference(match[1], loads=True)
    elif key in ("og:image", "og:url", "twitter:image", "og:image:secure_url"):
        yield Reference(content)


def _in_json(value: object) -> Iterator[Reference]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("url", "image", "@id", "contentUrl") and isinstance(inner, str) and inner.startswith("http"):
                yield Reference(inner)
            else:
                yield from _in_json(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _in_json(inner)


def _in_json_feed(feed: object) -> Iterator[Reference]:
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")):
        return
    for item in (feed, *feed.get("items", [])):
        yield from (Reference(item[key]) for key in ("url", "home_page_url", "feed_url", "image") if key in item)
        if item.get("content_html"):
            yield from _in_html(html.fragment_fromstring(item["content_html"], create_parent="div"))


def _in_css(text: str) -> Iterator[Reference]:
    for match in _CSS_URL.finditer(_CSS_COMMENT.sub("", text)):
        address = next((group for group in match.groups() if group), "")
        if address and not address.startswith("#"):
            yield Reference(address, loads=True)


def _in_xml(body: bytes) -> Iterator[Reference]:
    """Find the addresses in a feed, a sitemap or a picture: links as such, and those in a feed's pages."""
    tree = etree.fromstring(body, parser=etree.XMLParser(resolve_entities=False, no_network=True))
    for instruction in tree.itersiblings(etree.ProcessingInstruction, preceding=True):
        if isinstance(instruction, etree._ProcessingInstruction) and instruction.target == "xml-stylesheet":
            yield Reference(instruction.get("href") or "", loads=True)
    for element in tree.iter(etree.Element):
        name = etree.QName(element).localname
        if name == "loc":
            yield Reference(element.text or "")
        elif name == "link":
            yield Reference(element.get("href") or element.text or "")
        elif name in ("content", "summary", "description") and element.get("type", "html") == "html" and element.text:
            yield from _in_html(html.fragment_fromstring(element.text, create_parent="div"))
        elif name in ("image", "use"):
            for attribute in ("href", "{http://www.w3.org/1999/xlink}href"):
                if address := element.get(attribute):
                    yield Reference(address, loads=True)
