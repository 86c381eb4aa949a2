"""Start IPython's kernel so that what is refused to a cell is refused aloud.

Run as a script, with what :class:`Hidden` holds as JSON and the kernel's arguments. In a seal it is run with ``-S``, so
that the interpreter's packages are not on the path: what stands in ``PYTHONPATH`` can be imported, and the standard
library. Without a seal the same is refused as far as Python sees it: not to other programs, nor to compiled code.
"""

from __future__ import annotations

import json
import os
import site
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import zmq

_LISTS = ("os.listdir", "os.scandir")
_TWO_FILES = ("os.rename", "os.link", "os.symlink")
_FILES = ("open", "os.remove", "os.truncate", "os.mkdir", "os.rmdir", *_TWO_FILES)
_HERE = ("127.0.0.1", "::1", "localhost")
_CELLS = "cells"
"""Folder in the names of cells, which stand in warnings; the kernel's own would have the process's number."""


@dataclass(frozen=True)
class Hidden:
    """What is not there for a post: all below ``book`` that is not below one of ``open``."""

    book: str
    open: list[str]
    network: bool
    sealed: bool

    def holds(self, path: str) -> bool:
        """Tell whether a path leads to what is not there."""
        return _is_below(path, self.book) and not any(_is_below(path, folder) for folder in self.open)

    def refuse(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Refuse what the seal would refuse in silence: :mod:`glob` takes a folder that it may not read for empty."""
        if event in _LISTS:
            if isinstance(arguments[0], int):  # opened before
                return
            path = os.path.realpath("." if arguments[0] is None else os.fsdecode(arguments[0]))
            if self.holds(path) or (self.sealed and _is_asked_by_a_cell() and _is_refused(path)):
                raise RuntimeError(f"[Errno 13] Permission denied: {path!r}")
        elif self.sealed:
            return
        elif event in _FILES:
            names = arguments[:2] if event in _TWO_FILES else arguments[:1]
            for path in (os.path.realpath(os.fsdecode(name)) for name in names if not isinstance(name, int)):
                if self.holds(path):
                    raise PermissionError(13, "Permission denied", path)
        elif event == "socket.connect" and not self.network:
            address = arguments[1]
            if isinstance(address, tuple) and address[0] not in _HERE:
                raise PermissionError(13, "Permission denied")


def main(hidden: Hidden) -> None:
    """Run the kernel."""
    sys.path.pop(0)  # this file's folder
    if hidden.sealed:
        _hear_children()
    _print_all_and_once()
    from ipykernel import compiler, kernelapp

    site.sethelper()  # `-S` leaves out `help` and its like, too
    site.setcopyright()
    compiler.get_tmp_directory = lambda: _CELLS
    sys.argv[0] = "ipykernel_launcher"
    refuse = hidden.refuse

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event[0] in "os":  # there are many of others: `id()` is one
            refuse(event, arguments)

    sys.addaudithook(hook)
    kernelapp.launch_new_instance()


class _Child:
    """What a forked child sends a message by, until it is answered."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], address: str) -> None:
        import zmq

        self._lost = zmq.Again
        self._socket = context.socket(zmq.REQ)
        self._socket.linger = self._socket.rcvtimeo = 3000  # milliseconds
        self._socket.connect(address)

    def send_multipart(self, parts: list[bytes], **options: Any) -> None:
        self._socket.send_multipart(parts, **options)
        with suppress(self._lost):
            self._socket.recv()

    def close(self) -> None:
        self._socket.close()


def _hear_children() -> None:
    """Listen to forked children without TCP, which is all that ipykernel 7 knows, and answer each of their messages.

    A child waits for the answer: else messages would overtake one another, for each goes through a socket of its own.
    """
    import zmq
    from ipykernel.iostream import IOPubThread
    from zmq.eventloop.zmqstream import ZMQStream

    def setup_pipe_in(self: IOPubThread) -> None:
        self._pipe_uuid = os.urandom(16)
        pipe = self.socket.context.socket(zmq.REP)
        pipe.linger = 0
        self._pipe_port = f"ipc://{os.environ['IPYTHONDIR']}/{os.getpid()}"
        pipe.bind(self._pipe_port)
        self._pipe_in = ZMQStream(pipe, self.io_loop)

        def hear(message: list[bytes]) -> None:
            self._handle_pipe_msg(message)  # type: ignore[no-untyped-call]
            self._pipe_in.send(b"")

        self._pipe_in.on_recv(hear)

    def setup_pipe_out(self: IOPubThread) -> tuple[zmq.Context[zmq.Socket[bytes]], _Child]:
        context = zmq.Context()
        return context, _Child(context, self._pipe_port)

    IOPubThread._setup_pipe_in = setup_pipe_in  # type: ignore[method-assign]
    IOPubThread._setup_pipe_out = setup_pipe_out  # type: ignore[method-assign]


def _print_all_and_once() -> None:
    """Wait where the build reads slower, rather than drop output; do not echo what children print into its log."""
    from ipykernel.iostream import IOPubThread, OutStream

    start, redirect = IOPubThread.start, OutStream._setup_stream_redirects

    def start_waiting(self: IOPubThread) -> None:
        self.socket.xpub_nodrop = True
        start(self)  # type: ignore[no-untyped-call]

    def redirect_only(self: OutStream, name: str) -> None:
        redirect(self, name)  # type: ignore[no-untyped-call]
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, self._original_stdstream_copy)
        os.close(nothing)

    IOPubThread.start = start_waiting  # type: ignore[method-assign]
    OutStream._setup_stream_redirects = redirect_only  # type: ignore[method-assign]


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_refused(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError as error:
        return isinstance(error, PermissionError)
    return False


def _is_asked_by_a_cell() -> bool:
    """Tell whether the first frame that is not of the standard library is a cell's: packages look around, too."""
    frame = sys._getframe(3)
    library = os.path.dirname(os.__file__)  # noqa: PTH120
    while frame.f_back and (
        frame.f_code.co_filename.startswith((library, "<frozen")) and "site-packages" not in frame.f_code.co_filename
    ):
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(_CELLS + os.sep)


if __name__ == "__main__":
    main(Hidden(**json.loads(sys.argv.pop(1))))
