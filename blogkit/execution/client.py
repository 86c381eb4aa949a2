"""Receive what cells print: joined in linear time, and no more of it than the post may print."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbclient.output_widget import OutputWidget
from nbformat import NotebookNode

_MB = 1_000_000
_MOVES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|.", re.DOTALL)
_AT_LEAST = 1 / 8
"""Of the limit: how much may arrive before all is joined and measured again, so that this is no work without end."""
_LATE_SECONDS = 60
_MESSAGE = 200
"""Bytes that a message takes in memory, however short it is."""


class TooMuchPrinted(Exception):
    """Raised when a post has printed more than it may."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size
        """Bytes so far."""


class Client(NotebookClient):
    """An nbclient that joins what cells print itself, and ends them when it is more than ``limit`` (in MB).

    What is redrawn or cleared does not count: only what the page would show. nbclient's own joining is quadratic.
    """

    def __init__(self, notebook: NotebookNode, limit: float, **options: Any) -> None:
        super().__init__(notebook, **options, coalesce_streams=False, store_widget_state=False)
        # What comes late on a busy machine is waited for, and never left out in silence.
        self.iopub_timeout, self.raise_on_iopub_timeout = _LATE_SECONDS, True
        self.on_cell_executed = self._executed
        self._limit = limit * _MB
        self._room = self._limit
        self._excess: TooMuchPrinted | None = None

    async def async_execute_cell(self, *arguments: Any, **options: Any) -> NotebookNode:
        """Execute a cell; raise what nbclient raises, or :class:`TooMuchPrinted`."""
        try:
            return await super().async_execute_cell(*arguments, **options)
        except DeadKernelError:  # so it seems to nbclient when it is told to wait no longer
            raise self._excess or DeadKernelError("Kernel died") from None

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take one message of the kernel; stop waiting for it where it has printed too much."""
        output = super().process_message(msg, cell, cell_index)
        self._room -= _size(msg["content"]) + _MESSAGE
        if self._room < 0:
            self._join(cell, cell_index)
            size = sum(_size(output) for each in self.nb.cells for output in each.get("outputs", ()))
            self._room = max(self._limit - size, self._limit * _AT_LEAST)
            if size > self._limit:
                self._excess = TooMuchPrinted(size)
                assert self.task_poll_for_reply
                self.task_poll_for_reply.cancel()
        return output

    def register_output_hook(self, msg_id: str, hook: OutputWidget) -> None:
        """Leave with the cell what a widget would hold: no page shows widgets."""

    def remove_output_hook(self, msg_id: str, hook: OutputWidget) -> None:
        """Do nothing, as nothing was registered."""

    async def _executed(self, cell: NotebookNode, cell_index: int, **_: Any) -> None:
        await asyncio.to_thread(self._join, cell, cell_index)

    def _join(self, cell: NotebookNode, cell_index: int) -> None:
        """Join the streams of a cell; what a later cell updates is still found."""
        before, after = cell.outputs, join_streams(cell.outputs)
        places = {id(output): place for place, output in enumerate(after)}
        for cells in self._display_id_map.values():
            if cell_index in cells:
                cells[cell_index] = [places[id(before[place])] for place in cells[cell_index]]
        cell.outputs = after


def join_streams(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Return the outputs with all that went to a stream as one, where the stream began; what was redrawn is gone.

    Joined again with what follows, it is what all of it joined at once would be.
    """
    joined: list[NotebookNode] = []
    streams: dict[str, tuple[NotebookNode, list[str]]] = {}
    for output in outputs:
        if output.output_type != "stream":
            joined.append(output)
        elif output.name in streams:
            streams[output.name][1].append(output.text)
        else:
            streams[output.name] = output, [output.text]
            joined.append(output)
    for output, texts in streams.values():
        output.text = _as_shown("".join(texts))
    for place, (first, second) in enumerate(pairwise(joined)):
        if (first.get("name"), second.get("name")) == ("stderr", "stdout"):  # which of them comes first is chance
            joined[place : place + 2] = second, first
            break
    return joined


def _as_shown(text: str) -> str:
    """Return what a terminal shows of a text: of a line that was redrawn, its last state."""
    if "\r" not in text and "\b" not in text:
        return text
    return "\n".join(map(_last_state, text.split("\n")))


def _last_state(line: str) -> str:
    """Return what is left of a line; a move at its end stays, for what may follow."""
    drawn = line.rstrip("\r\b")
    end = line[len(drawn) :]
    drawn = drawn.rpartition("\r")[2]
    if "\b" not in drawn:
        return drawn + end
    parts: list[str] = []
    letters: list[int] = []
    for part in _MOVES.findall(drawn):
        if part != "\b":
            letters += [len(parts)] * (len(part) == 1)
            parts.append(part)
        elif letters:
            parts[letters.pop()] = ""
    return "".join(parts) + end


def _size(value: Mapping[str, Any]) -> int:
    """Return how many bytes an output or the content of a message is in a file; of a stream, its text."""
    text = value["text"] if "text" in value else json.dumps(value, ensure_ascii=False)
    return len(text.encode("utf-8", "surrogatepass"))
