"""Execute the posts whose key is not in the store, as many at once as the machine allows; knows nothing of Sphinx."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import nbformat
import psutil

from ..errors import AuthorError, Fault
from ..files import file_digest, write
from ..git import git
from ..language import _
from ..posts.notebook import executed_cells
from ..posts.post import Post
from ..posts.references import Value
from .chance import number_chance
from .environment import installed_version, main_packages
from .failures import ExecutionFailed, Failure, Place, at_key
from .function import Function
from .glue import BadValue, glued_values, glued_words
from .imports import imported_modules
from .inputs import input_files, working_folder
from .installs import without_installs
from .kernel import run_cells
from .lock import LOCK, is_version, read_lock
from .machine import MEMORY_PER_POST, default_jobs, device, processor, threads
from .privacy import make_neutral, told
from .promises import broken_promises
from .renditions import dark_renditions
from .result import FILES, Record, Result
from .scripts import kept_scripts
from .seal.packages import lay_out
from .status import fresh_result, functions
from .stderr import missing_letters, written
from .store import Store

if TYPE_CHECKING:
    from .progress import Progress

_T = TypeVar("_T")
_WORK = "_build/.run"
"""Where posts run, each in a folder of its name: it is the same each time, as it may stand in what they print."""
_PACKAGES = "_build/.packages"
"""Folders of links to what the posts can load."""


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
    described = functions([post for post in posts if post.code], root, store, jobs)
    results = {f.post.docname: found for f in described if not force and (found := fresh_result(f, store))}
    # Posts of the same code, environment and inputs are one function: it runs once.
    stale = list({f.key: f for f in described if f.post.docname not in results}.values())
    failures: list[Failure] = []
    if stale:
        _refuse_other_packages(stale, root)
        from .progress import Progress  # it is slow to import, and most builds execute nothing

        with Progress([f.post.slug for f in stale], log) as progress:
            fresh, failures = _run(_execute_all(stale, root, store, jobs, progress))
        for function in stale:
            if result := fresh.get(function.key):
                for said in written(function.post, result.notebook):
                    log(str(said))
        results |= {f.post.docname: fresh[f.key] for f in described if f.key in fresh}
    for function in described:
        result = results.get(function.post.docname)
        if result:
            store.remember(function.post.docname, result.key)
            failures += broken_promises(function.post, result)
    if failures:
        raise ExecutionFailed(sorted(failures, key=lambda f: (f.post.path, f.line)))
    return results


def put_back(result: Result, post: Post, root: Path) -> None:
    """Put the files that the post wrote where its author and its page expect them."""
    for name in post.outputs:
        target = root / name
        if not target.is_file() or file_digest(target) != result.record.outputs[name]:
            write(target, result.file(name).read_bytes())


def _refuse_other_packages(stale: Iterable[Function], root: Path) -> None:
    """Raise :class:`AuthorError` where what is installed is not what the keys name."""
    lock, faults = read_lock(root), []
    wanted = {name: v for f in stale for name, v in f.description["environment"]["packages"].items()}
    for name, version in sorted(wanted.items()):
        found = installed_version(name)
        if not is_version(found, version):
            if found:
                message = _("{name} {version} is locked, but {found} is installed; run: {command}")
            else:
                message = _("{name} {version} is locked, but not installed; run: {command}")
            message = message.format(name=name, version=version, found=found, command=f"pip install -r {LOCK}")
            faults.append(Fault(root / LOCK, lock[name].line if name in lock else 0, message))
    for post in (f.post for f in stale):
        absent = [name for name in post.requirements if not installed_version(name)]
        if absent and not faults:
            message = _("{names} is not installed; add it to requirements.in, lock and install it")
            faults.append(post.fault("requirements", message.format(names=", ".join(absent))))
    if faults:
        raise AuthorError(faults)


def _run(work: Coroutine[None, None, _T]) -> _T:
    """Run a coroutine in a thread of its own, so that Ctrl-C reaches us and not nbclient's signal handlers."""
    loop = asyncio.SelectorEventLoop()  # ZeroMQ's sockets want it; on Windows the usual one is another
    # nbclient leaves a failed task behind where a cell ran out of time; what matters of it is reported.
    loop.set_exception_handler(lambda *__: None)
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
    at_once = jobs or max(1, min(default_jobs(), psutil.virtual_memory().available // MEMORY_PER_POST))

    async def one(function: Function, turn: asyncio.Semaphore) -> None:
        async with turn:
            name = function.post.slug
            progress.start(name, len(function.post.code))
            at_most = threads(jobs, whole_machine=function.post.whole_machine)
            try:
                outcome = await _execute(function, root, store, at_most, lambda cell: progress.cell(name, cell))
            except ExecutionFailed as error:
                failures.extend(error.failures)
                progress.end(name, _("failed"))
                return
            except Exception as error:  # a full disk, an input that was deleted: the others go on
                outcome = Failure(function.post, 0, 1, f"{type(error).__name__}: {error}")
            if isinstance(outcome, Failure):
                failures.append(outcome)
                progress.end(name, _("failed"))
            else:
                results[function.key] = outcome
                progress.end(name, _("done"))

    for whole in (True, False):
        turn = asyncio.Semaphore(1 if whole else at_once)
        chosen = [f for f in stale if f.post.whole_machine == whole]
        await asyncio.gather(*(one(f, turn) for f in chosen))
    return results, failures


async def _execute(
    function: Function, root: Path, store: Store, at_most: int, on_cell: Callable[[int], None]
) -> Result | Failure:
    post, inputs = function.post, input_files(function.post, root)
    at = Place(post)
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    with _folder(post, root) as folder:
        stand = _lay_out(folder, post, inputs)
        notebook, view = nbformat.from_dict(post.notebook), _view(function, root)
        try:
            with _installing_nothing(notebook):
                await run_cells(notebook, post, folder, at_most, at, on_cell, view, stand)
        except Exception as error:
            return at.explain(error, notebook)
        missing = [name for name in post.outputs if not _is_file_in(folder, name)]
        if missing:
            reason = _("declares {names} in `outputs` but no cell wrote it").format(names=", ".join(missing))
            return at_key(post, "outputs", reason)
        make_neutral(post, notebook, folder, view)
        number_chance(notebook)
        if failures := [*told(post, notebook, folder), *missing_letters(post, notebook)]:
            raise ExecutionFailed(failures)
        try:
            values = glued_values(notebook)
        except BadValue as error:
            return at.explain(error, notebook)
        if {name: file_digest(path) for name, path in inputs.items()} != function.description["inputs"]:
            return at_key(post, "inputs", _("an input changed while the post ran; build again"))
        seconds = round(time.monotonic() - clock, 2)
        return _store(function, root, store, notebook, folder, values, started, seconds)


def _store(
    function: Function,
    root: Path,
    store: Store,
    notebook: nbformat.NotebookNode,
    folder: Path,
    values: dict[str, Value],
    started: dt.datetime,
    seconds: float,
) -> Result:
    """Store what a post returned, with how it came to be."""
    post, scripts = function.post, kept_scripts(folder)
    files = {f"{FILES}/{n}": folder / n for n in post.outputs} | dark_renditions(folder, notebook, post.outputs)
    record = Record(
        post=post.docname,
        values=values,
        function=function.description,
        executed=started.isoformat(timespec="seconds"),
        seconds=seconds,
        processor=processor(),
        device=device(),
        packages=main_packages(imported_modules(post.code)),
        commit=git(root, "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty").strip(),
        outputs={name: file_digest(folder / name) for name in post.outputs},
        scripts={name: script.name for name, script in scripts.items()},
        **glued_words(notebook),
    )
    return store.add(function.key, notebook, files, record, scripts.values())


def _view(function: Function, root: Path) -> Path | None:
    """Return the folder of what the post can load, if there is a seal here."""
    if not function.description["sealed"]:
        return None
    return lay_out(frozenset(function.description["environment"]["packages"]), root / _PACKAGES)


@contextmanager
def _installing_nothing(notebook: nbformat.NotebookNode) -> Iterator[None]:
    """Have the lines that install packages do nothing: the packages are there."""
    written = [(cell, cell.source) for _number, _index, cell in executed_cells(notebook)]
    for cell, source in written:
        cell.source = without_installs(source)
    try:
        yield
    finally:
        for cell, source in written:
            cell.source = source


@contextmanager
def _folder(post: Post, root: Path) -> Iterator[Path]:
    """Make the folder that the post runs in, and remove it at the end."""
    folder = root / _WORK / post.slug
    shutil.rmtree(folder, ignore_errors=True)  # of a build that was killed
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(folder: Path, post: Post, inputs: Mapping[str, Path]) -> Path:
    """Fill the folder that the kernel runs in with its inputs and nothing else; return where its code stands."""
    for name, path in inputs.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for name in post.outputs:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    stand = folder / working_folder(post)
    stand.mkdir(exist_ok=True)
    return stand


def _is_file_in(folder: Path, name: str) -> bool:
    """Tell whether a cell left a file there, and no link: the build would follow where the seal did not."""
    file = folder.resolve() / name
    return file.is_file() and file.resolve() == file
