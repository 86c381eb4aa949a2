"""Say in Markdown what readers will find changed between two built sites. Plain functions of two folders."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import html

from ..posts.post import POSTS, is_post
from ..web.markup import BLOCKS

_BLOCKS = BLOCKS | {"td", "th"}
# Where a page's own text is: without the menus, and in a post without its neighbours' names.
_CONTENT = ("(//article)[count(//article) = 1]", "//main", "//*[@role='main']", "//body")
# What is no text for readers, and what says only when and how a page was made.
_SKIPPED = "//script | //style | //template | //*[contains(concat(' ', @class, ' '), ' provenance ')]"
_REFRESH = re.compile(rb"<meta\s+http-equiv=[\"']?refresh", re.IGNORECASE)


@dataclass(frozen=True)
class ReadPage:
    """What a reader sees of one page."""

    title: str
    lines: tuple[str, ...]


@dataclass
class Difference:
    """What differs between two sites; names are paths below the site."""

    first: bool = False
    """Nothing was published before."""
    added: dict[str, str] = field(default_factory=dict)
    """Post → title."""
    removed: dict[str, str] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    """Page → the lines of a unified difference."""
    values: list[tuple[str, str, Any, Any]] = field(default_factory=list)
    """Post, name, old and new value (``None``: there is none)."""
    seconds: list[tuple[str, float | None, float]] = field(default_factory=list)
    """Post, execution time before and now, of those that were executed anew."""


def compare(old: Path | None, new: Path) -> Difference:
    """Compare two built sites; ``old`` may be missing."""
    before = _pages_of(old) if old else {}
    after = _pages_of(new)
    found = Difference(first=not before)
    for name in sorted({*before, *after}):
        if name not in after:
            found.removed |= {name: read_page(before[name]).title} if is_post(name) else {}
        elif name not in before:
            found.added |= {name: read_page(after[name]).title} if is_post(name) else {}
        elif before[name].read_bytes() != after[name].read_bytes():
            a, b = read_page(before[name]), read_page(after[name])
            lines = list(difflib.unified_diff(a.lines, b.lines, n=0, lineterm=""))[2:]
            found.changed |= {name: lines} if lines else {}
    _compare_records(_records(old) if old else {}, _records(new), found)
    return found


def read_page(path: Path) -> ReadPage:
    """Return the title and the lines of text of a built page."""
    tree = html.document_fromstring(path.read_bytes() or b"<p>", parser=html.HTMLParser(encoding="utf-8"))
    headings = tree.xpath("//h1")
    title = " ".join((headings[0].text_content() if headings else tree.findtext(".//title", "")).split())
    for element in tree.xpath(_SKIPPED):
        element.drop_tree()
    found: list[html.HtmlElement] = next(filter(None, map(tree.xpath, _CONTENT)), [])
    text = "".join(_text(found[0])) if found else ""
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.split("\0"))
    return ReadPage(title, tuple(line for line in lines if line))


def _text(element: html.HtmlElement) -> Iterable[str]:
    """Yield an element's text with a zero byte where a reader sees a new line."""
    if not isinstance(element.tag, str):
        return
    block = element.tag in _BLOCKS
    if block:
        yield "\0"
    alternative = element.get("alt")
    if alternative:
        yield f"[{alternative}]"
    keep = element.tag == "pre"
    yield _lines(element.text, keep)
    for child in element:
        inner = _text(child)
        yield from (_lines(part, True) for part in inner) if keep else inner
        yield _lines(child.tail, keep)
    if block:
        yield "\0"


def _lines(text: str | None, keep: bool) -> str:
    return (text or "").replace("\n", "\0") if keep else text or ""


def _compare_records(before: dict[str, Any], after: dict[str, Any], found: Difference) -> None:
    for name in sorted({*before, *after}):
        old, new = before.get(name, {}), after.get(name, {})
        if (old and new) or name not in before:
            a, b = old.get("values", {}), new.get("values", {})
            found.values += [(name, k, a.get(k), b.get(k)) for k in sorted({*a, *b}) if a.get(k) != b.get(k)]
        if new and (old.get("key"), old.get("executed")) != (new.get("key"), new.get("executed")):
            found.seconds.append((name, old.get("seconds"), new.get("seconds", 0.0)))


def _records(site: Path) -> dict[str, Any]:
    records = {}
    for name, path in _files(site, f"{POSTS}/*.json").items():
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(record, dict) and isinstance(record.get("values"), dict):
            records[name] = record
    return records


def _files(site: Path, pattern: str) -> dict[str, Path]:
    return {p.relative_to(site).as_posix(): p for p in site.rglob(pattern) if p.is_file()}


def _pages_of(site: Path) -> dict[str, Path]:
    """List the pages that are read, not those that only lead elsewhere."""
    return {name: path for name, path in _files(site, "*.html").items() if not _REFRESH.search(path.read_bytes())}
