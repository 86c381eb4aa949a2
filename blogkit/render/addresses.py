"""Give a post the address that its ``slug`` says: for Sphinx it is the name of the document, whatever its file is."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from sphinx.project import Project

from ..files import Made
from ..posts.post import Post

if TYPE_CHECKING:
    from sphinx.application import Sphinx


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


def linking_to_moved(docnames: Collection[str], posts: Collection[Post], made: Made) -> list[str]:
    """Return those of the documents that may link to a post whose address is another than when they were read."""
    moved = [post.path.stem for post in posts if made.other(f"address {post.source}", post.docname)]
    texts = {post.docname: post.text for post in posts}
    return [name for name in docnames if any(stem in texts.get(name, stem) for stem in moved)]  # of pages: all
