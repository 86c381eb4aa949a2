r"""Write equations as MathML, which browsers draw by themselves: no script is loaded, and feeds carry them too.

math-core converts them: it writes the part of MathML that all browsers know, and says what it cannot convert, so that
no broken equation is published. The LaTeX source is left out of a page: it would be as long as the equation itself, and
feed readers that know no MathML would show both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Any

from math_core import LatexError, LatexToMathML

from ...language import _
from .latex import Lookup, Tex
from .lines import unmarked
from .spellings import STRAIGHT

_MACROS = {"E": r"\mathbb{E}", "Var": r"\operatorname{Var}", "Cov": r"\operatorname{Cov}"}
"""Commands that MathJax lacks and that authors write all the same; a definition of their own counts."""
_BETTER = {
    "&ApplyFunction;": "\u2061",  # no entity of XML: feeds are XML
    STRAIGHT: '"',
    # Accents that browsers put beside a letter, or do not stretch
    '<mo stretchy="false">\u20d7</mo>': '<mo stretchy="false" mathsize="70%">→</mo>',
    '<mo stretchy="true">~</mo>': '<mo stretchy="true">\u02dc</mo>',
}
_LONG = 26
"""Characters that may be wider than a phone: there such an equation stands by itself and scrolls."""
_EMPTY = re.compile(r"<math[^>]*>(?:<mrow>|</mrow>)*</math>")
_TAG = re.compile(r"<mtext>\(n(\d+)\)</mtext>")
_AT = re.compile(r"\d+: ")
_UNKNOWN = re.compile(r'Unknown (command|environment) "(.*)"', re.DOTALL)


class Maths:
    """Converts the equations of a page, in their order: what one defines is known to those after it."""

    def __init__(self, macros: Mapping[str, object] | None = None, lookup: Lookup = str) -> None:
        self._tex = Tex(lookup)
        self._converter = LatexToMathML(
            fancy_error=False, global_group=True, xml_namespace=False, allow_unreliable_rendering=True
        )
        self._convert(self._tex.definitions({**_MACROS, **(macros or {})}), block=False)

    def inline(self, tex: str) -> str:
        """Convert an equation in a line; raise ``ValueError`` that says what is wrong with it."""
        text = self._convert(self._tex.display(unmarked(tex)), block=False)
        is_long = len(unescape(re.sub("<[^>]*>", "", text))) > _LONG
        return f'<span class="long">{text}</span>' if is_long else text  # Firefox lets no `<math>` scroll

    def block(self, tex: str) -> str:
        """Convert an equation of its own."""
        return self._convert(self._tex.display(tex), block=True)

    def numbered(self, environment: str, rows: list[tuple[str, str]]) -> str:
        """Convert the lines of an environment, each with its number; empty: it has none."""
        tags = [f"({number})" for _row, number in rows]
        translate = self._tex.display if environment == "equation*" else self._tex.translate
        found = r"\\ ".join(
            translate(row) + (rf"\tag{{n{place}}}" if number else "") for place, (row, number) in enumerate(rows)
        )
        text = self._convert(rf"\begin{{{environment}}}{found}\end{{{environment}}}", block=True)
        return _TAG.sub(lambda match: f'<mtext class="eqno">{escape(tags[int(match[1])])}</mtext>', text)

    def _convert(self, tex: str, *, block: bool) -> str:
        try:
            text = self._converter.convert_with_global_state(tex, displaystyle=block)
        except LatexError as error:
            raise ValueError(_in_plain_words(str(error))) from error
        for old, new in _BETTER.items():
            text = text.replace(old, new)
        return "" if _EMPTY.fullmatch(text) else text


def macros(mathjax: object) -> dict[str, object]:
    """Return the macros of a site as Jupyter Book has them, in ``mathjax3_config``; raise ``ValueError``."""
    found: Any = mathjax or {}
    for name in ("tex", "macros", ""):
        if not isinstance(found, dict) or (name and {*found} - {name, "options"}):  # MyST adds options of its own
            raise ValueError(_("only `tex: {macros: {…}}` is known here: each name → its LaTeX; delete the rest"))
        found = (found.get(name) or {}) if name else found
    for name, macro in found.items():
        try:
            Maths({name: macro})
        except (ValueError, TypeError) as error:
            raise ValueError(f"{name}: {error}") from error
    return dict(found)


def _in_plain_words(error: str) -> str:
    found = _UNKNOWN.search(error)
    if not found:
        return _AT.sub("", error, count=1).rstrip(".")
    if found[1] == "environment":
        return _("no environment is called {name}; mend its name").format(name=found[2])
    message = _("{name} is no known command; mend it, or define it before: \\newcommand{name}{{…}}")
    return message.format(name=found[2])
