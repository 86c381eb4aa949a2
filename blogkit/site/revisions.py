"""Ask git when each post was last changed, and what is committed: one call for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from ..errors import AuthorError
from ..files import lies_below
from ..git import git
from ..language import _
from ..posts.post import Post


def last_changes(root: Path, folder: str) -> dict[str, dt.datetime]:
    """Return path (relative to ``root``) → time of the last commit that touched it; empty where there is no git.

    In a shallow clone the oldest commit seems to add every file, so it tells nothing and is left out.
    """
    shallow = git(root, "rev-parse", "--is-shallow-repository").strip() == "true"
    log = git(root, "log", "--format=%x01%cI %P", "--name-only", "-z", "--relative", "--", folder)
    changes: dict[str, dt.datetime] = {}
    for commit in log.split("\x01")[1:]:
        head, *names = commit.split("\0")
        time, __, parents = head.strip().partition(" ")
        if shallow and not parents:
            continue
        for name in names:
            if name.strip():
                changes.setdefault(name.strip(), dt.datetime.fromisoformat(time))
    return changes


def check_outputs(posts: Iterable[Post], root: Path) -> None:
    """Raise :class:`AuthorError` where an output would be written over what is none."""
    outputs = [(post, name) for post in posts for name in post.outputs]
    kept = set(git(root, "ls-files", "-z", "--", *(name for _, name in outputs)).split("\0")) if outputs else set()
    faults = []
    for post, name in outputs:
        if name in kept:
            message = _(
                "outputs: {name} is committed, and what cells write is not; `git rm --cached` it, or name another file"
            )
        elif (root / name).is_dir():
            message = _("outputs: {name} is a folder; name a file")
        elif not lies_below(root / name, root):
            message = _("outputs: {name} leads out of the book; delete the link")
        else:
            continue
        faults.append(post.fault("outputs", message.format(name=name)))
    if faults:
        raise AuthorError(faults)
