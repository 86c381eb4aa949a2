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
_FIGURES = "figures/"
"""What only the blog wants: readers' own notebooks show figures by themselves."""


def prelude_source(post: Post, *, published: bool = False) -> str:
    """Return the code that runs silently before the first cell; ``published``: of it, what readers get."""
    return "\n\n".join(_source(name) for name in _names(post) if not (published and name.startswith(_FIGURES)))


def prelude_digests(post: Post) -> dict[str, str]:
    """Return name → digest of the parts of the code that runs silently before the first cell."""
    return {name: json_digest({"": _source(name)}) for name in _names(post)}


def _names(post: Post) -> list[str]:
    if post.kernel != "python3":
        return []
    loaded = imported_modules(post.code) | set(post.requirements)  # which others load, as pandas loads matplotlib
    if "seaborn" in loaded:
        loaded |= {"matplotlib"}
    modules = sorted(name for name in loaded if name.isidentifier())
    figures = [name for name in modules if (_FOLDER / f"{_FIGURES}{name}.py").is_file()]
    own = [_FIGURES + name for name in ("scripts", *figures, "end")] if figures else []
    return [name for name in ("glue", *modules) if (_FOLDER / f"{name}.py").is_file()] + own


@cache
def _source(name: str) -> str:
    """Return a part with the colours of the blog in place of their names (``$plot_line``, ``$dark_paper``)."""
    found = {name.replace("-", "_"): colour for name, colour in palette().items()}
    colours = {name: colour.light for name, colour in found.items()}
    colours |= {f"dark_{name}": colour.dark for name, colour in found.items()}
    before = sorted(_FOLDER.glob(f"{name}_*.py"))
    files = [*before, _FOLDER / f"{name}.py"]
    source = "\n\n".join(Template(file.read_text(encoding="utf-8")).substitute(colours) for file in files)
    return f"exec({source!r}, {{}})" if before else source  # in a namespace of its own
