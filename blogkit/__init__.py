"""The executed blog: posts run when the site is built, and the pages show nothing that they did not return.

A post flows through the rooms in one direction, and each knows only those before it::

    posts → execution → site → web → publish → (build) → render → preview, cli

``docs/architecture.md`` draws the flow and says where to change what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the blog with Sphinx."""
    from .render.extension import register

    return register(app)
