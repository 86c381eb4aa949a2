"""Read which version of each package ``requirements.txt`` locks: that is what a result's key names. Plain functions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

LOCK = "requirements.txt"


class Locked(NamedTuple):
    """A package's line of the lock."""

    version: str
    line: int


Lock: TypeAlias = Mapping[str, Locked]
"""Canonical name → what is locked for this interpreter and system."""
NO_LOCK: Lock = MappingProxyType({})


def is_version(one: str | None, other: str) -> bool:
    """Tell whether two texts are the same version: ``1.0`` and ``1.0.0`` are."""
    try:
        return bool(one) and Version(str(one)) == Version(other)
    except InvalidVersion:
        return one == other


def read_lock(root: Path) -> Lock:
    """Return what the blog in ``root`` locks; what has no version of its own (``name==version``) is not locked."""
    try:
        lines = (root / LOCK).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return NO_LOCK
    return {name: locked for number, line in enumerate(lines, 1) for name, locked in _locked(line, number)}


def _locked(line: str, number: int) -> list[tuple[str, Locked]]:
    try:
        found = Requirement(line.partition(" --")[0].partition(" #")[0].rstrip(" \\"))
    except InvalidRequirement:  # a comment, an option, the digest of a file
        return []
    versions = [each.version for each in found.specifier if each.operator == "==" and "*" not in each.version]
    if len(versions) != 1 or (found.marker and not found.marker.evaluate()):
        return []
    return [(canonicalize_name(found.name), Locked(versions[0], number))]
