"""A post as a pure function: all that its result depends on, and the key made of exactly that."""

from __future__ import annotations

import ast
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

from packaging.utils import canonicalize_name

from ..errors import AuthorError, Fault
from ..files import file_digest, json_digest, lies_below
from ..language import _
from ..posts.notebook import is_executed
from ..posts.post import Post
from ..text import nfc
from .environment import Environment, environment, installed_version, packages
from .imports import cell_nodes, imported_modules
from .lock import NO_LOCK, Lock
from .machine import threads
from .prelude import prelude_digests, prelude_source
from .seal import can_seal
from .tokens import canonical
from .variables import asked_variables

_INSTALLS = re.compile(r"^\s*[%!]+\s*(?:\S+\s+-m\s+)?(?:pip3?|conda|mamba|uv)\s+.*\n?", re.MULTILINE)
_FOUND = re.compile(r"""find_spec\(["'](\w+)["']\)""")


class Description(TypedDict):
    """What a post's result is a function of; digests are SHA-256 in hexadecimal."""

    code: list[str]
    """The cells that are executed, as :func:`~blogkit.execution.tokens.canonical` has them."""
    prelude: dict[str, str]
    """Name → digest of what runs before them."""
    environment: Environment
    inputs: dict[str, str]
    """File → digest."""
    outputs: list[str]
    """The files that the post declares to write."""
    sealed: bool
    """Whether nothing else was there to be read."""
    network: bool
    env: list[str]
    """Names of the variables that the post asks for; their values are in the key, but not here."""
    requirements: NotRequired[list[str]]
    """The packages that the post names besides those that it imports."""
    steered: NotRequired[dict[str, list[str]]]
    """Cell → tags that say how it is executed."""


@dataclass(frozen=True)
class Function:
    """A post as a pure function: what its result depends on, and the key made of exactly that."""

    post: Post
    description: Description
    key: str


def describe(
    post: Post, root: Path, jobs: int = 0, lock: Lock = NO_LOCK, last: Callable[[], Description | None] = lambda: None
) -> Function:
    """Say what the post's result is a function of; raise :class:`AuthorError` for an input that is missing.

    ``jobs`` is how many light posts run at once (0: as cores and memory allow), among which the threads are divided.
    ``last`` describes the post's last result: where its packages are not installed, it knows their names.
    """
    _refuse_installs(post)
    at_most = threads(jobs, whole_machine=post.whole_machine)
    surroundings = environment(_versions(post, lock, last), post.kernel, at_most)
    if post.runs_on:  # such a result is made on that runner, and used by builds on machines without its device
        surroundings |= {"device": post.runs_on, "threads": 0}
    description: Description = {
        "code": canonical(post.code),
        "prelude": prelude_digests(post),
        "environment": surroundings,
        "inputs": {name: file_digest(path) for name, path in input_files(post, root).items()},
        "outputs": sorted(post.outputs),
        "sealed": can_seal(),
        "network": post.network,
        "env": sorted(post.env),
    }
    if post.requirements:
        description["requirements"] = sorted(post.requirements)
    if post.steered:
        description["steered"] = post.steered
    return Function(post, description, json_digest([description, asked_variables(post)]))


def _refuse_installs(post: Post) -> None:
    """Raise :class:`AuthorError` where a cell installs packages: they are those that are locked."""
    faults = []
    for index, cell in enumerate(post.notebook.cells) if any(map(_INSTALLS.search, post.code)) else ():
        found = _INSTALLS.search(cell.source) if is_executed(cell) else None
        if found:
            message = _("`{command}`: a cell installs nothing; name the package in requirements.in, and lock it")
            faults.append(Fault(post.path, post.cell_line(index), message.format(command=found[0].strip())))
    if faults:
        raise AuthorError(faults)


def input_files(post: Post, root: Path) -> dict[str, Path]:
    """Return name → file of the post's ``inputs`` below ``root``; code must name no other file of ``data/``.

    Names are composed, as code has them, also where the file's own name is not.
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
    for text in sorted(_data_paths(post.code)):
        if nfc(text) not in files and os.path.isfile(root / text):  # noqa: PTH113  # which raises for no text
            message = _("a cell names {name}, which is not declared; add it to `inputs`")
            faults.append(post.fault("inputs", message.format(name=text)))
    if faults:
        raise AuthorError(faults)
    return dict(sorted(files.items()))


def _matches(pattern: str, root: Path) -> list[Path]:
    """Return the files of a pattern's names; macOS writes Hangul in parts (NFD)."""
    for form in ("NFC", "NFD"):
        spelt = unicodedata.normalize(form, pattern)
        if (root / spelt).is_file():
            return [root / spelt]
        if found := [path for path in root.glob(spelt) if path.is_file()]:
            return found
    return []


def _versions(post: Post, lock: Lock, last: Callable[[], Description | None]) -> dict[str, str]:
    """Return name → version of what the post can load: as it is locked, else as it is installed."""
    # A prelude finds the package of the figures' font by its name.
    modules = imported_modules(post.code) | set(_FOUND.findall(prelude_source(post)))
    found, missing = packages(modules, post.requirements, post.kernel)
    before = last() if missing else None
    if before and (before["code"], before.get("requirements", [])) == (canonical(post.code), sorted(post.requirements)):
        known = before["environment"]["packages"]
        today = {name: lock[name].version if name in lock else installed_version(name) for name in known}
        if found.keys() <= known.keys() and today == known:
            return known
    names = [str(canonicalize_name(name)) for name in (*found, *missing)]
    return dict(sorted({**found, **{name: lock[name].version for name in names if name in lock}}.items()))


def _data_paths(code: tuple[str, ...]) -> set[str]:
    strings = {
        node.value.removeprefix("./")
        for source in code
        if "data/" in source
        for node in cell_nodes(source)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in strings if text.startswith("data/")}
