"""Name sections by their headings, and labels by themselves: docutils drops all letters but Latin ones, and calls what
is Korean ``id1``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, count
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

from ...text import hyphenated

_NAMED = re.compile(r"""<[^<>]*\s(?:id|name)\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s"'<>]+))""")
_NUMBERED = re.compile(r"(?:.*-)?id\d+")


class NestSections(SphinxTransform):
    """Put all below the first heading, which is the title, whatever levels the author gave the others."""

    default_priority = 200

    def apply(self, **kwargs: Any) -> None:
        """Move the sections that stand beside the first one into it; let lines be drawn anywhere."""
        for line in [*self.document.findall(nodes.transition)]:
            if "footnotes" not in line["classes"]:  # MyST's own, by which they are found
                line.replace_self(nodes.raw("", '<hr class="docutils"/>', format="html"))
        sections = [node for node in self.document.children if isinstance(node, nodes.section)]
        for section in sections[1:]:
            self.document.remove(section)
            sections[0].append(section)


class KnowAnchors(SphinxTransform):
    """Let links lead to what raw HTML names, and to headings as Jupyter names them."""

    default_priority = 220

    def apply(self, **kwargs: Any) -> None:
        """Add them to the names that MyST knows; its own come first."""
        slugs = vars(self.document).setdefault("myst_slugs", {})
        for raw in self.document.findall(nodes.raw):
            for names in _NAMED.findall(raw.astext()):
                name = "".join(names)
                slugs.setdefault(name, (raw.line or 0, name, ""))
        for section in self.document.findall(nodes.section):
            title = section[0].astext()
            slugs.setdefault(title.replace(" ", "-"), (section.line or 0, section["ids"][0], title))


class NameSections(SphinxTransform):
    """Give each section and label that has only a number its words as its address."""

    default_priority = 210

    def apply(self, **kwargs: Any) -> None:
        """Rename the sections and labels of a document, and what knows them by name."""
        new_ids = {}
        for node, words in self._named():
            old, name = node["ids"][0], hyphenated(words)
            if not name or not _NUMBERED.fullmatch(old):
                continue
            numbered = (f"{name}-{number}" for number in count(2))
            new = next(each for each in chain([name], numbered) if each not in self.document.ids)
            node["ids"][0] = new_ids[old] = new
            self.document.ids[new] = self.document.ids.pop(old, node)
        for name, old in self.document.nameids.items():
            self.document.nameids[name] = new_ids.get(old, old)
        for node in self.document.findall(nodes.Element):
            if node.get("refid") in new_ids:
                node["refid"] = new_ids[node["refid"]]
        slugs = getattr(self.document, "myst_slugs", {})
        for slug, (line, old, title) in slugs.items():
            slugs[slug] = (line, new_ids.get(old, old), title)

    def _named(self) -> Iterator[tuple[nodes.Element, str]]:
        for section in self.document.findall(nodes.section):
            yield section, section[0].astext()
        for label in self.document.findall(nodes.target):
            if label["ids"] and label["names"]:
                yield label, label["names"][0]
