"""Put code cells back into the directives that they stand in, with what they gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

from ...posts.nested import PLACE

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class _Place(nodes.General, nodes.Element):
    """Where a cell stands."""


class _PlaceDirective(SphinxDirective):
    required_arguments, has_content = 1, True  # blank lines, as many as the cell has

    def run(self) -> list[nodes.Node]:
        return [_Place(cell=int(self.arguments[0]))]


class _PutBack(SphinxTransform):
    default_priority = 1  # before anything looks at what stands where

    def apply(self, **__: object) -> None:
        """Move each cell from behind its directive to its place; one that is not shown has none."""
        cells = {node.line: node for node in self.document.findall(_is_cell)}
        for place in list(self.document.findall(_Place)):
            cell = cells.get(place["cell"])
            if cell and cell.parent:
                cell.parent.remove(cell)
            place.replace_self([cell] if cell else [])


def setup_nested(app: Sphinx) -> None:
    """Register the places of cells."""
    app.add_directive(PLACE, _PlaceDirective)
    app.add_transform(_PutBack)


def _is_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"
