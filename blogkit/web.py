"""Hand the blog to the rest of the web: what each page says in ``<head>``, and the files that no page is.

The functions at the end are the adapters to Sphinx's events; everything else takes plain values.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .address import Site, base_url, tidy_address
from .cards import post_card, site_card, write_cards
from .feeds import write_feeds
from .listing import Entry, shorten
from .meta import Page, is_indexed, metatags
from .notfound import write_notfound
from .redirects import write_redirects
from .sitemap import write_sitemap

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config

CONTENTS, CARDS = ".contents", ".cards"
"""Folders that keep what was made for the posts, by the digest of what it was made from."""


def write_web(
    outdir: Path, entries: Sequence[Entry], site: Site, pages: Collection[str], thumbnails: Mapping[str, Path]
) -> set[str]:
    """Write feeds, cards, sitemap, redirects and the error page into the built site; return their names.

    ``pages`` are the paths of all pages; ``thumbnails`` maps docnames to pictures. What takes long to make is kept
    beside ``outdir``. Raise :class:`AuthorError` for a ``redirect_from`` that is a page.
    """
    cards = [site_card(site), *(post_card(entry, site, thumbnails.get(entry.post.docname)) for entry in entries)]
    written = write_redirects(outdir, entries, site, pages)
    written |= write_feeds(outdir, entries, site, outdir.parent / CONTENTS)
    written |= write_cards(outdir, cards, outdir.parent / CARDS)
    written |= write_sitemap(outdir, entries, site, [p for p in pages if is_indexed(p.removesuffix(".html"))])
    return written | write_notfound(outdir, site)


def find_site(app: Sphinx, config: Config) -> None:
    """Learn what the blog is called and where it stands; another address writes all pages again."""
    config.html_baseurl = base_url(config.html_baseurl or "", os.environ, Path(app.srcdir))
    app.site = Site(
        title=config.html_title or config.project,
        base=config.html_baseurl,
        author=config.author,
        description=config.blog_description,
        language=config.language or "ko",
        origin=tidy_address(config.blog_origin) if config.blog_origin else "",
        feed_entries=config.blog_feed_entries,
        icon=all(Path(app.srcdir, "images", f"favicon.{suffix}").is_file() for suffix in ("svg", "png")),
    )


def add_metatags(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page's template its ``metatags``."""
    entry = app.blog.entry(name)
    described = context.get("description") or (shorten(_first_paragraph(doctree)) if doctree else "")
    own_feed = context.get("feed", "")
    page = Page(name, context.get("title", ""), described, own_feed, context.get("title", ""))
    thumbnail = app.builder.site["thumbnails"].get(name)
    picture = Path(app.outdir, thumbnail.name) if thumbnail else None
    card = post_card(entry, app.site, picture) if entry else site_card(app.site)
    context["metatags"] = metatags(page, app.site, entry, card, root="../" * name.count("/"))


def _first_paragraph(doctree: nodes.document) -> str:
    from docutils import nodes

    return next((p.astext() for p in doctree.findall(nodes.paragraph)), "")
