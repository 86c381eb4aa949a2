"""Tell what an author writes from what a build makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from watchfiles import Change, DefaultFilter

from ..posts.post import POSTS


class Sources(DefaultFilter):
    """Lets through the files that an author writes: nothing generated, hidden or temporary."""

    def __init__(self, root: Path, generated: Callable[[], set[str]]) -> None:
        super().__init__()
        self._root, self._generated = root, generated

    def __call__(self, change: Change, path: str) -> bool:
        """Tell whether a changed path asks for a build."""
        try:
            name = Path(path).resolve().relative_to(self._root.resolve())
        except ValueError:
            return False
        hidden = any(part.startswith(".") for part in name.parts)
        if hidden or name.parts[:1] == ("_build",) or not super().__call__(change, path):
            return False
        return name.parts[:1] == (POSTS,) or name.as_posix() not in self._generated()  # asking reads all posts
