"""Know GitHub: where a blog is published, and the workflow that does it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ..language import _

_START = Path(__file__).parents[1] / "start"
"""What a new blog begins with; `hatch_build.py` adds `workflow.txt` where a release is built."""
_ASK = ("gh", "api", "repos/{owner}/{repo}/pages", "--jq", ".html_url")
_OFF = "(HTTP 404)"


def pages_address() -> str:
    """Return where Pages publishes the repository of the current folder; empty where Pages is off.

    Raises ``OSError`` where GitHub says anything else: that it stumbles must not look as if Pages were off.
    """
    answer = subprocess.run(_ASK, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if answer.returncode == 0:
        return answer.stdout.strip().rstrip("/")
    if _OFF in answer.stderr:
        return ""
    raise OSError(_("GitHub does not say where Pages publishes: {said}").format(said=answer.stderr.strip()))


def site_workflow(called: str = "") -> str:
    """Return the text of a new blog's ``.github/workflows/site.yml``.

    ``called`` is the workflow that it calls, as ``OWNER/REPO/.github/workflows/publish.yml@COMMIT # vX.Y.Z``. A release
    knows its own; raises ``ValueError`` where none is given and the engine is none.
    """
    note = _START / "workflow.txt"
    if not called and note.is_file():
        called = note.read_text(encoding="utf-8").strip()
    if not called:
        message = _("this engine is no release and knows no workflow that publishes a blog; give it: {form}")
        raise ValueError(message.format(form="OWNER/REPO/.github/workflows/publish.yml@COMMIT"))
    return (_START / "site.yml").read_text(encoding="utf-8").replace("{workflow}", called)
