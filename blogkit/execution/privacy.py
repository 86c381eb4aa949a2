"""Keep out of a result what belongs to the machine or its owner: paths, secret values, notes of cameras.

Paths in outputs get neutral names, since an author can mend no library's messages, and so that two machines give the
same. Files that a post wrote are not rewritten: there a path is a fault, as a secret value is everywhere.
"""

from __future__ import annotations

import base64
import binascii
import getpass
import os
import re
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat

from ..errors import AuthorError
from ..language import _
from ..pictures import clean, cleaned
from ..posts.notebook import executed_cells
from ..posts.post import Post
from .failures import Failure, at_key
from .renditions import make_drawings_neutral
from .scripts import kept_scripts
from .variables import values_of

_HIDDEN = "…"
_PACKAGES = f"{_HIDDEN}/site-packages"
_OF_USERS = ("/home", "/Users", "/media", "/run/media")
_PICTURE = re.compile(r"image/(?!svg)")


def make_neutral(post: Post, notebook: nbformat.NotebookNode, folder: Path, view: Path | None) -> None:
    """Replace in outputs the paths of this machine, and take out of pictures what cameras noted.

    ``folder`` is where the post ran, which becomes ``~`` as its home is there; ``view`` held its packages.
    """
    names = _places(post.book, folder, view)
    pattern = _any_of(names)
    kernels = re.compile(rf"{re.escape(tempfile.gettempdir())}/kernel-\w+|(?<=ipykernel)_\d+")

    def neutral(text: str) -> str:
        text = pattern.sub(lambda match: names[match[0]], text)
        return kernels.sub(lambda match: "" if match[0][0] == "_" else f"{_HIDDEN}/kernel", text)

    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            _change(output, neutral)
    make_drawings_neutral(folder, neutral)


def told(post: Post, notebook: nbformat.NotebookNode, folder: Path) -> Iterator[Failure]:
    """Yield where a value of the post's variables is told, and which files hold paths of this machine.

    ``folder`` holds the files that it wrote; what cameras noted in them goes.
    """
    values = values_of(post)
    for number, index, cell in executed_cells(notebook):
        shown = "\0".join(_texts(cell.outputs)).encode("utf-8", "surrogatepass")
        for name in (name for name, pattern in values.items() if pattern.search(shown)):
            reason = _(
                "shows the value of the variable {name}, and nobody but the post may read it; show something else"
            )
            yield Failure(post, number, post.cell_line(index), reason.format(name=name))
    paths = re.compile(_any_of([str(folder.resolve()), str(post.book), *_homes()]).pattern.encode())
    for file in post.outputs:
        for reason in _told_by(folder / file, values, paths):
            said = _("{file} {reason}").format(file=file, reason=reason)
            yield at_key(post, "outputs", said)
    for name, script in kept_scripts(folder).items() if values else ():
        for reason in _values_in(script.read_bytes(), values):
            yield at_key(post, "env", _("{file} {reason}").format(file=name, reason=reason))


def _told_by(file: Path, values: dict[str, re.Pattern[bytes]], paths: re.Pattern[bytes]) -> Iterator[str]:
    try:
        clean(file)
    except AuthorError as error:
        yield error.faults[0].message
    data = file.read_bytes()
    yield from _values_in(data, values)
    if paths.search(data):
        yield _("holds a path of this machine, and readers would see it; write paths relative to the post's folder")


def _values_in(data: bytes, values: dict[str, re.Pattern[bytes]]) -> Iterator[str]:
    for name, pattern in values.items():
        if pattern.search(data):
            said = _(
                "holds the value of the variable {name}, and nobody but the post may read it; write something else"
            )
            yield said.format(name=name)


def _places(book: Path, folder: Path, view: Path | None) -> dict[str, str]:
    """Return path → name of what differs between two machines or names its owner."""
    stdlib = Path(sysconfig.get_path("stdlib"))
    names = {stdlib: f"{_HIDDEN}/lib/{stdlib.name}", Path(sysconfig.get_path("purelib")): _PACKAGES}
    names |= {view: _PACKAGES} if view else {}
    others = [book, Path(__file__).parents[2], *map(Path, (sys.prefix, sys.base_prefix, *_homes()))]
    names |= {path: _HIDDEN for path in others if len(path.parts) > 2 and path.parts[1] != "usr"}
    names |= {folder: "~"}
    return {text: name for path, name in names.items() for way in (path, path.resolve()) for text in _written(way)}


def _written(path: Path) -> set[str]:
    """Return how a path is written in outputs: Windows has three ways."""
    return {str(path), path.as_posix(), str(path).replace("\\", "\\\\")}


def _homes() -> set[str]:
    """Return the folders that name the owner of this machine's account."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # it has no name
        return {str(Path.home())} - {"/", "/root"}
    own = {str(Path.home()), os.path.expanduser(f"~{user}")}  # noqa: PTH111  # which raises for nobody
    return own.union(f"{folder}/{user}" for folder in _OF_USERS) - {"/", "/root", f"~{user}"}


def _any_of(paths: Any) -> re.Pattern[str]:
    longest = sorted(paths, key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, longest))})(?![\\w-])")


def _change(value: Any, change: Callable[[str], str]) -> Any:
    """Change the texts of an output, in place, and the pictures in it."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_change(item, change) for item in value]
    if isinstance(value, dict):
        for key, item in list(value.items()):
            del value[key]
            picture = _PICTURE.match(key) and isinstance(item, str)
            value[change(key)] = _cleaned(item) if picture else _change(item, change)
    return value


def _cleaned(picture: str) -> str:
    try:
        data = base64.b64decode(picture)
        found = cleaned(data)
    except (binascii.Error, ValueError):  # publishing refuses it
        return picture
    return picture if found == data else base64.b64encode(found).decode()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in (*value.keys(), *value.values()) if isinstance(value, dict) else value:
            yield from _texts(item)
