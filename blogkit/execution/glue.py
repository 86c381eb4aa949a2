"""Read the values that cells handed to the page."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import nbformat

from ..posts.references import Value


def glued_values(notebook: nbformat.NotebookNode) -> dict[str, Value]:
    """Return what the cells glued, as JSON values: name → number, text, truth value, list or mapping."""
    values: dict[str, Value] = {}
    for bundle, plain in _glued(notebook):
        try:
            values[bundle["name"]] = _plain(ast.literal_eval(plain))
        except (ValueError, SyntaxError):
            values[bundle["name"]] = plain
    return values


def glued_units(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Return the units of the glued values that have one."""
    return {bundle["name"]: bundle["unit"] for bundle, _ in _glued(notebook) if bundle.get("unit")}


def _glued(notebook: nbformat.NotebookNode) -> Iterator[tuple[dict[str, str], str]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []) if cell.cell_type == "code" else []:
            bundle = output.get("metadata", {}).get("scrapbook")
            if bundle:
                yield bundle, output.data.get(bundle.get("mime_prefix", "") + "text/plain", "")


def _plain(value: object) -> Value:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | None) else str(value)
