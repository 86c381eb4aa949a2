"""Anybody can execute a post again and see whether what is stated of it holds."""

from __future__ import annotations

import json
import re

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
CHANCE = """
import io, uuid
import matplotlib.pyplot as plt
import pandas as pd
from great_tables import GT
from IPython.display import HTML, SVG, display
from matplotlib.animation import FuncAnimation

fig, ax = plt.subplots(figsize=(2, 2))
(line,) = ax.plot([0, 1])
fig.savefig("images/drawn.svg")
display(SVG("images/drawn.svg"), HTML(FuncAnimation(fig, lambda n: line.set_ydata([0, n]), frames=2).to_jshtml()))
plt.close(fig)
frame = pd.DataFrame({"a": [1, 2]})
display(frame.style.bar(), frame.style.bar(), GT(frame), HTML(f'<p id="{uuid.uuid4()}">'), line)
map = f"map_{uuid.uuid4().hex}"
display(HTML(f"<iframe srcdoc='&lt;p id=&quot;{map}&quot;> &lt;script> {map} layer_{uuid.uuid4().hex}'></iframe>"))
print(object())
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


def test_what_libraries_name_by_chance_is_the_same_each_time(book: Book) -> None:
    """Ids of pandas, great_tables, matplotlib and folium (as it writes them), and the addresses of objects."""
    book.post(SAME, code(CHANCE), requirements=["jinja2"], outputs=["images/drawn.svg"])
    assert book.blogkit("execute").returncode == 0
    found = book.blogkit("verify")
    assert f"| {SAME} | 0 same | same | same | the same |" in found.stdout
    (notebook,) = book.root.rglob("notebook.ipynb")
    (cell,) = (cell for cell in json.loads(notebook.read_bytes())["cells"] if cell["cell_type"] == "code")
    html = ["".join(output.get("data", {}).get("text/html", "")) for output in cell["outputs"]]
    ids = [re.findall(r'<table id="(\w+)"', text)[0] for text in html if 'id="T_' in text]
    assert len(set(ids)) == 2  # of two tables, on one page
    assert all(f"#{name}_row0_col0" in text for name, text in zip(ids, (t for t in html if 'id="T_' in t), strict=True))
