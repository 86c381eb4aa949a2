"""Try to fool the key and to break out of the seal, and count what succeeds.

    python benchmarks/trust.py

Prints the table of ``docs/trust.md``, and the name of each attempt that succeeded. Ends with 1 if one did.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil
from blogs import ROOT, write_blog

from blogkit.execution.store import STORE
from blogkit.files import file_digest

Attempt = TypeVar("Attempt")
POST = "2024-01-01-post"
X = "data/x.txt"
LOOK = """
def look(function, *arguments, **options):
    try:
        return str(function(*arguments, **options))
    except BaseException as error:
        return type(error).__name__
"""


@dataclass
class Blog:
    """A blog with one post whose code looks for something that changes."""

    root: Path
    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> Path:
        """Write a file of the blog, or of the home folder where ``name`` begins with ``~``."""
        path = self.home / name[2:] if name.startswith("~") else self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def post(self, source: str, front: str = "", prose: str = "") -> None:
        """Write the post."""
        self.write(f"posts/{POST}.md", f"---\ntitle: x\n{front}---\n{prose}\n```{{code-cell}} python\n{source}\n```\n")

    def start(self) -> subprocess.Popen[str]:
        """Start the execution of what is stale."""
        env = {**os.environ, "HOME": str(self.home), "LANGUAGE": "en", **self.env}
        env["PYTHONPATH"] = os.pathsep.join(filter(None, (self.env.get("PYTHONPATH"), str(ROOT))))
        command = [sys.executable, "-m", "blogkit", "execute"]
        return subprocess.Popen(
            command, cwd=self.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def execute(self) -> str:
        """Execute what is stale; return what was printed."""
        return self.start().communicate()[0]

    def value(self) -> object:
        """Execute what is stale; return what the post's code says that it saw."""
        said = self.execute()
        last = self.root / STORE / f"last/posts/{POST}.key"
        if not last.is_file():
            return said
        key = last.read_text(encoding="utf-8")
        record = self.root / STORE / "results" / key[:2] / key / "result.json"
        return json.loads(record.read_text(encoding="utf-8"))["values"] if "failed" not in said else said

    def files(self) -> dict[str, str]:
        """Return the digest of each file of the blog and the home, but of what the engine works with."""
        names = [path for top in (self.root, self.home) for path in top.rglob("*") if path.is_file()]
        own = [path for path in names if ".run" not in path.parts and ".packages" not in path.parts]
        return {str(path): file_digest(path) for path in own if path.name != ".lock"}


@contextmanager
def blog() -> Iterator[Blog]:
    """Make a blog and an empty home."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "blog")
        write_blog(root, 0, executed=False)
        (Path(folder) / "home").mkdir()
        yield Blog(root, Path(folder) / "home")


def seen(expression: str, setup: str = "", front: str = "") -> Callable[[Blog], None]:
    """Return what writes a post that glues what an expression gives; ``BOOK`` and ``HOME`` are the folders."""

    def write(each: Blog) -> None:
        places = f"BOOK, HOME = {str(each.root)!r}, {str(each.home)!r}\nimport os, subprocess, sys"
        each.post(f"{LOOK}\n{places}\n{setup}\nglue('v', {expression})", front)

    return write


def file(name: str, text: str = "{}") -> Callable[[Blog, str], object]:
    """Return what makes a file say something else."""
    return lambda each, state: each.write(name.format(state), text.format(state))


def appearing(name: str) -> Callable[[Blog, str], object]:
    """Return what makes a file come into being."""
    return lambda each, state: state == "1" or each.write(name, state)


def named_by_module(each: Blog, state: str) -> None:
    """Change a file that a module of the blog names."""
    each.write(X, state)
    each.write("lib.py", f"S = open({X!r}).read()\n")


def module_of_module(each: Blog, state: str) -> None:
    """Change a module that a module of the blog imports."""
    each.write("other.py", f"S = {state}\n")
    each.write("lib.py", "from other import S\n")


def variable(name: str, value: str = "{}") -> Callable[[Blog, str], object]:
    """Return what gives a variable another value."""
    return lambda each, state: each.env.__setitem__(name, value.format(state))


def module(each: Blog, state: str) -> None:
    """Put a module, a package's metadata and a plugin beside the checkout."""
    each.env["PYTHONPATH"] = str(each.home)
    each.write("~/aside.py", f"STATE = {state!r}\n")
    each.write("~/sitecustomize.py", f"import builtins\nbuiltins.STATE = {state!r}\n")
    each.write("~/aside-1.dist-info/METADATA", f"Metadata-Version: 2.1\nName: aside\nVersion: {state}\n")
    each.write("~/aside-1.dist-info/entry_points.txt", f"[blog]\nplugin{state} = aside\n")


def program(each: Blog, state: str) -> None:
    """Put a program before those of the system."""
    path = each.write("~/bin/say", f"#!/bin/sh\necho {state}\n")
    path.chmod(0o755)
    each.env["PATH"] = f"{path.parent}{os.pathsep}{os.environ['PATH']}"


def settings(each: Blog, state: str) -> None:
    """Change matplotlib's settings by a variable."""
    each.env["MATPLOTLIBRC"] = str(each.write("rc", f"lines.linewidth: {state}"))


CHILD = "subprocess.run({}, capture_output=True, text=True).stdout"
SHELL = "subprocess.run({}, shell=True, capture_output=True, text=True).stdout"
METADATA = "from importlib import metadata"
LINES = "mpl.rcParams['lines.linewidth']"
DATABASE = "sqlite3.connect(f'file:{BOOK}/x.db?mode=ro', uri=True).execute('select 1').fetchall()"
STALE: dict[str, tuple[Callable[[Blog], None], Callable[[Blog, str], object]]] = {
    "a declared input": (seen(f"open('{X}').read()", front=f"inputs: [{X}]\n"), file(X)),
    "a declared pattern": (seen("open('data/' 'x.txt').read()", front="inputs: [data/*]\n"), file(X)),
    "a declared module": (seen("__import__('lib').S", front="inputs: [lib.py]\n"), file("lib.py", "S = {}")),
    "a file that code names": (seen(f"open('{X}').read()"), file(X)),
    "a file beside the post that code names": (seen("open('x.csv').read()"), file("posts/x.csv")),
    "a file that was not there": (seen(f"look(lambda: open('{X}').read())"), appearing(X)),
    "a module that code imports": (seen("lib.S", "import lib"), file("lib.py", "S = {}")),
    "a file that such a module names": (seen("lib.S", "import lib"), named_by_module),
    "a module of such a module": (seen("lib.S", "import lib"), module_of_module),
    "a file whose name is put together": (seen("look(lambda: open('data/' + 'x' + '.txt').read())"), file(X)),
    "a file by absolute path": (seen(f"look(lambda: open(f'{{BOOK}}/{X}').read())"), file(X)),
    "a file by relative path": (seen("look(lambda: open('../../../data/' 'x.txt').read())"), file(X)),
    "a file by pathlib": (seen("look(Path(BOOK, 'data', 'x.txt').read_text)", "from pathlib import Path"), file(X)),
    "a file by numpy": (seen("look(lambda: np.fromfile(BOOK + '/data/x.txt'))", "import numpy as np"), file(X)),
    "a file by a child": (seen(CHILD.format("['cat', BOOK + '/data/x.txt']")), file(X)),
    "a file by a shell": (seen("str(got)", "got = !cat $BOOK/data/x.txt"), file(X)),
    "a file by ctypes": (seen("ctypes.CDLL(None).open(f'{BOOK}/data/x.txt'.encode(), 0)", "import ctypes"), file(X)),
    "a file by sqlite": (seen(f"look(lambda: {DATABASE})", "import sqlite3"), file("x.db")),
    "names by glob": (seen("look(glob.glob, BOOK + '/data/*')", "import glob"), file("data/{}.txt")),
    "names by os.walk": (seen("look(lambda: list(os.walk(BOOK + '/data')))"), file("data/{}.txt")),
    "names by a child": (seen(CHILD.format("['ls', BOOK + '/data']")), file("data/{}.txt")),
    "a file of the home": (seen("look(lambda: open(HOME + '/x').read())"), file("~/x")),
    "a file of ~": (seen("look(lambda: open(os.path.expanduser('~/x')).read())"), file("~/x")),
    "a file by link": (seen("look(lambda: (os.symlink(HOME + '/x', 'l'), open('l').read()))"), file("~/x")),
    "a file by hard link": (seen("look(lambda: (os.link(HOME + '/x', 'h'), open('h').read()))"), file("~/x")),
    "a module beside the checkout": (seen("look(lambda: __import__('aside').STATE)"), module),
    "a module of a child": (seen(CHILD.format("[sys.executable, '-c', 'import aside; print(aside.STATE)']")), module),
    "sitecustomize": (seen("look(lambda: STATE)"), module),
    "a package's version": (seen("look(metadata.version, 'aside')", METADATA), module),
    "a plugin": (seen("str(metadata.entry_points(group='blog'))", METADATA), module),
    "exec of an import": (seen("look(exec, 'import aside; raise ValueError(aside.STATE)')"), module),
    "a module of posts/": (
        seen("look(lambda: __import__('near').S)", "sys.path.append(BOOK + '/posts')"),
        file("posts/near.py", "S = {}"),
    ),
    "a variable": (seen("os.environ.get('STATE')"), variable("STATE")),
    "a variable that is asked for": (seen("os.environ.get('STATE')", front="env: [STATE]\n"), variable("STATE")),
    "a variable of a child": (seen(SHELL.format("'echo $STATE'")), variable("STATE")),
    "the time zone": (seen("time.strftime('%Z')", "import time"), variable("TZ", "X{}")),
    "the language": (seen("os.environ.get('LANG')"), variable("LANG", "ko_KR.{}")),
    "the hash seed": (seen("hash('x')"), variable("PYTHONHASHSEED")),
    "an option of Python": (seen("sys.flags.optimize"), variable("PYTHONOPTIMIZE")),
    "the number of threads": (seen("os.environ['OMP_NUM_THREADS']"), variable("OMP_NUM_THREADS")),
    "matplotlib's settings in the home": (
        seen(LINES, "import matplotlib as mpl"),
        file("~/.config/matplotlib/matplotlibrc", "lines.linewidth: {}"),
    ),
    "matplotlib's settings by a variable": (seen(LINES, "import matplotlib as mpl"), settings),
    "IPython's startup": (seen("look(lambda: STATE)"), file("~/.ipython/profile_default/startup/a.py", "STATE = {}")),
    "IPython's settings": (
        seen("look(lambda: STATE)"),
        file("ipython_config.py", "c.InteractiveShellApp.exec_lines = ['STATE = {}']"),
    ),
    "a program before the system's": (seen("look(subprocess.check_output, 'say')"), program),
    "git's settings": (seen(SHELL.format("'git config --global a.b'")), file("~/.gitconfig", "[a]\nb = {}\n")),
    "another post's file": (seen("look(lambda: open(BOOK + '/images/other.txt').read())"), file("images/other.txt")),
    "the published site": (seen("look(lambda: open(BOOK + '/_build/html/x').read())"), file("_build/html/x")),
    "the store": (seen(f"look(os.listdir, BOOK + '/{STORE}')"), file(f"{STORE}/{{}}")),
    "what another run left": (seen("look(os.listdir, '..')"), file("_build/.run/{}")),
}
NEEDLESS: dict[str, Callable[[Blog], object]] = {
    "a comment": lambda each: each.post("x = 1  # one\n# two\nglue('v', x)"),
    "blank lines and spaces": lambda each: each.post("x = 1   \n\n\nglue('v', x)  \n"),
    "prose": lambda each: each.post("x = 1\nglue('v', x)", prose="Other words.\n"),
    "tags and a description": lambda each: each.post("x = 1\nglue('v', x)", "tags: [a]\ndescription: '{v}'\n"),
    "limits and promises": lambda each: each.post("x = 1\nglue('v', x)", "timeout: 99\nexpect: {v: '> 0'}\n"),
    "a hidden cell": lambda each: each.post(":tags: [hide-input]\nx = 1\nglue('v', x)"),
    "another post": lambda each: each.write("posts/2024-01-02-other.md", "---\ntitle: y\n---\nWords.\n"),
    "another page": lambda each: each.write("about.md", "# Other\n\nWords.\n"),
    "a file that is no input": lambda each: each.write("data/x.txt", "x"),
    "a module that it does not import": lambda each: each.write("lib.py", "S = 1\n"),
    "a variable": lambda each: each.env.__setitem__("STATE", "1"),
    "time zone and language": lambda each: each.env.update(TZ="Asia/Seoul", LANG="ko_KR.UTF-8"),
    "dates of files": lambda each: [os.utime(path, (0, 0)) for path in each.root.rglob("*.md")],
    "a package that it does not use": lambda each: each.write("requirements.txt", "flask==1.0\n"),
    "another folder": lambda each: setattr(each, "root", each.root.rename(each.root.with_name("moved"))),
    "another home": lambda each: setattr(each, "home", each.home.rename(each.home.with_name("other"))),
}
VICTIMS = ("about.md", f"posts/{POST}.md", "images/a.png", "_build/html/index.html", "~/x")
QUIET = "stderr=subprocess.DEVNULL"
FORGED = {
    "writing": "open(p, 'a').write('forged')",
    "truncating": "os.truncate(p, 0)",
    "removing": "os.remove(p)",
    "moving": "os.rename(p, 'mine')",
    "replacing": "(open('mine', 'w').write('forged'), os.replace('mine', p))",
    "by a child": f"subprocess.run(['sh', '-c', f'echo forged > {{p}}; rm -f {{p}}'], {QUIET})",
    "by a link": "(os.symlink(p, f'l{n}'), open(f'l{n}', 'w').write('forged'))",
    "by a hard link": "(os.link(p, f'h{n}'), open(f'h{n}', 'w').write('forged'))",
    "by a library": "np.save(open(p, 'wb'), np.zeros(1))",
    "by a folder in its place": "os.rename(os.path.dirname(p), 'mine')",
    "by what stays": f"subprocess.Popen(['sh', '-c', f'sleep 1; echo forged > {{p}}'], process_group=0, {QUIET})",
}
ENDS = {
    "a good end": "",
    "an error": "1 / 0",
    "a time-out": "time.sleep(99)",
    "an exit": "os._exit(3)",
    "a crash": "ctypes.string_at(0)",
    "a kill of the kernel": "os.kill(os.getpid(), 9)",
    "a kill of the build": "time.sleep(98)",
}
CHILDREN = {
    "a child": "subprocess.Popen(['sleep', '{seconds}'])",
    "a daemon": "subprocess.Popen(['sleep', '{seconds}'], start_new_session=True)",
    "a daemon twice removed": "subprocess.run(['sh', '-c', 'setsid sleep {seconds} & setsid sleep {seconds} &'])",
    "a fork": "os.fork() or (os.setsid(), os.execvp('sleep', ['sleep', '{seconds}']))",
}


def main() -> int:
    """Try all and print the table."""
    found = {
        "stale hits: something that could matter changed, and the old result was shown": try_all(STALE, is_stale),
        "needless executions: what cannot matter changed": try_all(NEEDLESS, is_needless),
        "forged: a cell changed a page, a file, or another result": try_all(FORGED, is_forged),
        "orphans: a process or a folder was left behind": try_all(
            {f"{child}, {end}": (child, end) for child in CHILDREN for end in ENDS}, is_left
        ),
    }
    print("| tried | succeeded | of |\n| --- | --- | --- |")
    for name, (succeeded, tried) in found.items():
        print(f"| {name} | {len(succeeded)} | {tried} |")
    for name, (succeeded, _) in found.items():
        for each in succeeded:
            print(f"{name.partition(':')[0]}: {each}", file=sys.stderr)
    return int(any(succeeded for succeeded, _ in found.values()))


def try_all(attempts: Mapping[str, Attempt], succeeds: Callable[[Attempt], bool]) -> tuple[list[str], int]:
    """Return the names of the attempts that succeed, and how many there are."""
    return [name for name, attempt in attempts.items() if succeeds(attempt)], len(attempts)


def is_stale(attempt: tuple[Callable[[Blog], None], Callable[[Blog, str], object]]) -> bool:
    """Tell whether a changed world gives the old result where an empty store gives another."""
    write, change = attempt
    with blog() as each:
        change(each, "1")
        write(each)
        each.execute()
        change(each, "2")
        kept = each.value()
        shutil.rmtree(each.root / STORE)
        change(each, "2")
        return kept != each.value()


def is_needless(change: Callable[[Blog], object]) -> bool:
    """Tell whether a change executes the post again."""
    with blog() as each:
        each.post("x = 1\nglue('v', x)")
        assert "executing" in each.execute()
        change(each)
        return "executing" in each.execute()


def is_forged(source: str) -> bool:
    """Tell whether a cell changes what is not its own."""
    with blog() as each:
        each.write("posts/2024-01-02-other.md", "---\ntitle: y\n---\n```{code-cell} python\nglue('v', 1)\n```\n")
        victims = [each.write(name, "whole") for name in VICTIMS if POST not in name]
        each.execute()
        (result,) = (each.root / STORE).rglob("result.json")
        paths = [str(path) for path in (*victims, result, each.root / "posts" / f"{POST}.md")]
        trying = f"for n, p in enumerate({paths!r}):\n    look(lambda: {source})\nglue('v', 1)"
        each.post(f"import os, subprocess\nimport numpy as np\n{LOOK}\n{trying}")
        before = each.files()
        said = each.execute()
        assert "done" in said, said
        time.sleep(2 if "sleep" in source else 0)
        after = each.files()
        return any(after.get(path) != digest for path, digest in before.items())


def is_left(attempt: tuple[str, str]) -> bool:
    """Tell whether a process or a folder outlives the execution."""
    child, end = attempt
    seconds = str(100_000 + list(CHILDREN).index(child) * 100 + list(ENDS).index(end))
    with blog() as each, tempfile.TemporaryDirectory() as temporary:
        each.env["TMPDIR"] = temporary
        source = CHILDREN[child].replace("{seconds}", seconds)
        each.post(f"import ctypes, os, subprocess, time\n{source}\ntime.sleep(0.2)\n{ENDS[end]}", "timeout: 4\n")
        process = each.start()
        if end == "a kill of the build":
            while process.poll() is None and not sleeping(seconds):
                time.sleep(0.05)
            process.send_signal(signal.SIGKILL)
        process.communicate()
        deadline = time.monotonic() + 20
        while (sleeping(seconds) or any(Path(temporary).iterdir())) and time.monotonic() < deadline:
            time.sleep(0.1)
        folders = [*Path(temporary).iterdir(), *(each.root / "_build/.run").glob("*")]
        return bool(sleeping(seconds) or folders)


def sleeping(seconds: str) -> list[int]:
    """Return the processes that an attempt has started."""
    return [p.pid for p in psutil.process_iter(["cmdline"]) if (p.info["cmdline"] or [])[-2:] == ["sleep", seconds]]


if __name__ == "__main__":
    sys.exit(main())
