"""Start a kernel and run the cells of a post in it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from ..posts.post import Post
from .failures import Place
from .prelude import prelude_source

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient
    from nbclient import NotebookClient

_START_SECONDS = 60
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
    threads: int | None,
    at: Place,
    on_cell: Callable[[int], None],
) -> None:
    """Run the cells of a post in a kernel of their own, in ``folder``; what they return stands in ``notebook`` then.

    ``threads`` is how many each library may use (``None``: as it likes); ``at`` follows where the execution stands.
    Raises what nbclient raises when a cell fails.
    """
    from nbclient import NotebookClient

    client = NotebookClient(
        notebook,
        timeout_func=at.seconds_left,
        coalesce_streams=True,
        record_timing=False,
        shutdown_kernel="immediate",
    )
    async with (
        _kernel_manager(post.kernel) as (client.km, own),
        client.async_setup_kernel(cwd=str(folder), env=_kernel_environment(threads, own), cleanup_kc=True),
    ):
        kernel: AsyncKernelClient = client.kc  # type: ignore[assignment]  # nbclient says only what all clients are
        answer = await kernel.kernel_info(reply=True, timeout=_START_SECONDS)
        notebook.metadata["language_info"] = answer["content"]["language_info"]
        await _run_silently(client, notebook, prelude_source(post))
        number = 0
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            number += 1
            at.cell, at.index = number, index
            on_cell(number)
            await client.async_execute_cell(cell, index, execution_count=number)


async def _run_silently(client: NotebookClient, notebook: nbformat.NotebookNode, source: str) -> None:
    """Run code that leaves no trace in the notebook."""
    if source:
        notebook.cells.append(nbformat.v4.new_code_cell(source))  # nbclient wants the cell in the notebook
        await client.async_execute_cell(notebook.cells[-1], len(notebook.cells) - 1, store_history=False)
        notebook.cells.pop()


@asynccontextmanager
async def _kernel_manager(kernel: str) -> AsyncIterator[tuple[Any, str]]:
    """Make a kernel's manager, and a folder that is the kernel's own."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class ThisPython(KernelSpecManager):
        """Find ``python3`` in the environment that builds the site, whatever the user has installed elsewhere."""

        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            if kernel_name != "python3":
                return super().get_kernel_spec(kernel_name)
            argv = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            argv.append("--HistoryManager.enabled=False")
            return KernelSpec(argv=argv, display_name="Python 3", language="python")

    # Where there are Unix sockets nobody else on the machine can listen. Their paths must be short.
    with tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True) as own:
        manager = AsyncKernelManager(kernel_name=kernel, kernel_spec_manager=ThisPython())
        if os.name == "posix":
            manager.transport = "ipc"
            manager.connection_file = f"{own}/k.json"
        yield manager, own


def _kernel_environment(threads: int | None, own: str) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("JPY_", "MPL"))}
    env |= {"IPYTHONDIR": own, "MATPLOTLIBRC": os.devnull}  # nothing of what the author has set up at home
    env |= {"PYTHONHASHSEED": "0", "TF_CPP_MIN_LOG_LEVEL": "3", "PYDEVD_DISABLE_FILE_VALIDATION": "1", "TERM": "dumb"}
    if threads:
        env |= dict.fromkeys(_THREADS, str(threads))
    return env
