"""Take over the pictures that a post's figures were drawn as for dark pages."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import nbformat

from ..files import digest, write
from ..pictures import cleaned
from .result import DARK

_KEPT = ".dark"
"""Where the code before the first cell put them, in the post's folder: ``NAME.light`` beside ``NAME.dark``."""
_PNG = b"\x89PNG"


def make_drawings_neutral(folder: Path, neutral: Callable[[str], str]) -> None:
    """Change the texts in drawings of a post that ran in ``folder`` as those in its outputs."""
    for pair in _pairs(folder):
        for file in pair:
            if not (data := file.read_bytes()).startswith(_PNG):
                write(file, neutral(data.decode("utf-8", "replace")))


def dark_renditions(folder: Path, notebook: nbformat.NotebookNode, outputs: Iterable[str]) -> dict[str, Path]:
    """Return the pictures for dark pages that a post which ran in ``folder`` drew, by their names in its result.

    Each is named by the digest of the picture that it stands for, as the result holds that; of what the result does
    not hold there is none.
    """
    held = {picture_digest(data) for data in [*_shown(notebook), *((folder / name).read_bytes() for name in outputs)]}
    found = {}
    for light, dark in _pairs(folder):
        try:
            name, data = picture_digest(cleaned(light.read_bytes())), cleaned(dark.read_bytes())
        except ValueError:  # whatever a cell wrote there
            continue
        if name in held:
            write(dark, data)
            found[f"{DARK}/{name}{'.png' if data.startswith(_PNG) else '.svg'}"] = dark
    return found


def picture_digest(content: bytes) -> str:
    """Return the digest of a picture; the ends of a drawing's lines, which MyST-NB writes anew, do not count."""
    return digest(b"\n".join(content.splitlines()) if content.lstrip()[:1] == b"<" else content)


def _pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    if not (folder / _KEPT).is_symlink():
        for dark in sorted((folder / _KEPT).glob("*.dark")):
            pair = dark.with_suffix(".light"), dark
            if all(file.is_file() and not file.is_symlink() for file in pair):
                yield pair


def _shown(notebook: nbformat.NotebookNode) -> Iterator[bytes]:
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if picture := data.get("image/png"):
                yield base64.b64decode(picture)
            if drawing := data.get("image/svg+xml"):
                yield drawing.encode()
