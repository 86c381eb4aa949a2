"""Say in a page's ``<head>`` what search engines, feed readers and other sites need to know of it.

sphinxext-opengraph 0.13.0 (August 2025) was tried. It writes a title, an address and a description of the page's first
lines: no times, tags, author or JSON-LD of a post, no canonical address, no live summary, and nothing for pages that
come from no document, such as the lists; values are escaped only for quotes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ..language import with_territory
from ..site.address import Site, encode
from ..site.entry import Entry
from ..site.look import PICTURES
from ..site.terms import term_page
from ..text import xml_text
from .feeds import JSON_FEED, SITE_FEED
from .social_cards import HEIGHT, WIDTH

_HIDDEN = re.compile(r"404|search|genindex|page/\d+|[^/]+/[^/]+/\d+")


@dataclass(frozen=True)
class Article:
    """What is said of a post; times are ISO 8601."""

    title: str
    published: str
    modified: str
    authors: tuple[str, ...]
    language: str
    """Empty: that of the site."""
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    minutes: int
    thumbnail: str
    """The path of its picture; empty: it has none."""
    draft: bool


@dataclass(frozen=True)
class Picture:
    """The picture that other sites show with a link to the page: its path, and what it shows in words."""

    path: str
    alt: str


@dataclass(frozen=True)
class Head:
    """What a page's ``<head>`` says; ``name`` is the page's path without ``.html``."""

    site: Site
    name: str
    title: str
    description: str = ""
    feed: str = ""
    """The path of the page's own feed, besides the site's."""
    article: Article | None = None
    picture: Picture | None = None

    @property
    def is_home(self) -> bool:
        """Whether it is the home page."""
        return self.name == "index"

    @property
    def path(self) -> str:
        """The page's path below the home page."""
        return f"{self.name}.html"

    @property
    def address(self) -> str:
        """The page's address on the web; empty: the blog does not know its own."""
        return self.site.url(self.path) if self.site.base else ""

    @property
    def root(self) -> str:
        """What leads from the page to the home page's folder, such as ``../``."""
        return "../" * self.name.count("/")


def article(entry: Entry) -> Article:
    """Return what is said of a post."""
    post = entry.post
    return Article(
        post.title,
        post.date.replace(microsecond=0).isoformat(),
        entry.modified.replace(microsecond=0).isoformat(),
        post.authors,
        post.language,
        post.categories,
        post.tags,
        entry.minutes,
        post.thumbnail,
        post.draft,
    )


def is_indexed(name: str) -> bool:
    """Tell whether search engines should list a page: no error page, and of a list the first page only."""
    return not _HIDDEN.fullmatch(name)


def metatags(head: Head) -> Markup:
    """Return the elements for ``<head>``; without the site's address only what needs none is there."""
    description = xml_text(head.description or head.site.description)
    tags = [_named("description", description), *_links(head), *_open_graph(head, description)]
    if head.picture and head.site.base:
        tags += _image(head.picture, head.site)
    else:
        tags.append(_named("twitter:card", "summary"))
    data = post_data(head, head.article) if head.article else site_data(head.site) if head.is_home else None
    if data:
        tags.append(_script(data))
    return Markup("\n").join(tag for tag in tags if tag)


def post_data(head: Head, article: Article) -> dict[str, Any]:
    """Return a post as schema.org's ``BlogPosting``."""
    site = head.site
    people = [_person(name, site) for name in article.authors or (site.author or site.title,)]
    data = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": xml_text(article.title),
        "description": xml_text(head.description),
        "datePublished": article.published,
        "dateModified": article.modified,
        "author": people[0] if len(people) == 1 else people,
        "publisher": {"@type": "Person", "name": site.author or site.title},
        "articleSection": list(article.categories),
        "keywords": list(article.tags),
        "timeRequired": f"PT{article.minutes}M",
        "inLanguage": article.language or site.language,
        "license": site.licence.url if site.licence else "",
    }
    if site.base:
        data["url"] = head.address
        data["mainEntityOfPage"] = {"@type": "WebPage", "@id": head.address}
        pictures = (head.picture.path if head.picture else "", article.thumbnail)
        data["image"] = [site.url(picture) for picture in pictures if picture]
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
        "license": site.licence.url if site.licence else "",
        "url": site.url() if site.base else "",
    }
    return {key: value for key, value in data.items() if value}


def _links(head: Head) -> list[Markup]:
    site, root = head.site, head.root
    indexed = is_indexed(head.name) and not (head.article and head.article.draft)
    tags = [] if indexed else [_named("robots", "noindex, follow")]
    if head.address and head.name != "404":
        tags.append(_link("canonical", head.address))
    if site.favicon:
        tags.append(_link("icon", root + encode(site.favicon), f"image/{PICTURES[Path(site.favicon).suffix]}"))
    elif site.icon:
        tags.append(_link("icon", f"{root}images/favicon.svg", "image/svg+xml", sizes="any"))
        tags.append(_link("icon", f"{root}images/favicon.png", "image/png", sizes="180x180"))
        tags.append(_link("apple-touch-icon", f"{root}images/favicon.png"))
    else:
        tags.append(_link("icon", "data:,"))  # browsers would ask for /favicon.ico
    found = [(head.feed, f"{head.title} · {site.title}")] if head.feed not in ("", SITE_FEED) else []
    for feed, title in [*found, (SITE_FEED, site.title)]:
        href = site.url(feed) if site.base else root + encode(feed)
        tags.append(_link("alternate", href, "application/atom+xml", title=title))
    href = site.url(JSON_FEED) if site.base else root + JSON_FEED
    return [*tags, _link("alternate", href, "application/feed+json", title=site.title)]


def _open_graph(head: Head, description: str) -> list[Markup]:
    site, article = head.site, head.article
    language = (article and article.language) or site.language
    tags = [
        _property("og:type", "article" if article else "website"),
        _property("og:title", site.title if head.is_home else head.title),
        _property("og:description", description),
        _property("og:site_name", site.title),
        _property("og:locale", with_territory(language)),
    ]
    if site.base and head.name != "404":
        tags.append(_property("og:url", head.address))
    if article:
        tags.append(_property("article:published_time", article.published))
        tags.append(_property("article:modified_time", article.modified))
        tags += [_named("author", name) for name in article.authors or (site.author,)]
        tags += [_property("article:section", name) for name in article.categories[:1]]
        tags += [_property("article:tag", name) for name in dict.fromkeys((*article.categories[1:], *article.tags))]
    return tags


def _image(picture: Picture, site: Site) -> list[Markup]:
    return [
        _property("og:image", site.url(picture.path)),
        _property("og:image:type", "image/png"),
        _property("og:image:width", str(WIDTH)),
        _property("og:image:height", str(HEIGHT)),
        _property("og:image:alt", picture.alt),
        _named("twitter:card", "summary_large_image"),
        _named("twitter:image:alt", picture.alt),
    ]


def _person(name: str, site: Site) -> dict[str, str]:
    page = {"url": site.url(f"{term_page('authors', name)}.html")} if site.base else {}
    return {"@type": "Person", "name": name, **page}


def _named(name: str, content: str) -> Markup:
    return Markup('<meta name="{}" content="{}">').format(name, xml_text(content)) if content else Markup("")


def _property(name: str, content: str) -> Markup:
    return Markup('<meta property="{}" content="{}">').format(name, xml_text(content)) if content else Markup("")


def _link(rel: str, href: str, kind: str = "", **attributes: str) -> Markup:
    given = {"rel": rel, "type": kind, **attributes, "href": href}
    pairs = Markup(" ").join(Markup('{}="{}"').format(k, xml_text(v)) for k, v in given.items() if v)
    return Markup("<link {}>").format(pairs)


def _script(data: dict[str, Any]) -> Markup:
    text = json.dumps(data, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704 (escaped above)
