"""Look at what cells wrote to their standard error, which readers do not see."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat

from ..language import _
from ..posts.notebook import executed_cells
from ..posts.post import Post
from ..text import printable
from .failures import Failure

_MISSING = re.compile(r"Glyph (\d+) \(.*missing from|\[U\+([0-9a-f]+)\], substituting")
_LINES = 10


def written(post: Post, notebook: nbformat.NotebookNode) -> Iterator[Failure]:
    """Yield the last lines that each cell wrote, in the words of a cell that failed."""
    for number, line, text in _streams(post, notebook):
        yield Failure(post, number, line, _("wrote to stderr"), "\n".join(printable(text).splitlines()[-_LINES:]))


def missing_letters(post: Post, notebook: nbformat.NotebookNode) -> Iterator[Failure]:
    """Yield each cell whose figures show boxes in place of letters, as Matplotlib says."""
    for number, line, text in _streams(post, notebook):
        codes = {int(dec) if dec else int(hexadecimal, 16) for dec, hexadecimal in _MISSING.findall(text)}
        if codes:
            reason = _("no font of its figures has {letters}, they show boxes; register a font, or write it otherwise")
            yield Failure(post, number, line, reason.format(letters=" ".join(map(chr, sorted(codes)))))


def _streams(post: Post, notebook: nbformat.NotebookNode) -> Iterator[tuple[int, int, str]]:
    """Yield number, line and text of the cells that wrote something."""
    for number, index, cell in executed_cells(notebook):
        text = "".join(output.text for output in cell.outputs if output.get("name") == "stderr")
        if text.strip():
            yield number, post.cell_line(index), text
