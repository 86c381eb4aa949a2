"""Read what authors bring along from other tools: alerts, callouts, citations, notes in the line, lines of code.

MyST would show each of them as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import myst_nb.core.render
import myst_nb.sphinx_
import myst_parser.parsers.sphinx_
from docutils import nodes
from docutils.parsers.rst import directives, roles
from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode
from myst_parser.mdit_to_docutils.base import DocutilsRenderer, token_line
from myst_parser.parsers.mdit import create_md_parser
from myst_parser.warnings_ import MystWarnings
from sphinx.util import logging
from sphinx_design.icons import fontawesome, list_octicons

from ...language import _
from ..places import place
from ..scholarly.lost import told

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)
_ALERT = re.compile(r"\[!([\w-]+)\]([+-]?)(?:[ \t]+|$)")
_BOXES = {
    **{kind: kind for kind in ("note", "tip", "important", "warning", "caution", "danger", "error", "hint")},
    **dict.fromkeys(("success", "check", "done"), "tip"),
    **dict.fromkeys(("question", "help", "faq"), "hint"),
    **dict.fromkeys(("failure", "fail", "missing", "bug"), "danger"),
}
"""What GitHub's alerts and Obsidian's callouts are called → a box of docutils; others are notes."""
_CALLOUT = re.compile(r"\s*\{\.callout-(note|tip|important|warning|caution)\b([^}]*)\}")
_TITLE = re.compile(r"""\btitle=(["'])(.*?)\1""")
_FOLDED = re.compile(r"""\bcollapse=["']?true""")
_LINES = re.compile(r"\s\{([\d,\s-]+)\}")
_HARD_BEHIND = re.compile(r"^(\s*\{[A-Za-z][\w:+-]*\})(?=[^\s{])")
_SIZES = re.compile(r"\{((?:\s*(?:width|height|align)=[\w.%-]+)+)\s*\}")
_FOOTNOTE = re.compile(r"\[\^\w+\]")
_CITATION = re.compile(r"\[([^\[\]`]*@[^\[\]`]+)\](?![(\[:])")
_NEXT_WORK = re.compile(";(?=[^;]*@)")
_WORK = re.compile(r"\s*(?:([^@{}]*)\s)?-?@(\w(?:[\w:.+/-]*\w)?)(?:[,;\s]|$)\s*([^@{}]*?)\s*")
"""A part of Pandoc's ``[see @key, p. 3; @other]``: what stands before it, its key, what stands behind it."""
_LIQUID = re.compile(
    r"(?P<code>(`+).*?(?<!`)\2(?!`)|<(pre|code)\b.*?</\3>)|"
    r"(?P<before>\]\(|=[\"'])(?P<blog>\{\{-?\s*site\.(?:base)?url\s*-?\}\}(?=[/{]))?"
    r"(?:/?\{%-?\s*post_url\s+(?P<post>[\w.-]+?)\s*-?%\})?",
    re.DOTALL,
)
_OPTIONS = re.compile(r"(.+): Unknown option keys: \[(.*)\] \(allowed: \[(.*)\]\)")
_SPLIT = "Splitting content across first line and body"
_NOTE = "inline-note-"
_EXTERNAL = re.compile(r"external\b")
_render_fence, _render_footnote_ref = DocutilsRenderer.render_fence, DocutilsRenderer.render_footnote_ref
_render_colon_fence = DocutilsRenderer.render_colon_fence
_create_warning = DocutilsRenderer.create_warning


def teach_parser() -> None:
    """Have MyST read ``^[a note]``, ``[@work]``, ``::: {.callout-note}`` and the lines of ``python {2-3}``."""
    for module in (myst_nb.sphinx_, myst_nb.core.render, myst_parser.parsers.sphinx_):
        vars(module)["create_md_parser"] = _parser
    DocutilsRenderer.render_fence = _fence  # type: ignore[method-assign,assignment]
    DocutilsRenderer.render_colon_fence = _colon_fence  # type: ignore[method-assign,assignment]
    DocutilsRenderer.render_footnote_ref = _footnote_ref  # type: ignore[method-assign,assignment]
    DocutilsRenderer.create_warning = _warn  # type: ignore[method-assign,assignment]


def mend_document(app: Sphinx, doctree: nodes.document) -> None:
    """Make alerts of GitHub's quotes, give pictures their size; warn of icons and footnotes that are not there."""
    for picture in doctree.findall(nodes.image):
        _take_size(picture)
    for quote in list(doctree.findall(nodes.block_quote)):
        _make_alert(quote)
    _miss_footnotes(doctree)
    for icon in doctree.findall(fontawesome):
        name = next((each.removeprefix("fa-") for each in icon["classes"] if each.startswith("fa-")), "")
        other = min((each for each in list_octicons() if name in each.split("-")), key=len, default="star")
        message = _("pages load no font of icons, and {name!r} would be a blank; write {mend}")
        logger.warning("%s", message.format(name=name, mend=f"{{octicon}}`{other}`"), location=icon)


def _miss_footnotes(doctree: nodes.document) -> None:
    message = _("there is no footnote {note}; write its text as a line of its own, `{note}: …`, or put it in backticks")
    for text in doctree.findall(nodes.Text):
        parent = text.parent
        notes = _FOOTNOTE.findall(text.astext())
        if notes and not isinstance(parent, (nodes.literal, nodes.math, nodes.FixedTextElement)):
            source = Path(doctree["source"]).read_text(encoding="utf-8")
            for note in notes:
                if f"\\{note[:-1]}" not in source:  # else it is meant to be read as it is written
                    logger.warning("%s", message.format(note=note), location=parent if parent.line else place(parent))


def _take_size(picture: nodes.image) -> None:
    """Take what Pandoc and Quarto write behind a picture without quotes: ``{width=60%}``."""
    after = picture.next_node(descend=False, siblings=True)
    if isinstance(after, nodes.Text) and (sizes := _SIZES.match(after.astext())):
        picture.attributes |= dict(re.findall(r"(\w+)=(\S+)", sizes[1]))
        after.parent.replace(after, nodes.Text(after.astext()[sizes.end() :]))


def _make_alert(quote: nodes.block_quote) -> None:
    first = quote[0] if len(quote) else None
    start = first[0] if isinstance(first, nodes.paragraph) and len(first) else None
    kind = _ALERT.match(start.astext()) if isinstance(start, nodes.Text) else None
    if not kind or not isinstance(first, nodes.paragraph):
        return
    end = next((n for n, child in enumerate(first.children) if child.astext() == "\n"), len(first))
    rest, name = kind.string[kind.end() :], kind[1].lower()
    title = [*([nodes.Text(rest)] if rest else []), *first.children[1:end]]
    box = _BOXES.get(name, "note")
    if not title and box != name:  # as Obsidian calls it
        title = [nodes.Text(kind[1].capitalize())]
    alert = _admonition(box, title, ["dropdown"] if kind[2] == "-" else [])
    first.children = first.children[end + 1 :]
    alert.extend([*([first] if first.children else []), *quote.children[1:]])
    quote.replace_self(alert)


def _admonition(kind: str, title: Sequence[nodes.Node], classes: Sequence[str] = ()) -> nodes.Element:
    """Return a box of this kind, which has its kind's own title where none is given."""
    if not title:
        box: nodes.Element = getattr(nodes, kind)(classes=[*classes])
        return box
    return nodes.admonition("", nodes.title("", "", *title), classes=[kind, *classes])


def _parser(*arguments: Any, **options: Any) -> MarkdownIt:
    parser = create_md_parser(*arguments, **options)
    parser.core.ruler.before("inline", "liquid", _without_liquid)
    parser.inline.ruler.before("link", "inline_note", _inline_note)
    parser.inline.ruler.before("link", "citation", _citation)
    parser.validateLink = _is_link  # type: ignore[method-assign,assignment]
    return parser


def _without_liquid(state: StateCore) -> None:
    """Take what Jekyll fills into addresses for what it means: the blog's folder, the file of a post."""
    for token in state.tokens:
        if token.type in ("inline", "html_block") and "{" in token.content:
            token.content = _LIQUID.sub(_meant, token.content)


def _meant(found: re.Match[str]) -> str:
    if found["code"]:
        return found[0]
    return f"{found['before']}{found['post']}.md" if found["post"] else found["before"]


def _is_link(address: str) -> bool:
    """Take all for an address but scripts: what MyST would show as it is written becomes a picture, or a fault."""
    return not address.lower().startswith(("javascript:", "vbscript:"))


def _inline_note(state: StateInline, silent: bool) -> bool:
    """Take ``^[…]`` for a footnote that is defined where it stands."""
    end = parseLinkLabel(state, state.pos + 1) if state.src.startswith("^[", state.pos) else -1
    if end < 0:
        return False
    if not silent:
        token = state.push("footnote_ref", "", 0)
        token.content = " ".join(state.src[state.pos + 2 : end].split())
    state.pos = end + 1
    return True


def _citation(state: StateInline, silent: bool) -> bool:
    """Take Pandoc's and Quarto's ``[see @key, p. 3; @other]`` for ``{cite:p}``."""
    found = _CITATION.match(state.src, state.pos)
    works = [_WORK.fullmatch(part) for part in _NEXT_WORK.split(found[1])] if found else []
    if not found or not all(works) or normalizeReference(found[1]) in state.env.get("references", ()):
        return False
    if not silent:
        token = state.push("myst_role", "", 0)
        token.meta = {"name": "cite:p"}
        token.content = ",".join(_cited(*work.groups("")) for work in works if work)
    state.pos = found.end()
    return True


def _cited(before: str, key: str, behind: str) -> str:
    return "".join((f"{{{before}}}" if before else "", key, f"{{{behind}}}" if behind else ""))


def _footnote_ref(renderer: DocutilsRenderer, token: SyntaxTreeNode) -> None:
    if "label" not in token.meta:
        number = renderer.md_env["inline_notes"] = renderer.md_env.get("inline_notes", 0) + 1
        token.meta["label"] = label = f"{_NOTE}{number}"
        tokens = renderer.md.parse(f"[^{label}]: {token.content}", renderer.md_env)
        for part in tokens:
            part.map = [*(token.map or (0, 0))]
            for child in part.children or []:
                child.map = part.map
        definition = SyntaxTreeNode(tokens).children
        if "foot_refs" in renderer.md_env:  # where MyST before 5 looks for them at the end
            renderer.md_env["foot_refs"][label] = definition
        else:
            with renderer.current_node_context(renderer.document):
                renderer.render_footnote_reference(definition[0])
    _render_footnote_ref(renderer, token)


def _fence(renderer: DocutilsRenderer, token: SyntaxTreeNode) -> None:
    lines = _LINES.search(token.info)
    if lines and not token.info.startswith("{"):
        token.attrs.setdefault("emphasize-lines", lines[1].strip())
    _part_title(token)
    _render_fence(renderer, token)


def _colon_fence(renderer: DocutilsRenderer, token: SyntaxTreeNode) -> None:
    callout = _CALLOUT.match(token.info)
    if not callout:
        _part_title(token)
        _render_colon_fence(renderer, token)
        return
    name, said = callout.groups()
    content = nodes.container()
    with renderer.current_node_context(content, append=True):
        renderer.nested_render_text(token.content, token_line(token, 0))
    title: Sequence[nodes.Node] = []
    if given := _TITLE.search(said):
        title = [nodes.Text(given[2])]
    elif len(content) and isinstance(content[0], nodes.rubric):  # Quarto takes a heading that stands first
        title = content.pop(0).children
    box = _admonition(name, title, ["dropdown"] if _FOLDED.search(said) else [])
    renderer.add_line_and_source_path(box, token)
    box.extend(content.children)
    content.replace_self(box)


def _part_title(token: SyntaxTreeNode) -> None:
    """Take what stands hard behind the name of a directive for its title, as mystmd does: ``{tip}Title``."""
    if token.token:
        token.token.info = _HARD_BEHIND.sub(r"\1 ", token.info)


def _warn(renderer: DocutilsRenderer, message: str, kind: MystWarnings, **options: Any) -> nodes.system_message | None:
    """Say what to write instead of what MyST does not know."""
    said = re.search(r"[\"'](.+)[\"']", message)
    name = said[1] if said else ""
    if kind is MystWarnings.IREF_MISSING or (kind is MystWarnings.UNKNOWN_ROLE and _EXTERNAL.match(name)):
        message = _("links to other sites by name ({name}) are not supported; write the address: [words](https://…)")
        message = message.format(name=name)
    elif kind is MystWarnings.UNKNOWN_ROLE:
        known = _known(renderer, "roles", {**vars(roles)["_roles"], **vars(roles)["_role_registry"]})
        message = told(_("there is no role {name}").format(name=name), name, known, _("write its text without it"))
    elif kind is MystWarnings.UNKNOWN_DIRECTIVE:
        own = {**vars(directives)["_directives"], **vars(directives)["_directive_registry"]}
        mend = _("write its text without it, or name the extension that has it in `sphinx.extra_extensions`")
        wrong = _("there is no directive {name}").format(name=name)
        message = told(wrong, name, _known(renderer, "directives", own), mend)
    elif found := _OPTIONS.fullmatch(message):
        name, wrong, others = (part.replace("'", "") for part in found.groups())
        message = _("{name} has no option {options}; delete it, or write one of: {known}")
        message = message.format(name=name, options=wrong, known=others)
    elif _SPLIT in message:
        return None  # nothing is lost
    return _create_warning(renderer, message, kind, **options)


def _known(renderer: DocutilsRenderer, kind: str, own: Collection[str]) -> list[str]:
    """Return docutils' ``own`` names of a kind and those of Sphinx's domains."""
    domains = renderer.sphinx_env.domains if renderer.sphinx_env else {}
    names = [f"{domain}:{name}" for domain in domains for name in getattr(domains[domain], kind)]
    return [*own, *names, *(name.removeprefix("std:") for name in names)]
