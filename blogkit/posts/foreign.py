"""Know what other tools write into posts: keys that mean nothing here, names of kernels."""

from __future__ import annotations

import json
import re
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
        *("short_title", "numbering", "exports", "downloads", "open_access", "abbreviations"),
        *("include-in-header", "orphan", "bibliography", "csl", "link-citations"),
        *("type", "weight", "menu", "linktitle", "linkTitle", "thebe", "thebe-kernel"),
        *("branch", "order", "metadata_key1", "metadata_key2"),
    )
)
"""Keys that Jekyll, fastpages, nbdev, Quarto, Hugo, Sphinx and mystmd read, and whose absence changes no word."""
HIDING = frozenset(
    (
        *("hide", "hidden", "unlisted", "private", "password", "noindex", "robots", "sitemap", "headless"),
        *("build", "_build", "eleventyExcludeFromCollections"),
        *("expires", "expiryDate", "publishDate", "publish_date", "visibility"),
    )
)
"""Keys of theirs that keep a page from some of its readers, where they are on."""
CHANGING = frozenset(("execute", "echo", "eval", "include", "code-fold", "nocite"))
"""Keys of theirs that change what a page shows."""
_PLACEHOLDER = "images/some_folder/your_image.png"
"""The picture that fastpages' first notebooks name; there is none."""
_LAST_CHANGE = "last-modified"
"""Quarto's date of what git knows; a post is published on the day of its file, and git tells when it was changed."""
_LISTED = re.compile(r"\s*# (?P<title>.+)\n\s*(?:> ?(?P<summary>.+)\n\s*)?(?P<list>(?:[-*] [\w-]+:.*(?:\n|$))+)")
_QUOTES = "\"'"
_SIGNS = ("toc", "badges", "comments", "categories", "branch", "search_exclude")
"""Keys of which one shows that such a list is front matter."""
_ALIKE = 0.8
"""How much a key must look like one of the blog's to be a slip of it; ``titel`` does."""


def without_foreign(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return front matter without the keys that only other engines know."""
    passed = _OF_ENGINES | {name for name in HIDING | CHANGING if not meta.get(name)}
    if {"tags", "tag"} & meta.keys():
        passed |= {"keywords"}
    if meta.get("image") == _PLACEHOLDER:
        passed |= {"image"}
    if meta.get("description"):
        passed |= {"subtitle"}
    passed |= {name for name, value in meta.items() if name.startswith("date") and value == _LAST_CHANGE}
    return {name: value for name, value in meta.items() if name not in passed}


def listed_front_matter(source: str) -> tuple[str, str]:
    """Return the YAML that fastpages and nbdev have as a list below the title of a notebook, and the other text.

    Each stands in its own lines, with empty ones for the other; without such a list the first is empty.
    """
    found = _LISTED.match(source)
    listed = [line[2:].partition(":") for line in found["list"].splitlines()] if found else []
    keys = {name for name, _colon, _value in listed}
    if not found or keys.isdisjoint(_SIGNS):
        return "", source
    lines = [""] * source.count("\n", 0, found.start("list")) + [f"{name}: {value}" for name, _, value in listed]
    if found["summary"] and "description" not in keys:
        plain = found["summary"].strip().strip(_QUOTES).replace("{", "{{").replace("}", "}}")
        lines[source.count("\n", 0, found.start("summary"))] = f"description: {json.dumps(plain, ensure_ascii=False)}"
    rest = [""] * len(lines) + source.split("\n")[len(lines) :]
    rest[source.count("\n", 0, found.start("title"))] = f"# {found['title'].strip().strip(_QUOTES)}"
    return "\n".join(lines), "\n".join(rest)


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
