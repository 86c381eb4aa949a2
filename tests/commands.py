"""The book's commands, run in processes that are forked from one that has made the imports.

Such a process is as good as one that is started anew: it has its own environment, folder, output, locks and exit code,
and nothing of it outlives it. It only begins where the imports are made, which otherwise take longer than the build.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import tempfile
import warnings
from multiprocessing import forkserver
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from unittest import mock

TESTS = Path(__file__).parent
ROOT = TESTS.parent
_LONGEST = 600.0  # seconds


class Forked:
    """A running ``jupyter-book`` or ``blogkit``; ``command`` is its name and its arguments."""

    def __init__(self, command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> None:
        self._command = command
        self._output = tempfile.NamedTemporaryFile()  # noqa: SIM115  # closed by `wait`
        arguments = (command, folder, environment, self._output.name)
        self._process = _context().Process(target=_work, args=arguments)
        self._process.start()

    def kill(self) -> None:
        """End it at once, as a power failure would."""
        self._process.kill()

    def wait(self) -> CompletedProcess[str]:
        """Wait for its end; return its exit code and what it printed."""
        with self._output:
            self._process.join(_LONGEST)
            if self._process.exitcode is None:
                self._process.kill()
                self._process.join()
                raise TimeoutExpired(self._command, _LONGEST, self._output.read())
            code, text = self._process.exitcode, self._output.read().decode()
            self._process.close()
        return CompletedProcess(self._command, code, text)


def _context() -> multiprocessing.context.ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["warm"])
    # Python 3.11 does not hand `sys.path` on to the process that is forked; one thread, so that a fork has all.
    path = os.pathsep.join([str(TESTS), str(ROOT)])
    with mock.patch.dict(os.environ, PYTHONPATH=path, OPENBLAS_NUM_THREADS="1"):
        forkserver.ensure_running()
    return context


def _work(command: tuple[str, ...], folder: Path, environment: dict[str, str], output: str) -> None:
    """Be the command: run it and end with its exit code."""
    gc.freeze()  # what is shared with the other processes is left untouched
    _print_to(output)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    warnings.filterwarnings("error", module=r"blogkit(\.|$)")
    sys.argv = list(command)
    if command[0] == "jupyter-book":
        from jupyter_book.cli.main import main as book

        book()
    else:
        from blogkit.__main__ import main as blogkit

        sys.exit(blogkit())


def _print_to(path: str) -> None:
    """Lead all that this process and its children print into one file."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND)
    for number in (1, 2):
        os.dup2(file, number)
    os.close(file)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
