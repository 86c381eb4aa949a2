r"""Number the equations of a page, know their labels on all others, and convert them.

The numbers are LaTeX's: those of ``equation``, of each line of ``align`` and of what has a label or a ``\tag``, in the
order of the page. References are ``{eq}`` in texts, and ``\ref`` and ``\eqref``, as notebooks have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.domains.math import MathDomain
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import clean_astext, make_refnode

from ...errors import place as place_of_line
from ...language import _
from ...text import equation_text, hyphenated
from ..places import is_output, line_of, place
from ..words import with_number
from .dollars import read_dollars_so
from .in_html import FindInHtml
from .lines import numbered_lines
from .mathml import Maths, macros

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment
    from sphinx.writers.html5 import HTML5Translator

_REFERENCE = re.compile(r"\\(eq)?ref\{([^{}]+)\}")
_ONLY_REFERENCE = re.compile(r"\s*\\(eq)?ref\{([^{}]+)\}\s*")

logger = logging.getLogger(__name__)


class Equations(MathDomain):
    """The labels of all equations: label → document and number."""

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self.dangling_warnings = {
            "eq": _("no equation has the label %(target)s; mend it, or give it to one: $$ … $$ (%(target)s)")
        }

    def note_equation(self, docname: str, labelid: str, location: Any = None) -> None:
        """Take a label; its number comes later."""
        if labelid in self.equations:
            message = _("%s: an equation of %s has the same label; take another one")
            file = Path(self.env.doc2path(docname))
            where = location and place(location)  # it may stand nowhere yet
            where = where or place_of_line(file, line_of(file, f"({labelid})"))
            logger.warning(message, labelid, self.equations[labelid][0], location=where)
        self.equations[labelid] = (docname, 0)

    def number(self, label: str) -> str:
        """Return an equation's number; raise ``ValueError``."""
        if label not in self.equations:
            raise ValueError(self.dangling_warnings["eq"] % {"target": label})
        return str(self.equations[label][1])

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> nodes.Element | None:
        """Return a link that shows an equation's number."""
        if target not in self.equations:
            return None
        number = self.number(target)
        text = number if node.get("bare") else (env.config.math_eqref_format or "({number})").format(number=number)
        own = nodes.inline("", "", *contnode.children)  # Sphinx shows them as code
        words = with_number(own, number) if node.get("refexplicit") else nodes.Text(text)
        return make_refnode(builder, fromdocname, self.equations[target][0], _anchor(target), words)


class NumberEquations(SphinxTransform):
    """Give the equations of a document their numbers, and find what refers to them."""

    default_priority = 200

    def apply(self, **kwargs: Any) -> None:
        """Number the equations that the author wrote; those of outputs have no numbers."""
        self._domain: Equations = self.env.get_domain("math")  # type: ignore[assignment]
        self._last = 0
        for node in list(self.document.findall(nodes.math_block)):
            self._number(node, own=not is_output(node))
        for text in list(self.document.findall(nodes.Text)):
            if "ref{" in text and not isinstance(text.parent, (nodes.FixedTextElement, nodes.literal, nodes.raw)):
                self._refer(text)

    def _number(self, node: nodes.math_block, *, own: bool) -> None:
        label = node.attributes.pop("label", None)
        _take_target(node)
        node["number"] = None
        if "amsmath" in node["classes"]:  # MyST draws a label by lot
            self._domain.equations.pop(label or "", None)
            label = None
        environment, rows = numbered_lines(node.astext(), whole=bool(label))
        in_dollars = "amsmath" not in node["classes"] and not node.get("nowrap")
        numbers, labels = [], [label] if label else []
        for row in rows:
            wanted = bool(label or row.labels or (row.numbered and not in_dollars))
            number = row.tag or (self._next() if own and wanted else "")
            numbers.append(number)
            for name in row.labels if own else ():
                self._domain.note_equation(self.env.docname, name, node)
            for name in (*row.labels, *([label] if label else [])):
                if self._domain.equations.get(name, ("",))[0] == self.env.docname:
                    self._domain.equations[name] = (self.env.docname, number)  # type: ignore[assignment]
            labels += row.labels
        node["ids"] = list(dict.fromkeys(map(_anchor, labels)))
        if any(numbers) or environment == "multline*":
            node["environment"] = environment
            node["rows"] = [(row.tex, number) for row, number in zip(rows, numbers, strict=True)]

    def _next(self) -> str:
        self._last += 1
        return str(self._last)

    def _refer(self, text: nodes.Text) -> None:
        """Make links of the references in a text, or of an equation that is nothing else."""
        if isinstance(text.parent, (nodes.math, nodes.math_block)):
            found = _ONLY_REFERENCE.fullmatch(text)
            if found and isinstance(text.parent, nodes.math):
                text.parent.replace_self(self._reference(found))
            return
        parts: list[nodes.Node] = []
        end = 0
        for match in _REFERENCE.finditer(text):
            parts += [nodes.Text(text[end : match.start()]), self._reference(match)]
            end = match.end()
        if parts:
            assert text.parent
            text.parent.replace(text, [part for part in (*parts, nodes.Text(text[end:])) if part])

    def _reference(self, match: re.Match[str]) -> pending_xref:
        return pending_xref(
            "",
            nodes.inline("", match[2]),
            refdomain="math",
            reftype="eq",
            reftarget=match[2],
            refdoc=self.env.docname,
            refwarn=True,
            bare=not match[1],
        )


class ConvertEquations(SphinxPostTransform):
    """Convert the equations that a page shows, in their order; say all that cannot be."""

    default_priority = 6  # after MyST-NB chose which form of an output is shown, before references are resolved

    def run(self, **kwargs: Any) -> None:
        """Give each equation its MathML; one that only defines is no part of the page."""
        domain: Equations = self.env.get_domain("math")  # type: ignore[assignment]
        maths = Maths(macros(self.config.mathjax3_config), domain.number)
        for node in list(_equations(self.document)):
            try:
                node["mathml"] = _mathml(maths, node)
            except ValueError as error:
                node["mathml"] = ""
                logger.warning(_("the equation is wrong: %s"), error, location=place(node))
                continue
            if not node["mathml"]:
                _remove(node)


def labels_within(document: nodes.document) -> Iterator[str]:
    """Yield the labels that equations refer to."""
    for node in _equations(document):
        yield from (match[2] for match in _REFERENCE.finditer(node.astext()))


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write an equation in a line."""
    translator.body.append(_written(node))
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write an equation of its own; its box is as wide as the text and scrolls. A paragraph holds no other box."""
    box = "span" if isinstance(node.parent, nodes.TextElement) else "div"
    translator.body.append(translator.starttag(node, box, "", CLASS="equation"))
    translator.body.append(f"{_written(node)}</{box}>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register it with Sphinx."""
    read_dollars_so()
    app.add_domain(Equations, override=True)
    app.add_transform(FindInHtml)
    app.add_transform(NumberEquations)
    app.add_post_transform(ConvertEquations)
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))


def _written(node: nodes.Element) -> str:
    """Return the MathML of an equation; one that stands elsewhere than on its page is converted by itself."""
    return str(node["mathml"]) if "mathml" in node else _mathml(Maths(), node)


def _mathml(maths: Maths, node: nodes.Element) -> str:
    if rows := node.get("rows"):
        return maths.numbered(node["environment"], rows)
    return maths.block(node.astext()) if isinstance(node, nodes.math_block) else maths.inline(node.astext())


def _equations(document: nodes.Element) -> Iterator[nodes.Element]:
    return (node for node in document.findall(nodes.Element) if isinstance(node, (nodes.math, nodes.math_block)))


def _anchor(label: str) -> str:
    """Return the address of a labelled equation."""
    return nodes.make_id(f"equation-{label}") if label.isascii() else f"equation-{hyphenated(label)}"


def _take_target(node: nodes.math_block) -> None:
    """Take away the target that stands before an equation: it has its address itself."""
    place_ = node.parent.index(node)
    before = node.parent[place_ - 1] if place_ else None
    if isinstance(before, nodes.target) and any(name.startswith("equation") for name in before["ids"]):
        node.parent.remove(before)


def _remove(node: nodes.Element) -> None:
    """Remove an equation that shows nothing, and the paragraph that held nothing else."""
    parent = node.parent
    parent.remove(node)
    if isinstance(parent, nodes.paragraph) and not parent.astext().strip():
        parent.parent.remove(parent)


def plain_text(title: nodes.Element) -> str:
    """Return a title or a caption, with its equations, as a line of text."""
    for node in list((title := title.deepcopy()).findall(nodes.math)):
        node[:] = [nodes.Text(equation_text(node.astext()))]
    return str(clean_astext(title))
