"""What a post's result depends on besides its code: interpreter, processor, packages. Plain functions, no Sphinx."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Set
from functools import lru_cache
from typing import NamedTuple, TypedDict

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .installed import installed, module_owners
from .machine import device

_KERNEL = "ipykernel"


class Environment(TypedDict):
    """What else the result of code is a function of, besides its inputs."""

    kernel: str
    python: str
    """Its version."""
    implementation: str
    system: str
    machine: str
    """The kind of processor, such as ``x86_64``."""
    threads: int
    """How many each library may use; 0: as many as the runner has that the post asks for."""
    device: str
    """What computes besides the processor, or ``CPU``; or the runner that the post asks for."""
    packages: dict[str, str]
    """Name → version."""


class Closure(NamedTuple):
    """The packages that code can load, and what of them is not installed here."""

    versions: dict[str, str]
    """Name → installed version, sorted by name."""
    missing: frozenset[str]
    """Modules and packages; a module may be a file of the post's own."""


@lru_cache(None)
def closure(modules: frozenset[str], requirements: frozenset[str] = frozenset()) -> Closure:
    """Return the distributions behind ``modules``, those of ``requirements``, and all that they require.

    It is all that a sealed kernel can load.
    """
    others = modules - sys.stdlib_module_names
    owners = module_owners() if others else {}
    asked = {*requirements, *(name for module in others for name in owners.get(module, ()))}
    todo: list[tuple[str, frozenset[str]]] = [(canonicalize_name(name), frozenset()) for name in asked]
    seen: set[tuple[str, frozenset[str]]] = set()
    versions: dict[str, str] = {}
    missing = set(others - owners.keys())
    while todo:
        item = todo.pop()
        if item in seen:
            continue
        seen.add(item)
        name, extras = item
        if name not in installed():
            missing.add(name)
            continue
        versions[name] = installed()[name].version
        wanted = (r for r in installed()[name].requires if _applies(r, extras or frozenset({""})))
        todo += [(canonicalize_name(r.name), frozenset(r.extras)) for r in wanted]
    return Closure(dict(sorted(versions.items())), frozenset(missing))


def installed_version(name: str) -> str | None:
    """Return the version of the distribution ``name``; ``None`` if it is not installed."""
    found = installed().get(canonicalize_name(name))
    return found.version if found else None


def main_packages(modules: Set[str]) -> dict[str, str]:
    """Return name → version of only those distributions that the post imports itself."""
    names = {name for module in modules for name in module_owners().get(module, ())}
    return {name: installed()[name].version for name in sorted(names)}


def packages(modules: Set[str], requirements: Iterable[str], kernel: str) -> Closure:
    """Return the packages that code with these imports can load in a kernel."""
    return closure(frozenset(modules), frozenset({*requirements, *([_KERNEL] if kernel == "python3" else [])}))


def environment(versions: dict[str, str], kernel: str, threads: int) -> Environment:
    """Describe what else the result of code that can load ``versions`` is a function of, as JSON values."""
    return {
        "kernel": kernel,
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "system": " ".join((platform.system(), *filter(None, platform.libc_ver()))),
        "machine": platform.machine(),
        "threads": threads,
        "device": device(),
        "packages": versions,
    }


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
