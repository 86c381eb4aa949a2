"""Say which pages the blog has besides those that authors write, and what stands on them. Plain values, no Sphinx."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import listing
from .listing import Entry
from .posts import Post
from .store import key_of

KINDS = {"categories": "분류", "tags": "태그", "authors": "글쓴이"}
FEED = "feed.xml"


@dataclass(frozen=True)
class Page:
    """A page that no author wrote."""

    name: str
    """Its address below the site's root, without ``.html``."""
    template: str
    context: dict[str, Any]


def pages(entries: Sequence[Entry], results: Sequence[dict[str, Any]] = ()) -> Iterator[Page]:
    """Yield the pages of all lists, but the first page of the home list, which is ``index.md``."""
    for number in range(2, len(listing.paged(entries)) + 1):
        yield Page(f"page/{number}", "home.html", home(entries, number))
    about = {"title": "모든 글", **_about("모든 글", entries), "feed": FEED}
    yield Page("archive", "archive.html", {**about, "years": listing.years(entries)})
    for kind, label in KINDS.items():
        terms = listing.terms(entries, kind)
        yield Page(f"{kind}/index", "terms.html", {"title": label, "kind": kind, "terms": terms, "feed": FEED})
        for term in terms:
            yield from _term_pages(kind, label, term)
    yield Page("results", "results.html", {"title": "실행 결과", "rows": results, "feed": FEED})
    yield Page("404", "404.html", {"title": "페이지를 찾을 수 없습니다"})


def home(entries: Sequence[Entry], number: int = 1) -> dict[str, Any]:
    """Return the context of a page of the home list."""
    parts = listing.paged(entries)
    names = ["index", *(f"page/{n}" for n in range(2, len(parts) + 1))]
    title = {} if number == 1 else {"title": f"글 목록 {number}쪽"}
    return {"entries": parts[number - 1], "feed": FEED, **_pager(names, number), **title}


def post(entries: Sequence[Entry]) -> dict[str, dict[str, Any]]:
    """Return docname → what a post's page shows of other posts."""
    near = listing.neighbours(entries)
    related = listing.related(entries)
    return {
        name: {"entry": entry, "older": near[name][0], "newer": near[name][1], "related": related[name], "feed": FEED}
        for entry in entries
        for name in (entry.post.docname,)
    }


def digests(entries: Sequence[Entry], contexts: Mapping[str, dict[str, Any]], root: str = "index") -> dict[str, str]:
    """Return docname → a digest of what a page shows that does not stand in its own source.

    ``contexts`` are those of :func:`post`; ``root`` is the home page, which shows the newest posts.
    """
    shown = {root: key_of({"others": [_card(e) for e in entries[: listing.PER_PAGE]], "count": len(entries)})}
    return shown | {
        docname: key_of(
            {
                "entry": [context["entry"].summary, str(context["entry"].updated), context["entry"].provenance],
                "others": [_card(e) for e in (context["older"], context["newer"], *context["related"])],
            }
        )
        for docname, context in contexts.items()
    }


def digest(page: Page, base: str, pictures: Mapping[str, str]) -> str:
    """Return a digest of what a page shows; ``base`` stands for what all pages show, ``pictures`` is docname → name."""

    def plain(value: Any) -> Any:
        if isinstance(value, Entry):
            return [*_card(value), pictures.get(value.post.docname, "")]
        if isinstance(value, listing.Term):
            return [value.name, value.slug, len(value)]
        if isinstance(value, dict):
            return {str(k): plain(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [plain(v) for v in value]
        return value.docname if isinstance(value, Post) else str(value)

    return key_of({"base": base, "template": page.template, "context": plain(page.context)})


def term_page(kind: str, name: str) -> str:
    """Return the page of a category, a tag or an author."""
    return f"{kind}/{listing.slug(name)}"


def _card(entry: Entry | None) -> list[str]:
    if entry is None:
        return []
    post = entry.post
    facts = [post.url, post.title, str(post.date), str(post.draft), str(entry.minutes)]
    return [*facts, post.description, entry.summary, *post.categories]


def _term_pages(kind: str, label: str, term: listing.Term) -> Iterator[Page]:
    parts = listing.paged(term.entries, listing.PER_TERM_PAGE)
    first = f"{kind}/{term.slug}"
    names = [first, *(f"{first}/{n}" for n in range(2, len(parts) + 1))]
    for number, (name, part) in enumerate(zip(names, parts, strict=True), 1):
        title = term.name if number == 1 else f"{term.name} {number}쪽"
        about = {"title": title, "kind": kind, "label": label, "term": term.name, "count": len(term)}
        context = {
            **about,
            "entries": part,
            "feed": f"{first}.xml",
            **_about(f"{label} ‘{term.name}’의 글", term.entries),
        }
        yield Page(name, "list.html", {**context, **_pager(names, number)})


def _about(what: str, entries: Sequence[Entry]) -> dict[str, str]:
    return {"description": f"{what} {len(entries)}편: {', '.join(entry.post.title for entry in entries[:5])}"}


def _pager(names: list[str], number: int) -> dict[str, Any]:
    return {
        "number": number,
        "pages": len(names),
        "page_before": names[number - 2] if number > 1 else "",
        "page_after": names[number] if number < len(names) else "",
    }
