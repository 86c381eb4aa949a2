"""Ask git when each post was last changed: one call for all of them."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path


def last_changes(root: Path, folder: str) -> dict[str, dt.datetime]:
    """Return path (relative to ``root``) → time of the last commit that touched it; empty where there is no git.

    In a shallow clone the oldest commit seems to add every file, so it tells nothing and is left out.
    """
    shallow = _git(root, "rev-parse", "--is-shallow-repository").strip() == "true"
    log = _git(root, "log", "--format=%x01%cI %P", "--name-only", "-z", "--relative", "--", folder)
    changes: dict[str, dt.datetime] = {}
    for commit in log.split("\x01")[1:]:
        head, *names = commit.split("\0")
        time, _, parents = head.strip().partition(" ")
        if shallow and not parents:
            continue
        for name in names:
            if name.strip():
                changes.setdefault(name.strip(), dt.datetime.fromisoformat(time))
    return changes


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607
            cwd=root,
            capture_output=True,
            encoding="utf-8",
        )
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""
