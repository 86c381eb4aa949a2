"""Write pages anew whose figures have other pictures for dark pages, though nothing in the pages has changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .builder import BlogBuilder

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def setup(app: Sphinx) -> None:
    """Compare when all documents are read."""
    app.connect("env-updated", _changed)


def _changed(app: Sphinx, env: BuildEnvironment) -> list[str]:
    assert isinstance(app.builder, BlogBuilder)
    before: dict[str, set[str]] = getattr(env, "blog_dark", {})
    found: dict[str, set[str]] = {}
    for source, (docnames, _name) in env.images.items():
        if dark := app.builder.dark_name(Path(app.srcdir, source)):
            for docname in docnames:
                found.setdefault(docname, set()).add(dark)
    env.blog_dark = found  # type: ignore[attr-defined]
    return [docname for docname in env.all_docs if found.get(docname) != before.get(docname)]
