"""Started in place of a kernel: closes the seal around it, and ends all that it started when it or the build ends.

Run as a script, with a file that says what is open (:class:`blogkit.execution.seal.Seal`) and the kernel's command. Its
input is a pipe that the build holds: however the build ends, the pipe ends with it. One that lets go says so before.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import shutil
import signal
import sys
from pathlib import Path
from typing import NoReturn

_PR_SET_CHILD_SUBREAPER = 36
_SHARED = [path for path in ("/dev/shm",) if Path(path).is_dir()]  # noqa: S108
"""Where processes share semaphores and arrays."""


def main(opened: str, command: list[str]) -> NoReturn:
    """Run the kernel; end with its exit code when nothing of it is left."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans of the kernel become this process's own
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    kernel = os.fork()
    if kernel == 0:
        _become(opened, command)
    select.select([os.pidfd_open(kernel), sys.stdin], [], [])
    code = _end(kernel)
    if select.select([sys.stdin], [], [], 0)[0] and not os.read(0, 1):  # it was killed: nobody else tidies up
        for folder in json.loads(Path(opened).read_text(encoding="utf-8"))["own"]:
            shutil.rmtree(folder, ignore_errors=True)
    os._exit(code)


def _become(opened: str, command: list[str]) -> NoReturn:
    try:
        os.setsid()
        os.environ["JPY_PARENT_PID"] = str(os.getppid())
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        close_seal(**json.loads(Path(opened).read_text(encoding="utf-8")))
        os.execv(command[0], command)  # noqa: S606
    except BaseException as error:
        print(f"the seal cannot be closed: {error}", file=sys.stderr)
    os._exit(70)


def close_seal(readable: list[str], listable: list[str], own: list[str], devices: list[str], network: bool) -> None:
    """Leave open what is named, for this process and all that it starts, and nothing else, for ever."""
    from landlockpy import AccessFS, AccessNet, Ruleset, Scope

    read = AccessFS.READ_FILE | AccessFS.READ_DIR | AccessFS.EXECUTE
    every = ~AccessFS.NONE & ~(AccessFS.MAKE_CHAR | AccessFS.MAKE_BLOCK)
    net = AccessNet.NONE if network else None
    scoped = Scope.NONE if network else Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL
    with Ruleset(handled_net=net, scoped=scoped) as ruleset:
        for path in readable:
            ruleset.allow_path(path, read if Path(path).is_dir() else AccessFS.READ_FILE | AccessFS.EXECUTE)
        for path in listable:
            ruleset.allow_path(path, AccessFS.READ_DIR)
        for path in (*own, *_SHARED):
            ruleset.allow_path(path, every)
        for path in devices:
            ruleset.allow_path(path, read | AccessFS.WRITE_FILE | AccessFS.IOCTL_DEV | AccessFS.TRUNCATE)
        ruleset.restrict()


def _end(kernel: int) -> int:
    """Kill the kernel and its descendants until none is left; return the kernel's exit code."""
    code = 0
    while True:
        for child in _children():
            os.kill(child, signal.SIGKILL)
        try:
            ended, status = os.wait()
        except ChildProcessError:
            return code
        if ended == kernel:
            code = os.waitstatus_to_exitcode(status) & 0xFF


def _children() -> list[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    return [int(number) for number in listed.split()]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
