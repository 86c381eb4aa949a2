"""Anybody can execute a post again and see whether what is stated of it holds."""

from __future__ import annotations

import json

import pytest
from conftest import Book, code

from blogkit.publish.server import serving

SAME = "2024-01-01-same"
CLOCK = "2024-01-02-clock"
SOURCE = """
import os, warnings
glue("n", 2); glue("word", "x")
print(os.getcwd())
warnings.warn("careful")
open("images/made.txt", "w").write("y")
"""


@pytest.fixture
def executed(book: Book) -> Book:
    """A book with a post that is a function of its code and one that is not."""
    book.post(SAME, code(SOURCE), outputs=["images/made.txt"])
    book.post(CLOCK, code("import time\nglue('v', time.time_ns())\nprint(time.time_ns())"))
    book.build()
    return book


def test_what_is_stored_is_executed_again_and_compared(executed: Book) -> None:
    before = {path: path.stat().st_mtime_ns for path in executed.root.rglob("result.json")}
    found = executed.blogkit("verify", SAME)
    assert found.returncode == 0, found.stdout
    assert f"| {SAME} | 2 same | same | same | the same |" in found.stdout
    found = executed.blogkit("verify")
    assert found.returncode == 1
    (row,) = (line for line in found.stdout.splitlines() if line.startswith(f"| {CLOCK} | v "))
    assert " | cell 1 | same | the same |" in row
    assert {path: path.stat().st_mtime_ns for path in executed.root.rglob("result.json")}.keys() == before.keys()
    executed.post(CLOCK, code("import time\nglue('v', time.time_ns())"), drift=1e20)
    assert "2024-01-02-clock.md: no result of this code is stored to verify" in executed.blogkit("verify").stdout
    executed.blogkit("execute")
    assert executed.blogkit("verify", CLOCK).returncode == 0


def test_what_is_published_can_be_checked_by_anyone(executed: Book) -> None:
    record = executed.site / f"posts/{SAME}.json"
    with serving(executed.site, "/blog/") as server:
        found = executed.blogkit("verify", server.home)
        assert found.returncode == 1
        assert f"| {SAME} | 2 same | same | same | the same |" in found.stdout
        assert f"| {CLOCK} | v " in found.stdout
        page = f"{server.home}posts/{SAME}.html"
        assert executed.blogkit("verify", page).returncode == 0

        stated = json.loads(record.read_text(encoding="utf-8"))
        stated["values"] |= {"n": 3, "more": 1}
        stated["python"] = "3.0"
        record.write_text(json.dumps(stated), encoding="utf-8")
        found = executed.blogkit("verify", page.removesuffix(".html"))
        assert found.returncode == 1
        assert f"| {SAME} | n 3 → 2, more is gone | same | not compared | Python 3.0 → " in found.stdout
        record.write_text("[]", encoding="utf-8")
        assert "is no record of a post" in executed.blogkit("verify", page).stdout
        record.unlink()
        assert "no record of a post of this checkout is published at" in executed.blogkit("verify", page).stdout


def test_the_page_says_how(executed: Book) -> None:
    address = "https://someone.github.io/blog/"
    executed.build(BLOG_BASEURL=address)
    assert f"python -m blogkit verify {address}posts/{SAME}.html" in executed.text(f"posts/{SAME}.html")
    executed.build()
    assert f"python -m blogkit execute {SAME}" in executed.text(f"posts/{SAME}.html")


def test_the_number_of_the_process_is_in_no_output(executed: Book) -> None:
    notebooks = [path.read_text(encoding="utf-8") for path in executed.root.rglob("notebook.ipynb")]
    assert "cells/" in str(notebooks)
    assert "ipykernel_" not in str(notebooks)
