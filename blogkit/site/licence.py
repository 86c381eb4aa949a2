"""Know the licence of a blog's texts by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CREATIVE_COMMONS = re.compile(r"CC (BY(?:-NC)?(?:-SA|-ND)?) ([1-4]\.0)")
_ZERO = "CC0 1.0"


@dataclass(frozen=True)
class Licence:
    """A licence as readers see it."""

    name: str
    url: str = ""
    """Where it stands; empty: not known."""


def licence_of(name: str) -> Licence | None:
    """Return the licence that a setting names (``CC BY 4.0``: with its address; any other text: as it is)."""
    if match := _CREATIVE_COMMONS.fullmatch(name):
        return Licence(name, f"https://creativecommons.org/licenses/{match[1].lower()}/{match[2]}/")
    if name == _ZERO:
        return Licence(name, "https://creativecommons.org/publicdomain/zero/1.0/")
    return Licence(name) if name else None
