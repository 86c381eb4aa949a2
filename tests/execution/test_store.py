"""Why the store is our own: what jupyter-cache does when a build is killed at the wrong moment."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from blogkit.execution import store as stores
from blogkit.execution.result import Record
from blogkit.execution.store import Store

KEY = "a" * 64
NOTHING = {"code": [], "prelude": {}, "environment": {}, "inputs": {}, "outputs": []}
RECORD = Record("posts/x", {}, {}, NOTHING, "2024-01-01T00:00:00+00:00", 1.0, "", "CPU", {}, "", {})


def executed() -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_code_cell("1", execution_count=1)]
    return notebook


@pytest.mark.filterwarnings("ignore")  # jupyter-cache's own
def test_jupyter_cache_is_poisoned_by_a_row_without_its_file(tmp_path: Path) -> None:
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    cache = get_cache(tmp_path)
    cache.cache_notebook_bundle(CacheBundleIn(executed(), uri="post.md"), check_validity=False)
    shutil.rmtree(tmp_path / "executed")  # the row is written first: as if killed before the file
    with pytest.raises(KeyError, match="does not exist"):
        cache.merge_match_into_notebook(executed())


def damaged(name: str, content: bytes | None) -> Any:
    return pytest.param(name, content, id=f"{name} {'is gone' if content is None else 'is other'}")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        damaged("notebook.ipynb", None),
        damaged("notebook.ipynb", b"{}"),
        damaged("files/images/a.png", None),
        damaged("files/images/a.png", b"of another"),
        damaged("files/images/b.png", b"that nobody stored"),
        damaged("result.json", None),
        damaged("result.json", b"{}"),
        damaged("result.json", b"[]"),
        damaged("result.json", b"\xff"),
    ],
)
def test_our_store_drops_such_a_result(tmp_path: Path, name: str, content: bytes | None) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"of the post")
    store = Store(tmp_path / "store")
    result = store.add(KEY, executed(), {"files/images/a.png": picture}, RECORD)
    assert store.find(KEY).file("images/a.png").read_bytes() == b"of the post"
    path = result.folder / name
    path.unlink() if content is None else path.write_bytes(content)
    assert store.find(KEY) is None
    assert not result.folder.exists()
    assert store.add(KEY, executed(), {"files/images/a.png": picture}, RECORD).key == KEY
    assert store.find(KEY).file("images/a.png").read_bytes() == b"of the post"


@pytest.mark.parametrize("key", ["", "..", "../../..", "k" * 64, "A" * 64])
def test_what_is_no_key_finds_nothing_and_harms_nothing(tmp_path: Path, key: str) -> None:
    store = Store(tmp_path / "one/store")
    (tmp_path / "one/other").mkdir(parents=True)
    result = store.add(KEY, executed(), {}, RECORD)
    store.remember("posts/x", KEY)
    (store.root / "last/posts/x.key").write_text(key, encoding="utf-8")
    assert store.last("posts/x") is None
    assert store.find(key) is None
    assert result.folder.is_dir()
    assert (tmp_path / "one/other").is_dir()
    (store.root / "last/posts/x.key").write_bytes(b"\xff")
    assert store.last("posts/x") is None
    store.remember("posts/x", KEY)
    assert store.last("posts/x").key == KEY


def test_a_changed_record_is_damage(tmp_path: Path) -> None:
    store = Store(tmp_path)
    result = store.add(KEY, executed(), {}, replace(RECORD, values={"accuracy": 0.97}))
    assert store.find(KEY).values == {"accuracy": 0.97}
    path = result.folder / "result.json"
    path.write_text(path.read_text(encoding="utf-8").replace("0.97", "0.37"), encoding="utf-8")
    assert store.find(KEY) is None


def test_a_result_under_the_key_of_another_is_damage(tmp_path: Path) -> None:
    store = Store(tmp_path)
    folder = store.add(KEY, executed(), {}, RECORD).folder
    other = "b" * 64
    shutil.copytree(folder, tmp_path / "results/bb" / other)
    assert store.find(other) is None
    assert store.find(KEY)


def test_a_result_of_another_format_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    with monkeypatch.context() as before:
        before.setattr(stores, "FORMAT", stores.FORMAT - 1)
        store.add(KEY, executed(), {}, RECORD)
        assert store.find(KEY)
    assert store.find(KEY) is None


def test_a_scratch_folder_goes_whatever_happens_in_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Store(tmp_path).scratch() as folder:
        (folder / "a.txt").write_text(str(1 / 0), encoding="utf-8")
    assert not folder.exists()


def test_above_the_size_the_results_used_last_stay(tmp_path: Path) -> None:
    store = Store(tmp_path)
    folders = [store.add(key * 64, executed(), {}, RECORD).folder for key in "bac"]
    now = time.time()
    for age, folder in enumerate(folders):
        os.utime(folder, (now - 60 * age,) * 2)
    size = sum(path.stat().st_size for path in folders[0].iterdir())
    assert store.prune(set(), max_days=1, max_bytes=2.5 * size) == ["c" * 64]
    assert store.prune({"a" * 64}, max_days=1, max_bytes=1.5 * size) == ["b" * 64]


def test_results_that_no_build_used_are_dropped(tmp_path: Path) -> None:
    store = Store(tmp_path)
    old, kept, new = ("a" * 64, "b" * 64, "c" * 64)
    for key in (old, kept, new):
        folder = store.add(key, executed(), {}, RECORD).folder
        if key != new:
            os.utime(folder, (0, 0))
    assert store.prune({kept}, max_days=1, max_bytes=1e9) == [old]
    assert store.find(kept)
    assert store.find(new)


def test_results_share_the_scripts_of_their_figures(tmp_path: Path) -> None:
    store, script = Store(tmp_path / "store"), tmp_path / hashlib.sha256(b"draw()").hexdigest()
    script.write_bytes(b"draw()")
    record = replace(RECORD, scripts={"plotly.min.js": script.name})
    keys = ["a" * 64, "b" * 64]
    first, second = (store.add(key, executed(), {}, record, [script]) for key in keys)
    name = f"_static/plotly.min-{script.name[:16]}.js"
    assert [*first.scripts] == [*second.scripts] == [name]
    assert first.scripts[name].read_bytes() == b"draw()"
    assert first.scripts[name].samefile(second.scripts[name])
    assert store.find(keys[0]).record.scripts == record.scripts
    size = sum(path.stat().st_size for path in second.folder.iterdir() if path.is_file())
    assert store.prune({keys[1]}, max_days=1, max_bytes=2 * size) == [keys[0]]
    assert [*(store.root / "scripts").iterdir()]
    assert store.prune(set(), max_days=-1, max_bytes=1e9) == [keys[1]]
    assert not [*(store.root / "scripts").iterdir()]


def test_a_damaged_script_is_found_by_all_that_share_it_and_made_anew(tmp_path: Path) -> None:
    store, script = Store(tmp_path / "store"), tmp_path / hashlib.sha256(b"draw()").hexdigest()
    script.write_bytes(b"draw()")
    record = replace(RECORD, scripts={"plotly.min.js": script.name})
    result = store.add(KEY, executed(), {}, record, [script])
    (store.root / f"scripts/{script.name}.js").write_bytes(b"evil()")
    assert store.find(KEY) is None
    result = store.add(KEY, executed(), {}, record, [script])
    assert next(iter(result.scripts.values())).read_bytes() == b"draw()"
    assert store.find(KEY)


def test_where_no_links_can_be_made_each_result_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    store, script = Store(tmp_path / "store"), tmp_path / hashlib.sha256(b"draw()").hexdigest()
    script.write_bytes(b"draw()")
    result = store.add(KEY, executed(), {}, replace(RECORD, scripts={"vega.min.js": script.name}), [script])
    assert next(iter(result.scripts.values())).read_bytes() == b"draw()"
