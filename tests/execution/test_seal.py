"""What a post's key does not name, its code cannot see."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from conftest import ROOT, Book, code

from blogkit.execution.seal import GUARD, can_seal, seal

pytestmark = pytest.mark.skipif(not can_seal() and not os.environ.get("CI"), reason="this system has no Landlock")


def run(book: Book, source: str, **front: object) -> dict[str, object]:
    """Execute one post; return its glued values."""
    book.post("2024-01-01-one", code(source), **front)
    result = book.blogkit("execute")
    assert result.returncode == 0, result.stdout
    records = (book.root / "_build/.jupyter_cache/blogkit/results").glob("*/*/result.json")
    newest = max(records, key=lambda path: path.stat().st_mtime)
    return dict(json.loads(newest.read_text(encoding="utf-8"))["values"])


TRY = """
def attempt(function, *arguments, **options):
    try:
        return str(function(*arguments, **options))[:200]
    except BaseException as error:
        return type(error).__name__
"""


def test_files_outside_are_not_there(book: Book, tmp_path: Path) -> None:
    book.write("data/secret.txt", "x")
    book.post("2024-01-02-other", code("open('images/other.txt', 'w').write('y')"), outputs=["images/other.txt"])
    book.blogkit("execute")
    (tmp_path / "outside.txt").write_text("z", encoding="utf-8")
    (result,) = book.root.rglob("result.json")
    places = [book.root / "_config.yml", book.root / "data/secret.txt", book.root / "images/other.txt", result]
    places += [tmp_path / "outside.txt", ROOT / "README.md", Path.home() / ".bashrc"]
    source = f"""{TRY}
import glob, os, shutil, subprocess
places = {[str(place) for place in places]}
glue("read", [attempt(lambda p: open(p).read(), place) for place in places])
glue("written", [attempt(lambda p: open(p, "a").write("forged"), place) for place in places])
glue("gone", [attempt(os.remove, place) for place in places])
glue("listed", attempt(os.listdir, {str(book.root)!r}) + attempt(glob.glob, {str(book.root / "*")!r}))
glue("shell", subprocess.run(["cat", *places], capture_output=True, text=True).stdout)
glue("moved", attempt(shutil.move, {str(result)!r}, "here"))
"""
    before = [place.read_bytes() if place.is_file() else b"" for place in places]
    values = run(book, source)
    for name in ("read", "written", "gone"):
        assert set(values[name]) <= {"PermissionError", "FileNotFoundError"}, name  # type: ignore[arg-type]
    assert (values["listed"], values["shell"], values["moved"]) == ("RuntimeError" * 2, "", "PermissionError")
    assert [place.read_bytes() if place.is_file() else b"" for place in places] == before


def test_only_what_is_named_can_be_loaded(book: Book) -> None:
    source = f"""{TRY}
import subprocess, sys
from importlib import import_module, metadata
glue("computed", [attempt(import_module, name) for name in ("sp" + "hinx", "ten" + "sorflow", "yaml")])
glue("metadata", attempt(metadata.version, "sphinx"))
names = sorted(each.metadata["Name"] for each in metadata.distributions())
glue("named", ["Sphinx" in names, "ipykernel" in names])
child = [sys.executable, "-c", "import yaml"]
glue("child", subprocess.run(child, capture_output=True, text=True).stderr.split()[-1])
glue("pip", attempt(metadata.version, "pip"))
"""
    values = run(book, source)
    assert values == {
        "computed": ["ModuleNotFoundError"] * 3,
        "metadata": "PackageNotFoundError",
        "named": [False, True],
        "child": "'yaml'",
        "pip": "PackageNotFoundError",
    }
    assert "PyYAML" not in str(
        run(book, "import importlib\nglue('x', importlib.import_module('ya' 'ml').__name__)", requirements=["PyYAML"])
    )


def test_the_network_is_off_until_it_is_asked_for(book: Book) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        source = f"{TRY}\nimport socket\nglue('x', attempt(socket.create_connection, ('127.0.0.1', {port}), 5)[:9])"
        assert run(book, source) == {"x": "Permissio"}
        accepting = threading.Thread(target=lambda: server.accept()[0].close())
        accepting.start()
        assert run(book, source, network=True) == {"x": "<socket.s"}
        accepting.join()
    book.build()
    page = book.text("posts/2024-01-01-one.html")
    assert "네트워크에서 받은 자료를 씁니다" in page
    assert "executing" not in book.build()
    assert "fresh" in book.blogkit("status").stdout
    book.post("2024-01-01-one", code(source), network=True, max_age=1e-9)
    assert "came over the network more than" in book.blogkit("status").stdout


def test_variables_are_few_and_fixed_and_others_are_asked_for(book: Book) -> None:
    source = "import os, sys, time\nsecret = os.environ.get('SECRET')\n"
    source += "glue('x', [secret and len(secret), os.environ['TZ'], os.environ['LANG'], time.tzname[0]])"
    source += "\nassert sys.flags.utf8_mode"
    book.post("2024-01-01-one", code(source))
    assert book.blogkit("execute", SECRET="hush", TZ="Asia/Seoul", LANG="ko_KR.UTF-8").returncode == 0
    assert list(stored_values(book)) == [[None, "UTC", "C.UTF-8", "UTC"]]
    assert "executing" not in book.blogkit("execute", SECRET="other").stdout
    book.post("2024-01-01-one", code(source), env=["SECRET"])
    assert ":3: the variable SECRET is not set" in book.blogkit("execute").stdout
    assert "done" in book.blogkit("execute", SECRET="hush").stdout
    assert "executing" not in book.blogkit("execute", SECRET="hush").stdout
    assert "done" in book.blogkit("execute", SECRET="other").stdout
    records = [path.read_text(encoding="utf-8") for path in book.root.rglob("result.json")]
    assert sum('"SECRET"' in record for record in records) == 2
    assert not [path for path in book.root.rglob("*.*") if path.is_file() and b"hush" in path.read_bytes()]


def stored_values(book: Book) -> Iterator[object]:
    for path in book.root.rglob("result.json"):
        yield json.loads(path.read_text(encoding="utf-8"))["values"]["x"]


def test_declared_modules_can_be_imported_and_read_about_and_children_print(book: Book) -> None:
    book.write("posts/lib/tools.py", "def double(x):\n    '''Twice as much.'''\n    return 2 * x\n")
    source = """
import multiprocessing, os, sys
sys.path.insert(0, "posts/lib")
import tools
help(tools.double)
def say(x):
    for number in range(100):
        print("child says", tools.double(x + number), flush=True)
process = multiprocessing.get_context("fork").Process(target=say, args=(21,))
process.start(); process.join()
print(multiprocessing.get_context("fork").Pool(2).map(abs, [-1, -2]))
"""
    book.post("2024-01-01-one", code(source), inputs=["posts/lib/tools.py"])
    book.build()
    page = book.text("posts/2024-01-01-one.html")
    assert "Twice as much." in page
    said = "\n".join(f"child says {number}" for number in range(42, 242, 2))  # in their order, each line whole
    assert f"{said}\n[1, 2]" in page


def test_a_refusal_says_the_mend(book: Book) -> None:
    book.write("data/x.csv", "1")
    book.post("2024-01-01-one", code(f"open({str(book.root)!r} + '/da' + 'ta/x.csv')"))
    book.post("2024-01-02-two", code("import importlib\nimportlib.import_module('ya' + 'ml')"))
    said = book.blogkit("execute").stdout
    assert "2024-01-01-one.md:6: cell 1: PermissionError" in said
    assert "add data/x.csv to `inputs`" in said
    assert "2024-01-02-two.md:7: cell 1: ModuleNotFoundError" in said
    assert "add the package to `requirements`" in said


def test_a_cell_installs_nothing(book: Book) -> None:
    lines = ["%pip install x", "  !pip3 install x", "!{sys.executable} -m pip install x", "!python3 -m pip install x"]
    lines += ["%conda install x", "!uv pip install x", "!pip install numpy==0.1", "!pip install numpy x", "!pip list"]
    lines += ["!ls \\\n  -la\n!pip install numpy", "!pip install numpy\nprint(In[-1])", "!pip install 'numpy[x]'"]
    lines += ["!pip install git+https://a.example/numpy", "!pip install -r numpy", "!pip install 'numpy"]
    fine = [
        "%%writefile x.txt\n!pip install x",
        "pip = 1",
        '"""\n%pip install x\n"""',
        "# %pip install x",
        "print('%pip install x')",
        "!echo pip",
        "x = 1 %2",
    ]
    for number, line in enumerate([*lines, *fine], 10):
        book.post(f"2024-01-{number}-one", f"{code('1')}\n{code(line)}")
    said = book.blogkit("status").stdout
    assert said.count("a cell installs nothing; name the package in requirements.in, and lock it") == len(lines)
    assert "2024-01-10-one.md:9: `%pip install x`" in said
    assert all(f"2024-01-{number}-one.md:9: " in said for number in range(10, 10 + len(lines)))


def test_where_a_package_is_there_nothing_is_left_to_install(book: Book) -> None:
    lines = ["!pip install -qU numpy  # for arrays", "%pip install --quiet 'pandas>=1' numpy", "!uv pip install numpy"]
    text = "\n".join(
        [
            *lines,
            "if True:",
            "    !{sys.executable} -m pip install numpy",
            "import numpy",
            "print(6 * 7, '''\n!pip install numpy''')",
        ]
    )
    book.post("2024-01-01-one", code(text) + code("%%capture\n!pip install numpy\nprint('no')"))
    book.build()
    page = book.soup("posts/2024-01-01-one.html")
    assert page.select_one(".cell_output").get_text().strip() == "42 \n!pip install numpy"
    assert len(page.select(".cell_output")) == 1
    assert all(line in page.select_one(".cell_input").get_text() for line in lines)


def test_comments_and_blank_lines_execute_nothing(book: Book) -> None:
    book.post("2024-01-01-one", code("x = 1 # one\nprint(x)"))
    assert "executing" in book.build()
    book.post("2024-01-01-one", code("# Now with a comment.\n\nx = 1   \n\n\nprint(x)  # and another"))
    assert "executing" not in book.build()
    assert "Now with a comment." in book.text("posts/2024-01-01-one.html")
    book.post("2024-01-01-one", code("x = 1\nprint(x, '# one')"))
    assert "executing" in book.build()


def daemon(book: Book) -> str:
    """Code that leaves a process behind, in a session of its own."""
    waits = f"import time; time.sleep(600)  # {book.root}"
    return (
        f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {waits!r}], start_new_session=True)\n"
    )


def daemons(book: Book) -> list[psutil.Process]:
    """The processes that a book's cells have left behind, wherever they are."""
    ends = f"# {book.root}"
    return [p for p in psutil.process_iter(["cmdline"]) if any(part.endswith(ends) for part in p.info["cmdline"] or ())]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["", "time.sleep(60)", "import os; os._exit(3)", "1 / 0"])
def test_nothing_is_left_behind_after_a_post(book: Book, end: str) -> None:
    book.post("2024-01-01-one", code(daemon(book) + end), timeout=6)
    book.blogkit("execute")
    assert not daemons(book)


@pytest.mark.parametrize("said", [b"", b"."])
def test_the_guard_tidies_up_where_a_build_did_not_let_go(tmp_path: Path, said: bytes) -> None:
    """A process that is killed closes its pipes before its children have another parent."""
    own = tmp_path / "own"
    own.mkdir()
    (tmp_path / "view").mkdir()
    seal(tmp_path / "view", [str(own)], network=False).write(tmp_path / "seal.json")
    command = [sys.executable, GUARD, str(tmp_path / "seal.json"), "/bin/sleep", "60"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as guard:
        guard.communicate(said, timeout=60)
    assert own.exists() == bool(said)


def test_nothing_is_left_behind_after_a_kill_of_the_build(book: Book) -> None:
    book.post("2024-01-01-one", code(daemon(book) + "time.sleep(600)"))
    process = book.start(sys.executable, "-m", "blogkit", "execute")
    deadline = time.monotonic() + 120
    while not daemons(book):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    below = psutil.Process(process.pid).children(recursive=True)
    assert below
    process.send_signal(signal.SIGKILL)
    process.communicate()
    _, alive = psutil.wait_procs(below, timeout=60)
    assert not alive
    assert not daemons(book)
    assert not list((book.root / "_build").glob(".run/*"))


def test_the_seal_cannot_be_left_out_quietly(book: Book) -> None:
    """Where it cannot be closed the kernel does not start."""
    book.post("2024-01-01-one", code("1"))
    record = subprocess.run(
        [
            sys.executable,
            str(ROOT / "blogkit/execution/seal/guard.py"),
            "/nowhere",
            sys.executable,
            "-c",
            "print('ran')",
        ],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert record.returncode != 0
    assert "ran" not in record.stdout


def test_where_there_is_no_landlock_posts_run_unsealed_and_say_so(book: Book) -> None:
    book.write("without/landlockpy.py", "raise ImportError")
    without = {"PYTHONPATH": str(book.root / "without")}
    book.post("2024-01-01-one", code("glue('x', 1)"))
    assert "BLOG_SEAL=required: this system cannot seal them" in book.fail(**without, BLOG_SEAL="required")
    book.build(**without)
    assert "봉인하지 않은 실행입니다" in book.text("posts/2024-01-01-one.html")
    assert "executing" not in book.build(**without)
    assert "executing 1 post" in book.build()  # such a result is no sealed one
    assert "코드가 볼 수 있는 것은 아래의 입력과 패키지뿐입니다" in book.text("posts/2024-01-01-one.html")


@pytest.mark.parametrize("sealed", [True, False])
def test_what_would_be_refused_in_silence_is_a_fault(book: Book, sealed: bool) -> None:
    book.write("data/x.csv", "1")
    book.write("without/landlockpy.py", "raise ImportError")
    data = str(book.root / "data")
    lists = ["glob.glob({!r} + '/*')", "list(os.walk({!r}))", "list(pathlib.Path({!r}).glob('**/*.csv'))"]
    for number, source in enumerate(lists, 1):
        book.post(f"2024-01-0{number}-list", code("import glob, os, pathlib\n" + source.format(data)))
    book.post("2024-01-04-file", code(f"open({data!r} + '/x.csv')"))
    book.post("2024-01-05-home", code(f"import glob\nglob.glob({str(ROOT.parent)!r} + '/*')"))
    fine = (
        "import os, shutil, tempfile\nprint(os.listdir('.'), os.listdir(), os.listdir(b'.'), os.path.exists('/x/y'))\n"
    )
    fine += (
        "with tempfile.TemporaryDirectory() as folder:\n    os.mkdir(folder + '/a')\nos.mkdir('b')\nshutil.rmtree('b')"
    )
    book.post("2024-01-06-fine", code(fine))
    over = f"import os\nopen('x', 'w').close()\nos.replace('x', {str(book.root / 'about.md')!r})"
    book.post("2024-01-07-over", code(over))
    said = book.blogkit("execute", **({} if sealed else {"PYTHONPATH": str(book.root / "without")})).stdout
    for number in (1, 2, 3):
        assert f"2024-01-0{number}-list.md:7: cell 1: RuntimeError: [Errno 13]" in said
    assert said.count("; a post sees only its inputs: add data/* to `inputs`") == 3
    assert "add data/x.csv to `inputs`" in said
    assert ("2024-01-05-home.md:7: cell 1: RuntimeError" in said) == sealed
    assert "2024-01-06-fine: done" in said
    assert "2024-01-07-over.md:8: cell 1: PermissionError" in said
    assert (book.root / "about.md").is_file()
