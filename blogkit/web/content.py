"""Take a post's content out of its built page, fit to be read anywhere: in feed readers, mails, other sites.

Nothing of the page's machinery survives: no scripts, buttons, classes, ids or permalinks; every address is absolute.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import lxml.html
from lxml import etree

from ..files import digest, engine_digest, write
from ..text import xml_text
from .markup import BODY, candidates

_MACHINERY = (
    *("script", "style", "link", "meta", "template", "noscript", "button", "input", "textarea", "select"),
    *("dialog", "nav", "header", "footer", "form", "object", "embed"),
)
_DEBRIS = ".//*[@hidden or {}]".format(
    " or ".join(
        f"contains(concat(' ', @class, ' '), ' {name} ')"
        for name in ("headerlink", "copybtn", "expanded", "backrefs", "only-dark", "provenance")
    )
)
_ADDRESSES = ("href", "src", "poster", "cite")
_OF_TABLES = ("align", "colspan", "rowspan", "headers", "scope")
_OF_MEDIA = ("srcset", "alt", "width", "height", "controls", "loop", "muted", "allowfullscreen")
_OF_TEXT = ("title", "lang", "dir", "datetime", "start", "reversed", "value", "type", "open")
_KEPT = frozenset((*_ADDRESSES, *_OF_TABLES, *_OF_MEDIA, *_OF_TEXT))
_DRAWN = ("svg", "math")
_UNSAFE = re.compile(r"(?:javascript|vbscript):|data:(?!image/)", re.IGNORECASE)


def cached_content(page: Path, address: str, cache: Path) -> tuple[str, str]:
    """Return the content of a built page and the key under which ``cache`` (a folder) keeps it."""
    data = page.read_bytes()
    key = digest(engine_digest(), address, data)
    kept = cache / f"{key}.html"
    if kept.is_file():
        return kept.read_text(encoding="utf-8"), key
    found = content(data, address)
    write(kept, found)
    return found, key


def content(page: bytes, address: str) -> str:
    """Return the content of a page that stands at ``address`` as HTML."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)
    tree = lxml.html.document_fromstring(xml_text(page.decode("utf-8", "replace")).encode(), parser=parser)
    body = next(iter(tree.xpath(f"//*[@{BODY}]") or tree.xpath("//article")))
    _remove(body)
    _rewrite(body, address)
    _flatten(body)
    html = (body.text or "") + "".join(etree.tostring(e, encoding="unicode", method="html") for e in body)
    return re.sub(r"\n\s*\n\s*(?=<)", "\n", html).strip()


def _remove(body: lxml.html.HtmlElement) -> None:
    for box in body.xpath(".//input[@type='checkbox']"):
        box.tail = ("☑" if box.get("checked") is not None else "☐") + (box.tail or "")
    for drawn in body.xpath(".//summary//svg"):
        drawn.drop_tree()
    etree.strip_elements(body, *_MACHINERY, with_tail=False)
    for code in body.iter("pre"):  # first: most of a page's elements colour its code
        etree.strip_tags(code, "span")
    for element in body.xpath(_DEBRIS):
        element.drop_tree()


def _rewrite(body: lxml.html.HtmlElement, address: str) -> None:
    drawn = {e for name in _DRAWN for root in body.iter(name) for e in root.iter()}
    for element in list(body.iter(etree.Element)):
        if element in drawn:
            for name in [n for n in element.attrib if n.startswith("on")]:
                del element.attrib[name]
            continue
        _make_plain(element)
        for name in [n for n in element.attrib if n not in _KEPT]:
            del element.attrib[name]
        for name in _ADDRESSES:
            if name in element.attrib:
                _make_absolute(element, name, address)
        if "srcset" in element.attrib:
            choices = candidates(element.get("srcset", ""))
            element.set("srcset", ", ".join(f"{urljoin(address, name)} {size}".strip() for name, size in choices))


def _make_plain(element: lxml.html.HtmlElement) -> None:
    """Keep what only a class said: the frame of a note, the name of a tab, a decorative picture."""
    classes = element.get("class", "").split()
    if "admonition" in classes and element.tag != "details":
        element.tag = "blockquote"
    elif "admonition-title" in classes:
        strong = element.makeelement("strong")
        strong.text, element.text = element.text, None
        strong.extend(list(element))
        element.append(strong)
    elif element.tag == "label":
        element.tag = "p"
    elif element.tag == "iframe" and element.get("src"):  # feed readers show none
        element.tag, element.text = "a", element.get("title") or element.get("src")
        element.attrib["href"] = element.attrib.pop("src")
    elif "citation" in classes:  # in one line with its label
        label, entry = element[0], element[-1]
        entry.text = f"{label.text_content()} {entry.text or ''}"
        label.drop_tree()
    elif not {"number", "text-right", "gt_right"}.isdisjoint(classes):
        element.set("align", "right")
    elif element.tag == "img" and element.get("alt", "") == element.get("src"):
        element.set("alt", "")  # MyST-NB names a figure without a text by its file


def _make_absolute(element: lxml.html.HtmlElement, name: str, address: str) -> None:
    value = element.get(name, "").strip()
    if _UNSAFE.match(re.sub(r"\s", "", value)):
        del element.attrib[name]
    else:
        element.set(name, urljoin(address, value))


def _flatten(body: lxml.html.HtmlElement) -> None:
    """Drop the wrappers that say nothing without their class."""
    etree.strip_tags(body, "section", "article")
    for element in reversed(list(body.iter("span", "a", "div"))):
        if element.attrib or element is body:
            continue
        if element.tag != "div" or (len(element) == 1 and not (element.text or "").strip() and not _tail(element[0])):
            element.drop_tag()
        elif not len(element) and not (element.text or "").strip():
            element.drop_tree()


def _tail(element: lxml.html.HtmlElement) -> str:
    return (element.tail or "").strip()
