"""Number in outputs what libraries name by chance: ids, and the addresses of objects. The same code gives the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import nbformat

_HEX = "[0-9a-f]"
_UUID = "-".join(f"{_HEX}{{{length}}}" for length in (8, 4, 4, 4, 12))
_NAMED = rf"""(?<=\bid="){_UUID}(?=")                        # Plotly's HTML
    |(?<=\bid=")T_{_HEX}{{5}}(?=["_])                       # the Styler of pandas
    |(?<=<div\ id=")[a-z]{{10}}(?="\ style="padding-left:)  # great_tables"""
_MARKUP = re.compile(_NAMED, re.VERBOSE)
_SCRIPTED = re.compile(rf"(?:(?<=[A-Za-z]_)|(?<=[g-z])){_HEX}{{32}}(?!{_HEX})|{_NAMED}", re.VERBOSE)
"""Where a script comes along, also the names in scripts of folium and of matplotlib's animations."""
_SCRIPT = re.compile("(?:<|&lt;)script")
_ADDRESS = re.compile(r"(?<= at )0x[0-9A-Fa-f]{6,}(?=>|&gt;)")


def number_chance(notebook: nbformat.NotebookNode) -> None:
    """Replace such names, in the order in which they appear: one name by one number, wherever it stands."""
    numbers: dict[str, str] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            for holder, key, pattern in _texts(output):
                holder[key] = _numbered(holder[key], pattern, numbers)


def _texts(output: Any) -> Iterator[tuple[Any, str, re.Pattern[str]]]:
    """Yield where texts of an output stand, and what may be named by chance in each."""
    if isinstance(output.get("text"), str):
        yield output, "text", _ADDRESS
    data: dict[str, Any] = output.get("data", {})
    if isinstance(data.get("text/plain"), str):
        yield data, "text/plain", _ADDRESS
    if isinstance(html := data.get("text/html"), str):
        yield data, "text/html", _SCRIPTED if _SCRIPT.search(html) else _MARKUP


def _numbered(text: str, pattern: re.Pattern[str], numbers: dict[str, str]) -> str:
    found = dict.fromkeys(pattern.findall(text))
    for name in found:
        numbers.setdefault(name, _name(name, len(numbers) + 1))
    if not found:
        return text
    return re.sub("|".join(found), lambda match: numbers[match[0]], text)


def _name(name: str, number: int) -> str:
    """Return a name of the same form."""
    if "-" in name:
        return f"{number:08x}-0000-0000-0000-{0:012x}"
    if name.isalpha():
        return f"table{number:05x}"
    head = next((head for head in ("0x", "T_") if name.startswith(head)), "")
    return f"{head}{number:0{len(name) - len(head)}x}"
