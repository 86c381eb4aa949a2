"""Turn posts into what their lists need: terms, pages, neighbours, related posts, reading times. Plain functions."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from .notebooks import fill_glue, split_front_matter
from .posts import Post, nfc

PER_PAGE = 10
PER_TERM_PAGE = 30
# Minutes of reading: syllables of Korean, words of other languages, lines of code and figures take so long.
SYLLABLES_PER_MINUTE = 500
WORDS_PER_MINUTE = 220
CODE_LINES_PER_MINUTE = 25

_HIDDEN = {"remove-cell", "remove-input", "hide-cell", "hide-input"}
_MARKUP = re.compile(r"^:{3,}.*$|^`{3,}.*$|\{[\w:]+\}|\]\([^)]*\)|https?://\S+|<[^>]+>", re.MULTILINE)
_CODE_CELL = re.compile(
    r"^(?P<fence>[`:~]{3,})\s*\{code-cell\}[^\n]*\n"
    r"(?P<options>---\n.*?^---\n|(?:[ \t]*:[\w-]+:[^\n]*\n)+)?"
    r"(?P<code>.*?)^(?P=fence)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_WORD = re.compile(r"[A-Za-z0-9_À-ɏ]+(?:['.,][A-Za-z0-9_]+)*")
_SPELLED = {"#": "sharp", "+": "plus", "&": "and", "%": "percent", "@": "at"}
_UNSAFE = re.compile(r"[^\w.]+")
# Windows gives no file such a name; `index` is the list of all terms.
_RESERVED = {"index", "con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
_MAX_SLUG = 60
_DESCRIPTION = 160
"""Characters of a description; search engines show no more."""
_NO_PARAGRAPH = re.compile(r"$|[#>|:!`~+(<$%\-=]|\* |\d+[.)] |\[\^?\w+\]:")
_WINDOW = 40
"""Posts nearest in time that are compared for each shared term: so the work grows with the posts, not their square."""
_T = TypeVar("_T")


@dataclass(frozen=True, repr=False)
class Entry:
    """A post as this build publishes it."""

    post: Post
    values: dict[str, Any] = field(default_factory=dict)
    summary: str = ""
    provenance: dict[str, Any] | None = None
    minutes: int = 1
    updated: dt.datetime | None = None

    def __repr__(self) -> str:
        return f"<{self.post.docname}>"  # short: Sphinx writes the arguments of each event to its debugging log


@dataclass(frozen=True)
class Term:
    """A category, a tag or an author, with its posts, newest first."""

    name: str
    slug: str
    entries: tuple[Entry, ...]

    def __len__(self) -> int:
        return len(self.entries)


@cache
def slug(name: str) -> str:
    """Return a term's file name without suffix: NFC, one for both cases, safe in addresses and on any system."""
    text = "".join(_SPELLED.get(c, c) for c in nfc(name).strip().lower())
    text = _UNSAFE.sub("-", nfc(text)).strip("-._")
    if not text:
        return hashlib.sha256(nfc(name).encode()).hexdigest()[:8]
    if len(text) > _MAX_SLUG:
        text = f"{text[:_MAX_SLUG]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return f"{text}-" if text.split(".")[0] in _RESERVED else text


def terms(entries: Iterable[Entry], kind: str) -> list[Term]:
    """Group by ``categories``, ``tags`` or ``authors``; the most used first, then by name.

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
    found = [Term(_best(spellings[key]), key, tuple(group)) for key, group in groups.items()]
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


def neighbours(entries: Sequence[Entry]) -> dict[str, tuple[Entry | None, Entry | None]]:
    """Return docname → (the post before it in time, the one after it); ``entries`` are newest first."""
    around = [None, *entries, None]  # the newer one before, the older one behind
    return {e.post.docname: (around[n + 2], around[n]) for n, e in enumerate(entries)}


def related(entries: Sequence[Entry], count: int = 3) -> dict[str, list[Entry]]:
    """Return docname → the posts that share the rarest categories and tags with it, the nearest in time first."""
    members: dict[str, list[int]] = defaultdict(list)
    for number, entry in enumerate(entries):
        for key in _topics(entry.post):
            members[key].append(number)
    scores: list[dict[int, float]] = [defaultdict(float) for _ in entries]
    for numbers in members.values():
        weight = math.log(1 + len(entries) / len(numbers))
        for place, number in enumerate(numbers):
            score = scores[number]
            for other in numbers[max(0, place - _WINDOW) : place + _WINDOW + 1]:
                score[other] += weight
    return {
        # The post itself comes first: it shares all, and nothing is nearer.
        entry.post.docname: [
            entries[n] for n in sorted(score, key=lambda n: (-score[n], abs(n - own), n))[1 : count + 1]
        ]
        for own, (entry, score) in enumerate(zip(entries, scores, strict=True))
    }


def reading_minutes(post: Post) -> int:
    """Estimate how long a post takes to read, in whole minutes from 1; code that is folded away is not counted."""
    minutes = 0.0
    for is_code, source, folded in _cells(post):
        if is_code:
            lines = 0 if folded else sum(1 for line in source.splitlines() if line.strip())
            minutes += lines / CODE_LINES_PER_MINUTE
        else:
            text = _MARKUP.sub(" ", source)
            # A syllable is three bytes; counting matches of a pattern takes ten times as long.
            minutes += (len(text.encode("utf-8", "replace")) - len(text)) / 2 / SYLLABLES_PER_MINUTE
            minutes += len(_WORD.findall(text)) / WORDS_PER_MINUTE
    return max(1, round(minutes))


def shorten(text: str, most: int = _DESCRIPTION) -> str:
    """Cut a text between words."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(",. ") + "…"


def excerpt(post: Post, values: Mapping[str, Any]) -> str:
    """Return the post's first paragraph as plain text, for a post without a description."""
    for is_code, source, _ in _cells(post):
        for block in () if is_code else re.split(r"\n\s*\n", fill_glue(source, values)):
            if not _NO_PARAGRAPH.match(block.strip()):
                text = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", block)
                text = re.sub(r"\[\^\w+\]|\{[\w:]+\}|[*_`]+", "", text)
                return shorten(text)
    return ""


def _cells(post: Post) -> Iterator[tuple[bool, str, bool]]:
    """Yield (is it code, its source, is it folded away); Markdown is not parsed, which would take most of a build."""
    if post.path.suffix == ".ipynb":
        for cell in post.notebook.cells:
            yield cell.cell_type == "code", cell.source, bool(_HIDDEN & set(cell.metadata.get("tags", [])))
        return
    _, start = split_front_matter(post.text)
    body = "\n".join(post.text.splitlines()[start - 1 :])
    end = 0
    for cell in _CODE_CELL.finditer(body):
        yield False, body[end : cell.start()], False
        yield True, cell["code"], any(tag in (cell["options"] or "") for tag in _HIDDEN)
        end = cell.end()
    yield False, body[end:], False


def _names(post: Post, kind: str) -> tuple[str, ...]:
    if kind == "authors":
        return (post.author,) if post.author else ()
    return getattr(post, kind)


def _topics(post: Post) -> set[str]:
    return {f"c {slug(c)}" for c in post.categories} | {f"t {slug(t)}" for t in post.tags}


def _best(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda name: (-spellings[name], name))
