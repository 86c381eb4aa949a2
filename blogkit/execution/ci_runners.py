"""Deal the posts that must be executed to runners. Plain functions of their states."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from .status import State

DEFAULT_RUNNER = "ubuntu-24.04"


def deal(states: Iterable[State], limit: int, runners: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return one ``{name, runs_on, posts}`` a runner: one post each, more where ``limit`` is too low.

    A post gets the runner that it asks for in ``runs_on`` if ``runners`` allows it, and else the default one.
    """
    wanted: dict[str, list[str]] = {}
    keys = set()
    for state in states:
        if state.fresh or state.function.key in keys:
            continue
        keys.add(state.function.key)  # posts of one key are one function, which runs once
        post = state.function.post
        wanted.setdefault(post.runs_on if post.runs_on in runners else DEFAULT_RUNNER, []).append(post.slug)
    shares = _shares({runner: len(posts) for runner, posts in wanted.items()}, limit)
    return [
        {"name": posts[number] + ("" if size <= count else " …"), "runs_on": runner, "posts": posts[number::count]}
        for runner, posts in wanted.items()
        for size, count in [(len(posts), shares[runner])]
        for number in range(count)
    ]


def _shares(sizes: dict[str, int], limit: int) -> dict[str, int]:
    """Say how many runners of each kind to take: one or more, no more than posts, in all ``limit`` if possible."""
    shares = dict.fromkeys(sizes, 1)
    while sum(shares.values()) < min(limit, sum(sizes.values())):
        runner = max((r for r in sizes if shares[r] < sizes[r]), key=lambda r: sizes[r] / shares[r])
        shares[runner] += 1
    return shares
