"""Read which packages the interpreter has: from what installers note, in a third of the time of importlib.metadata.

RECORD and METADATA: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import re
import sysconfig
from functools import cached_property, lru_cache
from importlib.machinery import all_suffixes
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

_FIELD = re.compile(r"^(Version|Requires-Dist): *(.*?) *$", re.MULTILINE)
_NO_MODULE = re.compile(r"\.(?:dist-info|data|pth|libs)$")


class Package:
    """An installed distribution; ``folder`` is its ``….dist-info``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def version(self) -> str:
        """Its version, as its metadata has it."""
        return next(value for field, value in self._fields if field == "Version")

    @cached_property
    def requires(self) -> tuple[Requirement, ...]:
        """What it requires, also for its extras and on other systems."""
        requires = []
        for value in (value for field, value in self._fields if field == "Requires-Dist"):
            try:
                requires.append(Requirement(value))
            except InvalidRequirement:
                continue
        return tuple(requires)

    @cached_property
    def record(self) -> str:
        """Lines of ``path,digest,size``; paths are relative to the folder of packages."""
        file = self._folder / "RECORD"
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    @cached_property
    def _fields(self) -> list[tuple[str, str]]:
        head = (self._folder / "METADATA").read_text(encoding="utf-8", errors="replace").partition("\n\n")[0]
        return _FIELD.findall(head)


def packages_folder() -> Path:
    """Return where the interpreter's packages lie; what lies elsewhere (editable, of the user) is none of them."""
    return Path(sysconfig.get_path("purelib"))


@lru_cache(1)
def installed() -> dict[str, Package]:
    """Return canonical name → distribution."""
    folders = (folder for folder in packages_folder().glob("*.dist-info") if (folder / "METADATA").is_file())
    return {str(canonicalize_name(folder.stem.rpartition("-")[0])): Package(folder) for folder in folders}


@lru_cache(1)
def path_owners() -> dict[str, frozenset[str]]:
    """Return path in the folder of packages → names of the distributions that have files there.

    A folder that is one distribution's alone is not looked into.
    """
    owners: dict[str, frozenset[str]] = {}
    todo: list[tuple[str, frozenset[str]]] = [("", frozenset(installed()))]
    while todo:
        folder, names = todo.pop()
        part = re.compile(rf'^{re.escape(folder)}([^/,"\n]+)(?=[/,])', re.MULTILINE)
        found: dict[str, set[str]] = {}
        for name in names:
            for each in set(part.findall(installed()[name].record)) - {".."}:
                found.setdefault(folder + each, set()).add(name)
        owners |= {path: frozenset(several) for path, several in found.items()}
        todo += [(f"{path}/", frozenset(several)) for path, several in found.items() if len(several) > 1]
    return owners


@lru_cache(1)
def module_owners() -> dict[str, frozenset[str]]:
    """Return top-level module → names of the distributions that have files of it."""
    suffixes = tuple(sorted(all_suffixes(), key=len, reverse=True))
    owners: dict[str, frozenset[str]] = {}
    for path, names in path_owners().items():
        if "/" not in path and not _NO_MODULE.search(path):
            module = next((path.removesuffix(suffix) for suffix in suffixes if path.endswith(suffix)), path)
            owners[module] = owners.get(module, frozenset()) | names
    return owners
