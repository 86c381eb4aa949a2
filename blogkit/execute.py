"""Execute the posts whose key is not in the store, as many at once as the machine allows; knows nothing of Sphinx."""

from __future__ import annotations

import ast
import asyncio
import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import psutil

from .environment import cell_nodes, device, environment, imported_modules, main_packages, processor
from .errors import AuthorError, for_each, shown
from .notebooks import glued_units, glued_values
from .posts import Post, parse_promise, render_template
from .store import Result, Store, file_digest, key_of, write_atomically

if TYPE_CHECKING:
    from .progress import Progress

PRELUDE = Path(__file__).parent / "prelude"
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
_FOUND = re.compile(r"""find_spec\(["'](\w+)["']\)""")
_GIB = 1 << 30
# What one light post may need besides the machine's own processes, when nothing is known of it.
_MEMORY_PER_POST = 2 * _GIB
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


@dataclass(frozen=True)
class Function:
    """A post as a pure function: all that its result depends on, and the key made of exactly that."""

    post: Post
    description: dict[str, Any]
    key: str


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
        place = f"{shown(self.post.path)}:{self.line or 1}"
        where = f"cell {self.cell}: " if self.cell else ""
        detail = "".join(f"\n    {line}" for line in self.detail.splitlines())
        return f"{place}: {where}{self.reason}{detail}"


class ExecutionFailed(Exception):
    """Raised with every post that failed; the results of the others are in the store."""

    def __init__(self, failures: list[Failure]) -> None:
        super().__init__("\n".join(map(str, failures)))
        self.failures = failures


def describe(post: Post, root: Path) -> Function:
    """Say what the post's result is a function of; raise :class:`AuthorError` for an input that is missing."""
    # A prelude finds the package of the figures' font by its name.
    modules = imported_modules(post.code) | set(_FOUND.findall(prelude_source(post)))
    surroundings = environment(modules, post.kernel)
    if post.runs_on:  # such a result is made on that runner, and used by builds on machines without its device
        surroundings["device"] = post.runs_on
    description = {
        "code": list(post.code),
        "prelude": {path.stem: key_of({"": _prelude_text(path)}) for path in _preludes(post)},
        "environment": surroundings,
        "inputs": {name: file_digest(root / name) for name in input_files(post, root)},
        "outputs": sorted(post.outputs),
    }
    if post.steered:
        description["steered"] = post.steered
    return Function(post, description, key_of(description))


def input_files(post: Post, root: Path) -> list[str]:
    """Return the files that the post's ``inputs`` name, below ``root``; code must name no other file of ``data/``."""
    faults, names = [], set()
    for pattern in post.inputs:
        found = [root / pattern] if (root / pattern).is_file() else [p for p in root.glob(pattern) if p.is_file()]
        if (root / pattern).is_dir():
            faults.append(post.fault("inputs", f"the input {pattern} is a folder; write {pattern}/*"))
        elif not found:
            faults.append(post.fault("inputs", f"the input {pattern} does not exist; add the file or mend the name"))
        names.update(p.relative_to(root).as_posix() for p in found)
    for text in sorted(_data_paths(post.code)):
        if text not in names and os.path.isfile(root / text):  # noqa: PTH113  # which raises for no text
            faults.append(post.fault("inputs", f"a cell names {text}, which is not declared; add it to `inputs`"))
    if faults:
        raise AuthorError(faults)
    return sorted(names)


def execute_posts(
    posts: Iterable[Post],
    root: Path,
    store: Store,
    jobs: int = 0,
    log: Callable[[str], None] = print,
    *,
    force: bool = False,
) -> dict[str, Result]:
    """Return the result of each post with code, by docname, executing those that the store does not hold.

    ``jobs`` is how many light posts run at once (0: as cores and memory allow). Raises :class:`AuthorError` for bad
    input before anything runs, and :class:`ExecutionFailed` with all failures after everything ran.
    """
    functions = for_each(lambda post: describe(post, root), [post for post in posts if post.code])
    results = {f.post.docname: found for f in functions if not force and (found := store.find(f.key))}
    # Posts of the same code, environment and inputs are one function: it runs once.
    stale = list({f.key: f for f in functions if f.post.docname not in results}.values())
    failures: list[Failure] = []
    if stale:
        from .progress import Progress  # it is slow to import, and most builds execute nothing

        with Progress([f.post.slug for f in stale], log) as progress:
            fresh, failures = _run(_execute_all(stale, root, store, jobs, progress))
        results |= {f.post.docname: fresh[f.key] for f in functions if f.key in fresh}
    for function in functions:
        result = results.get(function.post.docname)
        if result:
            store.remember(function.post.docname, result.key)
            failures += _broken_promises(function.post, result)
    if failures:
        raise ExecutionFailed(sorted(failures, key=lambda f: (f.post.path, f.line)))
    return results


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_jobs() -> int:
    """Return how many light posts may run at once on this machine: as many as there are cores, and memory for."""
    return max(1, min(cores(), psutil.virtual_memory().total // _MEMORY_PER_POST))


def summary(post: Post, values: dict[str, Any]) -> str:
    """Return the post's description with its glued values; raise :class:`AuthorError` where one is missing."""
    try:
        return render_template(post.description, values)
    except ValueError as error:
        raise AuthorError([post.fault("description", f"description: {error}")]) from error


def prelude_source(post: Post) -> str:
    """Return the code that runs silently before the first cell."""
    return "\n\n".join(map(_prelude_text, _preludes(post)))


def put_back(result: Result, post: Post, root: Path) -> None:
    """Put the files that the post wrote where its author and its page expect them."""
    for name in post.outputs:
        target = root / name
        if not target.is_file() or file_digest(target) != result.record["outputs"][name]:
            write_atomically(target, result.file(name).read_bytes())


def _preludes(post: Post) -> list[Path]:
    if post.kernel != "python3":
        return []
    names = ("glue", *sorted(imported_modules(post.code)))
    return [path for name in names if (path := PRELUDE / f"{name}.py").is_file()]


@cache
def _prelude_text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _data_paths(code: tuple[str, ...]) -> set[str]:
    strings = {
        node.value.removeprefix("./")
        for source in code
        if "data/" in source
        for node in cell_nodes(source)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in strings if text.startswith("data/")}


def _run(work: Any) -> Any:
    """Run a coroutine in a thread of its own, so that Ctrl-C reaches us and not nbclient's signal handlers."""
    loop = asyncio.new_event_loop()
    # nbclient leaves a failed task behind where a cell ran out of time; what matters of it is reported.
    loop.set_exception_handler(lambda *_: None)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    future = asyncio.run_coroutine_threadsafe(work, loop)
    try:
        while True:
            try:
                return future.result(timeout=0.5)
            except TimeoutError:
                if future.done():
                    raise
    except KeyboardInterrupt:
        future.cancel()
        asyncio.run_coroutine_threadsafe(_settle(), loop).result(timeout=30)
        raise
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)


async def _settle() -> None:
    """Wait until every cancelled post has ended its kernel."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    await asyncio.gather(*others, return_exceptions=True)


async def _execute_all(
    stale: list[Function], root: Path, store: Store, jobs: int, progress: Progress
) -> tuple[dict[str, Result], list[Failure]]:
    results: dict[str, Result] = {}
    failures: list[Failure] = []
    # A post's threads depend on the machine alone, not on what else is stale or running: same numbers each time.
    threads = max(1, cores() // (jobs or default_jobs()))
    at_once = jobs or max(1, min(default_jobs(), psutil.virtual_memory().available // _MEMORY_PER_POST))

    async def one(function: Function, threads: int | None, turn: asyncio.Semaphore) -> None:
        async with turn:
            name = function.post.slug
            progress.start(name, len(function.post.code))
            try:
                outcome = await _execute(function, root, store, threads, lambda cell: progress.cell(name, cell))
            except Exception as error:  # a full disk, an input that was deleted: the others go on
                outcome = Failure(function.post, 0, 1, f"{type(error).__name__}: {error}")
            if isinstance(outcome, Failure):
                failures.append(outcome)
                progress.end(name, "failed")
            else:
                results[function.key] = outcome
                progress.end(name, "done")

    for whole in (True, False):
        turn = asyncio.Semaphore(1 if whole else at_once)
        chosen = [f for f in stale if f.post.whole_machine == whole]
        await asyncio.gather(*(one(f, None if whole else threads, turn) for f in chosen))
    return results, failures


async def _execute(
    function: Function, root: Path, store: Store, threads: int | None, on_cell: Callable[[int], None]
) -> Result | Failure:
    post = function.post
    at = _Place(post)
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    with store.scratch() as folder:
        _lay_out(folder, post, root, list(function.description["inputs"]))
        notebook = nbformat.from_dict(post.notebook)
        try:
            await _run_cells(notebook, post, folder, threads, at, on_cell)
        except Exception as error:
            return at.explain(error, notebook)
        missing = [name for name in post.outputs if not (folder / name).is_file()]
        if missing:
            line = post.lines.get("outputs", 1)
            return Failure(post, 0, line, f"declares {', '.join(missing)} in `outputs` but no cell wrote it")
        if {n: file_digest(root / n) for n in function.description["inputs"]} != function.description["inputs"]:
            return Failure(post, 0, post.lines.get("inputs", 1), "an input changed while the post ran; build again")
        record = {
            "post": post.docname,
            "values": glued_values(notebook),
            "units": glued_units(notebook),
            "function": function.description,
            "executed": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 2),
            "processor": processor(),
            "device": device(),
            "packages": main_packages(imported_modules(post.code)),
            "commit": _commit(root),
            "outputs": {name: file_digest(folder / name) for name in post.outputs},
        }
        return store.add(function.key, notebook, {name: folder / name for name in post.outputs}, record)


class _Place:
    """Where in a post the execution stands, for messages."""

    def __init__(self, post: Post) -> None:
        self.post, self.cell, self.index = post, 0, 0
        self.deadline = time.monotonic() + post.timeout

    def seconds_left(self, _: object = None) -> float:
        """Return how long the next cell may run."""
        left = max(0.1, self.deadline - time.monotonic())
        return min(left, self.post.cell_timeout or left) if self.cell else left

    def fail(self, reason: str, notebook: nbformat.NotebookNode, detail: str = "") -> Failure:
        line = self.post.cell_line(self.index) if self.cell else 1
        outputs = notebook.cells[self.index].get("outputs", []) if self.cell else []
        errors = "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stderr")
        if errors:
            detail += "\n[stderr]\n" + "\n".join(_ANSI.sub("", errors).splitlines()[-10:])
        return Failure(self.post, self.cell, line, reason, detail.strip("\n"))

    def explain(self, error: Exception, notebook: nbformat.NotebookNode) -> Failure:
        from jupyter_client.kernelspec import NoSuchKernel
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

        if isinstance(error, CellExecutionError):
            raised = [o for o in notebook.cells[self.index].get("outputs", []) if o.output_type == "error"]
            text = _ANSI.sub("", "\n".join(line for output in raised for line in output.traceback))
            frames = [line for line in text.splitlines() if line.strip(" -") and "Traceback (most recent" not in line]
            return self.fail(f"{error.ename}: {error.evalue}", notebook, "\n".join(frames[-12:]))
        if isinstance(error, CellTimeoutError):
            if self.post.cell_timeout and time.monotonic() < self.deadline:
                return self.fail(f"took longer than {self.post.cell_timeout:g} s; raise `cell_timeout`", notebook)
            return self.fail(f"the post took longer than {self.post.timeout:g} s; raise `timeout`", notebook)
        if isinstance(error, DeadKernelError):
            return self.fail("the kernel died; most often the machine is out of memory", notebook)
        if isinstance(error, NoSuchKernel):
            return self.fail(f"no kernel named {error.name}; install it, or mend `kernelspec`", notebook)
        return self.fail(f"{type(error).__name__}: {error}", notebook)


async def _run_cells(
    notebook: nbformat.NotebookNode,
    post: Post,
    folder: Path,
    threads: int | None,
    at: _Place,
    on_cell: Callable[[int], None],
) -> None:
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
        answer = await client.kc.kernel_info(reply=True, timeout=60)
        notebook.metadata["language_info"] = answer["content"]["language_info"]
        prelude = prelude_source(post)
        if prelude:
            notebook.cells.append(nbformat.v4.new_code_cell(prelude))  # nbclient wants the cell in the notebook
            await client.async_execute_cell(notebook.cells[-1], len(notebook.cells) - 1, store_history=False)
            notebook.cells.pop()
        number = 0
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            number += 1
            at.cell, at.index = number, index
            on_cell(number)
            await client.async_execute_cell(cell, index, execution_count=number)


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


def _lay_out(folder: Path, post: Post, root: Path, inputs: list[str]) -> None:
    """Fill the folder that the kernel runs in: the declared inputs and nothing else."""
    for name in inputs:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target)
    for name in post.outputs:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)


def _broken_promises(post: Post, result: Result) -> list[Failure]:
    holds = {
        ">=": lambda a, b: a >= b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        "<": lambda a, b: a < b,
        "==": lambda a, b: a == b,
    }
    failures = []
    for name, promise in post.expect.items():
        operator, bound = parse_promise(promise)
        value = result.values.get(name)
        line = post.lines.get("expect", 1)
        if not isinstance(value, int | float):
            failures.append(Failure(post, 0, line, f"promises {name} {promise}, but no cell glues a number {name}"))
        elif not holds[operator](value, bound):
            failures.append(Failure(post, 0, line, f"promised {name} {promise}, got {value!r}"))
    for name in post.drift if isinstance(post.drift, dict) else ():
        if not isinstance(result.values.get(name), int | float):
            line = post.lines.get("drift", 1)
            failures.append(Failure(post, 0, line, f"`drift` names {name}, but no cell glues a number {name}"))
    return failures


def _commit(root: Path) -> str:
    call = ["git", "-C", str(root), "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty"]
    try:
        answer = subprocess.run(call, capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
