"""Build the preview, each time in a process that was started, and warm, before it was needed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ..execution.progress import is_progress
from ..language import _
from ..text import without_escapes
from . import SITE

# The imports take longer than the build of one changed page, so the next build's process makes them beforehand; none of
# the blog's own code, which may change.
_PROGRAM = """
import gc, importlib, os, sys
from sphinx.application import builtin_extensions
for name in (*builtin_extensions, "sphinx.cmd.build", "myst_nb.sphinx_ext", "sphinx_external_toc", "sphinx_design",
             "nbclient", "numpy", "lxml.html", "PIL.Image", "filelock"):
    importlib.import_module(name)
gc.freeze()
gc.set_threshold(100_000, 20, 20)
sys.stdin.readline()
from blogkit.cli import main
try:
    sys.exit(main(sys.argv[1:]))
except SystemExit as end:
    code = end.code or 0
    if isinstance(code, str):
        print(code)
    sys.stdout.flush()
    os._exit(code if isinstance(code, int) else 1)  # tidying up takes as long as writing the page
"""
_LINES = 30
"""Lines of a failed build that are shown."""


class Rebuilder:
    """Builds the preview of the book in ``root``."""

    def __init__(self, root: Path, log: Callable[[str], None] = print) -> None:
        self.root, self._log = root, log
        self._next = self._start()

    def build(self) -> str:
        """Build; return the last lines that were printed if it failed, and otherwise nothing."""
        process, lines = self._next, []
        assert process.stdin and process.stdout
        with process:
            process.stdin.write("go\n")
            process.stdin.close()
            for line in process.stdout:
                lines.append(without_escapes(line.rstrip()))
                if is_progress(lines[-1]):
                    self._log(lines[-1])
        self._next = self._start()
        if process.returncode == 0:
            return ""
        return "\n".join(filter(None, lines[-_LINES:])) or _("the build ended without a word")

    def close(self) -> None:
        """End the process that waits."""
        self._next.kill()
        self._next.communicate()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, "build", "--site", SITE],
            cwd=self.root,
            env={**os.environ, "BLOG_PREVIEW": "1", "PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
