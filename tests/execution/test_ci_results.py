"""What runners hand on in CI: what they were asked for is stored, and nothing else is."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Book, code

from blogkit.build import load
from blogkit.errors import AuthorError
from blogkit.execution.ci_results import accept
from blogkit.execution.status import State
from blogkit.execution.store import Store

STORE = "_build/.jupyter_cache/blogkit"


class Runners:
    """Two runners that have executed a post each, and a build that has nothing so far."""

    def __init__(self, book: Book, folder: Path) -> None:
        self.book, self.folder = book, folder
        book.post("2024-01-01-a", code("glue('a', 1)\nopen('files/a.txt', 'w').write('1')"), outputs=["files/a.txt"])
        book.post("2024-01-02-b", code("glue('b', 2)"))
        self.plan = json.loads(book.blogkit("plan").stdout)
        assert [entry["posts"] for entry in self.plan] == [["2024-01-02-b"], ["2024-01-01-a"]]
        for number, entry in enumerate(self.plan):
            assert book.blogkit("execute", *entry["posts"]).returncode == 0
            (book.root / STORE).rename(folder / f"made-{number}")
        self.states: list[State] = load(book.root).states()
        self.keys = [next(s.function.key for s in self.states if s.function.post.slug in e["posts"]) for e in self.plan]

    def result(self, number: int) -> Path:
        """The folder of what a runner made."""
        key = self.keys[number]
        return self.folder / f"made-{number}/results/{key[:2]}/{key}"

    def hand_on(self, number: int, add: Callable[[tarfile.TarFile], object] = lambda _: None, made: int = -1) -> Path:
        """Pack what a runner made, or another, and something else."""
        path = self.folder / f"handed/results-{number}/results.tar.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w:gz") as tar:
            tar.add(self.folder / f"made-{number if made < 0 else made}/results", "results")
            add(tar)
        return path

    def accept(self, store: Store) -> int:
        return accept(self.plan, self.folder / "handed", self.states, store)


@pytest.fixture(scope="module")
def made(make_book: Callable[[], Book], tmp_path_factory: pytest.TempPathFactory) -> Runners:
    return Runners(make_book(), tmp_path_factory.mktemp("made"))


@pytest.fixture
def runners(made: Runners) -> Runners:
    shutil.rmtree(made.folder / "handed", ignore_errors=True)
    return made


def test_what_was_asked_for_is_stored(runners: Runners) -> None:
    runners.hand_on(0)
    runners.hand_on(1)
    book = runners.book
    result = book.blogkit("accept", json.dumps(runners.plan), str(runners.folder / "handed"))
    assert (result.returncode, "2 results accepted" in result.stdout) == (0, True)
    assert json.loads(book.blogkit("plan").stdout) == []
    runners.hand_on(1, lambda tar: tar.addfile(tarfile.TarInfo("evil")))
    result = book.blogkit("accept", json.dumps(runners.plan), str(runners.folder / "handed"))
    assert result.returncode == 1
    assert "results-1/results.tar.gz: holds 'evil', which its runner was not asked for" in result.stdout
    shutil.rmtree(book.root / STORE)


def entry(
    name: str, kind: bytes = tarfile.REGTYPE, text: str = "x", link: str = ""
) -> Callable[[tarfile.TarFile], None]:
    def add(tar: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, link, len(text) if kind == tarfile.REGTYPE else 0
        tar.addfile(info, io.BytesIO(text.encode()))

    return add


def test_the_only_artifact_has_no_folder_of_its_name(runners: Runners, tmp_path: Path) -> None:
    path = runners.hand_on(1)
    path.rename(path.parents[1] / "results-1.tar.gz")
    path.parent.rmdir()
    store = Store(tmp_path / "store")
    assert runners.accept(store) == 1
    assert store.find(runners.keys[1])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("evil", tarfile.REGTYPE),
        ("/tmp/evil", tarfile.REGTYPE),
        ("../evil", tarfile.REGTYPE),
        ("last/posts/2024-01-01-a.key", tarfile.REGTYPE),
        ("results/{own}/../../../evil", tarfile.REGTYPE),
        ("results/{own}/files/../../evil", tarfile.REGTYPE),
        ("results/{other}/result.json", tarfile.REGTYPE),
        ("results/00/{own}/result.json", tarfile.REGTYPE),
        ("results/{own}", tarfile.REGTYPE),
        ("results/{own}/result.json", tarfile.REGTYPE),
        ("results/{own}/result.json/a", tarfile.REGTYPE),
        ("results/{own}/files/unknown", tarfile.REGTYPE),
        ("results/{own}/" + "a" * 300, tarfile.REGTYPE),
        *(
            ("results/{own}/files/a", kind)
            for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE)
        ),
    ],
)
def test_anything_else_is_refused_with_all_that_came_with_it(
    runners: Runners, tmp_path: Path, name: str, kind: bytes
) -> None:
    own, other = (f"{key[:2]}/{key}" for key in runners.keys)
    path = runners.hand_on(0, entry(name.format(own=own, other=other), kind, link="/etc/passwd"))
    runners.hand_on(1)
    store = Store(tmp_path / "deep/deep/store")
    with pytest.raises(AuthorError, match="nothing of it is used") as error:
        runners.accept(store)
    assert [fault.path for fault in error.value.faults] == [path]
    assert (store.find(runners.keys[0]), bool(store.find(runners.keys[1]))) == (None, True)
    assert [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.key")] == [runners.keys[1]]
    assert not [*tmp_path.rglob("evil"), *(store.root / "scratch").iterdir()]


def refused(runners: Runners, store: Store) -> str:
    with pytest.raises(AuthorError) as error:
        runners.accept(store)
    assert not (store.root / "results").exists()
    return str(error.value)


@pytest.mark.parametrize("damage", [b"", b"no archive", slice(-200), slice(20)])
def test_a_damaged_archive_is_refused(runners: Runners, tmp_path: Path, damage: bytes | slice) -> None:
    path = runners.hand_on(0)
    path.write_bytes(path.read_bytes()[damage] if isinstance(damage, slice) else damage)
    assert "results-0/results.tar.gz: " in refused(runners, Store(tmp_path))


def test_a_runner_answers_for_itself_only(runners: Runners, tmp_path: Path) -> None:
    runners.hand_on(0, made=1)
    runners.hand_on(7, made=1)
    said = refused(runners, Store(tmp_path))
    assert said.count("which its runner was not asked for, or executed on another system; nothing of it is used") == 2


def test_results_that_share_a_script_come_whole(runners: Runners, tmp_path: Path) -> None:
    script, together = tmp_path / hashlib.sha256(b"draw()").hexdigest(), Store(tmp_path / "together")
    script.write_bytes(b"draw()")
    for number, key in enumerate(runners.keys):
        found = Store(runners.folder / f"made-{number}").find(key)
        files = {f"files/{name}": found.file(name) for name in found.record.outputs}
        record = replace(found.record, scripts={"plotly.min.js": script.name})
        together.add(key, found.notebook, files, record, [script])
    (runners.folder / "handed").mkdir()
    with tarfile.open(runners.folder / "handed/results-0.tar.gz", "w:gz") as tar:
        tar.add(together.root / "results", "results")
        assert [member.islnk() for member in tar].count(True) == 1
    plan, store = [{"posts": [state.function.post.slug for state in runners.states]}], Store(tmp_path / "store")
    assert accept(plan, runners.folder / "handed", runners.states, store) == 2
    (shared,) = (store.root / "scripts").iterdir()
    assert shared.stat().st_nlink == 3


@pytest.mark.parametrize("change", ["post", "code", "files", "bytes", "script", "name"])
def test_a_result_says_whose_it_is(runners: Runners, tmp_path: Path, change: str) -> None:
    """A forged one is whole: its digests are right."""
    key, forged = runners.keys[1], Store(tmp_path / "forged")
    result = Store(runners.folder / "made-1").find(key)
    assert result
    record, files = result.record, {"files/files/a.txt": result.file("files/a.txt")}
    if change == "post":
        record = replace(record, post="posts/2024-01-02-b")
    elif change == "code":
        record = replace(record, function={**record.function, "code": ["2"]})
    elif change == "files":
        record, files = replace(record, outputs={}), {}
    (script := tmp_path / ("a" * 64)).write_text("draw()", encoding="utf-8")
    scripts = [script] if change in ("script", "name") else []
    if scripts:
        record = replace(record, scripts={"plotly.min.js": script.name})
    if change == "name":  # of a file that is what its name says, but leads elsewhere
        named = tmp_path / hashlib.sha256(b"draw()").hexdigest()
        files, record = (
            {**files, f"files/{named.name}.js": script},
            replace(record, scripts={"x": f"../files/{named.name}"}),
        )
    folder = forged.add(key, result.notebook, files, record, scripts).folder
    if change == "bytes":
        (folder / "files/files/a.txt").write_text("2", encoding="utf-8")
    (tmp_path / "made").mkdir()
    path = runners.folder / "handed/results-1/results.tar.gz"
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as tar:
        tar.add(forged.root / "results", "results")
    why = "is damaged" if change in ("bytes", "script", "name") else "is one of another post or of other code"
    assert f"the result of 2024-01-01-a {why}" in refused(runners, Store(tmp_path / "store"))
