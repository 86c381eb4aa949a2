"""Say in a page's ``<head>`` what search engines, feed readers and other sites need to know of it.

sphinxext-opengraph 0.13.0 (August 2025) was tried. It writes a title, an address and a description of the page's first
lines: no times, tags, author or JSON-LD of a post, no canonical address, no live summary, and nothing for pages that
come from no document, such as the lists; values are escaped only for quotes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from . import feeds
from .address import Site, encode
from .cards import HEIGHT, WIDTH, Card
from .content import clean
from .listing import Entry, slug

_HIDDEN = re.compile(r"404|search|genindex|page/\d+|[^/]+/[^/]+/\d+")
_LOCALES = {"ko": "ko_KR", "en": "en_US", "ja": "ja_JP", "zh": "zh_CN"}


@dataclass(frozen=True)
class Page:
    """A page of the site; ``name`` is its path without ``.html``."""

    name: str
    title: str
    description: str = ""
    feed: str = ""
    """The path of the page's own feed, besides the site's."""
    feed_title: str = ""

    @property
    def is_home(self) -> bool:
        """Whether it is the home page."""
        return self.name == "index"

    @property
    def path(self) -> str:
        """The page's path below the home page."""
        return f"{self.name}.html"


def is_indexed(name: str) -> bool:
    """Tell whether search engines should list a page: no error page, and of a list the first page only."""
    return not _HIDDEN.fullmatch(name)


def metatags(page: Page, site: Site, entry: Entry | None = None, card: Card | None = None, root: str = "") -> Markup:
    """Return the elements for ``<head>``; ``entry`` is the page's post, ``root`` leads to the home page (``../``).

    Without the site's address only what needs none is there.
    """
    description = clean((entry.summary if entry else "") or page.description or site.description)
    tags = [_named("description", description)]
    tags += _links(page, site, entry, root) + _open_graph(page, site, description, entry)
    if card and site.base:
        tags += _image(card, site)
    else:
        tags.append(_named("twitter:card", "summary"))
    data = post_data(entry, site, card) if entry else site_data(site) if page.is_home else None
    if data:
        tags.append(_script(data))
    return Markup("\n").join(tag for tag in tags if tag)


def post_data(entry: Entry, site: Site, card: Card | None = None) -> dict[str, Any]:
    """Return a post as schema.org's ``BlogPosting``."""
    post = entry.post
    pictures = [card.path] if card else []
    pictures += [post.thumbnail] if post.thumbnail else []
    data = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": clean(post.title),
        "description": clean(entry.summary),
        "datePublished": post.date.replace(microsecond=0).isoformat(),
        "dateModified": feeds.updated(entry).replace(microsecond=0).isoformat(),
        "author": _person(post.author or site.author or site.title, site),
        "publisher": {"@type": "Person", "name": site.author or site.title},
        "articleSection": list(post.categories),
        "keywords": list(post.tags),
        "timeRequired": f"PT{entry.minutes}M",
        "inLanguage": site.language,
    }
    if site.base:
        data["url"] = site.url(post.url)
        data["mainEntityOfPage"] = {"@type": "WebPage", "@id": site.url(post.url)}
        data["image"] = [site.url(picture) for picture in pictures]
    return {key: value for key, value in data.items() if value}


def site_data(site: Site) -> dict[str, Any]:
    """Return the home page as schema.org's ``Blog``."""
    data = {
        "@context": "https://schema.org",
        "@type": "Blog",
        "name": site.title,
        "description": site.description,
        "author": {"@type": "Person", "name": site.author or site.title},
        "inLanguage": site.language,
        "url": site.url() if site.base else "",
    }
    return {key: value for key, value in data.items() if value}


def _links(page: Page, site: Site, entry: Entry | None, root: str) -> list[Markup]:
    indexed = is_indexed(page.name) and not (entry and entry.post.draft)
    tags = [] if indexed else [_named("robots", "noindex, follow")]
    if site.base and page.name != "404":
        tags.append(_link("canonical", site.url(page.path)))
    if site.icon:
        tags.append(_link("icon", f"{root}images/favicon.svg", "image/svg+xml", sizes="any"))
        tags.append(_link("icon", f"{root}images/favicon.png", "image/png", sizes="180x180"))
        tags.append(_link("apple-touch-icon", f"{root}images/favicon.png"))
    found = [(page.feed, f"{page.feed_title} · {site.title}")] if page.feed not in ("", feeds.SITE_FEED) else []
    for feed, title in [*found, (feeds.SITE_FEED, site.title)]:
        href = site.url(feed) if site.base else root + encode(feed)
        tags.append(_link("alternate", href, "application/atom+xml", title=title))
    href = site.url(feeds.JSON_FEED) if site.base else root + feeds.JSON_FEED
    return [*tags, _link("alternate", href, "application/feed+json", title=site.title)]


def _open_graph(page: Page, site: Site, description: str, entry: Entry | None) -> list[Markup]:
    tags = [
        _property("og:type", "article" if entry else "website"),
        _property("og:title", entry.post.title if entry else site.title if page.is_home else page.title),
        _property("og:description", description),
        _property("og:site_name", site.title),
        _property("og:locale", _LOCALES.get(site.language, site.language)),
    ]
    if site.base and page.name != "404":
        tags.append(_property("og:url", site.url(page.path)))
    if entry:
        post = entry.post
        tags.append(_property("article:published_time", post.date.replace(microsecond=0).isoformat()))
        tags.append(_property("article:modified_time", feeds.updated(entry).replace(microsecond=0).isoformat()))
        tags.append(_named("author", post.author or site.author))
        tags += [_property("article:section", name) for name in post.categories[:1]]
        tags += [_property("article:tag", name) for name in dict.fromkeys((*post.categories[1:], *post.tags))]
    return tags


def _image(card: Card, site: Site) -> list[Markup]:
    return [
        _property("og:image", site.url(card.path)),
        _property("og:image:type", "image/png"),
        _property("og:image:width", str(WIDTH)),
        _property("og:image:height", str(HEIGHT)),
        _property("og:image:alt", card.alt),
        _named("twitter:card", "summary_large_image"),
        _named("twitter:image:alt", card.alt),
    ]


def _person(name: str, site: Site) -> dict[str, str]:
    page = {"url": site.url(f"authors/{slug(name)}.html")} if site.base else {}
    return {"@type": "Person", "name": name, **page}


def _named(name: str, content: str) -> Markup:
    return Markup('<meta name="{}" content="{}">').format(name, clean(content)) if content else Markup("")


def _property(name: str, content: str) -> Markup:
    return Markup('<meta property="{}" content="{}">').format(name, clean(content)) if content else Markup("")


def _link(rel: str, href: str, kind: str = "", **attributes: str) -> Markup:
    given = {"rel": rel, "type": kind, **attributes, "href": href}
    pairs = Markup(" ").join(Markup('{}="{}"').format(k, clean(v)) for k, v in given.items() if v)
    return Markup("<link {}>").format(pairs)


def _script(data: dict[str, Any]) -> Markup:
    text = json.dumps(data, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704 (escaped above)
