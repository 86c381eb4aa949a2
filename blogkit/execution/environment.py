"""What a post's result depends on besides its code: interpreter, processor, packages. Plain functions, no Sphinx."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Set
from functools import lru_cache
from importlib import metadata
from typing import NamedTuple, TypedDict

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

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
    owners = _owners() if others else {}
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
        found = _distribution(name)
        if found is None:
            missing.add(name)
            continue
        versions[name], requires = found
        todo += [
            (canonicalize_name(r.name), frozenset(r.extras)) for r in requires if _applies(r, extras or frozenset({""}))
        ]
    return Closure(dict(sorted(versions.items())), frozenset(missing))


def installed_version(name: str) -> str | None:
    """Return the version of the distribution ``name``; ``None`` if it is not installed."""
    found = _distribution(name)
    return found[0] if found else None


def main_packages(modules: Set[str]) -> dict[str, str]:
    """Return name → version of only those distributions that the post imports itself."""
    owners = _owners()
    names = {canonicalize_name(name) for module in modules for name in owners.get(module, ())}
    return {name: found[0] for name in sorted(names) if (found := _distribution(name))}


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
