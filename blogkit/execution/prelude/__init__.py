"""The code that runs silently before a post's first cell, and stands first in the notebook that readers download."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

from ...files import json_digest
from ...palette import palette
from ...posts.post import Post
from ..imports import imported_modules

_FOLDER = Path(__file__).parent


def prelude_source(post: Post) -> str:
    """Return the code that runs silently before the first cell."""
    return "\n\n".join(map(_source, _names(post)))


def prelude_digests(post: Post) -> dict[str, str]:
    """Return name → digest of the parts of the code that runs silently before the first cell."""
    return {name: json_digest({"": _source(name)}) for name in _names(post)}


def _names(post: Post) -> list[str]:
    if post.kernel != "python3":
        return []
    names = ("glue", *sorted(imported_modules(post.code)))
    return [name for name in names if name.isidentifier() and (_FOLDER / f"{name}.py").is_file()]


@cache
def _source(name: str) -> str:
    """Return a part with the colours of the blog in place of their names (``$plot_line``)."""
    colours = {name.replace("-", "_"): colour.light for name, colour in palette().items()}
    return Template((_FOLDER / f"{name}.py").read_text(encoding="utf-8")).substitute(colours)
