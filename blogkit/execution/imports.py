"""Find what a post's cells import, by reading them. Plain functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

_IMPORT = re.compile(r"^\s*(?:import|from)\s+(\w+)", re.MULTILINE)
_NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What ``ast.parse`` raises; the last two for brackets or dots in their thousands."""
_MAGICS = ("run_cell_magic", "run_line_magic")
_ON_DEMAND = {
    **dict.fromkeys(("plot", "hist", "boxplot", "background_gradient", "draw"), "matplotlib"),
    **dict.fromkeys(("read_excel", "to_excel", "ExcelFile", "ExcelWriter"), "openpyxl"),
    **{"read_html": "lxml", "style": "jinja2"},
    **dict.fromkeys(("interpolate", "kde", "density"), "scipy"),
    **{"read_parquet": "pyarrow", "to_parquet": "pyarrow", "to_markdown": "tabulate"},
}
"""Attribute → what tables and graphs import for it, which no metadata requires."""
_DEMANDING = {"pandas", "geopandas", "xarray", "networkx", "sympy"}
_MAY_IMPORT = re.compile(rf"import|%|\.(?:{'|'.join(_ON_DEMAND)})\b")
_LOADED = {"matplotlib": ("matplotlib",), "pylab": ("matplotlib", "numpy")}
"""Magic → what it imports."""


@lru_cache(None)
def imported_modules(code: tuple[str, ...]) -> frozenset[str]:
    """Return the top-level modules that the cells import, also inside functions and in what IPython's magics run."""
    modules: set[str] = set()
    demanded: set[str] = set()
    for source in code:
        if not _MAY_IMPORT.search(source):
            continue
        nodes = list(cell_nodes(source))
        if not nodes:  # no Python; if it is nearly Python, its imports still count
            modules.update(_IMPORT.findall(source))
        for node in nodes:
            if isinstance(node, ast.Import):
                modules.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
            elif isinstance(node, ast.Call) and _is_dynamic_import(node):
                modules.add(node.args[0].value.split(".")[0])  # type: ignore[attr-defined]
            elif isinstance(node, ast.Call) and _is_magic(node):
                modules.update(_LOADED.get(node.args[0].value, ()))  # type: ignore[attr-defined]
            elif isinstance(node, ast.Attribute) and node.attr in _ON_DEMAND:
                demanded.add(_ON_DEMAND[node.attr])
    return frozenset(modules | (demanded if modules & _DEMANDING else set()))


def cell_nodes(source: str) -> Iterator[ast.AST]:
    """Yield the nodes of a cell's syntax tree, and of the code that it hands to a magic; none if it is no Python."""
    for node in ast.walk(_parse(source)):
        if not isinstance(node, ast.Module):
            yield node
        if isinstance(node, ast.Call) and _is_magic(node):
            yield from cell_nodes(node.args[-1].value)  # type: ignore[attr-defined]


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except _NO_PYTHON:
        pass
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except _NO_PYTHON:
        return ast.Module([], [])


def _is_magic(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in _MAGICS and bool(node.args)


def _is_dynamic_import(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return (
        name in ("import_module", "__import__")
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )
