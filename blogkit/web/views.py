"""What each page shows of the blog, as one value: its template renders exactly this, and its digest is of exactly this.

What Sphinx knows of a document by itself (its body, its headings) is no part of it: Sphinx writes the page again when
the document changes. (Not when only the title changes of a document that it links to without words of its own.)
"""

from __future__ import annotations

from dataclasses import dataclass, field, is_dataclass
from typing import Any, ClassVar

from ..files import json_digest
from ..palette import Colour
from ..posts.references import LiveText
from ..site.history import ResultRow
from ..site.licence import Licence
from ..site.provenance import Provenance
from ..site.terms import Kind
from ..site.thumbnails import Thumbnail
from .head import Head
from .policy import Allowed


@dataclass(frozen=True)
class Link:
    """A link to a page of the blog, or to another site."""

    page: str
    """Its address below the site's root, without ``.html``; an ``outside`` one is whole."""
    label: str
    outside: bool = False


@dataclass(frozen=True)
class Frame:
    """What every page shows of the blog."""

    title: str
    language: str
    menu: tuple[Link, ...]
    copyright: str
    repository: str
    timezone: str
    """In which times are shown."""
    licence: Licence | None = None
    links: tuple[Link, ...] = ()
    """At the foot."""
    announcement: str = ""
    """HTML of the author, as is ``extra_footer``."""
    extra_footer: str = ""
    logo: Thumbnail | None = None
    """Its name is an address below the site's root."""
    styles: tuple[str, ...] = ()
    """The addresses of the author's own style sheets below the site's root."""
    scripts: tuple[str, ...] = ()
    paper: Colour | None = None
    """The ground of pages in the author's own style; none: it is the engine's."""
    allowed: Allowed = field(default_factory=Allowed)


@dataclass(frozen=True)
class Document:
    """What a page's own source says of it, that others show, too."""

    name: str
    title: str
    description: str
    """Its first paragraph."""
    in_menu: bool
    source: str = ""
    """Its file, relative to the book."""


@dataclass(frozen=True)
class PostLink:
    """A post as a line."""

    page: str
    title: str
    language: str
    """Of its words; empty: that of the site."""
    date: str
    """ISO 8601."""
    badge: str
    """What marks it in a preview; empty: it is public."""


@dataclass(frozen=True)
class Series:
    """Where a post stands in its series."""

    page: Link
    number: int
    """From 1."""
    parts: tuple[PostLink, ...]

    @property
    def before(self) -> PostLink | None:
        """The part before it."""
        return self.parts[self.number - 2] if self.number > 1 else None

    @property
    def after(self) -> PostLink | None:
        """The part after it."""
        return self.parts[self.number] if self.number < len(self.parts) else None


@dataclass(frozen=True)
class Teaser:
    """A post as the lists show it."""

    post: PostLink
    categories: tuple[Link, ...]
    summary: LiveText
    minutes: int
    picture: Thumbnail | None


@dataclass(frozen=True)
class Pager:
    """Where a page stands in a list of several."""

    number: int
    pages: int
    before: str
    """The page before it; empty: there is none."""
    after: str


@dataclass(frozen=True)
class View:
    """What a page shows of the blog."""

    template: ClassVar[str]
    name: str
    """Its address below the site's root, without ``.html``."""
    title: str
    window_title: str
    head: Head
    frame: Frame
    feed: str
    """The feed that its footer names."""
    source_links: tuple[Link, ...]
    """To where its source is edited and mistakes are reported."""

    def digest(self, made_by: str) -> str:
        """Return a digest of all that it shows; ``made_by`` stands for what renders it."""
        return json_digest([self.template, made_by, self], _plain)


@dataclass(frozen=True)
class DocumentView(View):
    """A page that is no post."""

    template = "page.html"


@dataclass(frozen=True)
class HomeView(View):
    """The home page, and the further pages of its list."""

    template = "home.html"
    headline: str
    subline: str
    teasers: tuple[Teaser, ...]
    pager: Pager
    layout: str
    """``list`` or ``cards``."""


@dataclass(frozen=True)
class PostView(View):
    """The page of a post."""

    template = "post.html"
    post: PostLink
    summary: LiveText
    """Empty: the post has no description."""
    categories: tuple[Link, ...]
    tags: tuple[Link, ...]
    authors: tuple[Link, ...]
    series: Series | None
    toc: bool
    updated: str
    """ISO 8601; empty: not since the day of its publication."""
    minutes: int
    provenance: Provenance | None
    downloads: tuple[Link, ...]
    """The files that readers can take away; ``page`` is the file."""
    colab_url: str
    older: PostLink | None
    newer: PostLink | None
    related: tuple[PostLink, ...]
    giscus: dict[str, Any]


@dataclass(frozen=True)
class ArchiveView(View):
    """All posts, by year, newest first."""

    template = "archive.html"
    count: int
    years: tuple[tuple[int, tuple[PostLink, ...]], ...]


@dataclass(frozen=True)
class TermsView(View):
    """All categories, tags, authors or series."""

    template = "terms.html"
    kind: Kind
    terms: tuple[tuple[Link, int, int], ...]
    """Each, how many posts it has, and how far it stands out."""


@dataclass(frozen=True)
class TermView(View):
    """The posts of a category, a tag or an author, newest first, or the parts of a series in order."""

    template = "list.html"
    kind: Kind
    index: Link
    """The list of all of its kind."""
    term: str
    count: int
    teasers: tuple[Teaser, ...]
    pager: Pager


@dataclass(frozen=True)
class ResultsView(View):
    """The values of all executed posts."""

    template = "results.html"
    rows: tuple[ResultRow, ...]


@dataclass(frozen=True)
class NotFoundView(View):
    """What answers at unknown addresses."""

    template = "404.html"


def _plain(value: object) -> object:
    if is_dataclass(value):
        return vars(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{value!r} cannot be digested")
