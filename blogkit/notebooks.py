"""Read a post as a notebook, and keep what was read: parsing a thousand posts takes longer than anything else that a
build does for the posts that have not changed.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat
import yaml

from .errors import AuthorError, Fault
from .store import write_atomically

_KERNEL_KEYS = ("kernelspec", "source_map", "mystnb", "myst")
# What MyST-NB 1.4 adds too much to a cell's first line in its warnings.
_MAP_OFFSET = 1
_READERS = ("myst-nb", "myst-parser", "markdown-it-py", "mdit-py-plugins", "nbformat")
_GLUE = re.compile(r"\{glue(?::text)?\}`([^`]+)`")
_LOADS = re.compile(r"^\s*:?load:", re.MULTILINE)


class Notebooks:
    """Notebooks by the digest of the text that they were read from; ``folder`` keeps them, a file each."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._used: set[str] = set()

    def read(self, path: Path, text: str) -> dict[str, Any]:
        """Return the post as a notebook without outputs, as JSON values; raise :class:`AuthorError` where it is none.

        Its metadata holds only what a kernel needs.
        """
        if self._folder is None or (
            "load:" in text and _LOADS.search(text)
        ):  # a cell that is another file: not a function of the text alone
            return _read_notebook(path, text)
        key = hashlib.sha256(f"{_reader()}{path.suffix}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
        file = self._folder / f"{key}.json"
        self._used.add(file.name)
        try:
            return json.loads(file.read_bytes())
        except (OSError, ValueError):
            kept = json.dumps(_read_notebook(path, text), default=str)
            write_atomically(file, kept)
            return json.loads(kept)

    def prune(self) -> None:
        """Drop what was not read since the start."""
        for file in self._folder.glob("*.json") if self._folder else ():
            if file.name not in self._used:
                file.unlink(missing_ok=True)


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
        return nbformat.reads(text, as_version=4)
    except (ValueError, KeyError, AttributeError, nbformat.reader.NotJSONError) as error:
        raise AuthorError([Fault(path, 0, f"no Jupyter notebook: {error}")]) from error


def glued_values(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    """Return what the cells glued, as JSON values: name → number, text, truth value, list or mapping."""
    values: dict[str, Any] = {}
    for bundle, plain in _glued(notebook):
        try:
            values[bundle["name"]] = _plain(ast.literal_eval(plain))
        except (ValueError, SyntaxError):
            values[bundle["name"]] = plain
    return values


def fill_glue(text: str, values: Mapping[str, Any]) -> str:
    """Put values in place of the references to them in MyST Markdown."""

    def value(match: re.Match[str]) -> str:
        name, _, spec = match[1].partition(":")
        return format(values[name], spec) if name in values else match[0]

    return _GLUE.sub(value, text)


def glued_units(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Return the units of the glued values that have one."""
    return {bundle["name"]: bundle["unit"] for bundle, _ in _glued(notebook) if bundle.get("unit")}


def _glued(notebook: nbformat.NotebookNode) -> Iterator[tuple[dict[str, str], str]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []) if cell.cell_type == "code" else []:
            bundle = output.get("metadata", {}).get("scrapbook")
            if bundle:
                yield bundle, output.data.get(bundle.get("mime_prefix", "") + "text/plain", "")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def cell_line(notebook: nbformat.NotebookNode, index: int) -> int:
    """Return the line (from 1) at which a cell (from 0) of a post's notebook starts; 1 in an ``.ipynb``."""
    source_map = notebook.metadata.get("source_map", [])
    return source_map[index] + _MAP_OFFSET + 1 if index < len(source_map) else 1


def _read_notebook(path: Path, text: str) -> nbformat.NotebookNode:
    if path.suffix == ".ipynb":
        notebook = load_ipynb(path, text)
        first = notebook.cells[0] if notebook.cells else None
        if first is not None and first.cell_type == "raw" and first.source.startswith("---"):
            del notebook.cells[0]
        meta: dict[str, Any] = dict(notebook.metadata)
    else:
        from myst_nb.core.read import read_myst_markdown_notebook

        front, body = split_front_matter(text)
        # The front matter is read by us: MyST would choke on its dates after the post has run.
        lines = [""] * (body - 1) + text.splitlines()[body - 1 :]
        notebook = read_myst_markdown_notebook("\n".join(lines), add_source_map=True, path=path)
        starts = [  # counting from 0; MyST-NB drops the blank lines before a cell's words but counts from them
            next((n for n in range(start, len(lines)) if lines[n].strip()), start)
            if cell.cell_type != "code"
            else start - 1
            for start, cell in zip(notebook.metadata["source_map"], notebook.cells, strict=True)
        ]
        meta = {**(yaml.safe_load(front) or {}), "source_map": [start - _MAP_OFFSET for start in starts]}
    notebook.metadata = nbformat.from_dict({k: meta[k] for k in _KERNEL_KEYS if k in meta})
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata.setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})
    return notebook


@cache
def _reader() -> str:
    """Say what reads: another version may read another notebook."""
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    return " ".join((own, *(metadata.version(name) for name in _READERS)))
