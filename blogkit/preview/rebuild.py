"""Build the preview, each time in a process that was started, and warm, before it was needed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile

from ..execution.progress import is_progress
from ..language import _
from ..site.settings import SERVED
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
        print(code, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)  # tidying up takes as long as writing the page
"""
_LINES = 30
"""Lines of a failed build that are shown."""


class Rebuilder:
    """Builds the preview of the book in ``root``."""

    def __init__(self, root: Path, log: Callable[[str], None] = print) -> None:
        self.root, self._log = root, log
        self._next = self._start()

    def build(self) -> tuple[str, bool]:
        """Build; return what is wrong, or nothing, and whether there is a new site to show."""
        process, lines, before = self._next, [], self._made()
        assert process.stdin and process.stdout
        with process:
            process.stdin.write("go\n")
            process.stdin.close()
            for line in process.stdout:
                lines.append(without_escapes(line.rstrip()))
                if is_progress(lines[-1]):
                    self._log(lines[-1])
        with self._errors as file:
            file.seek(0)
            errors = without_escapes(file.read().decode("utf-8", "replace")).splitlines()
        self._next = self._start()
        if process.returncode == 0:
            return "", True
        said = [line for line in errors if line.strip()][:_LINES] or lines[-_LINES:]
        return "\n".join(said) or _("the build ended without a word"), self._made() != before

    def close(self) -> None:
        """End the process that waits."""
        self._next.kill()
        self._next.communicate()
        self._errors.close()

    def _made(self) -> int:
        """Return what tells one site from the next, which is put in its place by one rename."""
        site = self.root / SITE
        return site.stat().st_ctime_ns if site.is_dir() else 0

    def _start(self) -> subprocess.Popen[str]:
        self._errors = TemporaryFile()  # noqa: SIM115  # as long as the process
        return subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, "build", "--site", SITE],
            cwd=self.root,
            env={**os.environ, "BLOG_PREVIEW": SERVED, "PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
