"""A post is a pure function: what executes when, what is stored, and what is said when it fails."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Book, code

from blogkit.execution.machine import cores
from blogkit.execution.store import STORE

SIMPLE = code("x = 6 * 7\nglue('answer', x)\nprint(x)")


def executed(book: Book, *arguments: str, **environment: str) -> list[str]:
    """The posts that one run executes."""
    result = book.blogkit("execute", *arguments, **environment)
    assert result.returncode == 0, result.stdout
    return sorted(line.split(":")[0] for line in result.stdout.splitlines() if ": done" in line)


class Fake:
    """A distribution that is installed beside the others while a test runs."""

    def __init__(self) -> None:
        self.name = f"fake_{os.getpid()}"
        self.folder = Path(sysconfig.get_path("purelib"))
        self.install("1.0")

    def install(self, version: str, requires: str = "") -> None:
        about = self.folder / f"{self.name}-1.dist-info"
        about.mkdir(exist_ok=True)
        metadata = f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {version}\n{requires}"
        (about / "METADATA").write_text(metadata, encoding="utf-8")
        (about / "RECORD").write_text(f"{self.name}.py,,\n{about.name}/METADATA,,\n", encoding="utf-8")
        (self.folder / f"{self.name}.py").write_text("", encoding="utf-8")

    def remove(self) -> None:
        shutil.rmtree(self.folder / f"{self.name}-1.dist-info")
        (self.folder / f"{self.name}.py").unlink()


@pytest.fixture
def fake() -> Iterator[Fake]:
    fake = Fake()
    yield fake
    fake.remove()


@pytest.fixture
def shared(book: Book) -> Iterator[Path]:
    """A folder in the shared memory, which seals leave open: where cells and a test can meet."""
    folder = Path("/dev/shm") / f"{book.root.parent.name}-{os.getpid()}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
def test_executes_exactly_what_changed(book: Book, fake: Fake) -> None:
    book.write("data/a.txt", "1")
    book.write("data/b.txt", "2")
    book.post("2024-01-01-one", code("open('data/a.txt').read()"), inputs=["data/a.txt"])
    post = book.post("2024-01-02-two", code(f"import {fake.name}\nprint({fake.name}.__name__)"), tags=["x"])
    assert executed(book) == ["2024-01-01-one", "2024-01-02-two"]
    assert executed(book) == []

    text = post.read_text(encoding="utf-8")
    post.write_text(text.replace("title: two", "title: 둘") + "\n산문 한 마디.\n", encoding="utf-8")
    assert executed(book) == []

    book.write("data/b.txt", "not declared by any post")
    assert executed(book) == []
    book.write("data/a.txt", "2")
    assert "input data/a.txt changed" in book.blogkit("status").stdout
    assert executed(book) == ["2024-01-01-one"]
    book.write("data/a.txt", "1")
    assert executed(book) == []

    fake.install("1.1")
    assert f"package {fake.name.replace('_', '-')} 1.0 → 1.1" in book.blogkit("status").stdout
    assert executed(book) == ["2024-01-02-two"]

    post.write_text(text.replace("__name__)", "__name__, 1)"), encoding="utf-8")
    assert "cell 1 changed" in book.blogkit("status").stdout
    assert executed(book) == ["2024-01-02-two"]


def test_kernel_sees_only_declared_inputs(book: Book) -> None:
    book.write("data/secret.txt", "x")
    book.post(
        "2024-01-01-one",
        code("import os\nassert not os.path.exists('da' + 'ta/secret.txt')\nassert os.listdir() == []"),
    )
    assert executed(book) == ["2024-01-01-one"]


NAMED = """
import helper
import tools.words, plain.deep
from tools import words
print(words.said, plain.deep.n)
print(open("data/한글.csv").read(), open("beside/y.txt").read(), helper.read())
assert not __import__("os").path.exists("sec" + "ret.txt")  # "secret.txt"
"""


def test_kernel_sees_what_cells_name(book: Book) -> None:
    book.write("data/한글.csv", "from the book")
    book.write("posts/beside/y.txt", "from beside")
    book.write("posts/beside/plain", "without an ending")
    book.write("posts/helper.py", "import json\n\n\ndef read():\n    return json.load(open('beside/z.json'))\n")
    book.write("posts/beside/z.json", '"from a module"')
    book.write("posts/tools/__init__.py", "")
    book.write("posts/tools/words.py", "from .more import said\n")
    book.write("posts/tools/more.py", "said = 1\n")
    book.write("plain/deep.py", "n = 2\n")
    book.write("secret.txt", "x")
    book.post("2024-01-01-one", code(NAMED))
    book.post("2024-01-02-two", code("print(open('../data/한글.csv').read(), open('./beside/plain').read())"))
    assert sorted(executed(book)) == ["2024-01-01-one", "2024-01-02-two"]
    records = [json.loads(path.read_text(encoding="utf-8")) for path in book.root.rglob("result.json")]
    inputs = {record["post"][-3:]: sorted(record["function"]["inputs"]) for record in records}
    modules = ["helper.py", "plain/deep.py", "tools/__init__.py", "tools/more.py", "tools/words.py"]
    assert inputs["one"] == ["beside/y.txt", "beside/z.json", "data/한글.csv", *modules]
    assert inputs["two"] == ["data/한글.csv", "posts/beside/plain"]
    book.write("posts/beside/z.json", '"changed"')
    assert executed(book) == ["2024-01-01-one"]
    book.write("data/한글.csv", "changed")
    assert sorted(executed(book)) == ["2024-01-01-one", "2024-01-02-two"]


@pytest.mark.parametrize("command", ["execute", "status", "plan", "prune"])
def test_missing_inputs_are_all_reported_before_anything_runs(book: Book, command: str) -> None:
    book.post("2024-01-01-one", code("1"), inputs=["data/x.csv"])
    book.post("2024-01-02-two", code("1"), inputs=["data/none.csv"])
    result = book.blogkit(command)
    assert result.returncode == 1
    assert "2024-01-01-one.md:3: the input data/x.csv does not exist" in result.stdout
    assert "2024-01-02-two.md:3: the input data/none.csv does not exist" in result.stdout
    assert "executing" not in result.stdout


def test_bad_descriptions_are_all_reported(book: Book) -> None:
    book.post("2024-01-01-one", description="{none}")
    book.post("2024-01-02-two", description="{nothing}")
    result = book.blogkit("execute")
    assert result.returncode == 1
    assert "2024-01-01-one.md:3: description: {none}" in result.stdout
    assert "2024-01-02-two.md:3: description: {nothing}" in result.stdout


def test_a_post_is_named_by_its_name_or_its_file(book: Book) -> None:
    book.post("2024-01-05-tf-2.21", SIMPLE)
    book.post("2024-01-06-other", code("1"))
    assert executed(book, "2024-01-05-tf-2.21") == ["2024-01-05-tf-2.21"]
    assert executed(book, "--force", "posts/2024-01-05-tf-2.21.md") == ["2024-01-05-tf-2.21"]
    assert "no post is named 2024-01-05-tf" in book.blogkit("execute", "2024-01-05-tf").stdout


def test_the_store_is_bounded_and_keeps_what_is_fresh(book: Book) -> None:
    book.config(blog_store_days=100, blog_store_gib=5)
    book.post("2024-01-01-one", SIMPLE)
    book.post("2024-01-02-two", code("1"))
    executed(book)
    book.post("2024-01-02-two", code("2"))
    executed(book)
    folders = list((book.root / STORE / "results").glob("*/*"))
    assert "0 results dropped" in book.blogkit("prune").stdout
    for folder in folders:
        os.utime(folder, (0, 0))
    assert "1 result dropped" in book.blogkit("prune").stdout
    assert [f.stat().st_mtime > 0 for f in folders if f.exists()] == [True, True]  # they count as used today
    assert executed(book) == []


def test_executing_one_post_drops_nothing_of_the_others(book: Book) -> None:
    book.config(blog_store_gib=1e-9)
    book.post("2024-01-01-one", SIMPLE)
    book.post("2024-01-02-two", code("1"))
    executed(book)
    assert executed(book, "--force", "2024-01-01-one") == ["2024-01-01-one"]
    assert executed(book) == []


def test_globs_name_inputs(book: Book) -> None:
    book.write("data/a.csv", "a")
    book.write("data/b.csv", "b")
    book.post("2024-01-01-one", code("import os\nprint(sorted(os.listdir('data')))"), inputs=["data/*.csv"])
    assert executed(book) == ["2024-01-01-one"]
    book.write("data/c.csv", "c")
    assert executed(book) == ["2024-01-01-one"]


@pytest.mark.slow
def test_every_failure_is_reported_with_place_and_stderr(book: Book) -> None:
    book.post("2024-01-01-raises", code("a = 1") + "\n" + code("import sys\nprint('soup', file=sys.stderr)\n1 / 0"))
    book.post("2024-01-02-slow", code("import time; time.sleep(60)"), timeout=12)
    book.post("2024-01-03-slow-cell", code("import time; time.sleep(61)"), cell_timeout=2)
    book.post("2024-01-04-dies", code("import os; os._exit(9)"))
    book.post("2024-01-05-unwritten", code("1"), outputs=["images/none.png"])
    book.post("2024-01-06-promise", code("glue('score', 0.5)"), expect={"score": ">= 0.9"})
    book.post("2024-01-07-kernel", code("1"), kernelspec={"name": "nowhere"})
    book.post("2024-01-08-good", SIMPLE)
    result = book.blogkit("execute")
    assert result.returncode == 1
    assert "posts/2024-01-01-raises.md:12: cell 2: ZeroDivisionError: division by zero" in result.stdout
    assert "soup" in result.stdout
    assert "2024-01-02-slow.md:6: cell 1: the post took longer than 12 s" in result.stdout
    assert "2024-01-03-slow-cell.md:6: cell 1: took longer than 2 s" in result.stdout
    assert "2024-01-04-dies.md:5: cell 1: the kernel died" in result.stdout
    assert "2024-01-05-unwritten.md:3: declares images/none.png in `outputs` but no cell wrote it" in result.stdout
    assert "2024-01-06-promise.md:3: promised score >= 0.9, got 0.5" in result.stdout
    assert "no kernel named nowhere" in result.stdout
    assert executed_names(book) == {"posts/2024-01-08-good", "posts/2024-01-06-promise"}


def stored(book: Book) -> list[dict[str, Any]]:
    records = (book.root / "_build/.jupyter_cache/blogkit/results").glob("*/*/result.json")
    return [json.loads(path.read_text(encoding="utf-8")) for path in records]


def executed_names(book: Book) -> set[str]:
    return {record["post"] for record in stored(book)}


def test_light_posts_run_at_once(book: Book, shared: Path) -> None:
    """Each waits until all have begun."""
    for number in range(4):
        source = f"import pathlib, time\nmet = pathlib.Path({str(shared)!r})\n(met / '{number}').touch()\n"
        source += "while len(list(met.iterdir())) < 4:\n    time.sleep(0.02)"
        book.post(f"2024-01-0{number + 1}-meets", code(source), timeout=60)
    book.config(blog_jobs=4)
    result = book.blogkit("execute")
    assert result.returncode == 0, result.stdout
    assert len(stored(book)) == 4


def test_ctrl_c_ends_kernels_and_keeps_finished_results(book: Book) -> None:
    import signal

    import psutil

    book.post("2024-01-01-quick", SIMPLE)
    book.post("2024-01-02-slow", code("import time; time.sleep(300)"))
    book.config(blog_jobs=2)
    process = book.start(sys.executable, "-m", "blogkit", "execute")
    deadline = time.monotonic() + 60
    while executed_names(book) != {"posts/2024-01-01-quick"}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    kernels = psutil.Process(process.pid).children(recursive=True)
    assert kernels
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode != 0
    _, alive = psutil.wait_procs(kernels, timeout=10)
    assert not alive
    assert executed_names(book) == {"posts/2024-01-01-quick"}


def test_damaged_result_is_dropped_and_executed_again(book: Book) -> None:
    book.post("2024-01-01-one", SIMPLE)
    assert executed(book) == ["2024-01-01-one"]
    for damaged in ("notebook.ipynb", "result.json"):
        path: Path = next(book.root.rglob(damaged))
        path.write_bytes(path.read_bytes()[:-20])
        assert executed(book) == ["2024-01-01-one"]
        assert executed(book) == []


def test_store_is_bounded(book: Book) -> None:
    book.config(blog_store_gib=1e-6)
    for number in range(3):
        book.post("2024-01-01-one", code(f"print({number}, 'x' * 2000)"))
        assert executed(book) == ["2024-01-01-one"]
    assert len(list(book.root.rglob("result.json"))) == 1


def test_posts_of_the_same_code_run_once(book: Book) -> None:
    book.post("2024-01-01-one", SIMPLE)
    book.post("2024-01-02-same", SIMPLE)
    assert len(executed(book)) == 1
    assert book.blogkit("status").stdout.count("fresh") == 2


def test_nothing_of_the_author_s_home_is_in_a_result(book: Book) -> None:
    book.write("home/.ipython/profile_default/startup/00.py", "from_home = 1")
    book.write("home/matplotlibrc", "lines.linewidth: 77")
    source = (
        "import matplotlib\nassert 'from_home' not in globals()\nassert matplotlib.rcParams['lines.linewidth'] != 77"
    )
    book.post("2024-01-01-one", code(source))
    home = str(book.root / "home")
    assert executed(book, HOME=home, MATPLOTLIBRC=f"{home}/matplotlibrc") == ["2024-01-01-one"]


def test_threads_are_divided_and_the_whole_machine_is_given_on_request(book: Book) -> None:
    source = "import os\nglue('threads', os.environ['OMP_NUM_THREADS'])"
    book.post("2024-01-01-light", code(source))
    book.post("2024-01-02-heavy", code(source), whole_machine=True)
    book.config(blog_jobs=2)
    assert len(executed(book, OMP_NUM_THREADS="77")) == 1 + (cores() > 1)
    threads = {record["post"][-5:]: record["values"]["threads"] for record in stored(book)}
    assert threads["heavy"] == str(cores())
    assert threads.get("light", "1") == str(max(1, cores() // 2))


@pytest.mark.slow
def test_posts_that_want_the_whole_machine_run_one_by_one(book: Book, shared: Path) -> None:
    busy = shared / "busy"
    for number in range(2):
        source = f"import pathlib, time\nbusy = pathlib.Path({str(busy)!r})\nbusy.touch(exist_ok=False)\n"
        source += f"time.sleep(2)\nbusy.unlink()\nnumber = {number}"
        book.post(f"2024-01-0{number + 1}-heavy", code(source), whole_machine=True)
    book.config(blog_jobs=2)
    assert len(executed(book)) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda file: file.write_text("2", encoding="utf-8"), ":3: an input changed while the post ran; build again"),
        (Path.unlink, ":1: FileNotFoundError"),
    ],
    ids=["changed", "deleted"],
)
def test_an_input_that_changes_while_the_post_runs_gives_no_result(
    book: Book, shared: Path, change: Callable[[Path], object], said: str
) -> None:
    data = book.write("data/a.txt", "1")
    source = f"import pathlib, time\nshared = pathlib.Path({str(shared)!r})\n(shared / 'runs').touch()\n"
    source += "while not (shared / 'go').exists():\n    time.sleep(0.02)"
    book.post("2024-01-01-odd", code(source), inputs=["data/a.txt"])
    book.post("2024-01-02-good", code("2"))
    process = book.fork("blogkit", "execute")
    while not (shared / "runs").exists():
        time.sleep(0.02)
    change(data)
    (shared / "go").touch()
    result = process.wait()
    assert result.returncode == 1
    assert f"2024-01-01-odd.md{said}" in result.stdout
    assert executed_names(book) == {"posts/2024-01-02-good"}


def test_a_file_that_a_post_wrote_is_put_back_as_it_was(book: Book) -> None:
    book.post("2024-01-01-one", code("open('files/a.txt', 'w').write('made')"), outputs=["files/a.txt"])
    assert executed(book) == ["2024-01-01-one"]
    for change in (lambda file: file.write_text("edited", encoding="utf-8"), Path.unlink):
        change(book.root / "files/a.txt")
        assert executed(book) == []
        assert (book.root / "files/a.txt").read_text(encoding="utf-8") == "made"


def test_sets_have_one_order_whatever_the_author_s_hash_seed(book: Book) -> None:
    book.post("2024-01-01-one", code("glue('hash', hash('글'))"))
    values = []
    for seed in ("1", "2"):
        executed(book, "--force", PYTHONHASHSEED=seed)
        values += [record["values"]["hash"] for record in stored(book)]
    assert len(values) == 2
    assert len(set(values)) == 1


def test_a_result_names_its_commit_and_whether_files_differed(book: Book) -> None:
    post = book.post("2024-01-01-one", SIMPLE)
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "posts"], [*identity, "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=book.root, check=True)
    asked = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=book.root, capture_output=True, text=True)
    executed(book)
    assert [record["commit"] for record in stored(book)] == [asked.stdout.strip()]
    post.write_text(post.read_text(encoding="utf-8") + "\n글\n", encoding="utf-8")
    executed(book, "--force")
    assert [record["commit"] for record in stored(book)] == [f"{asked.stdout.strip()}-dirty"]


@pytest.mark.slow
def test_the_silent_first_cell_has_no_limit_of_its_own(book: Book) -> None:
    """What takes long to import is imported before the first cell of the author's."""
    book.write("site/tensorflow.py", "import time; time.sleep(3)")
    book.post("2024-01-01-one", code("import tensorflow"), cell_timeout=2)
    assert executed(book, PYTHONPATH=str(book.root / "site")) == ["2024-01-01-one"]


def test_execute_names_the_unknown_post(book: Book) -> None:
    book.post("2024-01-01-one", SIMPLE)
    result = book.blogkit("execute", "nowhere")
    assert result.returncode == 1
    assert "no post is named nowhere" in result.stdout
