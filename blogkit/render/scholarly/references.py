"""Number the figures, tables and listings of each post by itself, and say of a number of another post whose it is.

Sphinx numbers them through all documents and reads all in each build; here a post's numbers are known when it is read.
What a page says of other pages (their titles, their numbers) is part of what it shows: if it changes, so does the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.domains import Domain
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import docname_join, logging
from sphinx.util.nodes import clean_astext

from ...files import Made, json_digest
from ...language import _
from ..equations.numbering import labels_within, plain_text
from ..words import NUMBERED, asks_for_number, caption_format, with_number
from .statements import STATEMENTS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from ...posts.post import Post

logger = logging.getLogger(__name__)


_SAYS_ITSELF = (nodes.section, nodes.rubric, nodes.definition_list, nodes.field_list, nodes.footnote, nodes.reference)
"""What MyST knows words for, where it has no caption."""


class References(Domain):
    """What each document refers to."""

    name = "references"
    label = "References"
    data_version = 1
    languages: Mapping[str, str] = {}  # another in each build
    posts: Sequence[Post] = ()  # another in each build; those that are shown, newest first
    initial_data: dict[str, Any] = {"targets": {}, "listing": set()}  # noqa: RUF012  # as Sphinx declares it

    @property
    def targets(self) -> dict[str, list[str]]:
        """Document → what it refers to, in its own words."""
        return self.data["targets"]  # type: ignore[no-any-return]

    @property
    def listing(self) -> set[str]:
        """The posts that list others."""
        return self.data["listing"]  # type: ignore[no-any-return]

    def listed(self, docname: str) -> list[str]:
        """Return the posts that one lists: the others of its series, or all others; oldest first."""
        series = next((post.series for post in self.posts if post.docname == docname), "")
        others = [post for post in self.posts if post.docname != docname and series in ("", post.series)]
        return [post.docname for post in reversed(others)]

    def clear_doc(self, docname: str) -> None:
        """Forget what a document refers to."""
        self.targets.pop(docname, None)
        self.listing.discard(docname)

    def process_doc(self, env: BuildEnvironment, docname: str, document: nodes.document) -> None:
        """Number what a document has with a caption."""
        standard: Any = env.domains["std"]
        numbers: dict[str, dict[str, tuple[int, ...]]] = {}
        for node in document.findall(nodes.Element) if env.config.numfig else ():
            kind = standard.get_enumerable_node_type(node)
            if kind in NUMBERED and node["ids"] and standard.get_numfig_title(node):
                of_kind = numbers.setdefault(kind, {})
                of_kind[node["ids"][0]] = (len(of_kind) + 1,)
        env.toc_fignumbers[docname] = numbers


def note_posts(env: BuildEnvironment, posts: Sequence[Post]) -> None:
    """Note the posts that are shown, newest first."""
    holder: Any = env.domains[References.name]
    holder.posts = posts


def listing_others(env: BuildEnvironment, made: Made) -> list[str]:
    """Return the posts that list others, if these are not those that they were."""
    holder: Any = env.domains[References.name]
    order = json_digest([[post.docname, post.series] for post in holder.posts])
    return [] if made.same("order of posts", order) else sorted(holder.listing & env.found_docs)


def note_targets(env: BuildEnvironment, document: nodes.document) -> None:
    """Note what a document refers to, when its links are what they stay."""
    references: Any = env.domains["references"]
    links = ((node["reftarget"], node.get("reftargetid")) for node in document.findall(pending_xref))
    found = {f"{target}#{heading}" if heading else str(target) for target, heading in links}
    siblings = {node["sibling"] for node in document.findall(pending_xref) if "sibling" in node}
    if found := found.union(siblings, labels_within(document)):
        references.targets[env.docname] = sorted(found)


def note_titles(env: BuildEnvironment, document: nodes.document) -> None:
    """Let references say titles and captions with equations as lines of text have them: Sphinx says their LaTeX."""
    labels = env.domains["std"].labels
    titles = (node for kind in (nodes.title, nodes.caption) for node in document.findall(kind))
    spelt = {clean_astext(title): plain_text(title) for title in titles if next(title.findall(nodes.math), None)}
    for name, (docname, address, title) in list(labels.items()) if spelt else ():
        if docname == env.docname:
            labels[name] = (docname, address, spelt.get(title, title))


def note_label(env: BuildEnvironment, post: Post) -> None:
    """Note what a whole post is called, if it is."""
    standard: Any = env.domains["std"]
    if name := nodes.fully_normalize_name(post.label):
        other, address = standard.anonlabels.get(name, (post.docname, ""))
        if other != post.docname or address:
            message = _("label: {name} is what {file} or a part of it is called; take another one")
            message = message.format(name=post.label, file=env.doc2path(other, base=False))
            logger.warning("%s", message, location=(post.docname, post.lines.get("label")))
        standard.labels[name] = (post.docname, "", post.title)
        standard.anonlabels[name] = (post.docname, "")


class NameNumbers(SphinxPostTransform):
    """Write numbers in the language of their document, and the title of the post behind that of another one."""

    default_priority = 8  # before Sphinx looks up what they refer to

    def run(self, **kwargs: Any) -> None:
        """Change what is not the author's own words."""
        for node in [*self.document.findall(pending_xref)]:
            own_words = node.get("refexplicit")
            place = self._place(node)
            if place and place[0] != self.env.docname and not own_words:
                title = nodes.Text(f" ({self.env.titles[place[0]].astext()})")
                node.parent.insert(node.parent.index(node) + 1, title)

    def _place(self, node: pending_xref) -> tuple[str, str] | None:
        """Return the document and the address of what has a number, and nothing else."""
        domains: Any = self.env.domains
        target, asks = node["reftarget"], asks_for_number(node)
        if node["reftype"] == "eq" and target in domains["math"].equations:
            return domains["math"].equations[target][0], ""
        if node["reftype"] == "myst" and not node["refdomain"] and (asks or not node["refexplicit"]):
            target = target.lower()
        elif node["reftype"] not in ("ref", "numref"):
            return None
        docname, address = domains["std"].anonlabels.get(target, ("", ""))
        numbers = self.env.toc_fignumbers.get(docname, {})
        kind = next((kind for kind, of_kind in numbers.items() if address in of_kind), None)
        is_titled = kind or target in domains["std"].labels
        if target in domains[STATEMENTS].labels and (node["refdomain"] == STATEMENTS or not is_titled):
            node.attributes |= {"refdomain": STATEMENTS, "reftype": "ref", "reftarget": target}
            return domains[STATEMENTS].labels[target][:2]  # type: ignore[no-any-return]
        if docname and (asks or (kind and node["reftype"] == "myst")):  # `[](#figure)` is its number in mystmd
            node.attributes |= {"refdomain": "std", "reftype": "numref", "reftarget": target}
        if node["reftype"] != "numref" or not docname or (kind and node["refexplicit"]):
            return None
        if kind is None:  # sections have titles, not numbers
            titled = domains["std"].labels.get(target)
            if titled and asks and "{name}" in node.astext():
                node[0] = with_number(nodes.inline("", "", *node[0].children), titled[2])
            elif titled and asks:
                node["refexplicit"] = False
            if titled or not node["refexplicit"]:
                node["reftype"] = "ref" if self.config.numfig else "numref"
            return None
        node["refexplicit"] = True
        node[0] = nodes.inline("", caption_format(self.env, kind, self.env.docname))
        return docname, address


class LinkToNumbers(SphinxTransform):
    """Let links to figures and the like say their numbers, as mystmd has it; MyST would say their whole captions."""

    default_priority = 878  # before MyST looks up what links lead to in their own document

    def apply(self, **kwargs: Any) -> None:
        """Have them looked up with those to other documents."""
        for link in [node for node in self.document.findall(nodes.reference) if node.get("id_link")]:
            target = link["refuri"][1:]
            if not target:  # the top of the page
                del link["id_link"]
                continue
            name = target.lower()
            node = self.document.ids.get(self.document.nameids.get(name) or "") or nodes.section()
            is_titled = any(isinstance(child, nodes.caption | nodes.title) for child in node.children)
            is_numbered = is_titled and isinstance(node, nodes.figure | nodes.table | nodes.container)
            has_no_words = not is_titled and self.document.nametypes.get(name) and not isinstance(node, _SAYS_ITSELF)
            asks = pending_xref("", *link.deepcopy().children, refexplicit=bool(link.children))
            if ((is_numbered or has_no_words) and not link.children) or asks_for_number(asks):
                words = nodes.inline("", "", *link.children, classes=["xref", "myst", *link["classes"]])
                to = {"refdoc": self.env.docname, "refdomain": None, "reftype": "myst", "reftarget": target}
                link.replace_self(pending_xref("", words, refexplicit=bool(words.children), **to))


def said_of_others(env: BuildEnvironment) -> Iterator[tuple[str, str]]:
    """Yield documents with a digest of what they say of other documents: titles, numbers, works that are cited."""
    domains: Any = env.domains
    labels = (domains["std"].labels, domains["std"].anonlabels, domains["math"].equations, domains[STATEMENTS].labels)
    cited: dict[str, list[str]] = {}
    for citation in domains["cite"].citations:
        of_document = cited.setdefault(citation.bibliography_key.docname, [])
        entry = citation.formatted_entry
        of_document.append(f"{citation.citation_id} {entry.label} {entry.text!r}")
    targets = domains["references"].targets
    for docname in sorted(targets.keys() | cited.keys()):
        said: list[Any] = [cited.get(docname)]
        for target in targets.get(docname, ()):
            places = [found for each in labels if (found := each.get(target)) and found[0] != docname]
            file, _hash, heading = target.partition("#")
            files = (file, docname_join(docname, file))
            titles = (env.titles.get(name) for name in (*files, *(place[0] for place in places)))
            headings = (env.metadata.get(name, {}).get("myst_slugs", {}).get(heading, ())[1:] for name in files)
            numbers = (env.toc_fignumbers.get(place[0]) for place in places)
            said.append([target, *map(str, places), *(t and t.astext() for t in titles), *headings, *numbers])
        yield docname, json_digest(said)


def setup(app: Sphinx) -> None:
    """Register the domain, and have Sphinx number nothing."""
    app.add_domain(References)
    app.add_transform(LinkToNumbers)
    app.add_post_transform(NameNumbers)
    TocTreeCollector.assign_figure_numbers = lambda *_: []  # type: ignore[method-assign]
