"""Cite works with sphinxcontrib-bibtex: each post has a bibliography of its own, of what it cites.

Loaded by ``citations.py`` only, as it takes long.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.statemachine import StringList
from pybtex.database import BibliographyData
from pybtex.exceptions import PybtexError
from sphinx.addnodes import pending_xref
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.osutil import relpath
from sphinxcontrib.bibtex import builder_inited_cite
from sphinxcontrib.bibtex.citation_target import parse_citation_targets
from sphinxcontrib.bibtex.directives import BibliographyDirective
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.roles import CiteRole

from ...errors import AuthorError, Fault
from ...language import N_, _
from ...posts.post import is_post
from ...text import hyphenated
from ..places import place
from ..words import word
from .lost import told

if TYPE_CHECKING:
    from pybtex.database import Entry
    from sphinx.application import Sphinx
    from sphinxcontrib.bibtex.directives import BibliographyKey

logger = logging.getLogger(__name__)
_OWN = "docname in docnames"
"""The filter of works that are cited where the bibliography stands."""
_SEMICOLON = re.compile(r";(?![^{}]*\})")
_OPTIONS = ("filter", "all", "cited", "notcited")


class Cite(CiteRole):
    """A citation; between its works may stand semicolons, as mystmd has it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Refer to the works."""
        self.target = _SEMICOLON.sub(",", self.target)
        try:
            list(parse_citation_targets(self.target))
        except ValueError:
            message = _("no works can be read in {text}; write their keys, with commas between them")
            logger.warning("%s", message.format(text=self.target), location=self.get_location())
            return [nodes.Text(self.target)], []
        made: tuple[list[nodes.Node], list[nodes.system_message]] = super().run()
        return made


class Citations(BibtexDomain):
    """The works that posts cite."""

    roles = {name: Cite() for name in BibtexDomain.roles}  # noqa: RUF012  # as Sphinx declares it

    def get_filtered_entries(self, bibliography_key: BibliographyKey) -> Iterator[tuple[str, Entry]]:
        """Yield what a bibliography shows; for a post's own in one go through its citations, not all for each work."""
        bibliography, docname = self.bibliographies[bibliography_key], bibliography_key.docname
        if ast.unparse(bibliography.filter_) != _OWN:
            yield from super().get_filtered_entries(bibliography_key)
            return
        cited = {target.key for ref in self.citation_refs if ref.docname == docname for target in ref.targets}
        for entry in self.get_entries(bibliography.bibfiles):
            key = bibliography.keyprefix + entry.key
            if key in cited or entry.key in bibliography.keys:
                yield key, entry


class Bibliography(BibliographyDirective):
    """A bibliography; in a post it shows what the post cites, elsewhere all that is cited, unless it says otherwise.

    It may name a file as it was called elsewhere, in another folder.
    """

    def run(self) -> Any:
        """List the works."""
        domain: Any = self.env.domains["cite"]
        known = [Path(file) for file in domain.bibdata.bibfiles]
        files = " ".join(self.arguments).split()
        for number, file in enumerate(files):
            named = [each for each in known if each.name == Path(file).name]
            if len(named) == 1:
                files[number] = f"/{relpath(str(named[0]), self.env.srcdir)}"
        self.arguments = [" ".join(files)] if files else []
        return super().run()

    def _get_filter(self) -> ast.AST:
        if is_post(self.env.docname) and not any(name in self.options for name in _OPTIONS):
            return ast.parse(_OWN)
        return super()._get_filter()


class AddBibliography(SphinxTransform):
    """Give a document that cites works a bibliography at its end, if it has none."""

    default_priority = 640  # when footnotes are gathered, which stay last

    def apply(self, **kwargs: Any) -> None:
        """Append a section."""
        domain: Any = self.env.domains["cite"]
        docname = self.env.docname
        self._miss_works(domain)
        if any(key.docname == docname for key in domain.bibliographies):
            return
        lines = [ref.line for ref in domain.citation_refs if ref.docname == docname]
        top = next(self.document.findall(nodes.section), None)
        if not lines or top is None:
            return
        state: Any = SimpleNamespace(document=self.document, reporter=self.document.reporter)
        directive = Bibliography(
            "bibliography", [], {}, StringList(), lines[-1] or 1, 0, "", state, state_machine=state
        )
        directive.options["filter"] = _OWN
        title = word(self.env, N_("References"))
        name = hyphenated(title)
        address = next(n for n in (name, *(f"{name}-{n}" for n in range(2, 99))) if n not in self.document.ids)
        section = nodes.section("", nodes.title("", title), *directive.run(), ids=[address])
        self.document.note_implicit_target(section)
        footnotes = next((n for n in self.document.findall(nodes.transition) if "footnotes" in n["classes"]), None)
        siblings = footnotes.parent.children if footnotes else []
        last = siblings[siblings.index(footnotes) :] if footnotes and footnotes.parent is not self.document else []
        for node in last:
            node.parent.remove(node)
        top += [section, *last]

    def _miss_works(self, domain: BibtexDomain) -> None:
        """Warn of works that no `.bib` file has."""
        works = tuple(domain.bibdata.data.entries)
        files = ", ".join(relpath(file, self.env.srcdir) for file in domain.bibdata.bibfiles)
        for node in [node for node in self.document.findall(pending_xref) if node["refdomain"] == domain.name]:
            keys = [target.key for target in parse_citation_targets(node["reftarget"])]
            missing = [key for key in keys if not key.endswith(works)]  # a bibliography may put a prefix before them
            for key in missing:
                wrong = _("{files} has no work {key}").format(files=files, key=key)
                logger.warning("%s", told(wrong, key, works, _("add it there")), location=place(node))
            if missing:
                node.parent.replace(node, nodes.Text(node.astext()))


def read(app: Sphinx) -> None:
    """Read the `.bib` files that changed; raise :class:`AuthorError` for what is no BibTeX, or two works in one."""
    repeated: list[str] = []
    add = BibliographyData.add_entry

    def add_once(data: BibliographyData, key: str, entry: Entry) -> None:
        if key not in data.entries:
            add(data, key, entry)
        elif data.entries[key] != entry:
            repeated.append(key)

    BibliographyData.add_entry = add_once
    try:
        builder_inited_cite(app)
    except PybtexError as error:
        path, line = Path(str(error.filename)), getattr(error, "lineno", None) or 0
        raise AuthorError([Fault(path, line, _("no BibTeX ({reason}); mend it").format(reason=error))]) from error
    finally:
        BibliographyData.add_entry = add
    if repeated:
        files = [Path(file) for file in app.env.domains["cite"].bibdata.bibfiles]  # type: ignore[attr-defined]
        raise AuthorError([_again(key, files) for key in repeated])


def _again(key: str, files: list[Path]) -> Fault:
    """Say where a work stands that is another one above."""
    entry = re.compile(rf"@\w+\s*[{{(]\s*{re.escape(key)}\s*,", re.IGNORECASE)
    texts = [(file, file.read_text(encoding="utf-8-sig", errors="replace")) for file in files]
    places = [(file, text.count("\n", 0, at.start()) + 1) for file, text in texts for at in entry.finditer(text)]
    file, line = places[-1] if places else (files[0], 0)
    return Fault(file, line, _("{key} is another work above; delete one, or give it a key of its own").format(key=key))


def setup(app: Sphinx) -> None:
    """Load sphinxcontrib-bibtex, with what a blog wants otherwise."""
    app.setup_extension("sphinxcontrib.bibtex")
    listeners = app.events.listeners["builder-inited"]
    listeners[:] = [each for each in listeners if each.handler is not builder_inited_cite]
    app.add_domain(Citations, override=True)
    app.add_role("cite", Cite(), override=True)
    app.add_directive("bibliography", Bibliography, override=True)
    app.add_transform(AddBibliography)
