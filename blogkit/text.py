"""Spell texts in one way: composed letters, hyphenated names for addresses, nothing that only a terminal knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from lxml.html import HtmlElement, fragment_fromstring
from math_core import LatexError, LatexToMathML

_NUMBERED = "(?:equation|align|alignat|gather|multline|eqnarray|flalign)"
ENVIRONMENT = re.compile(rf"\\begin\{{(?P<kind>{_NUMBERED}\*?)\}}.*?\\end\{{(?P=kind)\}}", re.DOTALL)
"""An equation that needs no dollar signs."""
_NUMBERS = re.compile(rf"(\\(?:begin|end)\{{{_NUMBERED})\}}|\\label\{{[^}}]*\}}")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NOT_XML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
_RAISED = dict(
    zip("0123456789+−=()abcdefghijklmnoprstuvwxyzT⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᵀ", strict=True)
)
_LOWERED = dict(zip("0123456789+−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_OVER = dict(zip("ˆ˜~¯‾→\u20d7˙", "\u0302\u0303\u0303\u0304\u0304\u20d7\u20d7\u0307", strict=True))
"""Letters and accents of equations as texts have them."""
_UNSEEN = {0x2061: " ", 0x2062: None, 0x2063: None, 0x2064: None}
"""What is said without a sign: sin is applied to x; times, and, plus."""
_BETWEEN = {"mtr": " ", "mtable": "; "}
_RELATION = re.compile("[=≠≈∼≡<>≤≥∈∉⊂⊆∣→←↦×⋅∝]")
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


def equation_text(tex: str) -> str:
    r"""Return an equation as a line of text has it, x² for ``x^2``; if it is wrong, its LaTeX."""
    try:
        found = _converter().convert_with_local_state(_NUMBERS.sub(_starred, tex), displaystyle=False)
    except LatexError:
        return tex
    text = _letters(fragment_fromstring(found)).translate(_UNSEEN).replace(",", ", ")
    return " ".join(_RELATION.sub(r" \g<0> ", text).split())


@cache
def _converter() -> LatexToMathML:
    return LatexToMathML(xml_namespace=False)


def _starred(numbered: re.Match[str]) -> str:
    return f"{numbered[1]}*}}" if numbered[1] else ""


def _letters(element: HtmlElement) -> str:
    kind, (first, *others) = element.tag, [*map(_letters, element)] or [element.text or ""]
    if element.get("accent") == "true":
        return nfc(first + _OVER.get(others[0], ""))
    if kind == "mspace":
        return " " if element.get("width") else ""
    if kind in _BETWEEN:
        return _BETWEEN[kind].join(map(str.strip, (first, *others)))
    if kind == "msqrt":
        return "√" + _grouped(first + "".join(others))
    if kind == "mfrac":
        return f"{_grouped(first)}{' ' if element.get('linethickness') else '/'}{_grouped(others[0])}"
    if kind in {"msub", "munder", "msubsup", "munderover"}:
        first = _grouped(first) + _small(others.pop(0), _LOWERED, "_")
    if kind in {"msup", "mover", "msubsup", "munderover"}:
        first = (first if "sub" in kind or "under" in kind else _grouped(first)) + _small(others.pop(0), _RAISED, "^")
    return first + "".join(others)


def _small(part: str, letters: Mapping[str, str], sign: str) -> str:
    return "".join(letters[letter] for letter in part) if {*part} <= {*letters} else sign + _grouped(part)


def _grouped(part: str) -> str:
    is_one = len(nfc(part)) < 2 or part.isalnum() or (part[0] + part[-1] == "()" and ")" not in part[:-1])
    return part if is_one else f"({part})"
