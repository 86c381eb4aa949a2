"""The seal around a kernel: what the result's key does not name is not there to be read.

Landlock (Linux; https://docs.kernel.org/userspace-api/landlock.html) closes it for the kernel and all that it starts.
That needs no rights, and nobody inside can open it again.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from .packages import targets

GUARD, START = (str(Path(__file__).with_name(f"{name}.py")) for name in ("guard", "start"))
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/proc", "/sys", "/opt/cuda")
_PACKAGES = ("site-packages", "dist-packages")
_DEVICES = "/dev"


@dataclass(frozen=True)
class Seal:
    """What is open to a kernel: folders with all below them, and files."""

    readable: list[str]
    listable: list[str]
    """Folders of which only the names are open."""
    own: list[str]
    """Folders that are the kernel's own, to write to."""
    devices: list[str]
    network: bool

    def write(self, file: Path) -> None:
        """Write what the guard reads."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")


def seal(view: Path, own: list[str], *, network: bool) -> Seal:
    """Return the seal of a kernel that finds its packages in ``view``."""
    open_, listable = _interpreter()
    readable = [*open_, str(view), *targets(view), START]
    return Seal(readable, listable, own, [_DEVICES], network)


@lru_cache(1)
def can_seal() -> bool:
    """Tell whether this system has Landlock with all that the seal needs (file access from ABI 3, TCP from ABI 4)."""
    try:
        from landlockpy import abi_version
    except ImportError:
        return False
    try:
        return abi_version() >= 4
    except OSError:
        return False


@lru_cache(1)
def _interpreter() -> tuple[list[str], list[str]]:
    """Return what the interpreter and the system's libraries need, without any package; and the folders on the way."""
    base = Path(sys.base_prefix)
    homes = [Path(sys.prefix, name) for name in ("bin", "pyvenv.cfg")] if sys.prefix != sys.base_prefix else []
    todo = [*homes, *(base / name for name in ("bin", "lib", "lib64", "include")), *map(Path, _SYSTEM)]
    readable, listable = [], []
    while todo:
        path = todo.pop()
        if not path.exists() or path.name in _PACKAGES:
            continue
        if path.is_dir() and not path.is_symlink() and _may_hold_packages(path):
            listable.append(str(path))
            todo += path.iterdir()
        else:
            readable.append(str(path))
    return sorted(set(readable)), sorted(set(listable))


def _may_hold_packages(folder: Path) -> bool:
    """Tell whether a folder is on the way to ``lib/python3.x/site-packages`` or ``lib/python3/dist-packages``."""
    return folder.name in ("usr", "local", "lib", "lib64") or folder.name.startswith("python3")
