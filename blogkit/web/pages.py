"""Say which pages the blog has, and what stands on each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from gettext import NullTranslations
from typing import Any
from urllib.parse import quote, urlsplit

from ..language import language_of, words
from ..posts.post import is_post
from ..posts.references import LiveText
from ..site.address import Site
from ..site.entry import Entry
from ..site.history import ResultRow
from ..site.look import Look
from ..site.neighbours import neighbours, related
from ..site.settings import Settings, is_address
from ..site.terms import PER_TERM_PAGE, Kind, Term, kind_names, paged, term_page, terms, years
from ..site.thumbnails import Thumbnail
from .feeds import SITE_FEED
from .head import Head, Picture, article
from .policy import allowed
from .records import colab_address, downloads
from .social_cards import SocialCard
from .views import (
    ArchiveView,
    Document,
    DocumentView,
    Frame,
    HomeView,
    Link,
    NotFoundView,
    Pager,
    PostLink,
    PostView,
    ResultsView,
    Series,
    Teaser,
    TermsView,
    TermView,
    View,
)

HOME, NOT_FOUND = "index", "404"
_NAMED = 5
"""Posts that the description of a list names."""


@dataclass(frozen=True)
class Pages:
    """Makes the views of all pages from what there is to show."""

    settings: Settings
    site: Site
    entries: Sequence[Entry]
    """Newest first."""
    rows: Sequence[ResultRow]
    thumbnails: Mapping[str, Thumbnail]
    """Docname → picture."""
    cards: Mapping[str, SocialCard]
    """Docname → card; that of ``index`` stands for all pages that are no posts."""
    documents: Sequence[Document]
    """The pages that authors wrote and that are no posts; of posts only those that nothing else describes."""
    now: dt.datetime
    look: Look = field(default_factory=Look)

    def of_documents(self) -> Iterator[View]:
        """Yield the pages that have a source."""
        for document in self.documents:
            if document.name == HOME:
                yield self._home(1, document)
            elif not is_post(document.name):
                head = self._head(document.name, document.title, document.description)
                yield DocumentView(**self._common(document.name, document.title, head))
        around, alike = neighbours(self.entries), related(self.entries)
        for entry in self.entries:
            docname = entry.post.docname
            yield self._post(entry, *around[docname], alike[docname])

    def of_lists(self) -> Iterator[View]:
        """Yield the pages that nobody wrote."""
        for number in range(2, len(self._home_pages) + 1):
            yield self._home(number)
        yield self._archive()
        for kind, label in self._kinds.items():
            found = terms(self.entries, kind)
            if kind == "series" and not found:
                continue
            links = tuple((Link(f"{kind}/{term.slug}", term.name), len(term), term.weight) for term in found)
            yield TermsView(**self._common(f"{kind}/index", label), kind=kind, terms=links)
            for term in found:
                yield from self._term(kind, label, term)
        rows = tuple(replace(row, language=self._other(row.language)) for row in self.rows)
        yield ResultsView(**self._common("results", self._("Results")), rows=rows)
        yield NotFoundView(**self._common(NOT_FOUND, self._("Page not found")))

    @cached_property
    def _words(self) -> NullTranslations:
        return words(self.site.language)

    def _(self, message: str) -> str:
        return self._words.gettext(message)

    def _other(self, language: str) -> str:
        """Return the language of a post where it is not that of the site."""
        return language if language != self.site.language else ""

    @cached_property
    def _kinds(self) -> dict[Kind, str]:
        return kind_names(self.site.language)

    @cached_property
    def _frame(self) -> Frame:
        own = [Link(d.name, d.title) for d in self.documents if d.in_menu]
        kinds: tuple[Kind, ...] = ("categories", "tags")
        used = (kind for kind in kinds if terms(self.entries, kind))
        lists = [Link("archive", self._("All posts")), *(Link(f"{kind}/index", self._kinds[kind]) for kind in used)]
        settings = self.settings
        return Frame(
            title=self.site.title,
            language=self.site.language,
            menu=_chosen(settings.navigation) or (*lists, *own),
            copyright=f"© {settings.copyright} {settings.author}".strip(),
            repository=settings.repository if settings.repository_link else "",
            timezone=settings.timezone,
            licence=self.site.licence,
            links=_chosen(settings.links),
            announcement=settings.announcement,
            extra_footer=settings.extra_footer,
            logo=self.look.picture,
            styles=self.look.styles,
            scripts=self.look.scripts,
            paper=self.look.paper,
            allowed=allowed(settings.hosts, urlsplit(self.site.base).netloc, self.look.files),
        )

    @cached_property
    def _home_pages(self) -> list[Sequence[Entry]]:
        return paged(self.entries)

    @cached_property
    def _teasers(self) -> dict[str, Teaser]:
        return {entry.post.docname: self._teaser(entry) for entry in self.entries}

    def _common(self, name: str, title: str, head: Head | None = None, feed: str = SITE_FEED) -> dict[str, Any]:
        """Return the fields that all views have."""
        window = " · ".join(dict.fromkeys((title, self.site.title)))
        head = head or self._head(name, title)
        return {
            "name": name,
            "title": title,
            "window_title": window,
            "head": head,
            "frame": self._frame,
            "feed": feed,
            "source_links": tuple(self._source_links(name, title)),
        }

    def _source_links(self, name: str, title: str) -> Iterator[Link]:
        """Yield the links of Jupyter Book's buttons, of a page that has a source."""
        settings, source = self.settings, self._sources.get(name)
        repository = settings.repository.rstrip("/")
        if source and settings.edit_link:
            path = quote("/".join(filter(None, (settings.branch, settings.folder.strip("/"), source))))
            yield Link(f"{repository}/edit/{path}", self._("Edit this page"), outside=True)
        if source and settings.issue_link:
            address = f"{repository}/issues/new?title={quote(title, safe='')}"
            yield Link(address, self._("Report a mistake"), outside=True)

    @cached_property
    def _sources(self) -> dict[str, str]:
        """Page → its file, relative to the book."""
        posts = {entry.post.docname: entry.post.source for entry in self.entries}
        return posts | {document.name: document.source for document in self.documents}

    def _head(self, name: str, title: str, description: str = "", feed: str = "") -> Head:
        card = self.cards[HOME]
        return Head(self.site, name, title, description, feed, picture=Picture(card.path, card.alt))

    def _home(self, number: int, document: Document | None = None) -> HomeView:
        headline, _, subline = self.settings.description.partition(". ")
        headline = headline or self.site.title
        further = self._("Posts, page {number}").format(number=number)
        name, title = (f"page/{number}", further) if number > 1 else (HOME, self.site.title)
        head = self._head(name, title, document.description if document else "")
        common = self._common(name, title, head)
        if document:
            common["window_title"] = " · ".join(dict.fromkeys((self.site.title, headline)))
        names = [HOME, *(f"page/{n}" for n in range(2, len(self._home_pages) + 1))]
        return HomeView(
            **common,
            headline=headline,
            subline=subline,
            teasers=self._teasers_of(self._home_pages[number - 1]),
            pager=_pager(names, number),
            layout=self.settings.home,
        )

    def _post(self, entry: Entry, older: Entry | None, newer: Entry | None, alike: Sequence[Entry]) -> PostView:
        post, card = entry.post, self.cards[entry.post.docname]
        head = Head(
            self.site,
            post.docname,
            post.title,
            str(entry.summary) or next((d.description for d in self.documents if d.name == post.docname), ""),
            article=article(entry),
            picture=Picture(card.path, card.alt),
        )
        updated = entry.updated and entry.updated.date() > post.date.date()
        return PostView(
            **self._common(post.docname, post.title, head),
            post=self._link(entry),
            summary=entry.summary if post.description else LiveText(),
            categories=_links("categories", post.categories),
            tags=_links("tags", post.tags),
            authors=_links("authors", post.authors),
            series=self._series.get(post.docname),
            toc=post.toc,
            updated=entry.updated.isoformat() if entry.updated and updated else "",
            minutes=entry.minutes,
            provenance=entry.provenance,
            downloads=tuple(Link(name, self._(label)) for name, label in downloads(post).items()),
            colab_url=colab_address(post, self.site),
            older=self._link(older) if older else None,
            newer=self._link(newer) if newer else None,
            related=tuple(map(self._link, alike)),
            giscus=self.settings.giscus and {"lang": language_of(self._words), **self.settings.giscus},
        )

    @cached_property
    def _series(self) -> dict[str, Series]:
        """Docname → where it stands, of the parts of series."""
        found: dict[str, Series] = {}
        for term in terms(self.entries, "series"):
            page, parts = Link(f"series/{term.slug}", term.name), tuple(map(self._link, reversed(term.entries)))
            found |= {part.page: Series(page, number, parts) for number, part in enumerate(parts, 1)}
        return found

    def _archive(self) -> ArchiveView:
        title, count = self._("All posts"), len(self.entries)
        about = self._words.ngettext("{count} post: {titles}", "{count} posts: {titles}", count)
        head = self._head("archive", title, about.format(count=count, titles=_titles(self.entries)), SITE_FEED)
        groups = tuple((year, tuple(map(self._link, entries))) for year, entries in years(self.entries))
        return ArchiveView(**self._common("archive", title, head), count=count, years=groups)

    def _term(self, kind: Kind, label: str, term: Term) -> Iterator[TermView]:
        entries = term.entries[::-1] if kind == "series" else term.entries
        parts = [entries] if kind == "series" else paged(entries, PER_TERM_PAGE)
        first = f"{kind}/{term.slug}"
        names = [first, *(f"{first}/{n}" for n in range(2, len(parts) + 1))]
        about = self._words.ngettext(
            "{kind}: {term}. {count} post: {titles}", "{kind}: {term}. {count} posts: {titles}", len(term)
        ).format(kind=label, term=term.name, count=len(term), titles=_titles(entries))
        for number, (name, part) in enumerate(zip(names, parts, strict=True), 1):
            title = self._("{list}, page {number}").format(list=term.name, number=number) if number > 1 else term.name
            feed = f"{first}.xml"
            yield TermView(
                **self._common(name, title, self._head(name, title, about, feed), feed),
                kind=kind,
                index=Link(f"{kind}/index", label),
                term=term.name,
                count=len(term),
                teasers=self._teasers_of(part),
                pager=_pager(names, number),
            )

    def _teasers_of(self, entries: Sequence[Entry]) -> tuple[Teaser, ...]:
        return tuple(self._teasers[entry.post.docname] for entry in entries)

    def _teaser(self, entry: Entry) -> Teaser:
        post = entry.post
        picture = self.thumbnails.get(post.docname)
        return Teaser(self._link(entry), _links("categories", post.categories), entry.summary, entry.minutes, picture)

    def _link(self, entry: Entry) -> PostLink:
        post = entry.post
        badge = self._("Draft") if post.draft else self._("Scheduled") if post.date > self.now else ""
        return PostLink(post.docname, post.title, self._other(post.language), post.date.isoformat(), badge)


def _links(kind: Kind, names: Sequence[str]) -> tuple[Link, ...]:
    return tuple(Link(term_page(kind, name), name) for name in names)


def _chosen(links: Mapping[str, str]) -> tuple[Link, ...]:
    return tuple(Link(target, label, is_address(target)) for label, target in links.items())


def _titles(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.post.title for entry in entries[:_NAMED])


def _pager(names: Sequence[str], number: int) -> Pager:
    before = names[number - 2] if number > 1 else ""
    return Pager(number, len(names), before, names[number] if number < len(names) else "")
