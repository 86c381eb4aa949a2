"""Ask GitHub where the blog is published."""

from __future__ import annotations

import subprocess

_ASK = ("gh", "api", "repos/{owner}/{repo}/pages", "--jq", ".html_url")
_OFF = "(HTTP 404)"


def pages_address() -> str:
    """Return where Pages publishes the repository of the current folder; empty where Pages is off.

    Raises ``OSError`` where GitHub says anything else: that it stumbles must not look as if Pages were off.
    """
    answer = subprocess.run(_ASK, capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        return answer.stdout.strip().rstrip("/")
    if _OFF in answer.stderr:
        return ""
    raise OSError(f"GitHub does not say where Pages publishes: {answer.stderr.strip()}")
