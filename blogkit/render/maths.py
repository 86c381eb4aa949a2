r"""Write equations as MathML, which browsers draw by themselves: nothing is loaded, and feeds carry them too.

docutils' own converter is used: unlike latex2mathml it knows ``aligned`` and reports what it cannot convert, so that
no broken equation is published. The few common spellings that it lacks are put in its words first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

from ..language import _

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator

_ALIGNED = ("align", "alignat", "eqnarray", "gather", "split")
_COMMANDS = {
    r"\argmin": r"\operatorname*{arg min}",
    r"\argmax": r"\operatorname*{arg max}",
    r"\textbf": r"\mathbf",
    r"\bm": r"\boldsymbol",
    r"\R": r"\mathbb{R}",
    r"\E": r"\mathbb{E}",
    r"\dfrac": r"\displaystyle\frac",
}
_OPERATOR = re.compile(r"\\operatorname(\*?)\{([^{}]*)\}(?:\s*_\s*(\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|\w))?")
_BRACES = re.compile(r"<msu([bp])>(\s*<m(?:under|over)\b.*?[⏟⏞].*?)</msu\1>", re.DOTALL)

logger = logging.getLogger(__name__)


def mathml(tex: str, *, block: bool = False) -> str:
    """Convert LaTeX to a ``<math>`` element; raise ``ValueError`` that names what is not known."""
    try:
        text = str(tex2mathml(_in_docutils_words(tex, block=block), as_block=block))
    except (MathError, SyntaxError) as error:
        raise ValueError(str(error).strip()) from error
    text = text.replace("&ApplyFunction;", "\u2061")  # no entity of XML: feeds are XML
    text = _BRACES.sub(lambda m: _limits("under" if m[1] == "b" else "over", m[2]), text)
    return re.sub(r">\s+<", "><", text)


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write an equation in a line."""
    translator.body.append(_convert(node, block=False))
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write an equation of its own, with its number if it has one."""
    if "amsmath" in node["classes"]:
        node["ids"].clear()  # MyST draws them by lot in each build: nobody can refer to them
    translator.body.append(translator.starttag(node, "div", CLASS="equation"))
    translator.body.append(_convert(node, block=True))
    if node.get("number"):
        translator.body.append(f'<span class="eqno">({node["number"]})</span>')
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def _convert(node: nodes.math | nodes.math_block, *, block: bool) -> str:
    try:
        return mathml(node.astext(), block=block)
    except ValueError as error:
        logger.warning(_("equation: %s"), error, location=node)
        return ""


def _limits(where: str, content: str) -> str:
    """Put what belongs to a brace under or over it; docutils puts it beside."""
    return f"<m{where}>{content}</m{where}>"


def _in_docutils_words(tex: str, *, block: bool) -> str:
    tex = re.sub(r"\\(begin|end)\{equation\*?\}|\\(nonumber|notag)\b|\\label\{[^}]*\}", "", tex)
    tex = re.sub(rf"\\(begin|end)\{{(?:{'|'.join(_ALIGNED)})\*?\}}", r"\\\1{aligned}", tex)
    if block and r"\\" in tex and r"\begin" not in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    tex = re.sub(r"\\[A-Za-z]+", lambda m: _COMMANDS.get(m[0], m[0]), tex)
    return _OPERATOR.sub(lambda m: _operator(re.sub(r"\\[,;: ]", " ", m[2]), m[3] or "", under=bool(m[1])), tex)


def _operator(name: str, index: str, *, under: bool) -> str:
    """Write an operator whose index stands under it, as that of a limit, in commands that docutils knows."""
    operator = rf"\operatorname{{{name}}}"
    return rf"\underset{{{index}}}{{{operator}}}" if under and index else operator + (f"_{index}" if index else "")
