"""Why the store is our own: what jupyter-cache does when a build is killed at the wrong moment."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn

from blogkit.store import Store


def executed() -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    notebook.cells = [nbformat.v4.new_code_cell("1", execution_count=1)]
    return notebook


@pytest.mark.filterwarnings("ignore")  # jupyter-cache's own
def test_jupyter_cache_is_poisoned_by_a_row_without_its_file(tmp_path: Path) -> None:
    cache = get_cache(tmp_path)
    cache.cache_notebook_bundle(CacheBundleIn(executed(), uri="post.md"), check_validity=False)
    shutil.rmtree(tmp_path / "executed")  # the row is written first: as if killed before the file
    with pytest.raises(KeyError, match="does not exist"):
        cache.merge_match_into_notebook(executed())


def test_our_store_drops_such_a_result(tmp_path: Path) -> None:
    store = Store(tmp_path)
    result = store.add("k" * 64, executed(), {}, {"values": {}})
    (result.folder / "notebook.ipynb").unlink()
    assert store.find("k" * 64) is None
    assert store.add("k" * 64, executed(), {}, {"values": {}}).key == "k" * 64
