"""Read the values that cells handed to the page."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Iterator

import nbformat

from ..language import _
from ..posts.references import Value

_WORDS = ("unit", "label")
"""What a cell may say of a value that it glues."""


def glued_values(notebook: nbformat.NotebookNode) -> dict[str, Value]:
    """Return what the cells glued, as JSON values: name → number, text, truth value, list or mapping.

    Raises :class:`BadValue` for what can be none.
    """
    values: dict[str, Value] = {}
    for index, bundle, plain in _glued(notebook):
        name = bundle["name"]
        if not isinstance(name, str) or _fault(name, name):
            raise BadValue(index, _("glue({name!r}, …): the name must be a text").format(name=name))
        for key in _WORDS:
            if key in bundle and (not isinstance(bundle[key], str) or _fault(bundle[key], bundle[key])):
                raise BadValue(index, _("glue({name!r}, …): `{key}` must be a text").format(name=name, key=key))
        try:
            value = _plain(ast.literal_eval(plain))
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            value = plain
        if fault := _fault(plain, value):
            raise BadValue(index, _("glue({name!r}, …): the value {fault}").format(name=name, fault=fault))
        values[name] = value
    return values


class BadValue(Exception):
    """Raised for a value that no page can state."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index = index
        """Of the cell that glued it, in the notebook."""


def glued_words(notebook: nbformat.NotebookNode) -> dict[str, dict[str, str]]:
    """Return the ``units`` and the ``labels`` of the glued values that have one: as a record has them."""
    bundles = [bundle for _, bundle, _ in _glued(notebook)]
    return {f"{key}s": {each["name"]: each[key] for each in bundles if each.get(key, "").strip()} for key in _WORDS}


def _fault(plain: str, value: Value) -> str:
    """Say why a value with this text cannot be published; empty: it can."""
    if not plain:
        return _("has no text; glue what can be printed")
    if plain in ("nan", "inf", "-inf"):
        return _("is {value}; glue a number, or a text that says so").format(value=plain)
    try:
        if isinstance(value, int | float):
            math.isfinite(value)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except OverflowError:
        return _("is too large; glue its logarithm, or its text")
    except ValueError as error:
        return _("cannot be written ({reason})").format(reason=error)
    return ""


def _glued(notebook: nbformat.NotebookNode) -> Iterator[tuple[int, dict[str, str], str]]:
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []) if cell.cell_type == "code" else []:
            bundle = output.get("metadata", {}).get("scrapbook")
            if bundle:
                yield index, bundle, output.data.get(bundle.get("mime_prefix", "") + "text/plain", "")


def _plain(value: object) -> Value:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(each) for each in value]
    if value is ...:
        raise ValueError  # IPython has cut a long list: what is left is a text
    return value if isinstance(value, str | int | float | None) else str(value)
