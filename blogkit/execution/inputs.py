"""Find the files of the book that a post's code can see: those that its author declares, and those that it names."""

from __future__ import annotations

import ast
import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import join, normpath

from ..errors import AuthorError
from ..files import lies_below
from ..language import _
from ..posts.post import POSTS, Post
from ..text import nfc
from .imports import cell_nodes, imported_modules
from .installed import module_owners

_QUOTED = re.compile(r"""["'](?=[^"'\n\0]*(?:/|\.\w{1,9}["']))([^"'\n\0]{1,200})["']""")
"""What may be the name of a file."""
_DECLARED = re.compile(r"(?:.*/)?\.|_build/|(?:images|files)/")
"""What is hidden, or may be written by a build or a post: code sees it only where its author declares it."""


def input_files(post: Post, root: Path) -> dict[str, Path]:
    """Return name → file of what the post's code can see of the book in ``root``.

    That are its ``inputs``, and what its cells name in so many words: files, and modules beside the post or the book.
    Names are those that a file has in the folder of the run; they are composed, as code has them, also where the file's
    own name is not. Raises :class:`AuthorError` for an input that is missing.
    """
    faults = []
    files: dict[str, Path] = {}
    for pattern in post.inputs:
        found = _matches(pattern, root)
        if (root / pattern).is_dir():
            message = _("the input {name} is a folder; write {name}/*")
            faults.append(post.fault("inputs", message.format(name=pattern)))
        elif not found:
            message = _("the input {name} does not exist; add the file or mend the name")
            faults.append(post.fault("inputs", message.format(name=pattern)))
        for path in found:
            if not lies_below(path, root):
                message = _("{name} leads out of the book; copy the file to the book")
                faults.append(post.fault("inputs", message.format(name=path.name)))
            name = nfc(path.relative_to(root).as_posix())
            if not name.isprintable():
                message = _("{name!r} has signs that are no letters; rename the file")
                faults.append(post.fault("inputs", message.format(name=name)))
            files[name] = path
    if faults:
        raise AuthorError(faults)
    return dict(sorted({**_named_files(post), **files}.items()))


def working_folder(post: Post) -> str:
    """Return where below the folder of a run its code stands: beside the post if it names files from there upwards."""
    return POSTS if any(_named_paths(post.code, post, "../")) else ""


def module_sources(files: Mapping[str, Path]) -> Iterator[str]:
    """Yield the sources of the Python modules among files: what they import can be loaded, too."""
    for name, path in files.items():
        if name.endswith(".py"):
            yield path.read_text(encoding="utf-8", errors="replace")


def _named_files(post: Post) -> dict[str, Path]:
    """Return name → file of what the cells name, and the modules that they load."""
    if not post.code:
        return {}
    folder = working_folder(post)
    files: dict[str, Path] = {}
    todo = [post.code]
    while todo:
        code = todo.pop()
        found = [*_named_paths(code, post), *_named_modules(code, post)]
        new = {nfc(normpath(join(folder, text))): path for text, path in found}
        todo += [(source,) for source in module_sources({n: p for n, p in new.items() if n not in files})]
        files |= new
    return files


def _named_paths(code: tuple[str, ...], post: Post, start: str = "") -> Iterator[tuple[str, Path]]:
    """Yield each text of the code that is the path of a file, from the book or from the post, and the file."""
    for source in code:
        texts = (text for text in _QUOTED.findall(source) if text.startswith(start))
        quoted = {text: file for text in texts if (file := _file(text, post.book))}
        for node in cell_nodes(source) if quoted else ():  # a comment names nothing
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in quoted:
                yield node.value, quoted[node.value]


def _named_modules(code: tuple[str, ...], post: Post) -> Iterator[tuple[str, Path]]:
    """Yield the modules that the code imports and that lie beside the book or the post; of a folder all that it has."""
    for module in imported_modules(code) - sys.stdlib_module_names - module_owners().keys():
        if file := _file(f"{module}.py", post.book):
            yield f"{module}.py", file
        folders = (sorted((post.book / start / module).rglob("*.py")) for start in ("", POSTS))
        for part in next(filter(None, folders), []):
            name = part.relative_to(post.book).as_posix().removeprefix(f"{POSTS}/")
            if _file(name, post.book) == part:
                yield name, part


def _file(text: str, root: Path) -> Path | None:
    """Return the file to which a path leads; it begins at the book, or at the post."""
    name = normpath(text)
    if name.startswith("/"):
        return None
    for start in ("", POSTS):
        path = normpath(join(start, name))
        if not path.startswith("../") and not _DECLARED.match(path) and os.path.isfile(root / path):  # noqa: PTH113
            return root / path if lies_below(root / path, root) else None
    return None


def _matches(pattern: str, root: Path) -> list[Path]:
    """Return the files of a pattern's names; macOS writes Hangul in parts (NFD)."""
    for form in ("NFC", "NFD"):
        spelt = unicodedata.normalize(form, pattern)
        if (root / spelt).is_file():
            return [root / spelt]
        if found := [path for path in root.glob(spelt) if path.is_file()]:
            return found
    return []
