r"""Write ``\ce{…}``, the formulas of chemistry, as LaTeX: what most texts need of mhchem, and a fault for the rest.

Known are indices and charges (``SO4^2-``), numbers before (``2 H2O``, ``1/2 O2``), isotopes (``^{14}_6C``), bonds
(``-``, ``=``, ``#``), arrows with a text (``->[\Delta]``), states (``(aq)``), what rises or falls (``^``, ``v``),
crystal water (``*``) and equations between ``$``.
"""

from __future__ import annotations

import re

from ...language import _

_ARROWS = {
    "<=>>": r"\rightleftharpoons",
    "<<=>": r"\rightleftharpoons",
    "<=>": r"\rightleftharpoons",
    "<-->": r"\longleftrightarrow",
    "<->": r"\longleftrightarrow",
    "->": r"\longrightarrow",
    "<-": r"\longleftarrow",
}
_BONDS = {"-": r"{-}", "=": r"{=}", "#": r"{\equiv}"}
_PARTS = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<arrow><=>>|<<=>|<=>|<-->|<->|->|<-)(?:\[(?P<over>[^\]]*)\])?(?:\[(?P<under>[^\]]*)\])?"
    r"|(?P<maths>\$[^$]*\$)"
    r"|(?P<up>\^)(?=\s|$)|(?P<down>(?<=\s)v)(?=\s|$)"
    r"|(?P<script>[\^_])(?P<index>\{[^{}]*\}|\d*[+-]+|[+-]?\d+[+-]?|\w|\*)"
    r"|(?P<plus>(?<!\S)[+\-=])(?=\s|$)"
    r"|(?P<charge>(?<=[\w)\]}])[+-]+)(?=[\s)\]}]|$)"
    r"|(?P<number>(?<![^\s*.])\d+(?:[./]\d+)?)"
    r"|(?P<count>\d+)"
    r"|(?P<state>\((?:aq|s|l|g|cr|am)\))"
    r"|(?P<atom>[A-Za-z]+)"
    r"|(?P<water>[*.])"
    r"|(?P<command>\\[A-Za-z]+|\\[{}])"
    r"|(?P<bracket>[()\[\]{},])"
    r"|(?P<bond>[-=#])"
)


def chemistry(formula: str) -> str:
    """Return a formula as LaTeX; raise ``ValueError`` for what is not known."""
    found: list[str] = []
    at = 0
    while at < len(formula):
        match = _PARTS.match(formula, at)
        if not match:
            message = _(r"\ce does not know {text!r}; write the formula as LaTeX")
            raise ValueError(message.format(text=formula[at : at + 10]))
        part = _tex(match)
        found.append("{}" + part if part[0] in "^_" and found and found[-1][0] == "^" else part)
        at = match.end()
    return "".join(found)


def _tex(match: re.Match[str]) -> str:
    kind, text = str(match.lastgroup), match[0]
    if match["arrow"]:
        return _arrow(match["arrow"], match["over"], match["under"])
    if match["script"]:
        first = not match.start() or match.string[match.start() - 1].isspace()  # of an isotope
        return f"{'{}' if first else ''}{match['script']}{{{_index(match['index'])}}}"
    forms = {
        "space": " ",
        "maths": f"{{{text[1:-1]}}}",
        "up": r"\uparrow ",
        "down": r"\downarrow ",
        "plus": f" {text} ",
        "charge": f"^{{{text}}}",
        "number": _fraction(text),
        "count": f"_{{{text}}}",
        "atom": rf"\mathrm{{{text}}}",
        "state": rf"\mathrm{{{text}}}",
        "water": r"\cdot ",
        "bond": _BONDS.get(text, text),
    }
    return forms.get(kind, text)


def _arrow(arrow: str, over: str | None, under: str | None) -> str:
    if over is None:
        return f" {_ARROWS[arrow]} "
    command = {"->": r"\xrightarrow", "<-": r"\xleftarrow"}.get(arrow)
    if command:
        return f" {command}{f'[{_label(under)}]' if under else ''}{{{_label(over)}}} "
    base = rf"\overset{{{_label(over)}}}{{{_ARROWS[arrow]}}}"
    return rf" \underset{{{_label(under)}}}{{{base}}} " if under else f" {base} "


def _label(text: str) -> str:
    return text[1:-1] if text.startswith("$") else chemistry(text)


def _index(index: str) -> str:
    inner = index[1:-1] if index.startswith("{") else index
    return re.sub(r"(?<!\\)[A-Za-z]+", lambda match: rf"\mathrm{{{match[0]}}}", inner)


def _fraction(number: str) -> str:
    above, slash, below = number.partition("/")
    return rf"\tfrac{{{above}}}{{{below}}}" if slash else rf"{number}\,"
