"""What executing a post gave, and how it came to be."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat

from ..posts.notebook import executed_cells
from ..posts.post import Post
from ..posts.references import Value
from .function import Description

NOTEBOOK, RECORD, FILES, SCRIPTS, DARK = "notebook.ipynb", "result.json", "files", "scripts", "dark"
"""What a result's folder holds."""
ANIMATION = "new Animation(frames"
"""What marks matplotlib's ``to_jshtml``."""
_FIRST_FRAME = re.compile(r'frames\[0\] = "data:(image/[\w+]+);base64,([^"]+)"')


@dataclass(frozen=True)
class Record:
    """How a result came to be; digests are SHA-256 in hexadecimal."""

    post: str
    """The document that was executed; others of the same code share its result."""
    values: dict[str, Value]
    """The glued values, by name."""
    units: dict[str, str]
    """The units of the glued values that have one, by name."""
    function: Description
    executed: str
    """When it began: ISO 8601, UTC."""
    seconds: float
    """How long it took."""
    processor: str
    device: str
    packages: dict[str, str]
    """Name → version of the packages that the post itself imports."""
    commit: str
    """Of the book, ending in ``-dirty`` where files differed from it; empty where there is no git."""
    outputs: dict[str, str]
    """File that the post wrote → digest."""
    scripts: dict[str, str] = field(default_factory=dict)
    """Script of a library that draws its figures, such as ``plotly.min.js`` → digest."""
    labels: dict[str, str] = field(default_factory=dict)
    """What the glued values are in words, of those that have a label, by name."""


@dataclass(frozen=True)
class Result:
    """What executing a post gave: its executed notebook, its files and how it came to be."""

    folder: Path
    key: str
    """The key that the result is stored under."""
    record: Record
    digest: str
    """Of all that it holds: executed again, the same key may give another result."""

    @property
    def values(self) -> dict[str, Value]:
        """The glued values, by name."""
        return self.record.values

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        """The executed notebook."""
        notebook: nbformat.NotebookNode = nbformat.reads(self._source, as_version=4)
        return notebook

    def holds(self, text: str) -> bool:
        """Tell whether the notebook's source holds ``text``, without parsing it."""
        return text in self._source

    @property
    def _source(self) -> str:
        return (self.folder / NOTEBOOK).read_text(encoding="utf-8")

    def file(self, name: str) -> Path:
        """Return the stored copy of a file that the post wrote."""
        return self.folder / FILES / name

    @cached_property
    def dark(self) -> dict[str, Path]:
        """The pictures for dark pages, by the digests of those that they stand for."""
        return {file.stem: file for file in sorted((self.folder / DARK).glob("*.[ps][nv]g"))}

    @cached_property
    def dark_names(self) -> dict[str, str]:
        """The names on the site of the pictures for dark pages, by the digests of those that they stand for."""
        return {digest: f"_images/{digest[:16]}-dark{file.suffix}" for digest, file in self.dark.items()}

    @cached_property
    def scripts(self) -> dict[str, Path]:
        """The scripts of libraries that its figures need, by their names on the site: one version is one file."""
        return {
            f"_static/{Path(name).stem}-{digest[:16]}.js": self.folder / SCRIPTS / f"{digest}.js"
            for name, digest in self.record.scripts.items()
        }


def with_outputs(post: Post, result: Result | None) -> nbformat.NotebookNode:
    """Return the post's words of today as a notebook whose code cells hold copies of the stored outputs."""
    notebook: nbformat.NotebookNode = nbformat.from_dict(post.notebook)
    if result:
        for (*_at, cell), (*_at, executed) in zip(*map(executed_cells, (notebook, result.notebook)), strict=True):
            cell.outputs, cell.execution_count = deepcopy(executed.outputs), executed.execution_count
    return notebook


def first_frame(html: str) -> dict[str, str]:
    """Return media type → content in base64 of the first picture of an animation; empty: it is none."""
    found = _FIRST_FRAME.search(html) if ANIMATION in html else None
    return {found[1]: re.sub(r"\\?\n", "", found[2])} if found else {}
