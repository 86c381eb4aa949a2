"""Start IPython's kernel inside the seal: what stands in ``PYTHONPATH`` can be imported, and the standard library.

Run as a script with ``-S``, so that the interpreter's packages are not on the path.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the kernel."""
    sys.path.pop(0)  # this file's folder
    import zmq
    from ipykernel.iostream import IOPubThread
    from zmq.eventloop.zmqstream import ZMQStream

    def setup_pipe_in(self: IOPubThread) -> None:
        """Listen to forked children where no TCP is to be had (ipykernel 7 knows only TCP)."""
        self._pipe_uuid = os.urandom(16)
        pipe = self.socket.context.socket(zmq.PULL)
        pipe.linger = 0
        self._pipe_port = f"ipc://{os.environ['IPYTHONDIR']}/{os.getpid()}"
        pipe.bind(self._pipe_port)
        self._pipe_in = ZMQStream(pipe, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def setup_pipe_out(self: IOPubThread) -> tuple[zmq.Context[zmq.Socket[bytes]], zmq.Socket[bytes]]:
        context = zmq.Context()
        pipe = context.socket(zmq.PUSH)
        pipe.linger = 3000
        pipe.connect(self._pipe_port)
        return context, pipe

    IOPubThread._setup_pipe_in = setup_pipe_in  # type: ignore[method-assign]
    IOPubThread._setup_pipe_out = setup_pipe_out  # type: ignore[method-assign]
    from ipykernel import compiler, kernelapp

    compiler.get_tmp_directory = lambda: "cells"  # its name stands in warnings, and would have the process's number
    sys.argv[0] = "ipykernel_launcher"
    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
