"""Read a post as a notebook, and keep what was read: parsing a thousand posts takes longer than anything else that a
build does for the posts that have not changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, TypedDict

import nbformat
import nbformat.reader
import yaml

from ..errors import CELL, AuthorError, Fault
from ..files import digest, engine_digest, write
from ..language import _
from ..text import shorten
from .fences import open_fences
from .foreign import kernel_name, listed_front_matter
from .front_matter_keys import KEYS, SPELLINGS
from .mapping import LOADER, check_yaml
from .nested import take_out

_KERNEL_KEYS = ("source_map", "mystnb", "myst")
# What MyST-NB 1.4 adds too much to a cell's first line in its warnings.
_MAP_OFFSET = 1
_READERS = ("myst-nb", "myst-parser", "markdown-it-py", "mdit-py-plugins", "nbformat")
_OPTIONS = re.compile(
    r"^[ \t]*[`:~]{3,}\s*\{(?:code|raw)-cell\}.*\n(?:---\n([\s\S]*?)^---|((?:[ \t]*:[\w-]+:.*\n)+))", re.M
)
_FRONT_MATTER = re.compile(r"---[ \t]*\n[\w-]+:.*\n(?:.*\n)*?---[ \t]*(?:\n|$)")
LOADED = re.compile(r"^\s*:?load:\s*(\S+)", re.MULTILINE)
"""Of a cell that takes its code from a file: the file's name."""


class JsonCell(TypedDict):
    """A cell as a file holds it."""

    cell_type: str
    source: str
    metadata: dict[str, Any]


class JsonNotebook(TypedDict):
    """A notebook as a file holds it."""

    cells: list[JsonCell]
    metadata: dict[str, Any]


class Notebooks:
    """Notebooks by the digest of the text that they were read from; ``folder`` keeps them, a file each."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._used: set[str] = set()

    def read(self, path: Path, text: str) -> JsonNotebook:
        """Return the post as a notebook without outputs, as JSON values; raise :class:`AuthorError` where it is none.

        Its metadata holds only what a kernel needs.
        """
        if self._folder is None or _is_another_file_too(text):
            return _read_notebook(path, text)  # type: ignore[return-value]  # a mapping with attributes
        key = digest(_reader(), path.suffix, text)
        file = self._folder / f"{key}.json"
        self._used.add(file.name)
        try:
            kept: JsonNotebook = json.loads(file.read_bytes())
        except (OSError, ValueError):
            text = json.dumps(_read_notebook(path, text), default=str)
            write(file, text)
            kept = json.loads(text)
        return kept

    def prune(self) -> None:
        """Drop what was not read since the start."""
        for file in self._folder.glob("*.json") if self._folder else ():
            if file.name not in self._used:
                file.unlink(missing_ok=True)


def is_executed(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell is one of those that are executed: code that is not empty."""
    return bool(cell["cell_type"] == "code" and cell["source"].strip())


def executed_cells(notebook: nbformat.NotebookNode) -> Iterator[tuple[int, int, nbformat.NotebookNode]]:
    """Yield the cells that are executed, each with its number among them (from 1) and among all cells (from 0)."""
    executed = ((index, cell) for index, cell in enumerate(notebook.cells) if is_executed(cell))
    return ((number, index, cell) for number, (index, cell) in enumerate(executed, 1))


def split_front_matter(text: str) -> tuple[str, int]:
    """Return the YAML between the first two ``---`` lines (empty: none) and the line where the body starts."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return "", 1
    for number, line in enumerate(lines[1:], 2):
        if line.strip() in ("---", "..."):
            return "\n".join(lines[1 : number - 1]), number + 1
    return "", 1


def load_ipynb(path: Path, text: str) -> nbformat.NotebookNode:
    """Read a Jupyter notebook's text; raise :class:`AuthorError` for one that is none."""
    try:
        return _whole(path, nbformat.convert(nbformat.reader.reads(text), 4))
    except AuthorError:
        raise
    except Exception as error:  # nbformat's own errors have no common class
        reason = str(error).partition("\n")[0] or type(error).__name__
        message = _("no Jupyter notebook: {reason}; save it anew").format(reason=reason)
        raise AuthorError([Fault(path, 0, message)]) from error


def cell_line(notebook: nbformat.NotebookNode, index: int) -> int:
    """Return the line (from 1) at which a cell (from 0) of a post's notebook starts; see :data:`CELL`."""
    source_map = notebook.metadata.get("source_map", [])
    return source_map[index] + _MAP_OFFSET + 1 if index < len(source_map) else 1


def is_front_matter(cell: nbformat.NotebookNode) -> bool:
    """Tell whether a notebook's first cell begins with front matter: a raw one, or one of text, as mystmd has it."""
    if cell.cell_type == "raw":
        return bool(cell.source.startswith("---"))
    found = _FRONT_MATTER.match(cell.source) if cell.cell_type == "markdown" else None
    keys = re.findall(r"^([\w-]+):", found[0], re.MULTILINE) if found else ()
    return any(key in KEYS or key in SPELLINGS for key in keys)


def _is_another_file_too(text: str) -> bool:
    """Tell whether a cell takes its code from a file: then the notebook is no function of the text alone."""
    return "load:" in text and bool(LOADED.search(text))


def _read_notebook(path: Path, text: str) -> nbformat.NotebookNode:
    if path.suffix == ".ipynb":
        notebook = load_ipynb(path, text)
        _check_fences(path, {n * CELL: c.source for n, c in enumerate(notebook.cells, 1) if c.cell_type == "markdown"})
        first = notebook.cells[0] if notebook.cells else None
        starts = [number * CELL for number in range(1, len(notebook.cells) + 1)]
        if first is not None and is_front_matter(first):
            above = split_front_matter(first.source)[1] - 1
            first.source = "\n".join([""] * above + first.source.splitlines()[above:])
            if first.cell_type == "raw" or not first.source.strip():
                del notebook.cells[0], starts[0]
        elif first is not None and first.cell_type == "markdown":
            first.source = listed_front_matter(first.source)[1]
        meta = {**notebook.metadata, "source_map": [start - _MAP_OFFSET for start in starts]}
    else:
        _check_options(path, text)
        front, body = split_front_matter(text)
        # The front matter is read by us: MyST would choke on its dates after the post has run.
        lines = [""] * (body - 1) + text.splitlines()[body - 1 :]
        _check_fences(path, {0: "\n".join(lines)})
        notebook = _read_markdown(path, lines)
        starts = [  # counting from 0; MyST-NB drops the blank lines before a cell's words but counts from them
            next((n for n in range(start, len(lines)) if lines[n].strip()), start)
            if cell.cell_type != "code"
            else start - 1
            for start, cell in zip(notebook.metadata["source_map"], notebook.cells, strict=True)
        ]
        meta = {**(LOADER(front).get_single_data() or {}), "source_map": [start - _MAP_OFFSET for start in starts]}
    notebook.metadata = nbformat.from_dict({k: meta[k] for k in _KERNEL_KEYS if k in meta})
    name = kernel_name(meta)
    notebook.metadata["kernelspec"] = nbformat.from_dict({"name": name, "display_name": name})
    return _whole(path, notebook)


def _read_markdown(path: Path, lines: list[str]) -> nbformat.NotebookNode:
    """Return the cells as MyST-NB reads them, also those inside directives, with the line of each."""
    from myst_nb.core.read import read_myst_markdown_notebook
    from myst_parser.config.main import MdParserConfig

    if not any(line.strip() for line in lines):  # MyST-NB would raise an IndexError
        return nbformat.NotebookNode(cells=[], metadata=nbformat.NotebookNode(source_map=[]), nbformat=4)
    lines, nested = take_out(lines)
    syntax = MdParserConfig(enable_extensions={"colon_fence"})  # in `:::` a `+++` is no border of cells
    notebook: nbformat.NotebookNode = read_myst_markdown_notebook(
        "\n".join(lines), syntax, add_source_map=True, path=path
    )
    found = [*zip(notebook.metadata["source_map"], notebook.cells, strict=True)]
    for line, text in nested.items():
        cell = read_myst_markdown_notebook(text, add_source_map=True, path=path).cells[0]
        found.append((line + 1, cell))
    found.sort(key=lambda each: each[0])
    notebook.metadata["source_map"] = [line for line, _cell in found]
    notebook.cells = [cell for _line, cell in found]
    return notebook


def _check_fences(path: Path, texts: Mapping[int, str]) -> None:
    """Raise :class:`AuthorError` where a fence is never closed; ``texts`` has the line before each text."""
    found = ((start + line, why) for start, text in texts.items() for line, why in open_fences(text, in_cell=start > 0))
    if faults := [Fault(path, line, why) for line, why in found]:
        raise AuthorError(faults)


def _check_options(path: Path, text: str) -> None:
    """Read the options of cells before MyST-NB does, which knows no line of what is wrong with them."""
    for block in _OPTIONS.finditer(text):
        line = text.count("\n", 0, block.start()) + (3 if block[1] else 2)
        source = block[1] or re.sub("(?m)^[ \t]*:", "", block[2] or "")
        try:
            check_yaml(path, source, line)
            tags = (yaml.safe_load(source) or {}).get("tags", [])
            if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
                raise ValueError(_("tags: {tags!r} is no list of words").format(tags=tags))
        except AuthorError:
            raise
        except Exception as error:  # PyYAML raises many kinds
            why = getattr(error, "problem", None) or str(error)
            message = _("the options of this cell cannot be read ({reason}); mend them").format(reason=why)
            raise AuthorError([Fault(path, line, message)]) from error


def _whole(path: Path, notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook without outputs; raise :class:`AuthorError` where it is not as Jupyter wants it."""
    notebook.nbformat_minor = 5
    for number, cell in enumerate(notebook.get("cells", ())):
        cell["id"] = f"cell-{number}"
        if cell.get("cell_type") == "code":
            cell.outputs, cell.execution_count = [], None
    try:
        nbformat.validate(notebook, relax_add_props=True)
        json.dumps(notebook, ensure_ascii=False, default=str).encode()  # which halves of characters cannot be
    except nbformat.ValidationError as error:
        where = list(error.absolute_path)
        line = cell_line(notebook, where[1]) if path.suffix == ".md" and len(where) > 1 else 0
        said = " ".join([*(str(part + 1 if isinstance(part, int) else part) for part in where), shorten(error.message)])
        message = _("not as Jupyter wants it: {reason}; mend that").format(reason=said)
        raise AuthorError([Fault(path, line, message)]) from error
    return notebook


@cache
def _reader() -> str:
    """Say what reads: another version may read another notebook."""
    return " ".join((engine_digest(), *(metadata.version(name) for name in _READERS)))
