"""Say how a result came to be: the facts that stand under a post."""

from __future__ import annotations

from dataclasses import dataclass

from ..execution.result import Result
from ..language import words
from ..posts.post import Post


@dataclass(frozen=True)
class Provenance:
    """How a result came to be; digests are SHA-256 in hexadecimal, packages are name → version."""

    key: str
    executed: str
    """ISO 8601, UTC."""
    seconds: float
    python: str
    platform: str
    processor: str
    device: str
    packages: dict[str, str]
    """Those that the post itself imports."""
    all_packages: dict[str, str]
    """Those, and all that they require."""
    inputs: dict[str, str]
    """File → digest."""
    outputs: dict[str, str]
    """File → digest."""
    commit: str
    sealed: bool
    """Whether the code could see nothing but its inputs and packages."""
    network: bool
    """Whether it could ask other machines: such a result is one of its day."""
    commands: list[str]
    """What executes the post again, in a shell."""
    json_url: str
    """The record's address, relative to the page."""


def provenance(post: Post, result: Result, language: str, repository: str = "", page: str = "") -> Provenance:
    """Return the facts under a post; ``page`` is its address, if the blog's is known.

    ``language`` is that of what is said to readers.
    """
    record = result.record
    environment = record.function["environment"]
    return Provenance(
        key=result.key,
        executed=record.executed,
        seconds=record.seconds,
        python=environment["python"],
        platform=f"{environment['system']} {environment['machine']}",
        processor=record.processor,
        device=record.device,
        packages=record.packages,
        all_packages=environment["packages"],
        inputs=record.function["inputs"],
        outputs=record.outputs,
        commit=record.commit,
        sealed=record.function["sealed"],
        network=record.function["network"],
        commands=_commands(post, record.commit, language, repository, page),
        json_url=f"{post.slug}.json",
    )


def _commands(post: Post, commit: str, language: str, repository: str, page: str) -> list[str]:
    commit, dirty, _ = commit.partition("-dirty")
    clone = [f"git clone {repository} blog && cd blog"] if repository else []
    more = words(language).gettext("changes that are not committed")
    checkout = [f"git checkout {commit}" + f"  # + {more}" * bool(dirty)] if commit else []
    again = f"verify {page}" if page else f"execute {post.slug}"
    return [*clone, *checkout, "pip install -r requirements.txt", f"python -m blogkit {again}"]
