"""A post as its author wrote it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat

from ..errors import Fault
from .fences import FENCES
from .notebook import JsonCell, JsonNotebook, Notebooks, cell_line, is_executed

POSTS = "posts"
SUFFIXES = (".md", ".ipynb")
_CELLS = (*FENCES, "+++")
"""Where one of them stands in Markdown, it may have more than one cell, or a fence that is never closed."""
_STEERING = ("raises-exception", "skip-execution")
"""Tags of a cell that say how it is executed."""


def is_post(name: str) -> bool:
    """Tell whether a document or a page, by its path below the book or the site, is a post."""
    return name.startswith(f"{POSTS}/") and name.count("/") == 1


@dataclass(frozen=True)
class Post:
    """A post as its author wrote it; nothing here comes from executing it."""

    path: Path
    docname: str
    text: str
    title: str
    date: dt.datetime
    authors: tuple[str, ...] = ()
    language: str = ""
    """A code such as ``pt-BR``; empty: the language of the blog."""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    series: str = ""
    label: str = ""
    description: str = ""
    """A template over the post's glued values, such as ``Right in {test_accuracy:.2%}``."""
    updated: dt.datetime | None = None
    toc: bool = True
    search_exclude: bool = False
    draft: bool = False
    thumbnail: str = ""
    redirect_from: tuple[str, ...] = ()
    """Files below the site's root that lead to the post."""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    expect: dict[str, str] = field(default_factory=dict)
    drift: dict[str, float] | float = field(default_factory=dict)
    """How far each glued value, or all, may move from one published build to the next before that is reported."""
    timeout: float = 600.0
    """Seconds that the whole post may run."""
    cell_timeout: float | None = None
    """Seconds that each cell may run."""
    output_limit: float = 10.0
    """MB that the page may show of what the post prints and draws."""
    whole_machine: bool = False
    runs_on: str = ""
    requirements: tuple[str, ...] = ()
    """Packages that the post can load besides those that it imports, and what they require."""
    env: tuple[str, ...] = ()
    """Variables of the environment that the post can read."""
    network: bool = False
    max_age: float = 7.0
    """Days after which a result that came over the network is executed again."""
    passed_over: tuple[str, ...] = ()
    """Keys of its front matter that nothing here reads."""
    lines: dict[str, int] = field(default_factory=dict)
    """The line of each front-matter key, for messages."""
    notebooks: Notebooks = field(default_factory=Notebooks, repr=False, compare=False)
    """Where the notebook is read."""

    @property
    def slug(self) -> str:
        """The last part of the address."""
        return self.docname.rsplit("/", 1)[-1]

    @property
    def names(self) -> set[str]:
        """What authors call it: by its address, or by its file."""
        return {self.slug, self.path.stem}

    @property
    def url(self) -> str:
        """The address below the site's root."""
        return f"{self.docname}.html"

    @property
    def source(self) -> str:
        """The path of its file below the book."""
        return f"{POSTS}/{self.path.name}"

    @property
    def book(self) -> Path:
        """The folder of the blog."""
        return self.path.parents[self.docname.count("/")]

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        """The post as a notebook without outputs; its metadata holds only what a kernel needs."""
        notebook: nbformat.NotebookNode = nbformat.from_dict(self._notebook)
        return notebook

    @cached_property
    def code(self) -> tuple[str, ...]:
        """The sources of the code cells that are executed, in order."""
        if self.path.suffix == ".md" and not any(sign in self.text for sign in _CELLS):
            return ()
        return tuple(cell["source"] for cell in self._code_cells)

    @property
    def steered(self) -> dict[str, list[str]]:
        """Number of a code cell, from 1, as text → its tags that say how it is executed."""
        cells = enumerate(self._code_cells, 1)
        tags = {str(n): [t for t in _STEERING if t in cell["metadata"].get("tags", [])] for n, cell in cells}
        return {number: found for number, found in tags.items() if found}

    @property
    def kernel(self) -> str:
        """The name of the Jupyter kernel."""
        if not self.code:
            return ""
        return str(self._notebook["metadata"]["kernelspec"]["name"])

    def cell_line(self, index: int) -> int:
        """Return the line (from 1) at which a cell (from 0) of the notebook starts."""
        return cell_line(self.notebook, index)

    def code_line(self, index: int, line: int) -> int:
        """Return the line of the file that is a line (from 1) of the code of a cell (from 0)."""
        start = self.cell_line(index)
        if self.path.suffix == ".ipynb":
            return start + line - 1
        code, lines = self.notebook.cells[index].source.split("\n"), self.text.splitlines()
        below = range(start, len(lines))  # the fence and its options come first
        first = next((n for n in below if [*map(str.strip, lines[n : n + len(code)])] == [*map(str.strip, code)]), None)
        return start if first is None else first + line

    def is_public(self, now: dt.datetime) -> bool:
        """Tell whether the post may be published at ``now`` (aware)."""
        return not self.draft and self.date <= now

    def fault(self, key: str, message: str) -> Fault:
        """Make a fault at the line of a front-matter key."""
        return Fault(self.path, self.lines.get(key, 1), message)

    @property
    def _code_cells(self) -> list[JsonCell]:
        return [cell for cell in self._notebook["cells"] if is_executed(cell)]

    @cached_property
    def _notebook(self) -> JsonNotebook:
        return self.notebooks.read(self.path, self.text)
