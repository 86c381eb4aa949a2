"""Join a post's words of today with the outputs that its code returned, for MyST-NB to render."""

from __future__ import annotations

import re

import nbformat

from .posts import Post
from .store import Result

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#$|~!&])")


def with_outputs(post: Post, result: Result | None) -> nbformat.NotebookNode:
    """Return a copy of the post's notebook whose code cells hold the stored outputs."""
    notebook = nbformat.from_dict(post.notebook)
    if result:
        stored = [cell for cell in result.notebook.cells if cell.cell_type == "code" and cell.source.strip()]
        cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
        for cell, executed in zip(cells, stored, strict=True):
            cell.outputs, cell.execution_count = executed.outputs, executed.execution_count
    return notebook


def executed_notebook(text: str, *, post: Post, result: Result | None) -> nbformat.NotebookNode:
    """Return the post as a notebook that begins with its title and holds the stored outputs.

    The signature is that of MyST-NB's custom readers: ``text`` is the source, as Sphinx read it.
    """
    notebook = with_outputs(post, result)
    if result:
        notebook.metadata["language_info"] = result.notebook.metadata.get("language_info", {})
    first = notebook.cells[0] if notebook.cells else None
    if first is None or first.cell_type != "markdown" or not first.source.lstrip().startswith("# "):
        title = nbformat.v4.new_markdown_cell("# " + _MARKUP.sub(r"\\\1", post.title), id="title")
        notebook.cells.insert(0, title)
        if "source_map" in notebook.metadata:
            notebook.metadata["source_map"] = [0, *notebook.metadata["source_map"]]
    return notebook
