"""A post as a pure function: all that its result depends on, and the key made of exactly that."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

from packaging.utils import canonicalize_name

from ..files import file_digest, json_digest
from ..posts.post import Post
from .environment import Environment, environment, installed_version, packages
from .imports import imported_modules
from .inputs import input_files, module_sources
from .installs import refuse_installs
from .lock import NO_LOCK, Lock
from .machine import threads
from .prelude import prelude_digests, prelude_source
from .seal import can_seal
from .tokens import canonical
from .variables import asked_variables

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
    refuse_installs(post, lock)
    at_most = threads(jobs, whole_machine=post.whole_machine)
    inputs = input_files(post, root)
    surroundings = environment(_versions(post, inputs, lock, last), post.kernel, at_most)
    if post.runs_on:  # such a result is made on that runner, and used by builds on machines without its device
        surroundings |= {"device": post.runs_on, "threads": 0}
    description: Description = {
        "code": canonical(post.code),
        "prelude": prelude_digests(post),
        "environment": surroundings,
        "inputs": {name: file_digest(path) for name, path in inputs.items()},
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


def _versions(
    post: Post, inputs: dict[str, Path], lock: Lock, last: Callable[[], Description | None]
) -> dict[str, str]:
    """Return name → version of what the post can load: as it is locked, else as it is installed."""
    # A prelude finds the package of the figures' font by its name.
    code = (*post.code, *module_sources(inputs))
    modules = imported_modules(code) | set(_FOUND.findall(prelude_source(post)))
    found, missing = packages(modules, post.requirements, post.kernel)
    before = last() if missing else None
    if before and (before["code"], before.get("requirements", [])) == (canonical(post.code), sorted(post.requirements)):
        known = before["environment"]["packages"]
        today = {name: lock[name].version if name in lock else installed_version(name) for name in known}
        if found.keys() <= known.keys() and today == known:
            return known
    names = [str(canonicalize_name(name)) for name in (*found, *missing)]
    return dict(sorted({**found, **{name: lock[name].version for name in names if name in lock}}.items()))
