"""Tiny books, and the real blog, which is built by the command that authors type."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup
from commands import WARM, Forked, unmeasured, warm
from firefox import Firefox, running
from playwright.sync_api import Browser, Page, sync_playwright
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
BASE = "https://example.github.io/blog/"
"""Where the real blog stands in tests: under a sub-path, as the pages of a repository do."""
BUILD = ("build", "-W", "--keep-going", ".")
os.environ["LANGUAGE"] = "en"  # what the command line says to the tests, whatever the author speaks
# Where Python is asked to keep nothing that it compiled, each command would compile the engine again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# The background jobs of a shell ignore Ctrl-C, and so would what they start: it could not be tested.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
JUPYTER_BOOK = [str(Path(sys.executable).with_name("jupyter-book")), *BUILD]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Leave what collecting the tests has made out of each search for garbage."""
    gc.freeze()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where all tests are run, one process is warm for all that run them."""
    if session.config.args_source is not pytest.Config.ArgsSource.ARGS:
        os.environ[WARM] = warm()


class Scheduling(LoadScopeScheduling):
    """Gives the tests of a module to one process where they share what it builds once, and the others one by one.

    The marks of ``--dist loadgroup`` have no effect: pytest-xdist 3.8 writes them where pytest 9.2 does not look.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if _shares(ROOT / module) else nodeid


@cache
def _shares(module: Path) -> bool:
    return 'fixture(scope="' in module.read_text(encoding="utf-8")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; on an author's machine without one its tests are skipped."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first starts fastest
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Firefox; on an author's machine without one its tests are skipped."""
    found = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Firefox is installed")
    with running(found, tmp_path_factory.mktemp("firefox")) as firefox:
        yield firefox


SETTLED = """new Promise((done) => requestAnimationFrame(() => setTimeout(done))).then(() =>
    Promise.allSettled(document.getAnimations().map((each) => each.finished)))"""
"""Waits until colours that pass over into others have done so."""


def troubles_of(page: Page) -> list[str]:
    """Return a list that fills with what a page cannot do, such as what its policy does not let run."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def wait_until(page: Page, condition: str) -> None:
    """Wait until an expression is true in a page: ``wait_for_function`` makes code of texts, which policies forbid."""
    for _ in range(1000):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"never true: {condition}")


class Book:
    """A book in a folder, with the real configuration and the real package."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.site = root / "_build" / "html"

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def post(self, name: str, body: str = "글입니다.\n", **front: object) -> Path:
        front = {"title": name[11:], **front}
        header = yaml.safe_dump(front, allow_unicode=True, sort_keys=False)
        return self.write(f"posts/{name}.md", f"---\n{header}---\n\n{body}")

    def config(self, **values: object) -> None:
        path = self.root / "_config.yml"
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        config["sphinx"]["config"].update(values)
        path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command, as an author does: by default the one that builds the book."""
        return subprocess.Popen(
            command or JUPYTER_BOOK,
            cwd=self.root,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command, as an author does; it takes a second or two more than one that is forked."""
        process = self.start(*command, **environment)
        output, _ = process.communicate(timeout=1800)
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def fork(self, *command: str, **environment: str) -> Forked:
        """Start a command in a process that has made the imports: by default the one that builds the book."""
        return Forked(command or ("jupyter-book", *BUILD), self.root, self.environment(**environment))

    def build(self, **environment: str) -> str:
        """Build, expect success and return what was printed."""
        result = self._build(**environment)
        assert result.returncode == 0, result.stdout
        return result.stdout

    def fail(self, **environment: str) -> str:
        """Build, expect failure and return what was printed."""
        result = self._build(**environment)
        assert result.returncode > 0, result.stdout
        return result.stdout

    def blogkit(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.fork("blogkit", *arguments, **environment).wait()

    def _build(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.fork(**environment).wait()

    def environment(self, **extra: str) -> dict[str, str]:
        path = os.pathsep.join(filter(None, [extra.pop("PYTHONPATH", ""), str(ROOT)]))
        return unmeasured({**os.environ, "PYTHONPATH": path, **extra})

    def soup(self, name: str) -> BeautifulSoup:
        return BeautifulSoup((self.site / name).read_text(encoding="utf-8"), "lxml")

    def text(self, name: str) -> str:
        return self.soup(name).get_text()


class Checkout(Book):
    """A checkout of the real blog, with a package of its own."""

    def environment(self, **extra: str) -> dict[str, str]:
        return super().environment(PYTHONPATH=str(self.root), **extra)


def code(source: str) -> str:
    """A code cell as it stands in a post."""
    return f"```{{code-cell}} python\n{source}\n```\n"


@pytest.fixture(scope="session")
def make_book(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Book]:
    def make() -> Book:
        book = Book(tmp_path_factory.mktemp("book"))
        for name in ("_config.yml", "_toc.yml", "index.md"):
            shutil.copyfile(ROOT / name, book.root / name)
        config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
        config["sphinx"]["local_extensions"]["blogkit"] = str(ROOT)
        (book.root / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
        book.write("about.md", "# 소개\n\n소개합니다.\n")
        (book.root / "posts").mkdir()
        return book

    return make


@pytest.fixture
def book(make_book: Callable[[], Book]) -> Book:
    return make_book()


def copy_checkout(target: Path, without: tuple[str, ...] = ()) -> None:
    """Copy what git tracks or would add, as it is in the work tree; not what begins with one of ``without``."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(without):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


@pytest.fixture(scope="session")
def blog(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The real blog in a fresh checkout, executed and built once by the command that authors type."""
    root = tmp_path_factory.mktemp("blog") / "blog"
    copy_checkout(root)
    book = Checkout(root)
    built = book.run(BLOG_BASEURL=BASE)
    assert built.returncode == 0, built.stdout
    book.log = built.stdout
    return book
