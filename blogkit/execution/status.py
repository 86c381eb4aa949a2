"""Say of each post whether its stored result is fresh, and if not, what differs. Plain functions."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import AuthorError, Fault, for_each
from ..posts.post import POSTS, Post
from .function import Description, Function, describe
from .lock import read_lock
from .result import Result
from .seal import can_seal
from .store import Store

SEAL = "BLOG_SEAL"
"""With the value ``required`` nothing is executed, and no result is used, without a seal."""


@dataclass(frozen=True)
class State:
    """``reasons`` is empty where the stored result is the post's."""

    function: Function
    fresh: bool
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        post = self.function.post
        if not post.code:
            return f"plain  {post.slug}"
        return f"{'fresh' if self.fresh else 'stale'}  {post.slug}" + "".join(f"\n       {r}" for r in self.reasons)

    def as_json(self) -> dict[str, Any]:
        """Return what a script needs to execute the post elsewhere."""
        post = self.function.post
        return {
            "post": post.slug,
            "fresh": self.fresh,
            "key": self.function.key if post.code else "",
            "reasons": list(self.reasons),
            "runs_on": post.runs_on,
        }


def states(posts: list[Post], root: Path, store: Store, jobs: int = 0) -> list[State]:
    """Compare each post as it is now with the result that it had last; raise :class:`AuthorError` for bad input."""
    return [_state(function, store) for function in functions(posts, root, store, jobs)]


def functions(posts: Sequence[Post], root: Path, store: Store, jobs: int = 0) -> list[Function]:
    """Describe each post as a function of what is locked; raise :class:`AuthorError` for bad input."""
    lock = read_lock(root)
    if os.environ.get(SEAL) == "required" and not can_seal() and any(post.code for post in posts):
        said = f"posts are not executed, as {SEAL}=required: this system cannot seal them; use Linux from 6.7 on"
        raise AuthorError([Fault(root / POSTS, 0, said)])

    def last(post: Post) -> Description | None:
        result = store.last(post.docname)
        return result.record.function if result else None

    return for_each(lambda post: describe(post, root, jobs, lock, lambda: last(post)), posts)


def fresh_result(function: Function, store: Store) -> Result | None:
    """Return the post's stored result, unless it came over the network too long ago."""
    result = store.find(function.key)
    if result and function.post.network:
        age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(result.record.executed)
        return result if age < dt.timedelta(days=function.post.max_age) else None
    return result


def differences(old: Description, new: Description) -> list[str]:
    """Say what differs between two descriptions of a post as a function: cells, environment, inputs, outputs."""
    reasons = []
    before, after = old["code"], new["code"]
    for number, (a, b) in enumerate(zip(before, after, strict=False), 1):
        if a != b:
            reasons.append(f"cell {number} changed")
    if len(before) != len(after):
        reasons.append(f"{len(before)} cells before, {len(after)} now")
    reasons += _entries("prelude", old["prelude"], new["prelude"], show=False)
    reasons += _entries("input", old["inputs"], new["inputs"], show=False)
    was, now = ({k: str(v) for k, v in each["environment"].items() if k != "packages"} for each in (old, new))
    reasons += [f"{name} {was.get(name)} → {now[name]}" for name in now if was.get(name) != now[name]]
    reasons += _entries("package", old["environment"]["packages"], new["environment"]["packages"], show=True)
    if old.get("steered") != new.get("steered"):
        reasons.append("other cells are skipped or may raise")
    for what in ("sealed", "network", "env"):
        if old.get(what) != new.get(what):
            reasons.append(f"{what}: {old.get(what)} → {new.get(what)}")
    if old["outputs"] != new["outputs"]:
        reasons.append("other outputs are declared")
    return reasons


def _state(function: Function, store: Store) -> State:
    post = function.post
    if not post.code or fresh_result(function, store):
        return State(function, True, ())
    last = store.last(post.docname)
    if last and last.key == function.key:
        return State(function, False, (f"came over the network more than {post.max_age:g} days ago (`max_age`)",))
    if last is None:
        return State(function, False, ("no result is stored",))
    return State(function, False, tuple(differences(last.record.function, function.description)))


def _entries(what: str, old: dict[str, str], new: dict[str, str], *, show: bool) -> list[str]:
    reasons = []
    for name in sorted({*old, *new}):
        if name not in old:
            reasons.append(f"{what} {name} is new")
        elif name not in new:
            reasons.append(f"{what} {name} is gone")
        elif old[name] != new[name]:
            reasons.append(f"{what} {name} {old[name]} → {new[name]}" if show else f"{what} {name} changed")
    return reasons
