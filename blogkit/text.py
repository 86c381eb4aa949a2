"""Spell texts in one way: composed letters, hyphenated names for addresses, nothing that only a terminal knows."""

from __future__ import annotations

import re
import unicodedata

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NOT_XML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
_DESCRIPTION = 160
"""Characters of a description; search engines show no more."""


def nfc(text: str) -> str:
    """Compose Hangul, so that an address or a tag has one spelling on every system."""
    return unicodedata.normalize("NFC", text)


def hyphenated(text: str, letters: str = r"\w") -> str:
    """Return the words of a text in lower case and composed, joined by hyphens; ``letters`` is a class of a pattern."""
    return "-".join(re.findall(f"[{letters}]+", nfc(text).lower()))


def without_escapes(text: str) -> str:
    """Remove the colours and movements of terminals."""
    return _ESCAPES.sub("", text)


def printable(text: str) -> str:
    """Remove what a terminal would obey rather than show; tabs and line feeds stay."""
    return _CONTROLS.sub("", without_escapes(text))


def xml_text(text: str) -> str:
    """Remove what XML cannot hold: control characters, terminal colours, halves of characters."""
    return _NOT_XML.sub("", without_escapes(text))


def shorten(text: str, most: int = _DESCRIPTION) -> str:
    """Cut a text between words."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(",. ") + "…"
