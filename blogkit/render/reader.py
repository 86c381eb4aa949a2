"""Hand posts to MyST-NB: their words of today together with the outputs that their code returned."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import nbformat
from myst_nb.core.config import NbParserConfig
from sphinx.environment import BuildEnvironment

from ..execution.result import Result, with_outputs
from ..posts.headings import take_title
from ..posts.post import Post
from .pasted import attached_picture

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#$|~!&])")


def hand_over(env: BuildEnvironment, post: Post | None, result: Result | None = None) -> None:
    """Have MyST-NB read the next document as ``post``; ``None``: as what it is."""
    config: NbParserConfig = env.mystnb_config  # type: ignore[attr-defined]  # MyST-NB keeps it there
    formats = config.custom_formats
    formats.clear()
    if post:
        options = {"post": post, "result": result, "made": Path(config.output_folder)}
        formats[post.path.suffix] = (executed_notebook, options, False)


def executed_notebook(text: str, *, post: Post, result: Result | None, made: Path) -> nbformat.NotebookNode:
    """Return the post as a notebook that begins with its title and holds the stored outputs.

    Pictures that are attached to its cells become files in ``made``. The signature is that of MyST-NB's custom readers:
    ``text`` is the source, as Sphinx read it.
    """
    notebook = with_outputs(post, result)
    if result:
        notebook.metadata["language_info"] = result.notebook.metadata.get("language_info", {})
    for cell in notebook.cells:
        for name, kinds in cell.get("attachments", {}).items():
            address = attached_picture(kinds, made, post.path.parent)
            for spelling in {f"attachment:{name}", f"attachment:{quote(name)}"} if address else ():
                cell.source = cell.source.replace(spelling, address)
    labels = take_title(notebook.cells, post.title)
    heading = "# " + _MARKUP.sub(r"\\\1", post.title)
    title = nbformat.v4.new_markdown_cell("\n".join(filter(None, (labels, heading))), id="title")
    notebook.cells.insert(0, title)
    if "source_map" in notebook.metadata:
        notebook.metadata["source_map"] = [0, *notebook.metadata["source_map"]]
    return notebook
