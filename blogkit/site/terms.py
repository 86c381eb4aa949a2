"""Group posts: by category, tag, author and series, by year, into pages. Plain functions."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeVar

from ..files import digest
from ..language import words
from ..posts.post import Post
from ..text import hyphenated, nfc
from .entry import Entry

Kind = Literal["categories", "tags", "authors", "series"]
KINDS: tuple[Kind, ...] = ("categories", "tags", "authors", "series")
PER_PAGE = 10
PER_TERM_PAGE = 30
_SPELLED = {"#": "sharp", "+": "plus", "&": "and", "%": "percent", "@": "at"}
# Windows gives no file such a name; `index` is the list of all terms.
_RESERVED = {"index", "con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
_MAX_SLUG = 60
_LEVELS = 3
"""How far the largest of many terms stands out."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Term:
    """A category, a tag, an author or a series, with its posts, newest first."""

    name: str
    slug: str
    entries: tuple[Entry, ...]
    weight: int = 0
    """How far it stands out from the others, from 0 to 3."""

    def __len__(self) -> int:
        return len(self.entries)


def kind_names(language: str) -> dict[Kind, str]:
    """Return what readers call the kinds of terms."""
    _ = words(language).gettext
    return {"categories": _("Categories"), "tags": _("Tags"), "authors": _("Authors"), "series": _("Series")}


@cache
def slug(name: str) -> str:
    """Return a term's file name without suffix: NFC, one for both cases, safe in addresses and on any system."""
    text = "".join(_SPELLED.get(c, c) for c in nfc(name).strip().lower())
    text = hyphenated(text, r"\w.").strip("-._")
    if not text:
        return digest(nfc(name))[:8]
    if len(text) > _MAX_SLUG:
        text = f"{text[:_MAX_SLUG]}-{digest(text)[:8]}"
    return f"{text}-" if text.split(".")[0] in _RESERVED else text


def term_page(kind: Kind, name: str) -> str:
    """Return the page of a category, a tag, an author or a series."""
    return f"{kind}/{slug(name)}"


def terms(entries: Iterable[Entry], kind: Kind) -> list[Term]:
    """Group by ``categories``, ``tags``, ``authors`` or ``series``; the most used first, then by name.

    Names with one slug are one term, called by its most frequent spelling.
    """
    groups: dict[str, list[Entry]] = defaultdict(list)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        for name in _names(entry.post, kind):
            key = slug(name)
            spellings[key][name] += 1
            if not groups[key] or groups[key][-1] is not entry:
                groups[key].append(entry)
    most = max(map(len, groups.values()), default=0)
    found = [Term(_best(spellings[key]), key, tuple(group), _weight(len(group), most)) for key, group in groups.items()]
    return sorted(found, key=lambda t: (-len(t), t.name.casefold()))


def years(entries: Iterable[Entry]) -> list[tuple[int, list[Entry]]]:
    """Group by year of publication, newest first."""
    groups: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.post.date.year].append(entry)
    return sorted(groups.items(), reverse=True)


def paged(items: Sequence[_T], size: int = PER_PAGE) -> list[Sequence[_T]]:
    """Cut into pages; no items are one empty page."""
    return [items[i : i + size] for i in range(0, max(len(items), 1), size)]


def _names(post: Post, kind: Kind) -> tuple[str, ...]:
    series = (post.series,) if post.series else ()
    return {"categories": post.categories, "tags": post.tags, "authors": post.authors, "series": series}[kind]


def _weight(count: int, most: int) -> int:
    """Return a step more for each time as many posts; how large the steps are follows from the most that a term has."""
    return int(min(_LEVELS, math.log2(most) // 1) * math.log(count) / math.log(most)) if most > 1 else 0


def _best(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda name: (-spellings[name], name))
