"""Lines of cells that install packages: nothing is left to do where the packages are there, else they are refused."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ..errors import AuthorError, Fault
from ..language import _
from ..posts.notebook import executed_cells
from ..posts.post import Post
from .environment import installed_version
from .imports import cell_nodes
from .lock import Lock

_INSTALLS = re.compile(
    r"^(?P<indent>[ \t]*)(?P<command>[%!]+[ \t]*(?:\S+[ \t]+-m[ \t]+)?"
    r"(?P<tool>pip3?|conda|mamba|uv)[ \t]+(?P<rest>.*))",
    re.MULTILINE,
)
_CALLS = ("system", "run_line_magic")
"""What IPython makes of such lines."""
_TIMES = re.compile("%%(?:time|timeit|capture|prun)\\b")
"""Magics that run the Python below them."""
_SEES_ITSELF = re.compile(r"\b(?:_ih?|_ii+)\b|\bIn\s*\[|[%!](?:hist|recall|rerun|save)")
"""What would see that another cell was executed."""
_NO_VALUE = re.compile(r"-[qUy]+|--(?:quiet|upgrade|user|yes|no-cache-dir|pre|no-deps|break-system-packages)")
"""Options that name no package and no place where packages come from."""


def refuse_installs(post: Post, lock: Lock) -> None:
    """Raise :class:`AuthorError` where a cell installs what is not there: packages are those that are locked."""
    faults = []
    for _number, index, cell in executed_cells(post.notebook) if any(map(_INSTALLS.search, post.code)) else ():
        for _line, found, alone in _commands(cell.source):
            if not (alone and _is_there(found, lock)) or any(map(_SEES_ITSELF.search, post.code)):
                message = _("`{command}`: a cell installs nothing; name the package in requirements.in, and lock it")
                faults.append(Fault(post.path, post.cell_line(index), message.format(command=found["command"].strip())))
    if faults:
        raise AuthorError(faults)


def without_installs(source: str) -> str:
    """Return a cell in which such lines do nothing; it has as many lines."""
    if not _INSTALLS.search(source):
        return source
    lines = source.split("\n")
    for number, found, _alone in _commands(source):
        lines[number - 1] = f"{found['indent']}pass"
    return "\n".join(lines)


def _commands(source: str) -> Iterator[tuple[int, re.Match[str], bool]]:
    """Yield the lines, from 1, that are such commands and no part of a text, and whether each is one by itself."""
    lines = source.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip() and not _TIMES.match(line)), 0)
    if lines[first].startswith("%%"):  # no Python is below it
        return
    nodes = list(cell_nodes("\n".join(lines[first:])))
    calls = {node.lineno for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _CALLS}
    texts = {
        line
        for node in nodes
        if isinstance(node, ast.JoinedStr | ast.Constant)
        for line in range(node.lineno + 1, (node.end_lineno or 0) + 1)
    }
    for number, line in enumerate(lines, 1):
        if (found := _INSTALLS.match(line)) and number - first not in texts:
            yield number, found, number - first in calls


def _is_there(command: re.Match[str], lock: Lock) -> bool:
    """Tell whether all that a command would install is locked, or else installed."""
    wanted = list(_wanted(command))
    for requirement in wanted:
        if requirement is None:
            return False
        name = canonicalize_name(requirement.name)
        version = lock[name].version if name in lock else installed_version(name)
        if version is None or requirement.extras or not requirement.specifier.contains(version, prereleases=True):
            return False
    return bool(wanted)


def _wanted(command: re.Match[str]) -> Iterator[Requirement | None]:
    """Yield what a command installs; ``None`` for what is no name of a package."""
    try:
        verb, *words = shlex.split(command["rest"], comments=True)
    except ValueError:
        verb, words = "", []
    if command["tool"] == "uv" and verb == "pip" and words:
        verb, *words = words
    if verb != "install":
        yield None
    for word in words:
        if not _NO_VALUE.fullmatch(word):
            try:
                found = Requirement(word)
            except InvalidRequirement:
                found = None
            yield None if found is None or found.url else found
