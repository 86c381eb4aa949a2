"""Write ``sitemap.xml``, with the dates of the posts, and ``robots.txt``.

sphinx-sitemap 2.9.0 (October 2025) was tried. It lists the pages that Sphinx writes in one run: once a post was
edited the others are gone from it; it lists the error page; it takes dates from git alone, starts a server process for
its list, and writes Korean addresses as they are, where the protocol wants them percent-encoded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from ..files import write
from ..site.address import Site
from ..site.entry import Entry
from .feeds import feeds

SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def write_sitemap(outdir: Path, entries: Iterable[Entry], site: Site, pages: Iterable[str] = ()) -> set[str]:
    """Write both files; ``pages`` are the paths of the pages to be found besides the posts. Return their names.

    A sitemap holds absolute addresses only: without the site's address there is none.
    """
    entries = list(entries)
    robots = "User-agent: *\nAllow: /\n"
    if not site.base:
        (outdir / SITEMAP).unlink(missing_ok=True)
        write(outdir / ROBOTS, robots)
        return {ROBOTS}
    write(outdir / SITEMAP, sitemap(entries, site, pages))
    write(outdir / ROBOTS, f"{robots}\nSitemap: {site.url(SITEMAP)}\n")
    return {SITEMAP, ROBOTS}


def sitemap(entries: list[Entry], site: Site, pages: Iterable[str]) -> bytes:
    """Return the sitemap; a list changes when the newest of its posts does."""
    dates: dict[str, dt.datetime] = {}
    for feed in feeds(entries, site):
        if feed.entries:
            dates[feed.page] = max(entry.modified for entry in feed.entries)
    dates |= {entry.post.url: entry.modified for entry in entries}
    root = etree.Element("urlset", nsmap={None: _NAMESPACE})
    for page in sorted({*pages, *(entry.post.url for entry in entries)}, key=lambda p: (p != "index.html", p)):
        url = etree.SubElement(root, "url")
        etree.SubElement(url, "loc").text = site.url(page)
        if dates.get(page):
            etree.SubElement(url, "lastmod").text = dates[page].replace(microsecond=0).isoformat()
    etree.indent(root, " ")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
