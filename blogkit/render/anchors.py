"""Name sections by their headings: docutils drops all letters but Latin ones, and calls Korean sections ``id1``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

from ..text import hyphenated

_NUMBERED = re.compile(r"(?:.*-)?id\d+")


class NameSections(SphinxTransform):
    """Give each section that has only a number the words of its heading as its address."""

    default_priority = 210

    def apply(self, **kwargs: Any) -> None:
        """Rename the sections of a document, and what knows them by name."""
        new_ids = {}
        for section in self.document.findall(nodes.section):
            old, name = section["ids"][0], hyphenated(section[0].astext())
            if not name or not _NUMBERED.fullmatch(old):
                continue
            new = next(n for n in _candidates(name) if n not in self.document.ids)
            section["ids"][0] = new_ids[old] = new
            self.document.ids[new] = self.document.ids.pop(old, section)
        for name, old in self.document.nameids.items():
            self.document.nameids[name] = new_ids.get(old, old)
        for node in self.document.findall(nodes.Element):
            if node.get("refid") in new_ids:
                node["refid"] = new_ids[node["refid"]]
        slugs = getattr(self.document, "myst_slugs", {})
        for slug, (line, old, title) in slugs.items():
            slugs[slug] = (line, new_ids.get(old, old), title)


def _candidates(name: str) -> Iterator[str]:
    yield name
    for number in range(2, 1000):
        yield f"{name}-{number}"
