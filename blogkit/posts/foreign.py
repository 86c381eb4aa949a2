"""Know what other tools write into posts: keys that mean nothing here, names of kernels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

PYTHON = "python3"
"""The name of the kernel that runs in the environment which builds the site."""
NOTEBOOK_KEYS = frozenset(
    ("file_format", "kernelspec", "jupytext", "language_info", "mystnb", "myst", "source_map", "colab", "widgets")
)
"""Keys that notebook tools write, and that some of them read in a post, too."""
_OF_ENGINES = frozenset(
    (
        *("layout", "badges", "comments", "sticky_rank", "use_math", "math", "mathjax", "katex"),
        *("hide_binder_badge", "hide_colab_badge", "hide_github_badge", "hide_deepnote_badge", "toc_sticky"),
        *("jupyter", "engine", "format", "freeze", "html-math-method", "html_meta", "skip_exec", "skip_showdoc"),
        *(
            "include-in-header",
            "orphan",
            "short_title",
            "numbering",
            "exports",
            "downloads",
            "open_access",
            "abbreviations",
        ),
        *("type", "weight", "menu", "linktitle", "linkTitle", "thebe-kernel"),
    )
)
"""Keys that Jekyll, fastpages, nbdev, Quarto, Hugo, Sphinx and mystmd read, and whose absence changes no word."""
_OFF = frozenset(("hide", "search_exclude"))
"""Keys of theirs that mean something only where they are on."""
_ALIKE = 0.8
"""How much a key must look like one of the blog's to be a slip of it; ``titel`` does."""


def without_foreign(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return front matter without the keys that only other engines know."""
    passed = _OF_ENGINES | {name for name in _OFF if not meta.get(name)}
    return {name: value for name, value in meta.items() if name not in passed}


def of_the_blog(metadata: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    """Return what in a notebook's metadata, where all tools write, is the blog's, or a slip of one of its ``keys``."""
    own = {*keys, *NOTEBOOK_KEYS} - {"language"}  # of programming
    return {name: value for name, value in metadata.items() if get_close_matches(name, own, 1, _ALIKE)}


def kernel_name(metadata: Mapping[str, Any]) -> str:
    """Return the name of the kernel that a notebook asks for: whatever other machines call Python is ``python3``."""
    spec = metadata.get("kernelspec") or {}
    name = str(spec.get("name") or PYTHON)
    info = metadata.get("language_info")
    language = str(spec.get("language") or (info.get("name") if isinstance(info, Mapping) else "") or name)
    return PYTHON if language.lower().rstrip("0123456789.") in ("python", "ipython") else name
