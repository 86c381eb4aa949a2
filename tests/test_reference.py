"""The tables of docs/writing.md: they are what the code says, and every example in them is right."""

from __future__ import annotations

import datetime as dt
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Book, code

from blogkit.posts.front_matter_keys import KEYS
from blogkit.posts.post import Post
from blogkit.posts.reading import read_post
from blogkit.site.config import read_config
from blogkit.site.settings import Settings

REFERENCE = runpy.run_path(str(ROOT / ".ci/reference.py"))
SETTINGS = {row[0].strip("`"): row for row in REFERENCE["settings"]()[1:]}
WORDS = {
    "slug": "2024-01-02-a",
    "updated": None,
    "description": "",
    "thumbnail": "",
    "cell_timeout": None,
    "runs_on": "",
    "drift": {},
}
"""Keys whose default is told in words: what a post has without them, which says that something else is taken."""


def post(root: Path, *lines: str) -> Post:
    path = root / "posts/2024-01-02-a.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(["---", *lines, "---", code("1")]), encoding="utf-8")
    return read_post(path, root, "UTC", "Ana")


def test_the_page_is_what_the_code_says(tmp_path: Path) -> None:
    page = tmp_path / "docs/writing.md"
    page.parent.mkdir()
    shutil.copy(ROOT / "docs/writing.md", page)
    for folder in (".ci", "blogkit"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, tmp_path / ".ci/reference.py"], check=True, env={**os.environ, "PYTHONPATH": ""})
    assert page.read_text(encoding="utf-8") == (ROOT / "docs/writing.md").read_text(encoding="utf-8"), (
        "run .ci/reference.py"
    )


def test_the_post_of_the_page_is_one(book: Book) -> None:
    text = (ROOT / "docs/writing.md").read_text(encoding="utf-8")
    book.write("posts/2026-01-31-line.md", re.findall(r"````md\n(.*?)````", text, re.DOTALL)[0])
    book.build()
    assert "The error is 0.250." in book.text("posts/2026-01-31-line.html")
    assert "100 points, and an error of 0.250." in book.text("index.html")


@pytest.mark.parametrize("name", KEYS)
def test_each_example_of_front_matter_is_read_and_says_something(tmp_path: Path, name: str) -> None:
    title = () if name == "title" else ("title: x",)
    field = {"lang": "language", "published": "draft", "status": "draft", "author": "authors"}.get(name, name)
    assert getattr(post(tmp_path, *title, f"{name}: {KEYS[name].example}"), field) != getattr(
        post(tmp_path, "title: x"), field
    )


def test_defaults_in_words_are_true(tmp_path: Path) -> None:
    found = post(tmp_path, "title: x")
    assert (found.date, found.authors, found.draft) == (dt.datetime(2024, 1, 2, tzinfo=dt.UTC), ("Ana",), False)
    assert {name: getattr(found, name) for name in WORDS} == WORDS
    told = {name for name, key in KEYS.items() if key.default}
    assert told == {*WORDS, "title", "date", "author", "lang", "published", "status"}


def test_the_page_names_every_variable_that_the_engine_reads() -> None:
    page = (ROOT / "docs/writing.md").read_text(encoding="utf-8")
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "blogkit").rglob("*.py")]
    assert {name for text in texts for name in re.findall(r'"(BLOG_[A-Z_]+)"', text)} == set(
        re.findall(r"`(BLOG_[A-Z_]+)", page)
    )


@pytest.mark.parametrize("name", SETTINGS)
def test_each_example_of_a_setting_is_read_and_says_something(tmp_path: Path, name: str) -> None:
    _, _, _, example, about = SETTINGS[name]
    assert example and about, "say below the field what it is, and end with a sentence such as: Example: ``2``."
    value = yaml.safe_load(example.strip("`"))
    for part in reversed(name.split(".")[:-1]):
        value = {part: value}
    needed = {"repository": {"url": "https://git.example/blog"}} if "button" in name else {}
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(value | needed), encoding="utf-8")
    assert read_config(tmp_path, {}).settings != Settings(repository=needed.get("repository", {}).get("url", ""))
