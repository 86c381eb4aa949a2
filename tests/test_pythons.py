"""Environments of their own: every Python from 3.11 on that this machine has, and the newest Sphinx."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import ROOT, Book, code
from documented import write_gallery

from blogkit.publish.check import crawl_site
from blogkit.publish.diff import compare

UV = Path(sys.executable).with_name("uv")
ENTRY = re.compile(r"^(?=[a-z\d])", re.MULTILINE)
NAME = re.compile(r"[\w.-]+")
VIA = re.compile(r"^ +# (?:via| ) +(.+)", re.MULTILINE)

BUILD = r"""
import sys, warnings
from blogkit.cli import main
warnings.filterwarnings("error", module=r"blogkit(\.|$)")
sys.exit(main(["build"]))
"""


def pythons() -> dict[str, str]:
    """The Pythons of this machine, the running one among them, by version."""
    # pyenv's own commands on the PATH start only the versions that its user has chosen.
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    path = os.pathsep.join([*map(str, sorted(pyenv.glob("versions/*/bin"))), os.environ["PATH"]])
    command = [UV, "python", "list", "--only-installed", "--no-python-downloads", "--output-format", "json"]
    listed = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True)
    found = {platform.python_version(): sys.executable}
    for python in json.loads(listed.stdout):
        parts = python["version_parts"]
        usual = (python["implementation"], python["variant"]) == ("cpython", "default")
        if usual and (parts["major"], parts["minor"]) >= (3, 11):
            found.setdefault(python["version"], python["path"])
    return dict(sorted(found.items()))


def locked_without(name: str) -> str:
    """The lock file less one package and what only that one wants."""
    entries = ENTRY.split((ROOT / "requirements.txt").read_text(encoding="utf-8"))[1:]
    wanted_by = {NAME.match(entry)[0]: set(VIA.findall(entry)) for entry in entries}
    gone = {name}
    while more := {n for n, others in wanted_by.items() if n not in gone and others <= gone}:
        gone |= more
    return "".join(entry for entry in entries if NAME.match(entry)[0] not in gone)


def prepare(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a command without which there is nothing to test: on an author's machine its failure skips the test."""
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{' '.join(map(str, command))}: {done.stdout}")


@contextmanager
def environment(python: str, locked: str) -> Iterator[Path]:
    """An environment with what is locked."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        made, lock = Path(folder, "environment"), Path(folder, "requirements.txt")
        lock.write_text(locked, encoding="utf-8")
        # pip from here, for Debian's Python has none to put there. Not uv: it does not read pip's configuration.
        prepare(python, "-m", "venv", "--without-pip", made)
        pip = [sys.executable, "-m", "pip", "--python", made, "install", "--quiet", "--no-compile"]
        prepare(*pip, "--no-deps", "--require-hashes", "-r", lock)
        yield made


@pytest.fixture
def newest() -> Iterator[Path]:
    """An environment with the newest Sphinx, and without Jupyter Book."""
    with environment(sys.executable, (ROOT / "tests/newest.txt").read_text(encoding="utf-8")) as made:
        yield made


@pytest.mark.installs
def test_a_small_book_is_built(make_book: Callable[[], Book], subtests: pytest.Subtests) -> None:
    """In an environment with what a blog without TensorFlow wants, as locked."""
    for version, python in pythons().items():
        with subtests.test(version), environment(python, locked_without("tensorflow")) as made:
            check_a_small_book_is_built(make_book(), made / "bin/jupyter-book")


def check_a_small_book_is_built(book: Book, jupyter_book: Path) -> None:
    body = code("glue('answer', 6 * 7)") + "\n답은 {glue:text}`answer`입니다.\n"
    book.post("2024-01-01-executed", body, description="답 {answer:.1f}")
    book.post("2024-01-02-plain")
    command = [str(jupyter_book), "build", "-W", "--keep-going", "."]

    first = book.run(*command)
    assert first.returncode == 0, first.stdout
    assert "executing 1 post" in first.stdout
    assert "답은 42입니다" in book.text("posts/2024-01-01-executed.html")
    assert "답 42.0" in book.text("index.html")
    assert "답 42.0" in (book.site / "feed.xml").read_text(encoding="utf-8")

    second = book.run(*command)
    assert second.returncode == 0, second.stdout
    assert "executing" not in second.stdout


@pytest.mark.installs
def test_the_newest_sphinx_without_jupyter_book_makes_the_same_site(
    newest: Path, make_book: Callable[[], Book]
) -> None:
    """But for the order of a heading's addresses, and for what says when and with what a post was executed."""
    assert not list(newest.glob("lib/*/site-packages/jupyter_book*"))
    books = old, new = make_book(), make_book()
    for each in books:
        for name in ("favicon.svg", "favicon.png"):
            each.write(f"images/{name}", (ROOT / "images" / name).read_bytes())
        text = {
            name: (ROOT / f"tests/render/{name}.md").read_text(encoding="utf-8") for name in ("gallery", "directives")
        }
        each.post("2024-01-01-korean", text["gallery"], description="{accuracy:.2%}", outputs=["images/made.png"])
        each.post("2024-01-02-directives", text["directives"], lang="en", tags=["C++", "나"], expect={"half": "> 0.1"})
        each.post("2024-01-03-draft", draft=True)
        write_gallery(each)
    old.build()
    command = [str(newest / "bin/python"), "-c", BUILD]
    result = new.run(*command)
    assert result.returncode == 0, result.stdout

    assert crawl_site(new.site).faults == []
    found = compare(old.site, new.site)
    found.changed.pop("results.html", None)
    assert (found.added, found.removed, found.changed, found.values) == ({}, {}, {}, [])
    pages = {page.relative_to(old.site).as_posix() for page in old.site.rglob("*.html")}
    assert {page: elements(old, page) for page in pages} == {page: elements(new, page) for page in pages}

    new.write("../out.png", (ROOT / "images/favicon.png").read_bytes())
    new.post("2024-01-04-outside", "![](../../out.png)\n")
    assert "posts/2024-01-04-outside.md:5: ../out.png lies outside the book" in new.run(*command).stdout


def elements(book: Book, page: str) -> list[str]:
    """The elements of a page; ``span`` also holds the other addresses of a heading, of which MyST writes more."""
    return [element.name for element in book.soup(page).find_all(True) if element.name != "span"]
