"""Find the posts that stand near a post: in time, and in what they are about. Plain functions."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from ..posts.post import Post
from .entry import Entry
from .terms import slug

_WINDOW = 40
"""Posts nearest in time that are compared for each shared term: so the work grows with the posts, not their square."""


def neighbours(entries: Sequence[Entry]) -> dict[str, tuple[Entry | None, Entry | None]]:
    """Return docname → (the post before it in time, the one after it); ``entries`` are newest first."""
    around = [None, *entries, None]  # the newer one before, the older one behind
    return {e.post.docname: (around[n + 2], around[n]) for n, e in enumerate(entries)}


def related(entries: Sequence[Entry], count: int = 3) -> dict[str, list[Entry]]:
    """Return docname → the posts that share the rarest categories and tags with it, the nearest in time first.

    What its page leads to anyway is none of them: the other parts of its series, else the posts before and after it.
    """
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
    found, series = {}, [entry.post.series and slug(entry.post.series) for entry in entries]
    parts = Counter(filter(None, series))
    for own, (entry, score) in enumerate(zip(entries, scores, strict=True)):
        in_series = parts[series[own]] > 1
        others = (n for n in score if (series[n] != series[own] if in_series else abs(n - own) > 1))
        best = heapq.nsmallest(count, others, key=lambda n: (-score[n], abs(n - own), n))
        found[entry.post.docname] = [entries[n] for n in best]
    return found


def _topics(post: Post) -> set[str]:
    return {f"c {slug(c)}" for c in post.categories} | {f"t {slug(t)}" for t in post.tags}
