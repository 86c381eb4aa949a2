"""Write the feeds: Atom (RFC 4287) for the site, each category, tag, author and series, and a JSON Feed (version 1.1).

feedgen 1.0.0 (December 2023) was tried: valid, and as fast for one feed. Not used, because it renders an entry again in
each feed that has it (a post with seven tags and categories: nine times; here once), it is published as source only
(installing it runs an unlocked setuptools, where everything else comes from hashes), it raises on the control
characters that programs print, and it writes no JSON Feed. ABlog 0.11 leaves scripts and relative links in its feeds.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lxml import etree

from ..files import write
from ..site.address import Site
from ..site.entry import Entry
from ..site.terms import KINDS, terms
from ..text import xml_text
from .content import cached_content

SITE_FEED = "feed.xml"
JSON_FEED = "feed.json"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Feed:
    """A feed: its path, its title, the page that it follows and its entries, newest first."""

    path: str
    title: str
    page: str
    entries: tuple[Entry, ...]


def feeds(entries: Iterable[Entry], site: Site) -> list[Feed]:
    """List the feeds of the blog, each with its newest entries."""
    entries = tuple(entries)
    found = [Feed(SITE_FEED, site.title, "index.html", entries[: site.feed_entries])]
    for kind in KINDS:
        for term in terms(entries, kind):
            path, title = f"{kind}/{term.slug}", f"{term.name} · {site.title}"
            found.append(Feed(f"{path}.xml", title, f"{path}.html", term.entries[: site.feed_entries]))
    return found


def write_feeds(outdir: Path, entries: Iterable[Entry], site: Site, cache: Path) -> set[str]:
    """Write all feeds from the built pages in ``outdir``; return their names.

    ``cache`` is a folder that keeps the posts' contents between builds.
    """
    listed = feeds(entries, site)
    contents: dict[str, str] = {}
    keys = set()
    for entry in {e.post.docname: e for feed in listed for e in feed.entries}.values():
        url = entry.post.url
        contents[url], key = cached_content(outdir / url, site.url(url), cache)
        keys.add(f"{key}.html")
    atom = {e.post.url: _atom_entry(e, site, contents[e.post.url]) for feed in listed for e in feed.entries}
    for feed in listed:
        write(outdir / feed.path, atom_feed(feed, site, [atom[e.post.url] for e in feed.entries]))
    write(outdir / JSON_FEED, json_feed(listed[0], site, contents))
    for file in cache.glob("*.html"):
        if file.name not in keys:
            file.unlink()
    return {JSON_FEED, *(feed.path for feed in listed)}


def atom_feed(feed: Feed, site: Site, entries: list[bytes]) -> bytes:
    """Return an Atom feed around entries that are made already."""
    head = etree.Element("feed")
    _add(head, "id", site.id(feed.path))
    _add(head, "title", feed.title)
    if feed.path == SITE_FEED:
        _add(head, "subtitle", site.description)
    _add(head, "updated", _time(max((entry.modified for entry in feed.entries), default=_NEVER)))
    _link(head, "self", "application/atom+xml", site.url(feed.path))
    _link(head, "alternate", "text/html", site.url(feed.page))
    _author(head, site.author or site.title, site)
    _add(head, "generator", "blogkit")
    if site.licence:
        _add(head, "rights", " ".join(filter(None, (site.licence.name, site.licence.url))))
    if site.picture:
        _add(head, "icon", site.url(site.picture))
    lines = [
        b"<?xml version='1.0' encoding='utf-8'?>",
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(site.language)}>'.encode(),
        *(etree.tostring(element, encoding="utf-8") for element in head),
        *entries,
        b"</feed>\n",
    ]
    return b"\n".join(lines)


def json_feed(feed: Feed, site: Site, contents: dict[str, str]) -> str:
    """Return the site's feed as JSON Feed 1.1."""
    author = {"name": site.author or site.title, "url": site.url()}
    record = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": xml_text(site.title),
        "home_page_url": site.url(),
        "feed_url": site.url(JSON_FEED),
        "description": xml_text(site.description),
        "icon": site.url(site.picture) if site.picture else "",
        "authors": [author],
        "language": site.language,
        "items": [_json_item(e, site, contents[e.post.url]) for e in feed.entries],
    }
    return json.dumps(_without_empty(record), ensure_ascii=False, indent=1) + "\n"


def _json_item(entry: Entry, site: Site, content: str) -> dict[str, object]:
    post = entry.post
    return _without_empty(
        {
            "id": site.id(post.url),
            "url": site.url(post.url),
            "title": xml_text(post.title),
            "content_html": content,
            "summary": xml_text(str(entry.summary)),
            "image": site.url(post.thumbnail) if post.thumbnail else "",
            "date_published": _time(post.date),
            "date_modified": _time(entry.modified),
            "authors": [{"name": xml_text(name)} for name in post.authors],
            "tags": [xml_text(term) for term in _terms(entry)],
            "language": post.language,
        }
    )


def _atom_entry(entry: Entry, site: Site, content: str) -> bytes:
    post = entry.post
    element = etree.Element("entry", {_LANGUAGE: post.language} if post.language else {})
    _add(element, "id", site.id(post.url))
    _add(element, "title", post.title)
    _link(element, "alternate", "text/html", site.url(post.url))
    _add(element, "published", _time(post.date))
    _add(element, "updated", _time(entry.modified))
    for name in post.authors or (site.author or site.title,):
        _author(element, name, site)
    for term in _terms(entry):
        etree.SubElement(element, "category", term=xml_text(term))
    _add(element, "summary", str(entry.summary))
    etree.SubElement(element, "content", type="html").text = content
    return etree.tostring(element, encoding="utf-8")


def _terms(entry: Entry) -> list[str]:
    return list(dict.fromkeys((*entry.post.categories, *entry.post.tags)))


def _add(parent: etree._Element, name: str, text: str) -> None:
    if text:
        etree.SubElement(parent, name).text = xml_text(text)


def _link(parent: etree._Element, rel: str, kind: str, href: str) -> None:
    etree.SubElement(parent, "link", rel=rel, type=kind, href=href)


def _author(parent: etree._Element, name: str, site: Site) -> None:
    author = etree.SubElement(parent, "author")
    _add(author, "name", name)
    _add(author, "uri", site.url())


def _time(moment: dt.datetime) -> str:
    return moment.replace(microsecond=0).isoformat()


def _without_empty(record: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in record.items() if value or key in ("items", "content_html")}
