"""Reading posts: each fault with file, line and mend, all in one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from blogkit.errors import AuthorError
from blogkit.execution.function import describe
from blogkit.execution.inputs import input_files
from blogkit.posts import notebook
from blogkit.posts.notebook import Notebooks
from blogkit.posts.post import Post
from blogkit.posts.reading import find_posts, read_posts
from blogkit.site.settings import Settings

CELL = "```{code-cell} python\n1\n```\n"


def write(root: Path, name: str, front: str, body: str = CELL) -> Path:
    (root / "posts").mkdir(exist_ok=True)
    path = root / "posts" / name
    path.write_text(f"---\ntitle: x\n{front}---\n{body}", encoding="utf-8")
    return path


def read(root: Path, **options: Any) -> list[Post]:
    return read_posts(root, "Asia/Seoul", **options)


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("kernelspec: python3\n", "a.md:3: kernelspec: must be a line `name: python3` below it"),
        ("kernelspec:\n", "a.md:3: kernelspec: "),
        ("inputs: ['data/**.csv']\n", "a.md:3: inputs: 'data/**.csv': write a pattern such as"),
        ("inputs: ['data/**']\n", "a.md:3: inputs: 'data/**': write a pattern such as"),
        ("inputs: ['.']\n", "a.md:3: inputs: '.' must be a path inside the blog's folder"),
        ("inputs: [../a.csv]\n", "a.md:3: inputs: '../a.csv' must be a path inside the blog's folder"),
        ("outputs: [images/../posts/a.md]\n", "a.md:3: outputs: 'images/../posts/a.md' must be a path inside"),
        ("outputs: [./data/a.csv]\n", "a.md:3: outputs: './data/a.csv' must be a path inside"),
        ("outputs: [images//a.png]\n", "a.md:3: outputs: 'images//a.png' must be a path inside"),
        ("outputs: [tests/conftest.py]\n", "a.md:3: outputs: 'tests/conftest.py' could overwrite a file of yours"),
        ("outputs: [.github/workflows/x.yml]\n", "could overwrite a file of yours"),
        ("[a, b]: c\n", "a.md:3: a key must be one word"),
        ("author: a\x08b\n", "a.md:3: the character '\\x08' is not allowed; delete it"),
    ],
)
def test_faults_of_the_front_matter(tmp_path: Path, front: str, message: str) -> None:
    write(tmp_path, "2024-01-01-a.md", front)
    with pytest.raises(AuthorError) as error:
        read(tmp_path)
    assert message in str(error.value)


@pytest.mark.parametrize("name", ["2024-01-01-[a].md", "2024-01-01-a*.md", "2024-01-01-a?.md"])
def test_a_name_is_no_pattern(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, "")
    with pytest.raises(AuthorError, match="the name must be"):
        read(tmp_path)


def test_what_two_posts_may_not_share(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-01-a.md", "outputs: [files/m.txt]\nredirect_from: [/old/]\n")
    write(tmp_path, "2024-01-02-b.md", "outputs: [files/m.txt]\nredirect_from: [/old]\n")
    write(tmp_path, "2024-01-03-c.md", "inputs: [data/x, 'files/*.txt']\n")
    with pytest.raises(AuthorError) as error:
        read(tmp_path)
    messages = str(error.value)
    assert "2024-01-01-a.md:3: files/m.txt is written by 2024-01-02-b.md, too" in messages
    assert "2024-01-01-a.md:4: the address 'old/index.html' is taken by 2024-01-02-b.md" in messages
    assert "2024-01-03-c.md:3: files/m.txt is written by 2024-01-02-b.md; a post cannot read what another" in messages


def test_no_two_posts_stand_at_one_address(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-01-a.md", "redirect_from: [/posts/2024-01-02-b.html]\n")
    write(tmp_path, "2024-01-02-b.md", "")
    raw = {"cell_type": "raw", "metadata": {}, "source": "---\ntitle: x\n---"}
    text = json.dumps({"cells": [raw], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    (tmp_path / "posts/2024-01-02-b.ipynb").write_text(text, encoding="utf-8")
    with pytest.raises(AuthorError) as error:
        read(tmp_path)
    messages = str(error.value)
    assert "2024-01-02-b.ipynb:1: the address 'posts/2024-01-02-b.html' is taken by 2024-01-02-b.md" in messages
    assert "2024-01-01-a.md:3: the address 'posts/2024-01-02-b.html' is taken by 2024-01-02-b.md" in messages


def test_no_slug_is_taken_twice(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-01-a.md", "slug: b\n")
    write(tmp_path, "2024-01-02-b.md", "slug: b\n")
    write(tmp_path, "2024-01-03-c.md", "slug: 2024-01-04-d\n")
    write(tmp_path, "2024-01-04-d.md", "")
    with pytest.raises(AuthorError) as error:
        read(tmp_path)
    messages = str(error.value)
    assert "2024-01-01-a.md:3: the address 'posts/b.html' is taken by 2024-01-02-b.md" in messages
    assert "2024-01-03-c.md:3: the address 'posts/2024-01-04-d.html' is taken by 2024-01-04-d.md" in messages


def test_posts_come_newest_first_by_what_they_say(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-01-a.md", "date: 2024-03-01\n")
    write(tmp_path, "2024-01-02-b.md", "")
    write(tmp_path, "2024-01-03-c.md", "date: 2024-01-02\n")
    assert [post.slug[-1] for post in read(tmp_path)] == ["a", "c", "b"]


def test_what_is_hidden_or_begins_with_an_underscore_is_no_post(tmp_path: Path) -> None:
    post = write(tmp_path, "2024-01-01-a.md", "")
    for name in (".2024-01-01-a.md", "_2024-01-01-a.md", "README.md", "2024-01-01-a.txt"):
        write(tmp_path, name, "")
    assert find_posts(tmp_path) == [post]


def test_a_folder_is_no_input(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write(tmp_path, "2024-01-01-a.md", "inputs: [data]\n")
    (post,) = read(tmp_path)
    with pytest.raises(AuthorError, match=r"the input data is a folder; write data/\*"):
        input_files(post, tmp_path)


def test_a_long_text_is_no_file(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-01-a.md", "", f"```{{code-cell}} python\nx = 'data/{'a' * 5000}', 'data/\\0'\n```\n")
    (post,) = read(tmp_path)
    assert input_files(post, tmp_path) == {}


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    path = write(tmp_path, "2024-01-01-a.md", "")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [post.title for post in read(tmp_path)] == ["x"]


@pytest.mark.parametrize("tag", ["raises-exception", "skip-execution"])
def test_tags_that_steer_execution_are_in_the_key(tmp_path: Path, tag: str) -> None:
    keys = []
    for tags in ("hide-input", f"hide-input, {tag}"):
        write(tmp_path, "2024-01-01-a.md", "", f"```{{code-cell}} python\n:tags: [{tags}]\n1\n```\n")
        (post,) = read(tmp_path)
        keys.append(describe(post, tmp_path).key)
    assert keys[0] != keys[1]
    write(tmp_path, "2024-01-01-a.md", "")
    (post,) = read(tmp_path)
    assert describe(post, tmp_path).key == keys[0]  # what only hides is not in the key


def test_kept_notebooks_are_what_would_be_read(tmp_path: Path) -> None:
    kept, body = tmp_path / "kept", f"글\n\n{CELL}\n끝 2024-01-01\n"
    path = write(tmp_path, "2024-01-01-a.md", "mystnb: {x: 2024-01-01}\n", body)
    plain = read(tmp_path, notebooks=Notebooks(kept))[0].notebook
    assert len(list(kept.iterdir())) == 1
    assert read(tmp_path, notebooks=Notebooks(kept))[0].notebook == plain
    next(kept.iterdir()).write_text("{", encoding="utf-8")
    assert read(tmp_path, notebooks=Notebooks(kept))[0].notebook == plain
    path.write_text(path.read_text(encoding="utf-8").replace("끝", "새"), encoding="utf-8")
    notebooks = Notebooks(kept)
    assert "새" in read(tmp_path, notebooks=notebooks)[0].notebook.cells[-1].source
    notebooks.prune()
    assert len(list(kept.iterdir())) == 1


def test_another_reader_does_not_take_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "2024-01-01-a.md", "")
    (post,) = read(tmp_path, notebooks=Notebooks(tmp_path / "kept"))
    kept = next((tmp_path / "kept").iterdir())
    kept.write_text(kept.read_text(encoding="utf-8").replace('"1"', '"2"'), encoding="utf-8")
    assert read(tmp_path, notebooks=Notebooks(tmp_path / "kept"))[0].code == ("2",)
    monkeypatch.setattr(notebook, "_reader", lambda: "another")
    assert read(tmp_path, notebooks=Notebooks(tmp_path / "kept"))[0].code == post.code == ("1",)


def test_a_cell_that_is_another_file_is_read_each_time(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-01-a.md", "", "```{code-cell} python\n:load: a.py\n```\n")
    for source in ("first = 1", "second = 2"):
        (tmp_path / "posts/a.py").write_text(source, encoding="utf-8")
        assert read(tmp_path, notebooks=Notebooks(tmp_path / "kept"))[0].code == (source,)


def test_settings_are_checked() -> None:
    with pytest.raises(AuthorError) as error:
        Settings.from_config({"blog_jobs": "auto", "blog_timezone": "Asia/Seoull", "blog_store_gib": -1})
    for message in ("blog_jobs: 'auto' must be a number", "blog_timezone: 'Asia/Seoull'", "blog_store_gib: -1"):
        assert f"_config.yml: {message}" in str(error.value)
    assert Settings.from_config({"blog_store_gib": 1, "blog_jobs": 2}).store_gib == 1


def test_a_repository_that_is_configured_is_the_one() -> None:
    github = {"GITHUB_REPOSITORY": "me/fork"}
    assert Settings.from_config({}, github).repository == "https://github.com/me/fork"
    assert Settings.from_config({"blog_repository": "https://git.example/blog"}, github).repository == (
        "https://git.example/blog"
    )
