"""Theorems and their kin, exercises and their solutions, as sphinx-proof and sphinx-exercise write them.

Each post numbers its own from 1, in its own language; so the numbers are known while it is read, and no other post has
a say in them. (Those two number through all documents, read them all in each build, and take their words from the
language of the site.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.addnodes import pending_xref
from sphinx.domains import Domain
from sphinx.roles import XRefRole
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from ...language import N_, _
from ...text import hyphenated
from ..words import with_number, word

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment

STATEMENTS = "prf"
"""The domain, by sphinx-proof's name."""
KINDS = {
    "algorithm": N_("Algorithm"),
    "assumption": N_("Assumption"),
    "axiom": N_("Axiom"),
    "conjecture": N_("Conjecture"),
    "corollary": N_("Corollary"),
    "criterion": N_("Criterion"),
    "definition": N_("Definition"),
    "example": N_("Example"),
    "exercise": N_("Exercise"),
    "lemma": N_("Lemma"),
    "notation": N_("Notation"),
    "observation": N_("Observation"),
    "property": N_("Property"),
    "proposition": N_("Proposition"),
    "remark": N_("Remark"),
    "theorem": N_("Theorem"),
}

logger = logging.getLogger(__name__)


class gate_end(nodes.Element):  # docutils calls its nodes so
    """Where an exercise or a solution ends that began with another directive."""


class Statement(SphinxDirective):
    """A theorem, a definition, an exercise …: with a number, and a name if it has one."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {
        "label": directives.unchanged_required,
        "class": directives.class_option,
        "nonumber": directives.flag,
        "hidden": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Make a note whose title is its kind, its number and its name."""
        if "hidden" in self.options:
            return []
        kind = self.kind
        number = "" if "nonumber" in self.options else str(self.env.new_serialno(kind) + 1)
        short = f"{word(self.env, KINDS[kind])} {number}".strip()
        title = nodes.title("", short)
        if self.arguments:
            name, messages = self.state.inline_text(self.arguments[0], self.lineno)
            title += [nodes.Text(" ("), *name, nodes.Text(")"), *messages]
        return [self.note(title, "proof" if self.name.startswith(STATEMENTS) else "task", kind, short=short)]

    @property
    def kind(self) -> str:
        """What the directive's name says it is."""
        return self.name.removeprefix(f"{STATEMENTS}:").removesuffix("-start")

    def note(self, title: nodes.title, *classes: str, short: str = "") -> nodes.admonition:
        """Return the note, which its label names, and which goes on to its end if it only starts here."""
        node = nodes.admonition("", title, classes=[*classes, *self.options.get("class", [])], short=short)
        self.set_source_info(node)
        if label := self.options.get("label"):
            node["label"] = nodes.fully_normalize_name(label)
            addresses = (hyphenated(label), f"{self.kind}-{hyphenated(label)}")
            node["ids"] = [each for each in addresses if each not in self.state.document.ids][:1]
            self.state.document.set_id(node)
        if self.name.endswith("-start"):
            node["gate"] = self.kind
        self.state.nested_parse(self.content, self.content_offset, node)
        return node


class Solution(Statement):
    """The solution of an exercise, which it names."""

    optional_arguments = 0
    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {name: Statement.option_spec[name] for name in ("label", "class", "hidden")}

    def run(self) -> list[nodes.Node]:
        """Make a note whose title leads to the exercise."""
        if "hidden" in self.options:
            return []
        label = self.arguments[0]
        exercise = pending_xref("", nodes.inline("", label), refdomain=STATEMENTS, reftype="ref")
        target = nodes.fully_normalize_name(label)
        exercise.update_all_atts(
            {"reftarget": target, "refwarn": True, "refexplicit": False, "refdoc": self.env.docname}
        )
        self.set_source_info(exercise)
        short = word(self.env, N_("Solution to {exercise}"))
        before, _, after = short.partition("{exercise}")
        node = self.note(nodes.title("", "", nodes.Text(before), exercise, nodes.Text(after)), "task", "solution")
        node["short"], node["of"] = short, target
        return [node]


class Proof(Statement):
    """A proof, which has no number."""

    optional_arguments = 0
    option_spec: ClassVar[dict[str, Any]] = {"class": directives.class_option, "nonumber": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Make a note that is called a proof."""
        return [self.note(nodes.title("", word(self.env, N_("Proof"))), "proof", "argument")]


class End(SphinxDirective):
    """The end of an exercise or a solution that began with another directive."""

    def run(self) -> list[nodes.Node]:
        """Mark the place."""
        node = gate_end("", gate=self.name.removesuffix("-end"))
        self.set_source_info(node)
        return [node]


class CloseGates(SphinxTransform):
    """Put what stands between a start and its end into the note that starts."""

    default_priority = 20

    def apply(self, **kwargs: Any) -> None:
        """Warn of a start without its end, and of an end without its start."""
        for start in [node for node in self.document.findall(nodes.admonition) if node.get("gate")]:
            siblings = start.parent.children
            first = siblings.index(start) + 1
            end = next((n for n in siblings[first:] if isinstance(n, gate_end) and n["gate"] == start["gate"]), None)
            if end is None:
                message = _("`%s-start` has no end at its level; write `%s-end` below it, before the next heading")
                logger.warning(message, start["gate"], start["gate"], location=start)
                continue
            between = siblings[first : siblings.index(end)]
            for node in (*between, end):
                start.parent.remove(node)
            start += between
        for end in [*self.document.findall(gate_end)]:
            logger.warning(_("`%s-end` ends nothing; delete it"), end["gate"], location=end)
            end.parent.remove(end)


class Statements(Domain):
    """The statements that have a label."""

    name = STATEMENTS
    label = "Statements"
    directives: dict[str, type[Directive]] = {  # noqa: RUF012  # as Sphinx declares them
        **{kind: Statement for kind in KINDS if kind != "exercise"},
        "proof": Proof,
    }
    roles: dict[str, Any] = {"ref": XRefRole(lowercase=True, warn_dangling=True)}  # noqa: RUF012
    initial_data: dict[str, Any] = {"labels": {}}  # noqa: RUF012

    @property
    def labels(self) -> dict[str, tuple[str, str, str, str]]:
        """Label → its document, its address there, the kind and number, and of a solution the label of its exercise."""
        return self.data["labels"]  # type: ignore[no-any-return]

    def clear_doc(self, docname: str) -> None:
        """Forget what a document said."""
        self.data["labels"] = {label: place for label, place in self.labels.items() if place[0] != docname}

    def process_doc(self, env: BuildEnvironment, docname: str, document: nodes.document) -> None:
        """Note what has a label; those of sections and figures are others, and may be called the same."""
        standard: Any = env.domains["std"]
        for node in [node for node in document.findall(nodes.admonition) if "short" in node]:
            label = node.get("label")
            for name in (name for name in node["names"] if name != label):  # that stand before it: `(name)=`
                standard.labels[name] = (docname, document.nameids[name], node[0].astext())
            if not label:
                continue
            if label in self.labels:
                other = env.doc2path(self.labels[label][0], base=False)
                logger.warning(_("the label %s stands in %s, too; write another one"), label, other, location=node)
            self.labels[label] = (docname, node["ids"][0], node["short"], node.get("of", ""))

    def called(self, label: str) -> str:
        """Return the kind and number of what has a label; of a solution: those of its exercise."""
        short, exercise = self.labels[label][2:]
        return short.replace("{exercise}", self.labels[exercise][2] if exercise in self.labels else exercise)

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """Return a link that says what it leads to, unless the author says it."""
        if target not in self.labels:
            return None
        docname, address = self.labels[target][:2]
        called = self.called(target)
        text = with_number(contnode, called.split()[-1]) if node.get("refexplicit") else nodes.Text(called)
        return make_refnode(builder, fromdocname, docname, address, text)

    def resolve_any_xref(self, *place: Any) -> list[Any]:
        """Return the link for a reference that says nothing of what it leads to."""
        env, fromdocname, builder, target, node, contnode = place
        found = self.resolve_xref(env, fromdocname, builder, "ref", target.lower(), node, contnode)
        return [(f"{self.name}:ref", found)] if found else []


def setup(app: Sphinx) -> None:
    """Register the directives."""
    message = _("nothing has the label %(target)s; write `:label: %(target)s` below what it means")
    Statements.dangling_warnings = {"ref": message}
    app.add_domain(Statements)
    app.add_transform(CloseGates)
    for name, directive in (("exercise", Statement), ("solution", Solution)):
        app.add_directive(name, directive, override=True)
        app.add_directive(f"{name}-start", directive)
        app.add_directive(f"{name}-end", End)
