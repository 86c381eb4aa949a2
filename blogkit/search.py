"""Index the built pages, so that the browser finds any part of any word without a server.

``search/index.json``
    the pages, oldest first, and the first gram of each shard;
``search/grams/N.json``
    gram → the pages that have it, as differences of page numbers × 8 + weight (0 to 7);
``search/pages/NAME.json``
    the sections of a page, fetched only when it may be shown: anchor, heading, words, code.

A gram is one or two syllables (CJK) or three letters, ``^`` standing for the start of a word; ``search-index.js`` cuts
a query into the same grams. Korean has no spaces between a word and its particles nor inside compounds, so an index of
words would miss both.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from lxml import html

from .content import BODY
from .posts import nfc
from .publish import write_if_changed
from .store import write_atomically

FOLDER = "search"
_CODE = Path(__file__).read_bytes()
"""What an older version of this module has kept is not used."""
_SHARD = 32_000  # characters; two or three are fetched for a word, about 12 KB each as compressed
_OUTPUT = 20_000  # characters of one block of code or output; logs have no end
_POINTS = {"title": 32, "heading": 8, "text": 2, "code": 1}
_SKIPPED = {"nav", "footer", "aside", "script", "style", "template", "button", "svg", "math"}
_IGNORED = {"headerlink", "facts", "terms", "provenance"}
_BLOCKS = {
    *("address", "article", "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3"),
    *("h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "summary", "table", "tr", "ul", "br"),
}
_CJK = ((0x3040, 0x30FF), (0x3130, 0x318F), (0x3400, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF))
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_TIMES = re.compile(r"(?<=\d)\s*[x×]\s*(?=\d)")
_DOT, _START = ord("."), ord("^")
_SYLLABLE, _LETTER = 1, 2
_KINDS = np.array([_LETTER * (chr(code).isalnum() or chr(code) == "_") for code in range(1 << 16)], dtype=np.int8)
for _first, _last in _CJK:
    _KINDS[_first : _last + 1] = _SYLLABLE


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
class Page:
    """A built page as it can be found."""

    url: str
    title: str
    date: str
    """ISO 8601; empty for a page that is no post."""
    sections: list[Section] = field(default_factory=list)

    def fields(self) -> Iterator[tuple[str, str]]:
        """Yield each text with the name of its field."""
        yield "title", self.title
        for section in self.sections:
            yield "heading", section.heading
            yield "text", section.text
            yield "code", section.code


@dataclass(frozen=True)
class Indexed:
    """What the index holds of a page."""

    url: str
    title: str
    date: str
    version: str
    """A digest of its sections."""
    grams: np.ndarray
    """As of :func:`weigh_grams`."""

    @property
    def file(self) -> str:
        """The file of its sections."""
        return f"pages/{self.url.removesuffix('.html')}.json"


def write_index(site: Path, pages: Iterable[str], kept: Path | None = None) -> set[str]:
    """Index the ``pages`` (names of built HTML files below ``site``) and return the names of the files written.

    Only pages with an element marked ``data-search-body`` are indexed, and none that asks robots to stay away. ``kept``
    is a file that keeps what was read of each page between builds.
    """
    before, found = _load(kept), {}
    for name in sorted(pages):
        source = (site / name).read_bytes()
        key = hashlib.sha256(b"\0".join((_CODE, name.encode(), source))).hexdigest()
        old = before.get(key)
        if old and (site / FOLDER / old.file).is_file():
            found[key] = old
        elif page := read_page(source, name):
            content = _json([[s.anchor, s.heading, s.text, s.code] for s in page.sections])
            found[key] = Indexed(page.url, page.title, page.date, _version(content), weigh_grams(page.fields()))
            write_if_changed(site / FOLDER / found[key].file, content)
    if kept and found.keys() != before.keys():
        _save(kept, found)
    listed = sorted(found.values(), key=lambda page: (page.date, page.url))  # a new post changes no other's number
    files, shards = {}, []
    for number, postings in enumerate(_shards(listed)):
        name = f"grams/{number}.json"
        files[name] = _json(postings)
        shards.append([next(iter(postings)), _version(files[name])])
    records = [[page.url, page.title, page.date, page.version] for page in listed]
    files["index.json"] = _json({"pages": records, "shards": shards})
    for name, content in files.items():
        write_if_changed(site / FOLDER / name, content)
    return {f"{FOLDER}/{name}" for name in (*files, *(page.file for page in listed))}


def read_page(source: bytes, url: str) -> Page | None:
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
    return Page(url, nfc(title).strip(), _date(document, body), sections)


def fold(text: str) -> str:
    """Make alike what is to be found alike: A and a, 60,000 and 60000, 28 × 28 and 28x28."""
    return _TIMES.sub("x", _COMMA.sub("", text.lower()))


def weigh_grams(fields: Iterable[tuple[str, str]]) -> np.ndarray:
    """Return the grams of a page in order, each × 8 + weight: the logarithm of where and how often it stands.

    A gram is a number of three characters with 16 bits each; what is shorter is filled with zeros at its end.
    """
    texts = [(fold(text) + "\n", _POINTS[name]) for name, text in fields]
    characters = np.frombuffer("".join(text for text, _ in texts).encode("utf-16-le"), "<u2").astype(np.int64)
    points = np.repeat([value for _, value in texts], [len(text.encode("utf-16-le")) // 2 for text, _ in texts])
    kind = _KINDS[characters]
    syllable, letter = kind == _SYLLABLE, kind == _LETTER
    inner = (characters == _DOT)[1:-1] & letter[:-2] & letter[2:]
    word = letter & (characters != ord("_"))
    letter[1:-1] |= inner
    start = word & ~np.concatenate(([False], word[:-1]))
    one, two, three = characters, characters[1:], characters[2:]
    masks_and_keys = [
        (syllable, one << 32),
        (syllable[:-1] & syllable[1:], one[:-1] << 32 | two << 16),
        (letter[:-2] & letter[1:-1] & letter[2:], one[:-2] << 32 | two[:-1] << 16 | three),
        (start, _START << 32 | one << 16),
        (start[:-1] & word[1:], _START << 32 | one[:-1] << 16 | two),
    ]
    keys = np.concatenate([keys[mask] for mask, keys in masks_and_keys])
    values = np.concatenate([points[: len(mask)][mask] for mask, _ in masks_and_keys])
    grams, where = np.unique(keys, return_inverse=True)
    weights = np.log2(np.bincount(where, values, len(grams))).astype(np.int64).clip(0, 7)
    return grams << 3 | weights


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
        if tag in _SKIPPED or not _IGNORED.isdisjoint(classes) or element.get("data-search-ignore") is not None:
            return
        if tag == "pre":
            self._parts[part][2].append("".join(element.itertext())[:_OUTPUT])
            return
        if tag == "section" and (heading := next(element.iterchildren("h2", "h3", "h4", "h5", "h6"), None)) is not None:
            part = self._open(element.get("id") or "", _words(heading))
        elif tag in ("h1", "h2", "h3", "h4", "h5", "h6") and (tag == "h1" or element.getparent().tag == "section"):
            return
        code = (code or "cell_output" in classes) and tag != "figcaption"
        into = self._parts[part][2 if code else 1]
        end = "\n" if tag in _BLOCKS else " " if tag in ("td", "th") else ""
        into.append(end)
        into.append(_space(element.text))
        for child in element:
            if isinstance(child.tag, str):
                self._walk(child, part, code)
            into.append(_space(child.tail))
        into.append(end)


def _load(kept: Path | None) -> dict[str, Indexed]:
    if not (kept and kept.is_file()):
        return {}
    try:
        with np.load(io.BytesIO(kept.read_bytes())) as arrays:
            records, grams = json.loads(str(arrays["records"])), arrays["grams"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):  # damaged
        return {}
    parts = np.split(grams, np.cumsum([length for *_, length in records.values()]))
    return {
        key: Indexed(url, title, date, version, part)
        for (key, (url, title, date, version, _)), part in zip(records.items(), parts[:-1], strict=True)
    }


def _save(kept: Path, found: dict[str, Indexed]) -> None:
    records = {key: [p.url, p.title, p.date, p.version, len(p.grams)] for key, p in found.items()}
    file = io.BytesIO()
    grams = np.concatenate([np.empty(0, np.int64), *(page.grams for page in found.values())])
    np.savez(file, records=np.array(json.dumps(records)), grams=grams)
    write_atomically(kept, file.getvalue())


def _shards(pages: list[Indexed]) -> Iterator[dict[str, list[int]]]:
    if not pages:
        return
    both = np.concatenate([page.grams for page in pages])
    numbers = np.repeat(np.arange(len(pages)), [len(page.grams) for page in pages])
    grams, weights = both >> 3, both & 7
    order = np.argsort(grams, kind="stable")
    grams, numbers, weights = grams[order], numbers[order], weights[order]
    starts = np.flatnonzero(np.diff(grams, prepend=-1))
    differences = np.diff(numbers, prepend=0)
    differences[starts] = numbers[starts]
    postings = (differences * 8 + weights).tolist()
    shard: dict[str, list[int]] = {}
    size = 0
    ends = [*starts[1:].tolist(), len(grams)]
    for gram, start, end in zip(grams[starts].tolist(), starts.tolist(), ends, strict=True):
        if size > _SHARD:
            yield shard
            shard, size = {}, 0
        shard[(chr(gram >> 32) + chr(gram >> 16 & 0xFFFF) + chr(gram & 0xFFFF)).rstrip("\0")] = postings[start:end]
        size += 8 + 3 * (end - start)
    yield shard


def _date(document: html.HtmlElement, body: html.HtmlElement) -> str:
    meta = document.find(".//meta[@property='article:published_time']")
    time = body.find(".//time[@datetime]")
    return meta.get("content", "") if meta is not None else time.get("datetime") if time is not None else ""


def _words(heading: html.HtmlElement) -> str:
    parts = [heading.text or ""]
    for child in heading:
        if isinstance(child.tag, str) and "headerlink" not in (child.get("class") or ""):
            parts += child.itertext()
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _space(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _version(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
