"""Read the colours of the blog where they stand: in ``palette.css``, which begins every page's style sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("palette.css")
_COLOUR = re.compile(r"--([\w-]+):\s*(?:light-dark\(\s*(#\w+)\s*,\s*(#\w+)\s*\)|(#\w+))\s*[;}]")


@dataclass(frozen=True)
class Colour:
    """A colour as ``#rrggbb``, in light and in dark."""

    light: str
    dark: str


@cache
def css() -> str:
    """Return the style sheet of custom properties."""
    return _FILE.read_text(encoding="utf-8")


@cache
def palette() -> dict[str, Colour]:
    """Return name → colour; the names are those of the custom properties without ``--``."""
    return colours(css())


def colours(text: str) -> dict[str, Colour]:
    """Return name → colour of a style sheet's custom properties that are colours."""
    return {name: Colour(light or both, dark or both) for name, light, dark, both in _COLOUR.findall(text)}
