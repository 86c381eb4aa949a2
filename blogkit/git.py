"""Ask git, where there is one."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """Return what git says in a folder; empty where it fails or is not installed."""
    command = ["git", "--literal-pathspecs", *arguments]
    try:
        said = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False)
    except OSError:
        return ""
    return said.stdout if said.returncode == 0 else ""
