"""Read front matter: the YAML at the head of a post, with the line of each key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..errors import CELL, AuthorError, Fault
from ..language import _
from .foreign import NOTEBOOK_KEYS, listed_front_matter, of_the_blog, without_foreign
from .front_matter_keys import KEYS, SPELLINGS
from .mapping import read_mapping
from .notebook import is_front_matter, load_ipynb, split_front_matter

_OTHER_FORM = re.compile(r"(?i)\+{3}\s*\n\s*\w+\s*=|(?:<!--\s*)?(?:\.\. )?(?:title|date)\s*:")
"""TOML, as Hugo has it, and what Pelican and Nikola write."""


def read_front_matter(path: Path, text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the keys of a post's front matter and the line of each; raise :class:`AuthorError` where it is broken.

    A file that does not begin with ``---`` has none. An ``.ipynb`` has it in its first cell, or else in its metadata,
    which have no lines.
    """
    kept: dict[str, Any] = {}
    if path.suffix == ".ipynb":
        notebook = load_ipynb(path, text)
        first = notebook.cells[0] if notebook.cells else None
        listed = listed_front_matter(first.source)[0] if first is not None and first.cell_type == "markdown" else ""
        if listed:
            meta, lines = read_mapping(path, listed, first=CELL + 1)
            return without_foreign(of_the_blog(notebook.metadata, {**KEYS, **SPELLINGS}) | meta), lines
        if first is None or not is_front_matter(first):
            return without_foreign(of_the_blog(notebook.metadata, {**KEYS, **SPELLINGS})), {}
        text = first.source
        kept = {name: value for name, value in notebook.metadata.items() if name in NOTEBOOK_KEYS}
    source = split_front_matter(text)[0]
    if not source and not text.startswith("---"):
        if _OTHER_FORM.match(text):
            raise AuthorError([Fault(path, 1, _("front matter must be `key: value` lines between two lines `---`"))])
        return {}, {}
    if not source:
        raise AuthorError([Fault(path, 1, _("the front matter has no end; put a line `---` below it"))])
    meta, lines = read_mapping(path, source, first=2)  # below the first `---`
    return without_foreign(meta) | kept, lines
