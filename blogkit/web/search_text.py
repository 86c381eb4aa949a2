"""Read the built pages as they can be found: their sections, each with its words and its code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import html

from ..text import nfc
from .markup import BLOCKS, BODY, HEADINGS

_OUTPUT = 20_000  # characters of one block of code or output; logs have no end
_SKIPPED = {"nav", "footer", "aside", "script", "style", "template", "button", "svg"}
_IGNORED = {"headerlink", "facts", "terms", "provenance"}


@dataclass
class Section:
    """A heading and what stands below it, up to the next heading."""

    anchor: str = ""
    """Empty: the page's top."""
    heading: str = ""
    """At the page's top: its category and tags."""
    text: str = ""
    """Paragraphs, one a line."""
    code: str = ""
    """Code and its outputs."""


@dataclass
class FoundPage:
    """A built page as it can be found."""

    url: str
    title: str
    date: str
    """ISO 8601; empty for a page that is no post."""
    language: str
    """That of its body, without its region: ``pt`` for ``pt-BR``."""
    sections: list[Section] = field(default_factory=list)

    def fields(self) -> Iterator[tuple[str, str]]:
        """Yield each text with the name of its field."""
        yield "title", self.title
        for section in self.sections:
            yield "heading", section.heading
            yield "text", section.text
            yield "code", section.code


def read_page(source: bytes, url: str) -> FoundPage | None:
    """Read a built page; ``None`` if it is not to be found."""
    if BODY.encode() not in source:
        return None
    document = html.document_fromstring(source)
    if any("noindex" in (meta.get("content") or "") for meta in document.iterfind(".//meta[@name='robots']")):
        return None
    body = document.find(f".//*[@{BODY}]")
    if body is None:
        return None
    heading = body.find(".//h1") if body.find(".//h1") is not None else document.find(".//h1")
    title = _words(heading) if heading is not None else (document.findtext(".//title") or "")
    sections = _Collector(body).sections
    terms = [document.iterfind(f".//meta[@property='article:{kind}']") for kind in ("section", "tag")]
    sections[0].heading = nfc(" · ".join(dict.fromkeys(meta.get("content", "") for metas in terms for meta in metas)))
    return FoundPage(url, nfc(title).strip(), _date(document, body), _language(body), sections)


class _Collector:
    """Walks through a page's body and sorts its text into sections."""

    def __init__(self, body: html.HtmlElement) -> None:
        self._parts: list[tuple[Section, list[str], list[str]]] = []
        self._walk(body, self._open("", ""), code=False)

    @property
    def sections(self) -> list[Section]:
        """The sections in the order of the page."""
        for section, text, code in self._parts:
            section.text = re.sub(r" ?\n[\n ]*", "\n", re.sub(r" +", " ", nfc("".join(text)))).strip()
            section.code = re.sub(r"\n{2,}", "\n", nfc("\n".join(code))).strip()
        first, *others = [section for section, _, _ in self._parts]
        return [first, *(s for s in others if s.heading or s.text or s.code)]

    def _open(self, anchor: str, heading: str) -> int:
        self._parts.append((Section(anchor, nfc(heading)), [], []))
        return len(self._parts) - 1

    def _walk(self, element: html.HtmlElement, part: int, code: bool) -> None:
        tag, classes = element.tag, (element.get("class") or "").split()
        if tag == "math":
            # One in a line is part of its sentence; the letters of others, without their places, say nothing.
            self._parts[part][1].append("" if element.get("display") else "".join(element.itertext()))
            return
        if (
            (tag in _SKIPPED and "sidebar" not in classes)
            or not _IGNORED.isdisjoint(classes)
            or element.get("data-search-ignore") is not None
        ):
            return
        if tag == "pre":
            self._parts[part][2].append("".join(element.itertext())[:_OUTPUT])
            return
        if tag == "section" and (heading := next(element.iterchildren(*HEADINGS[1:]), None)) is not None:
            part = self._open(element.get("id") or "", _words(heading))
        elif tag in HEADINGS and (tag == "h1" or _is_of_section(element)):
            return
        code = (code or "cell_output" in classes) and tag != "figcaption"
        _, words, codes = self._parts[part]
        into = codes if code else words
        end = "\n" if tag in BLOCKS else " " if tag in ("td", "th") else ""
        into.append(end)
        into.append(_space(element.text))
        for child in element:
            if isinstance(child.tag, str):
                self._walk(child, part, code)
            into.append(_space(child.tail))
        into.append(end)


def _date(document: html.HtmlElement, body: html.HtmlElement) -> str:
    meta = document.find(".//meta[@property='article:published_time']")
    time = body.find(".//time[@datetime]")
    return meta.get("content", "") if meta is not None else time.get("datetime", "") if time is not None else ""


def _language(body: html.HtmlElement) -> str:
    languages = (element.get("lang") for element in (body, *body.iterancestors()))
    return re.split("[-_]", next(filter(None, languages), ""))[0].lower()


def _is_of_section(heading: html.HtmlElement) -> bool:
    above = heading.getparent()
    return above is not None and above.tag == "section"


def _words(heading: html.HtmlElement) -> str:
    parts = [heading.text or ""]
    for child in heading:
        if isinstance(child.tag, str) and "headerlink" not in (child.get("class") or ""):
            parts += child.itertext()
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _space(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""
