"""Tell authors which figures from code say nothing to those who cannot see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes

from ...errors import CELL, Fault
from ...language import _
from .figures import figure_node

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def setup(app: Sphinx) -> None:
    """Have each post that is read be looked at, and what was found be told when all are read."""
    found: list[Fault] = []

    def note(app: Sphinx, doctree: nodes.document) -> None:
        found.extend(_silent(doctree, Path(app.env.doc2path(app.env.docname))))

    def tell(_app: Sphinx, _env: BuildEnvironment) -> None:
        print(*found, sep="\n", end="\n" * bool(found))
        found.clear()

    app.connect("doctree-read", note)
    app.connect("env-updated", tell)


def _silent(doctree: nodes.document, path: Path) -> Iterator[Fault]:
    """Yield one notice for a document whose figures lack alt texts; an empty one is the author's word."""
    boxes = [box for box in doctree.findall(nodes.container) if _is_silent(box)]
    in_cells = {box: cell for box in boxes if (cell := _cell(box, path))}
    if boxes:
        cells = ", ".join(dict.fromkeys(map(str, in_cells.values())))
        places = [_("cell {number}").format(number=cells)] if cells else []
        places += [_("line {number}").format(number=box.line) for box in boxes if box not in in_cells]
        message = _(
            "{places}: figures without an alt text; say what they show: {mystnb} at the head of the cell "
            "(of a notebook: in its metadata), `:alt:` below {glue}"
        )
        mends = {"mystnb": "`mystnb: {image: {alt: …}}`", "glue": "`{glue:figure}`"}
        line = (
            0 if path.suffix == ".ipynb" else min(box.line or 0 for box in boxes)
        )  # there, numbers of cells are places
        yield Fault(path, line, message.format(places=", ".join(places), **mends))


def _is_silent(box: nodes.container) -> bool:
    """Tell whether a box holds an output of which a page shows a figure, and nothing says what it is."""
    if box.get("nb_element") != "mime_bundle" or any(kind["mime_type"] == "text/html" for kind in box):  # type: ignore[index]
        return False
    silent = any(not figure["label"] for figure in box.findall(figure_node))
    return silent or any("alt" not in image for image in box.findall(nodes.image))


def _cell(box: nodes.Element, path: Path) -> int:
    """Return the number of an output's cell; 0: a text shows what a cell handed on."""
    at: nodes.Element | None = box
    while at is not None and at.get("nb_element") != "cell_code":
        at = at.parent
    if at is None:
        return 0
    return (box.line or 0) // CELL if path.suffix == ".ipynb" else int(at["exec_count"])
