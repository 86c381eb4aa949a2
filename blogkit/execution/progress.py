"""Show how far each post is: one live line a post on a terminal, plain lines elsewhere."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable

from rich.progress import Progress as LiveProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from ..language import _, ngettext


class Progress:
    """A context manager around the execution of posts; times are in seconds."""

    def __init__(self, names: list[str], log: Callable[[str], None]) -> None:
        self._log = log
        self._started: dict[str, float] = {}
        self._cells: dict[str, int] = {}
        self._live = None
        message = _executing(len(names))
        self._log(message.format(number=len(names), names=", ".join(names)))
        if sys.stdout.isatty():
            columns = (SpinnerColumn(), "{task.description}", TextColumn("{task.fields[state]}"), TimeElapsedColumn())
            self._live = LiveProgress(*columns)
            self._tasks = {name: self._live.add_task(name, state=_("waiting"), start=False) for name in names}

    def __enter__(self) -> Progress:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *__: object) -> None:
        if self._live:
            self._live.stop()

    def start(self, name: str, cells: int) -> None:
        """Say that a post's kernel starts."""
        self._started[name], self._cells[name] = time.monotonic(), cells
        if self._live:
            self._live.start_task(self._tasks[name])

    def cell(self, name: str, number: int) -> None:
        """Say that a cell (from 1) starts."""
        self._show(name, _("cell {number}/{count}").format(number=number, count=self._cells[name]))

    def end(self, name: str, state: str) -> None:
        """Say how the post ended."""
        self._show(name, state)
        if self._live:
            self._live.stop_task(self._tasks[name])

    def _show(self, name: str, state: str) -> None:
        if self._live:
            self._live.update(self._tasks[name], state=state)
        else:
            seconds = f"{time.monotonic() - self._started[name]:.1f}"
            self._log(_("{name}: {state}, {seconds} s").format(name=name, state=state, seconds=seconds))


def is_progress(line: str) -> bool:
    """Tell whether a line that a build printed is one of these."""
    states = (_("cell {number}/{count}"), _("done"), _("failed"))
    shapes = [_executing(1), _executing(2), *(_("{name}: {state}, {seconds} s").replace("{state}", s) for s in states)]
    return any(re.fullmatch(re.sub(r"\\\{\w+\\\}", ".+", re.escape(shape)), line) for shape in shapes)


def _executing(number: int) -> str:
    return ngettext("executing {number} post: {names}", "executing {number} posts: {names}", number)
