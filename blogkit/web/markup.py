"""What is known of HTML in general."""

from __future__ import annotations

import re

BODY = "data-search-body"
"""The theme marks the element that holds a page's content with this attribute."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = {
    *HEADINGS,
    *("address", "article", "aside", "blockquote", "br", "dd", "details", "div", "dl", "dt", "figcaption"),
    *("figure", "footer", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table"),
    *("tr", "ul"),
}
"""Elements before and after which a reader sees a new line."""
_CANDIDATE = re.compile(r"([^\s,](?:\S*[^\s,])?)(?:\s+([^\s,][^,]*))?")


def candidates(srcset: str) -> list[tuple[str, str]]:
    """Return the addresses of a ``srcset``, each with its size; one that is written out has commas, too."""
    return [(address, size.strip()) for address, size in _CANDIDATE.findall(srcset)]
