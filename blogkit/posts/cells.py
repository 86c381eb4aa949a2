"""Tell the words and the code of a post apart without parsing its Markdown, which would take most of a build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .notebook import split_front_matter
from .post import Post

_HIDDEN = {"remove-cell", "remove-input", "hide-cell", "hide-input"}
_CODE_CELL = re.compile(
    r"^(?P<fence>[`:~]{3,})\s*\{code-cell\}[^\n]*\n"
    r"(?P<options>---\n.*?^---\n|(?:[ \t]*:[\w-]+:[^\n]*\n)+)?"
    r"(?P<code>.*?)^(?P=fence)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)


def cells(post: Post) -> Iterator[tuple[bool, str, bool]]:
    """Yield (is it code, its source, is it folded away)."""
    if post.path.suffix == ".ipynb":
        for cell in post.notebook.cells:
            yield cell.cell_type == "code", cell.source, bool(_HIDDEN & set(cell.metadata.get("tags", [])))
        return
    _, start = split_front_matter(post.text)
    body = "\n".join(post.text.splitlines()[start - 1 :])
    end = 0
    for cell in _CODE_CELL.finditer(body):
        yield False, body[end : cell.start()], False
        yield True, cell["code"], any(tag in (cell["options"] or "") for tag in _HIDDEN)
        end = cell.end()
    yield False, body[end:], False
