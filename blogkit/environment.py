"""What a post's result depends on besides its code: interpreter, processor, packages. Plain functions, no Sphinx."""

from __future__ import annotations

import ast
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Set
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

_IMPORT = re.compile(r"^\s*(?:import|from)\s+(\w+)", re.MULTILINE)
_MAGICS = ("run_cell_magic", "run_line_magic")


@lru_cache(None)
def imported_modules(code: tuple[str, ...]) -> frozenset[str]:
    """Return the top-level modules that the cells import, also inside functions and in what IPython's magics run."""
    modules: set[str] = set()
    for source in code:
        if "import" not in source:
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
    return frozenset(modules)


def cell_nodes(source: str) -> Iterator[ast.AST]:
    """Yield the nodes of a cell's syntax tree, and of the code that it hands to a magic; none if it is no Python."""
    for node in ast.walk(_parse(source)):
        if not isinstance(node, ast.Module):
            yield node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MAGICS:
            yield from cell_nodes(node.args[-1].value)  # type: ignore[attr-defined]


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        pass
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError):
        return ast.Module([], [])


@lru_cache(None)
def package_versions(modules: frozenset[str]) -> dict[str, str]:
    """Return name → version of the distributions behind ``modules`` and of all that they require, sorted by name."""
    owners = _owners() if modules - sys.stdlib_module_names else {}
    todo = [(canonicalize_name(name), frozenset()) for module in modules for name in owners.get(module, ())]
    seen: set[tuple[str, frozenset[str]]] = set()
    versions: dict[str, str] = {}
    while todo:
        item = todo.pop()
        if item in seen:
            continue
        seen.add(item)
        name, extras = item
        found = _distribution(name)
        if found is None:
            continue
        versions[name], requires = found
        todo += [
            (canonicalize_name(r.name), frozenset(r.extras)) for r in requires if _applies(r, extras or frozenset({""}))
        ]
    return dict(sorted(versions.items()))


def main_packages(modules: Set[str]) -> dict[str, str]:
    """Return name → version of only those distributions that the post imports itself."""
    owners = _owners()
    names = {canonicalize_name(name) for module in modules for name in owners.get(module, ())}
    return {name: found[0] for name in sorted(names) if (found := _distribution(name))}


def environment(modules: Set[str], kernel: str) -> dict[str, Any]:
    """Describe what else the result of code that imports ``modules`` is a function of, as JSON values."""
    return {
        "kernel": kernel,
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "system": platform.system(),
        "machine": platform.machine(),
        "device": device(),
        "packages": package_versions(frozenset(modules)),
    }


@lru_cache(1)
def gpus() -> tuple[str, ...]:
    """Return the names of the NVIDIA GPUs that a kernel can see (``CUDA_VISIBLE_DEVICES`` may hide some)."""
    command = shutil.which("nvidia-smi")
    if not command:
        return ()
    call = [command, "--query-gpu=index,uuid,name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(call, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    found = [line.split(", ", 2) for line in answer.stdout.splitlines()]
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return tuple(name for _, _, name in found)
    chosen = [choice.strip() for choice in visible.split(",")]
    return tuple(name for c in chosen for index, uuid, name in found if c == index or (c and uuid.startswith(c)))


def device() -> str:
    """Return what computes besides the processor."""
    return ", ".join(gpus()) or "CPU"


@lru_cache(1)
def processor() -> str:
    """Return the processor's name, for readers; not part of any key."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


@lru_cache(1)
def _owners() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())


@lru_cache(None)
def _distribution(name: str) -> tuple[str, tuple[Requirement, ...]] | None:
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    requires = []
    for text in found.requires or ():
        try:
            requires.append(Requirement(text))
        except InvalidRequirement:
            continue
    return found.version, tuple(requires)


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)


def _is_dynamic_import(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return (
        name in ("import_module", "__import__")
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )
