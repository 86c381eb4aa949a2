"""Say of each post whether its stored result is fresh, and if not, what differs. Plain functions."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import AuthorError, Fault, for_each
from ..language import N_, _
from ..posts.post import POSTS, Post
from .function import Description, Function, describe
from .lock import read_lock
from .result import Result
from .seal import can_seal
from .store import Store


class _Kind(NamedTuple):
    """What is said of a kind of things on which a result depends."""

    new: str
    gone: str
    other: str


_PRELUDE = _Kind(N_("prelude {name} is new"), N_("prelude {name} is gone"), N_("prelude {name} changed"))
_INPUT = _Kind(N_("input {name} is new"), N_("input {name} is gone"), N_("input {name} changed"))
_PACKAGE = _Kind(N_("package {name} is new"), N_("package {name} is gone"), N_("package {name} {old} → {new}"))
SEAL = "BLOG_SEAL"
"""With the value ``required`` nothing is executed, and no result is used, without a seal."""


class Reason:
    """Why a result is not fresh: in English for scripts; as a text, in the language of the command line."""

    def __init__(self, message: str, **values: object) -> None:
        self._message, self._values = message, values

    def __str__(self) -> str:
        return _(self._message).format(**self._values)

    @property
    def english(self) -> str:
        """The reason in English."""
        return self._message.format(**self._values)


@dataclass(frozen=True)
class State:
    """``reasons`` is empty where the stored result is the post's."""

    function: Function
    fresh: bool
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        post = self.function.post
        if not post.code:
            return "  ".join((_("plain"), post.slug))
        state = _("fresh") if self.fresh else _("stale")
        return "\n       ".join((f"{state}  {post.slug}", *map(str, self.reasons)))

    def as_json(self) -> dict[str, Any]:
        """Return what a script needs to execute the post elsewhere."""
        post = self.function.post
        return {
            "post": post.slug,
            "fresh": self.fresh,
            "key": self.function.key if post.code else "",
            "reasons": [reason.english for reason in self.reasons],
            "runs_on": post.runs_on,
        }


def states(posts: list[Post], root: Path, store: Store, jobs: int = 0) -> list[State]:
    """Compare each post as it is now with the result that it had last; raise :class:`AuthorError` for bad input."""
    return [_state(function, store) for function in functions(posts, root, store, jobs)]


def functions(posts: Sequence[Post], root: Path, store: Store, jobs: int = 0) -> list[Function]:
    """Describe each post as a function of what is locked; raise :class:`AuthorError` for bad input."""
    lock = read_lock(root)
    if os.environ.get(SEAL) == "required" and not can_seal() and any(post.code for post in posts):
        message = _("posts are not executed, as {name}=required: this system cannot seal them; use Linux from 6.7 on")
        raise AuthorError([Fault(root / POSTS, 0, message.format(name=SEAL))])

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


def differences(old: Description, new: Description) -> list[Reason]:
    """Say what differs between two descriptions of a post as a function: cells, environment, inputs, outputs."""
    reasons: list[Reason] = []
    before, after = old["code"], new["code"]
    for number, (a, b) in enumerate(zip(before, after, strict=False), 1):
        if a != b:
            reasons.append(Reason(N_("cell {number} changed"), number=number))
    if len(before) != len(after):
        reasons.append(Reason(N_("{before} cells before, {after} now"), before=len(before), after=len(after)))
    reasons += _entries(_PRELUDE, old["prelude"], new["prelude"])
    reasons += _entries(_INPUT, old["inputs"], new["inputs"])
    was, now = ({k: str(v) for k, v in each["environment"].items() if k != "packages"} for each in (old, new))
    other = [name for name in now if was.get(name) != now[name]]
    reasons += [Reason("{name} {old} → {new}", name=name, old=was.get(name), new=now[name]) for name in other]
    reasons += _entries(_PACKAGE, old["environment"]["packages"], new["environment"]["packages"])
    if old.get("steered") != new.get("steered"):
        reasons.append(Reason(N_("other cells are skipped or may raise")))
    for what in ("sealed", "network", "env"):
        if old.get(what) != new.get(what):
            reasons.append(Reason("{name}: {old} → {new}", name=what, old=old.get(what), new=new.get(what)))
    if old["outputs"] != new["outputs"]:
        reasons.append(Reason(N_("other outputs are declared")))
    return reasons


def _state(function: Function, store: Store) -> State:
    post = function.post
    if not post.code or fresh_result(function, store):
        return State(function, True, ())
    last = store.last(post.docname)
    if last and last.key == function.key:
        reason = Reason(N_("came over the network more than {days:g} days ago (`max_age`)"), days=post.max_age)
        return State(function, False, (reason,))
    if last is None:
        return State(function, False, (Reason(N_("no result is stored")),))
    return State(function, False, tuple(differences(last.record.function, function.description)))


def _entries(kind: _Kind, old: dict[str, str], new: dict[str, str]) -> Iterator[Reason]:
    for name in sorted({*old, *new}):
        if name not in old:
            yield Reason(kind.new, name=name)
        elif name not in new:
            yield Reason(kind.gone, name=name)
        elif old[name] != new[name]:
            yield Reason(kind.other, name=name, old=old[name], new=new[name])
