"""Say of a reference that leads nowhere what it may have meant, and the mend."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from posixpath import basename, dirname, relpath
from typing import TYPE_CHECKING, Any

from myst_parser.sphinx_ext.myst_refs import MystReferenceResolver
from myst_parser.warnings_ import MystWarnings
from sphinx.addnodes import pending_xref
from sphinx.domains.std import warn_missing_reference
from sphinx.util import logging

from ...language import _
from ..places import place
from .statements import STATEMENTS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.domains import Domain
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)
_FILE = re.compile(r"[^#]*(?:/[^#]*|\.[a-z]+)(?:#.*)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d-")
_MANY = 8
_ALIKE = 0.7
_log_warning = MystReferenceResolver.log_warning


def told(wrong: str, name: str, known: Collection[str] | Mapping[str, str], mend: str) -> str:
    """Join what is wrong with a name, the known one most like it (or what that stands for), and the mend."""
    near = get_close_matches(name, known, 1, _ALIKE)
    if not near:
        return _("{wrong}; {mend}").format(wrong=wrong, mend=mend)
    meant = known[near[0]] if isinstance(known, Mapping) else near[0]
    return _("{wrong}; did you mean {near}? Or {mend}").format(wrong=wrong, near=meant, mend=mend)


def setup(app: Sphinx) -> None:
    """Have Sphinx and MyST say it."""
    listeners = app.events.listeners["warn-missing-reference"]
    listeners[:] = [each for each in listeners if each.handler is not warn_missing_reference]
    app.connect("warn-missing-reference", _warn_of_sphinx)
    MystReferenceResolver.log_warning = _warn_of_myst  # type: ignore[method-assign,assignment]


def _warn_of_sphinx(app: Sphinx, domain: Domain | None, node: pending_xref) -> bool | None:
    if domain and domain.name != "std":  # others say it themselves
        return None
    message = _reason(app.env, node)
    logger.warning("%s", message, location=place(node), type="ref", subtype=node["reftype"])
    return True


def _warn_of_myst(
    resolver: MystReferenceResolver, target: str | None, message: str, kind: MystWarnings, **options: Any
) -> None:
    node = options.get("location")
    if kind is MystWarnings.XREF_MISSING and isinstance(node, pending_xref):
        message = _reason(resolver.env, node)
        options["location"] = place(node)
    _log_warning(resolver, target, message, kind, **options)


def _reason(env: BuildEnvironment, node: pending_xref) -> str:
    kind, here = node["reftype"], env.docname
    target = [node["reftarget"], *re.findall(re.escape(node["reftarget"]), node.rawsource, re.IGNORECASE)][-1]
    standard: Any = env.domains["std"]
    if not target:
        return _("this link has no address; write it between the round brackets, or leave the brackets out")
    if node.get("refdomain") == "doc" and target in env.all_docs:
        wrong = _("{page} has no heading {name}").format(
            page=env.doc2path(target, base=False), name=node["reftargetid"]
        )
        return _no_heading(env, target, node["reftargetid"], wrong)
    if kind == "doc" or node.get("refdomain") == "doc" or (kind == "myst" and _FILE.fullmatch(target)):
        return _no_page(env, target, with_suffix=kind != "doc")
    if kind == "term":
        words = [name for of_kind, name in standard.objects if of_kind == "term"]
        wrong = _("no glossary of the blog has the word {name}").format(name=target)
        return told(wrong, target.lower(), words, _("write it into a `{glossary}`"))
    if target.lower() in standard.anonlabels:
        message = _("{name} has no title that could be shown; write what the link says: {mend}")
        mend = f"[…](#{target})" if kind == "myst" else f"{{{kind}}}`… <{target}>`"
        return message.format(name=target, mend=mend)
    if kind == "myst" and (slugs := _headings(env, here)):
        wrong = _("no heading of this page and no label of the blog is named {name}").format(name=target)
        return _no_heading(env, here, target, wrong, {**{name: name for name in _labels(env)}, **slugs})
    wrong = _("nothing in the blog has the label {name}").format(name=target)
    mend = _("write `({name})=` above what it means, in a page of the blog").format(name=target)
    return told(wrong, target.lower(), _labels(env), mend)


def _no_heading(env: BuildEnvironment, page: str, name: str, wrong: str, known: Mapping[str, str] | None = None) -> str:
    slugs = _headings(env, page)
    if not slugs:
        return told(wrong, name, (), _("leave out `#{name}`").format(name=name))
    few = ", ".join([*slugs.values()][:_MANY]) + " …" * (len(slugs) > _MANY)
    return told(wrong, name, known or slugs, _("lead to one of its headings: {headings}").format(headings=few))


def _no_page(env: BuildEnvironment, target: str, *, with_suffix: bool) -> str:
    """Name the page that is called alike, whatever its date."""
    folder = dirname(env.doc2path(env.docname, base=False))
    files = {relpath(env.doc2path(name, base=False), folder or "."): name for name in env.all_docs}
    known = {_bare(file): file if with_suffix else file.rpartition(".")[0] for file in files}
    wrong = _("the blog has no page and no file {name}").format(name=target.partition("#")[0])
    return told(wrong, _bare(target.partition("#")[0]), known, _("add it, or mend the path"))


def _bare(file: str) -> str:
    return _DATE.sub("", basename(file)).partition(".")[0]


def _headings(env: BuildEnvironment, page: str) -> dict[str, str]:
    """Return how links call the headings of a page → the same with ``#``."""
    slugs = env.metadata[page].get("myst_slugs", {})
    first = {address: name for name, (_line, address, title) in reversed(slugs.items()) if title}
    return {name: f"#{name}" for name in reversed(first.values())}


def _labels(env: BuildEnvironment) -> list[str]:
    domains: Any = env.domains
    own = [name for name, (page, *_place) in domains["std"].anonlabels.items() if page in env.all_docs]
    return [*own, *domains["math"].equations, *domains[STATEMENTS].labels]
