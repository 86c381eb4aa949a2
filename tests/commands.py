"""Run the book's commands in processes that are forked from one that is warm (``warm.py``).

Such a process is as good as a new one: it has its own folder, environment, output, locks and exit code, and nothing of
it outlives it. It only begins where the imports of other packages are made, which take longer than most builds.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess

_WARM = Path(__file__).with_name("warm.py")
WARM = "BLOG_TESTS_WARM"
"""Variable with the address of the process that is forked, if it is there for several that run tests."""
_MEASURING = "COVERAGE_PROCESS_CONFIG"


class Forked:
    """A running command: ``jupyter-book`` or the name of a module, and its arguments.

    It prints to ``files``, which are its input, output and errors; without them :meth:`wait` returns what it printed.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        address: str = "",
        files: Sequence[int] = (),
    ) -> None:
        self.command = [*command]
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115  # `wait` closes it
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(address or warm())
        asked = {"command": self.command, "folder": str(folder), "environment": unmeasured(environment)}
        with Path(os.devnull).open("rb") as nothing:
            printed = self._printed.fileno()
            socket.send_fds(self._socket, [b"0"], files or (nothing.fileno(), printed, printed))
        self._stream = self._socket.makefile("rw", encoding="utf-8")
        print(json.dumps(asked), file=self._stream, flush=True)
        self.pid = int(self._stream.readline())

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> CompletedProcess[str]:
        """Wait for its end; return its exit code and what it printed."""
        with self._socket, self._stream, self._printed:
            code = self._stream.read()  # which ends with the process; there is no code if it was killed
            self._printed.seek(0)
            text = self._printed.read().decode("utf-8")
        return CompletedProcess(self.command, int(code) if code else -signal.SIGKILL, text)


@cache
def warm() -> str:
    """Start the process that is forked, if there is none; return the address of its socket."""
    if WARM in os.environ:
        return os.environ[WARM]
    folder = tempfile.TemporaryDirectory()
    with socket.create_server(f"{folder.name}/warm", family=socket.AF_UNIX) as listener:
        process = subprocess.Popen(
            [sys.executable, _WARM, str(listener.fileno()), folder.name],
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # a fork has one thread
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
        )

    def end() -> None:
        process.communicate()  # closes its input, at which it ends
        folder.cleanup()

    atexit.register(end)
    return f"{folder.name}/warm"


def unmeasured(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which no process measures its coverage: kernels and other packages would, too."""
    return {name: value for name, value in environment.items() if name != _MEASURING}


def stand_in(address: str) -> None:
    """Be ``python`` or ``jupyter-book`` in a shell script: the same, only forked where that makes a difference."""
    name, arguments = Path(sys.argv[0]).name, sys.argv[1:]
    if name == "python" and arguments[:3] == ["-m", "pip", "install"]:
        sys.exit(_ask_pip(arguments, Path(address).parent))
    if name == "python" and arguments[:2] != ["-m", "blogkit"]:
        os.execv(sys.executable, [sys.executable, *arguments])
    command = arguments[1:] if name == "python" else [name, *arguments]
    sys.exit(Forked(command, Path.cwd(), os.environ, address, (0, 1, 2)).wait().returncode)


def _ask_pip(arguments: list[str], folder: Path) -> int:
    """Have pip say what it would install; the same files are asked once, for nothing is installed meanwhile."""
    names = [*map(Path, arguments)]
    asked = b"\0".join([*map(str.encode, arguments), *(name.read_bytes() for name in names if name.is_file())])
    answered = folder / hashlib.sha256(asked).hexdigest()
    code = 0 if answered.exists() else subprocess.run([sys.executable, *arguments], check=False).returncode
    if code == 0:
        answered.touch()
    return code
