"""The versions that a key names are those of ``requirements.txt``."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

from conftest import Book, code

from blogkit.execution.lock import Locked, is_version, read_lock

VERSION = metadata.version("absl-py")
HIDE = """
import pathlib
found = pathlib.Path.glob
pathlib.Path.glob = lambda self, *pattern: (path for path in found(self, *pattern) if path.name[:6] != "absl_p")
"""


def test_only_what_is_locked_for_this_interpreter_is_read(tmp_path: Path) -> None:
    assert read_lock(tmp_path) == {}
    system = platform.system()
    lines = [
        *("# comment==1", "Ab.c_d==1.0 \\", "    --hash=sha256:00", f"b==2 ; platform_system == '{system}'  # why"),
        *(f"c==3 ; platform_system != '{system}'", "d", "e>=5", "f==6.*", "g[extra]==7", "-r other.txt", "h @ file:h"),
    ]
    (tmp_path / "requirements.txt").write_text("\n".join(lines), encoding="utf-8")
    assert read_lock(tmp_path) == {"ab-c-d": Locked("1.0", 2), "b": Locked("2", 4), "g": Locked("7", 9)}


def test_pages_are_built_where_the_packages_of_the_posts_are_not_installed(book: Book) -> None:
    book.write("requirements.txt", f"# locked\nabsl-py=={VERSION}\n")
    book.post("2024-01-01-one", code("import absl.flags\nglue('x', absl.flags.__name__)") + "\n{glue:text}`x`\n")
    book.build()
    page = (book.site / "posts/2024-01-01-one.html").read_bytes()
    book.write("hidden/sitecustomize.py", HIDE)
    built = book.run(PYTHONPATH=str(book.root / "hidden"))
    assert (built.returncode, "executing" in built.stdout) == (0, False), built.stdout
    assert (book.site / "posts/2024-01-01-one.html").read_bytes() == page

    book.write("requirements.txt", "# locked\nabsl-py==0.0.1\n")
    assert f"package absl-py {VERSION} → 0.0.1" in book.blogkit("status").stdout
    said = f"requirements.txt:2: absl-py 0.0.1 is locked, but {VERSION} is installed; run: pip install -r"
    assert said in book.fail()
    assert (book.site / "posts/2024-01-01-one.html").read_bytes() == page


def test_a_package_that_is_asked_for_and_not_there_is_a_fault(book: Book) -> None:
    book.post("2024-01-01-one", code("import no_such_package"))
    assert "not installed here: add its package to requirements.in, lock and install it" in book.fail()
    book.write("requirements.txt", "no-such-package==1.0\n")
    assert "requirements.txt:1: no-such-package 1.0 is locked, but not installed; run: pip install -r" in book.fail()
    book.write("requirements.txt", "")
    book.post("2024-01-01-one", code("1"), requirements=["no-such-package"])
    assert "2024-01-01-one.md:3: no-such-package is not installed; add it to requirements.in" in book.fail()


def test_the_same_version_may_be_written_otherwise() -> None:
    same = [is_version(one, "1.0") for one in ("1", "1.0.0", "1.0", "1.0.1", "1.0+cpu", "odd", None)]
    assert same == [True, True, True, False, False, False, False]
