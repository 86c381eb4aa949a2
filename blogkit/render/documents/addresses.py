"""Give a post the address that its ``slug`` says: for Sphinx it is the name of the document, whatever its file is."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, Any

from sphinx.addnodes import pending_xref
from sphinx.project import Project
from sphinx.transforms.post_transforms import SphinxPostTransform

from ...files import Made
from ...posts.post import POSTS, SUFFIXES, Post
from ...text import hyphenated

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

_DATE = len("YYYY-MM-DD-")


class Addresses(Project):
    """Sphinx's project, whose documents need not be named as their files are."""

    names: dict[str, str]
    """Path of a file without its suffix, below the book → docname, where it is another one."""

    def path2doc(self, filename: str | os.PathLike[str]) -> str | None:
        """Return the name of the document that a file is, absolute or below the book."""
        found = super().path2doc(filename)
        return self.names.get(found, found) if found else None


def give_addresses(app: Sphinx, posts: Iterable[Post]) -> None:
    """Have Sphinx find these posts under their own addresses; before it looks for documents."""
    project = Addresses(app.srcdir, app.config.source_suffix)
    project.restore(app.project)  # what the last build found
    files = {post.source.rpartition(".")[0]: post.docname for post in posts}
    project.names = {file: docname for file, docname in files.items() if file != docname}
    app.project = app.env.project = project


def siblings_of(posts: Iterable[Post]) -> dict[str, list[str]]:
    """Return how posts are called without their dates → their docnames."""
    named: dict[str, list[str]] = {}
    for post in posts:
        named.setdefault(hyphenated(post.path.stem[_DATE:]), []).append(post.docname)
    return named


def link_siblings(doctree: nodes.document, root: Path, source: str, named: Mapping[str, list[str]]) -> None:
    """Let links lead to posts that are named as their files were before: without dates, with other signs, in folders.

    ``source`` is the file of the document, below the book, ``root``; ``named`` is what :func:`siblings_of` returns.
    What a bare name without a suffix means is known when all labels are: see :class:`LinkBareNames`.
    """
    for node in [node for node in doctree.findall(pending_xref) if node["reftype"] == "doc" or not node["refdomain"]]:
        path, _hash, heading = node["reftarget"].partition("#")
        found, is_doc = normpath(join(dirname(source), path)).lstrip("/"), node["reftype"] == "doc"
        is_file = not is_doc and path.endswith((*SUFFIXES, ".html"))
        name = hyphenated(basename(found.rpartition(".")[0] if is_file else found))
        docnames = named.get(name, [])
        is_page = path.endswith(".html") or _is_there(root / found)  # the site makes pages, too
        if len(docnames) != 1 or (dirname(found) != POSTS and is_page):
            continue
        if is_doc:
            node.attributes |= {"reftarget": f"/{docnames[0]}", "reftargetid": heading or None}
        elif is_file:
            _lead(node, docnames[0], heading)
        elif node["reftype"] == "myst":
            node["sibling"] = f"{docnames[0]}#{heading}" if heading else docnames[0]


class LinkBareNames(SphinxPostTransform):
    """Let a link lead to the post whose name it gives without a suffix, if no label has that name."""

    default_priority = 8  # before MyST looks up what links lead to

    def run(self, **kwargs: Any) -> None:
        """Change what :func:`link_siblings` has noted."""
        labels = self.env.domains["std"].anonlabels
        for node in self.document.findall(pending_xref):
            if "sibling" in node and node["reftarget"].lower() not in labels:
                docname, _hash, heading = node["sibling"].partition("#")
                _lead(node, docname, heading)


def linking_to_moved(docnames: Collection[str], posts: Collection[Post], made: Made) -> list[str]:
    """Return those of the documents that may link to a post whose address is another than when they were read."""
    stems = [post.path.stem for post in posts if not made.same(f"address {post.source}", post.docname)]
    moved = [hyphenated(stem[_DATE:]) for stem in stems]
    texts = {post.docname: post.text for post in posts}
    # Of pages: all. Each text is spelt once, and none where nothing moved.
    return [
        name
        for name in docnames
        if moved and (name not in texts or any(map(hyphenated(texts[name]).__contains__, moved)))
    ]


def _is_there(path: Path) -> bool:
    """Tell whether a link leads to a page of the book, or to another file."""
    return path.exists() or any(path.with_suffix(suffix).exists() for suffix in SUFFIXES)


def _lead(node: pending_xref, docname: str, heading: str) -> None:
    node.attributes |= {"refdomain": "doc", "reftarget": docname, "reftargetid": heading or None}
