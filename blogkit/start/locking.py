"""Make ``requirements.txt``: what the blog wants, resolved once for all systems, with the digest of each file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from uv import find_uv_bin

from ..execution.lock import LOCK
from ..language import _

SOURCE = "requirements.in"
_OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-strip-extras")
"""Dependabot reads them out of the lock's first lines."""


def write_lock(root: Path, *arguments: str) -> None:
    """Resolve the blog's requirements; ``arguments`` are uv's own, such as ``--upgrade``. Raise ``ValueError``."""
    if not (root / SOURCE).is_file():
        raise ValueError(_("{name}: there is none; write into it what the blog wants, a line each").format(name=SOURCE))
    told = f"blogkit lock # uv pip compile {' '.join(_OPTIONS)}"
    command = [find_uv_bin(), "pip", "compile", "--quiet", *_OPTIONS, "--no-emit-index-url", "--no-emit-find-links"]
    command += ["--custom-compile-command", told, "--output-file", LOCK, *arguments, SOURCE]
    environ = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(
        command, cwd=root, env=environ, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        message = _("{name} could not be made; mend this and run `blogkit lock`: {said}")
        raise ValueError(message.format(name=LOCK, said=done.stderr.strip()))
