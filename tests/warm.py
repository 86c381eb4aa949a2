"""A process that has made the imports of the book's commands and is forked for each of them.

It imports packages of others, and the engine of this checkout; a command in a checkout with another engine forgets
that one. It is run by :func:`commands.warm`, with the number of the socket that it listens to and a folder of its own.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
import traceback
import warnings
from functools import cache
from pathlib import Path

from jinja2.bccache import FileSystemBytecodeCache
from jinja2.sandbox import SandboxedEnvironment
from myst_nb.core import render
from nbformat.validator import get_validator
from PIL import Image
from pygments.lexers import get_lexer_by_name
from sphinx.application import builtin_extensions

_ROOT = Path(__file__).parents[1]
_OTHERS = (
    *("docutils.languages.ko", "docutils.parsers.rst.languages.ko", "jinja2.ext", "numpy", "PIL.ImageOps"),
    *("sphinx.builders.html.transforms", "sphinx.builders.latex.transforms", "sphinx.ext.mathjax"),
    *("jupyter_book.cli.main", "jupyter_book.sphinx", "sphinx_multitoc_numbering", "sphinx_external_toc.events"),
    *("myst_nb.sphinx_ext", "myst_nb.ext.execution_tables", "myst_nb.ext.glue.domain", "sphinx_design.extension"),
    *("myst_parser.sphinx_ext.directives", "myst_parser.sphinx_ext.mathjax", "myst_parser.sphinx_ext.myst_refs"),
    *("math_core", "PIL.ImageColor", "filelock", "jupyter_client.manager", "lxml.html", "nbclient", "psutil"),
    *("rich.progress", "watchfiles"),
)


def main(listener: socket.socket) -> None:
    """Fork for each connection, until whoever started this process is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    gc.freeze()  # what they share stays untouched
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        connection, _ = listener.accept()
        with connection:
            if os.fork() == 0:
                listener.close()
                _serve(connection)


def _serve(connection: socket.socket) -> None:
    """Be the command that the other side asks for; tell it the process, and the exit code if it comes to that."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rw", encoding="utf-8") as stream:
        asked = json.loads(stream.readline())
        print(os.getpid(), file=stream, flush=True)
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        code = _run(**asked)
        print(code, file=stream, flush=True)
    os._exit(code)


def _run(command: list[str], folder: str, environment: dict[str, str]) -> int:
    """Run a command as a new process does; return its exit code."""
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", buffering=buffering, closefd=False)  # noqa: SIM115
        for number, mode, buffering in ((0, "r", -1), (1, "w", -1), (2, "w", 1))
    )
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if _has_another_engine(Path(folder)):
        for name in [name for name in sys.modules if name.partition(".")[0] == "blogkit"]:
            del sys.modules[name]
    sys.path[0:1] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))  # instead of this file's folder
    warnings.filterwarnings("error", module=r"blogkit(\.|$)")
    sys.argv = list(command)
    code: object = 0
    try:
        if command[0] == "jupyter-book":
            importlib.import_module("jupyter_book.cli.main").main()
        else:
            sys.path.insert(0, folder)
            runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code or 0
        if not isinstance(code, int):
            print(code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    return code if isinstance(code, int) else 1


def _prepare(folder: str) -> None:
    """Share what Jinja makes of templates, as they are, among all books; and make what is the same for all of them."""
    begin = SandboxedEnvironment.__init__
    compiled = FileSystemBytecodeCache(folder)

    def begin_with_cache(self: SandboxedEnvironment, *args: object, **kwargs: object) -> None:
        begin(self, *args, **{"bytecode_cache": compiled, **kwargs})

    SandboxedEnvironment.__init__ = begin_with_cache
    for minor in range(6):
        get_validator(4, minor)
    get_validator(4, 5, relax_add_props=True)
    render.entry_points = cache(render.entry_points)
    _own_engine()
    for language in ("ipython3", "python3", "text"):
        get_lexer_by_name(language)


def _has_another_engine(folder: Path) -> bool:
    engine = folder / "blogkit"
    return engine.is_dir() and _engine(engine) != _own_engine()


@cache
def _own_engine() -> dict[Path, bytes]:
    return _engine(_ROOT / "blogkit")


def _engine(folder: Path) -> dict[Path, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder): path.read_bytes() for path in paths}


if __name__ == "__main__":
    for _name in (*builtin_extensions, *_OTHERS):
        importlib.import_module(_name)
    Image.init()  # which imports what reads each kind of picture
    sys.path.insert(0, str(_ROOT))
    for _module in pkgutil.walk_packages([str(_ROOT / "blogkit")], "blogkit."):
        if not _module.name.endswith((".__main__", ".guard", ".start")) and ".prelude." not in _module.name:
            importlib.import_module(_module.name)
    sys.path.remove(str(_ROOT))
    _prepare(sys.argv[2])
    main(socket.socket(fileno=int(sys.argv[1])))
