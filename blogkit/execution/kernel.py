"""Start a kernel and run the cells of a post in it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from ..posts.notebook import executed_cells
from ..posts.post import Post
from .failures import Place
from .prelude import prelude_source
from .seal import GUARD, START, seal

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient

    from .client import Client

_START_SECONDS = 60
_END_SECONDS = 30
_PASSED = ("CUDA_VISIBLE_DEVICES",)
"""Variables that each kernel gets; what they say is in the key, as its device."""
_WINDOWS = ("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT")
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


async def run_cells(
    notebook: nbformat.NotebookNode,
    post: Post,
    folder: Path,
    threads: int,
    at: Place,
    on_cell: Callable[[int], None],
    view: Path | None,
    stand: Path,
) -> None:
    """Run the cells of a post in a kernel of their own, in ``folder``; what they return stands in ``notebook`` then.

    ``threads`` is how many each library may use; ``at`` follows where the execution stands; ``view`` is the folder of
    the packages that it finds in a seal (``None``: there is no seal here); ``stand`` is where in ``folder`` it begins.
    Raises what nbclient raises when a cell fails.
    """
    from .client import Client

    client = Client(
        notebook,
        post.output_limit,
        timeout_func=at.seconds_left,
        record_timing=False,
        shutdown_kernel="immediate",
    )
    async with (
        _kernel_manager(post, folder, view) as (client.km, own, line),
        client.async_setup_kernel(
            cwd=str(stand), env=_kernel_environment(post, folder, threads, own, view), stdin=line, cleanup_kc=True
        ),
    ):
        kernel: AsyncKernelClient = client.kc  # type: ignore[assignment]  # nbclient says only what all clients are
        answer = await kernel.kernel_info(reply=True, timeout=_START_SECONDS)
        notebook.metadata["language_info"] = answer["content"]["language_info"]
        await _run_silently(client, notebook, prelude_source(post))
        for number, index, cell in executed_cells(notebook):
            at.cell, at.index = number, index
            on_cell(number)
            await client.async_execute_cell(cell, index, execution_count=number)


async def _run_silently(client: Client, notebook: nbformat.NotebookNode, source: str) -> None:
    """Run code that leaves no trace in the notebook."""
    if source:
        notebook.cells.append(nbformat.v4.new_code_cell(source))  # nbclient wants the cell in the notebook
        await client.async_execute_cell(notebook.cells[-1], len(notebook.cells) - 1, store_history=False)
        notebook.cells.pop()


@asynccontextmanager
async def _kernel_manager(post: Post, folder: Path, view: Path | None) -> AsyncIterator[tuple[Any, str, int | None]]:
    """Make a kernel's manager, a folder that is the kernel's own, and what its guard listens to.

    ``view`` holds the packages of a sealed kernel; ``None``: there is no seal here.
    """
    # Where there are Unix sockets nobody else on the machine can listen. Their paths must be short.
    with tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True) as own:
        guarded: list[str] = []
        if view:
            opened = Path(own, "seal.json")
            seal(view, [own, str(folder)], network=post.network).write(opened)
            guarded = [sys.executable, GUARD, str(opened)]
        manager = _manager(post.kernel, guarded, _hidden(post, [own, str(folder)], view))
        if os.name == "posix":
            manager.transport = "ipc"
            manager.connection_file = f"{own}/k.json"
        if not view:
            yield manager, own, None
            return
        reading, writing = os.pipe()
        manager.line = writing
        try:
            yield manager, own, reading
        finally:
            manager.hang_up()
            os.close(reading)


def _hidden(post: Post, own: list[str], view: Path | None) -> str:
    """Return as JSON what is not there for the post, as far as Python sees what it asks for."""
    opened = [*own, *([str(view)] if view else []), sys.prefix, sys.base_prefix]
    hidden = {
        "book": os.path.realpath(post.book),
        "open": [os.path.realpath(path) for path in opened],
        "network": post.network,
        "sealed": bool(view),
    }
    return json.dumps(hidden)


def _manager(kernel: str, guarded: list[str], hidden: str) -> Any:
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class ThisPython(KernelSpecManager):
        """Find ``python3`` in the environment that builds the site, whatever the user has installed elsewhere."""

        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            if kernel_name == "python3":
                isolated = ["-S"] if guarded else []
                argv = [sys.executable, "-Xfrozen_modules=off", *isolated, START, hidden, "-f", "{connection_file}"]
                argv.append("--HistoryManager.enabled=False")
                spec = KernelSpec(argv=argv, display_name="Python 3", language="python")
            else:
                spec = super().get_kernel_spec(kernel_name)
            spec.argv = [*guarded, *spec.argv]
            return spec

    class Guarded(AsyncKernelManager):
        """Ends its kernel by letting go of the guard, which ends all that the kernel has started."""

        line = -1

        def hang_up(self) -> None:
            line, self.line = self.line, -1
            if line >= 0:
                os.write(line, b".")  # else the build was killed
                os.close(line)

        async def _async_kill_kernel(self, restart: bool = False) -> None:
            if self.line < 0 or not self.provisioner:
                await super()._async_kill_kernel(restart)
            else:
                self.hang_up()
                await asyncio.wait_for(self.provisioner.wait(), _END_SECONDS)

    return Guarded(kernel_name=kernel, kernel_spec_manager=ThisPython())


def _kernel_environment(post: Post, folder: Path, threads: int, own: str, view: Path | None) -> dict[str, str]:
    """Return the variables of a kernel: few and fixed, and there is nothing of the author's home."""
    python = str(Path(sys.executable).parent)
    system = ("/usr/bin", "/bin") if view else (os.environ.get("PATH", ""),)
    env = {name: os.environ[name] for name in (*_PASSED, *post.env, *(() if view else _WINDOWS)) if name in os.environ}
    env |= {"PATH": os.pathsep.join((python, *system)), "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONNOUSERSITE": "1"}
    env |= dict.fromkeys(("USER", "LOGNAME", "USERNAME"), "blog")  # not who builds
    env |= dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), str(folder))
    env |= {"PYTHONPATH": str(view)} if view else {}
    env |= {"IPYTHONDIR": own, "MATPLOTLIBRC": os.devnull, "MPLCONFIGDIR": own}
    env |= {
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": "0",  # what files that libraries write say of their making
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "TERM": "dumb",
    }
    return env | dict.fromkeys(_THREADS, str(threads))
