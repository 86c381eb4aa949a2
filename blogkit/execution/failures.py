"""Say why a post has no result: which cell, which line, what its code said last."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from ..errors import place
from ..files import lies_below
from ..language import _
from ..posts.notebook import executed_cells
from ..posts.post import Post
from ..text import printable
from .variables import without_values

if TYPE_CHECKING:
    from nbclient.exceptions import CellExecutionError

_LINES = 12
_OWN = re.compile(r"^ *Cell In\[(\d+)\], line (\d+)", re.MULTILINE)
_LIBRARY = re.compile(r"File \S*?(?:site-packages/(\w+)|/lib/python[\d.]+/(\w+))")
"""The head of a frame that is not the author's, and of what it is."""
_HERE = "File ~/"
"""The same for a module of the post's own, in the folder of the run."""
_OFFLINE = re.compile(
    r"(?:Name or service not known|name resolution|getaddrinfo|Max retries exceeded|urlopen error|Connection refused)"
    r"|^(?:URLError|ConnectionError|ConnectTimeout|gaierror|PermissionError): (?!.*\[Errno 13\] Permission denied: ')"
)
"""What is said where no other machine can be asked."""
_LONGEST = 2_000
"""Characters of a message or of a line of it; an error can hold a whole table."""


@dataclass(frozen=True)
class Failure:
    """Why a post has no result."""

    post: Post
    cell: int
    """Number of the code cell, from 1; 0: no cell."""
    line: int
    reason: str
    detail: str = ""

    def __str__(self) -> str:
        where, reason = place(self.post.path, self.line or 1), self.reason
        if self.cell and self.post.path.suffix != ".ipynb":  # of which the place says the cell
            reason = _("cell {number}: {reason}").format(number=self.cell, reason=reason)
        detail = "".join(f"\n    {line}" for line in self.detail.splitlines())
        return without_values(f"{where}: {reason}{detail}", self.post)


def at_key(post: Post, key: str, reason: str) -> Failure:
    """Make a failure at the line of a front-matter key."""
    return Failure(post, 0, post.lines.get(key, 1), reason)


class ExecutionFailed(Exception):
    """Raised with every post that failed; the results of the others are in the store."""

    def __init__(self, failures: list[Failure]) -> None:
        super().__init__("\n".join(map(str, failures)))
        self.failures = failures

    @property
    def told(self) -> list[tuple[Path, str]]:
        """Each file with what is wrong in it."""
        return [(failure.post.path, str(failure)) for failure in self.failures]


def refusal(name: str, value: str, post: Post) -> str:
    """Return the mend where the seal refused something to a cell, or hid it; empty where it did not."""
    root = post.book
    if not post.network and _OFFLINE.search(f"{name}: {value}"):
        return _("a post runs without the network: put what it asks for into `data/`, or allow it with `network: true`")
    if name == "FileNotFoundError" and (absent := re.search(r"'([^']+)'\s*$", value)):
        return _hidden_file(absent[1], post)
    if name == "SyntaxError" and "Missing parentheses in call to 'print'" in value:
        return _("this is Python 2; write it in Python 3")
    path = re.search(r"\[Errno 13\] Permission denied: '([^']+)'", value)
    if path and name in ("PermissionError", "RuntimeError"):  # one in place of what glob would keep silent about
        file = Path(path[1])
        if file.is_relative_to(root) and not file.is_relative_to(root / "_build"):  # where it runs
            name = file.relative_to(root).as_posix() + "/*" * file.is_dir()
            return _("a post sees only its inputs: add {name} to `inputs`").format(name=name)
        return _("a post sees only its `inputs` and writes only to the folder in which it runs")
    module = re.search(r"No module named '(\w+)", value)
    if name == "ModuleNotFoundError" and module and not find_spec(module[1]):
        return _(
            "it is not installed here: add its package to requirements.in, lock and install it (a file: to `inputs`)"
        )
    if name == "ModuleNotFoundError":
        return _("a post loads what its cells import by name: add the package to `requirements`, a module to `inputs`")
    return ""


def _hidden_file(name: str, post: Post) -> str:
    """Return the mend where a file is in the book, but not for the post."""
    within = name.rpartition(f"/{post.slug}/")[2]
    found = [post.book / within, post.path.parent / within] if within and not within.startswith("/") else []
    for path in (path for path in found if path.is_file() and lies_below(path, post.book)):
        known = os.path.relpath(path, post.book).replace(os.sep, "/")
        return _("a post sees only its inputs: add {name} to `inputs`").format(name=known)
    return _("a post sees only files of the book: put it into `data/`, and name it as `data/…`")


class Place:
    """Where in a post the execution stands, for messages."""

    def __init__(self, post: Post) -> None:
        self.post, self.cell, self.index = post, 0, 0
        self.deadline = time.monotonic() + post.timeout

    def seconds_left(self, __: object = None) -> float:
        """Return how long the next cell may run."""
        left = max(0.1, self.deadline - time.monotonic())
        return min(left, self.post.cell_timeout or left) if self.cell else left

    def fail(self, reason: str, notebook: nbformat.NotebookNode, detail: str = "", line: int = 0) -> Failure:
        """Make a failure of the cell that runs, with the last lines that it wrote to stderr.

        ``line`` is that of the file; 0: at which the cell starts.
        """
        line = (line or self.post.cell_line(self.index)) if self.cell else 1
        outputs = notebook.cells[self.index].get("outputs", []) if self.cell else []
        errors = "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stderr")
        if errors:
            detail += "\n[stderr]\n" + "\n".join(line[:_LONGEST] for line in printable(errors).splitlines()[-10:])
        return Failure(self.post, self.cell, line, reason, detail.strip("\n"))

    def explain(self, error: Exception, notebook: nbformat.NotebookNode) -> Failure:
        """Say in the author's words what ended the cell that runs."""
        from jupyter_client.kernelspec import NoSuchKernel
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

        from .client import TooMuchPrinted
        from .glue import BadValue

        if isinstance(error, CellExecutionError):
            return self._raised(error, notebook)
        if isinstance(error, CellTimeoutError):
            if self.post.cell_timeout and time.monotonic() < self.deadline:
                reason = _("took longer than {seconds:g} s; raise `cell_timeout`")
                return self.fail(reason.format(seconds=self.post.cell_timeout), notebook)
            reason = _("the post took longer than {seconds:g} s; raise `timeout`")
            return self.fail(reason.format(seconds=self.post.timeout), notebook)
        if isinstance(error, TooMuchPrinted):
            reason = _("the post has printed {size}, more than {limit}; print less, or raise `output_limit`")
            size, limit = f"{error.size / 1e6:.1f} MB", f"{self.post.output_limit:g} MB"
            return self.fail(reason.format(size=size, limit=limit), notebook)
        if isinstance(error, BadValue):
            self.cell, self.index = next((n, i) for n, i, _cell in executed_cells(notebook) if i == error.index)
            return self.fail(str(error), notebook)
        if isinstance(error, DeadKernelError):
            return self.fail(_("the kernel died; most often the machine is out of memory"), notebook)
        if isinstance(error, NoSuchKernel):
            reason = _("no kernel named {name}; install it, or mend `kernelspec`").format(name=error.name)
            return self.fail(reason, notebook)
        return self.fail(f"{type(error).__name__}: {error}", notebook)

    def _raised(self, error: CellExecutionError, notebook: nbformat.NotebookNode) -> Failure:
        """Say what the cell raised, in which line of the author's, and the mend where it is known."""
        raised = [o for o in notebook.cells[self.index].get("outputs", []) if o.output_type == "error"]
        frames = [printable(frame) for output in raised for frame in output.traceback]
        detail = "\n".join(line[:_LONGEST] for line in _folded(frames)[-_LINES:])
        said = f"{error.ename}: {error.evalue}"[:_LONGEST]
        mend = refusal(error.ename, error.evalue, self.post) or _(
            "if readers are to see this, tag the cell `raises-exception`"
        )
        lines = [int(line) for cell, line in _OWN.findall("\n".join(frames)) if int(cell) == self.cell]
        line = self.post.code_line(self.index, lines[-1]) if lines else 0
        return self.fail(f"{said}; {mend}", notebook, detail, line)


def _folded(frames: list[str]) -> list[str]:
    """Return the lines of a traceback, with one in place of those that stand in libraries."""
    lines: list[str] = []
    for frame in frames:
        if not frame.strip(" -\n") or "Traceback (most recent" in frame:
            continue
        if (found := _LIBRARY.match(frame)) and not frame.startswith(_HERE):
            note = _("… in {package}").format(package=found[1] or found[2])
            lines += [note] * (lines[-1:] != [note])
        else:
            lines += [line for line in frame.splitlines() if line.strip()]
    return lines
