"""Front matter: each key says what is wrong with it, in Markdown and in notebooks."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nbformat
import pytest

from blogkit.errors import AuthorError
from blogkit.posts.post import Post
from blogkit.posts.reading import read_post
from blogkit.posts.references import LiveText, fill_glue, fill_template, parse_promise

SEOUL = ZoneInfo("Asia/Seoul")
CELL = "```{code-cell} python\n1\n```\n"


def read(root: Path, front: str, body: str = CELL, name: str = "2024-01-01-a.md") -> Post:
    path = root / "posts" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\ntitle: x\n{front}---\n{body}" if name.endswith(".md") else body, encoding="utf-8")
    return read_post(path, root, "Asia/Seoul")


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("author: {orcid: 1}", "author: must be a text"),
        ("tags: ['']", "tags: must be a text"),
        ("draft:", "draft: must be true or false"),
        ("draft: 5", "draft: must be true or false"),
        ("lang: jp", "lang: 'jp' is no code of a language; write one such as en"),
        ("lang: [en]", "lang: \"['en']\" is no code of a language"),
        ("timeout: -1", "timeout: must be a number above 0"),
        ("timeout: true", "timeout: must be a number above 0"),
        ("date: soon", "date: 'soon' is no date; write one such as 2019-12-20"),
        ("date: 03/01/2024", "date: '03/01/2024' is no date"),
        ("date: 2024-01-01 25:00", "date: '2024-01-01 25:00' is no date"),
        ("outputs: ['images/*.png']", "outputs: 'images/*.png' must name one file; only `inputs`"),
        ("description: '{a'", "description: braces stand for values here (expected '}' before end of string); to show"),
        ("expect: high", "expect: must be lines such as `accuracy: '>= 0.9'`"),
        ("expect: {a: high}", "expect: 'high' is no promise; write one such as '>= 0.965'"),
        ("drift: {a: 0}", "drift: must be a number above 0"),
        ("thumbnail: ../a.png", "thumbnail: '../a.png' must be a path inside the blog's folder"),
        ("tags: [a]\ntags: [b]", "'tags' stands twice; delete one"),
        ("tags: [a", "this line cannot be read"),
        ("lastmod: soon", "lastmod: 'soon' is no date"),
        ("summary: a\nexcerpt: b", "'excerpt' says the same as 'summary'; delete one"),
        ("series: [a, b]", "series: a post is part of one series only"),
        ("toc: maybe", "toc: must be true or false"),
        ("slug: a b", "slug: 'a b' must be one word, such as my-first-post"),
        ("slug: ../a", "slug: '../a' must be one word"),
        ("slug: index", "slug: 'index' must be one word"),
        (f"slug: {'a' * 300}", "slug: it is too long"),
        ("status: ready", "status: must be draft or published"),
        ("execute: a", "unknown key 'execute'; delete the line, or write one of: author, categories"),
        ("kategory: a", "unknown key 'kategory'; did you mean 'category'?"),
    ],
)
def test_a_wrong_value_is_a_fault_of_its_line(tmp_path: Path, front: str, message: str) -> None:
    with pytest.raises(AuthorError) as error:
        read(tmp_path, f"{front}\n")
    assert message in str(error.value)
    assert str(error.value).partition("2024-01-01-a.md:")[2].startswith(("3:", "4:"))


@pytest.mark.parametrize("text", ["", "글\n", "---\n- a\n---\n", "---\ntitle: x\n"])
def test_a_file_without_front_matter_or_heading_is_no_post(tmp_path: Path, text: str) -> None:
    path = tmp_path / "posts" / "2024-01-01-a.md"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AuthorError, match=r"2024-01-01-a.md:1: (no title|the front matter has no end|this is no list)"):
        read_post(path, tmp_path, "Asia/Seoul")


@pytest.mark.parametrize(
    "text",
    ["+++\ntitle = 'x'\n+++\n", "Title: x\nDate: 2024-01-01\n\n글\n", "<!--\n.. title: x\n-->\n", ".. title: x\n"],
)
def test_front_matter_in_another_form_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "2024-01-01-a.md"
    path.write_text(f"{text}\n# 제목\n", encoding="utf-8")
    with pytest.raises(AuthorError, match=r"a\.md:1: front matter must be `key: value` lines between two lines `---`"):
        read_post(path, tmp_path, "UTC")


@pytest.mark.parametrize(("status", "draft"), [("draft", True), ("private", True), ("published", False)])
def test_a_status_may_say_that_it_is_a_draft(tmp_path: Path, status: str, draft: bool) -> None:
    assert read(tmp_path, f"status: {status}\n").draft is draft


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-03", "2024-02-03T00:00:00+09:00"),
        ("2024-02-03 9:05", "2024-02-03T09:05:00+09:00"),
        ("2024-02-03 09:05:06 Z", "2024-02-03T09:05:06+00:00"),
        ("2024-02-03T09:05 -0330", "2024-02-03T09:05:00-03:30"),
        ("2024-02-03 09:05:06 +0900", "2024-02-03T09:05:06+09:00"),
        ("2024-02-03T09:05:06.789Z", "2024-02-03T09:05:06+00:00"),
        ("2024-02-03 09:05:06 UTC", "2024-02-03T09:05:06+00:00"),
        ("2024-02-03 09:05+09", "2024-02-03T09:05:00+09:00"),
        ("2024/2/3", "2024-02-03T00:00:00+09:00"),
        ("2024-2-3", "2024-02-03T00:00:00+09:00"),
    ],
)
def test_dates_may_be_written_in_many_ways(tmp_path: Path, text: str, expected: str) -> None:
    assert read(tmp_path, f"date: {text}\n").date.isoformat(timespec="seconds") == expected
    assert read(tmp_path, f"date: '{text}'\n").date.isoformat(timespec="seconds") == expected


def test_values_are_tidied(tmp_path: Path) -> None:
    post = read(
        tmp_path, "tags: [' b ', a, b]\ncategories: 하나\npublished: false\ncell_timeout: 3\nredirect_from: /a/b/\n"
    )
    assert (post.tags, post.categories, post.draft) == (("b", "a"), ("하나",), True)
    assert (post.cell_timeout, post.redirect_from) == (3.0, ("a/b/index.html",))


def test_texts_may_stand_in_one_line(tmp_path: Path) -> None:
    post = read(tmp_path, "tags: a, 'b c',\ncategories: [수학, 'x, y']\nauthor: Kim, PhD\n")
    assert (post.tags, post.categories, post.authors) == (("a", "'b c'"), ("수학", "x, y"), ("Kim, PhD",))


@pytest.mark.parametrize("authors", ["[A, B]", "[{name: A, orcid: 0}, B]", "\n- name: A\n- name: B\n  url: https://b"])
@pytest.mark.parametrize("key", ["author", "authors"])
def test_authors_may_be_several(tmp_path: Path, key: str, authors: str) -> None:
    assert read(tmp_path, f"{key}: {authors}\n").authors == ("A", "B")


def test_a_key_with_nothing_behind_it_says_nothing(tmp_path: Path) -> None:
    post = read(tmp_path, "author:\ndate:\ntags:\ndescription: ''\nthumbnail:\nexpect:\nupdated: ''\n")
    assert (post.authors, post.date.date(), post.tags, post.expect) == ((), dt.date(2024, 1, 1), (), {})
    post.path.write_text("---\ntitle:\n---\n", encoding="utf-8")
    with pytest.raises(AuthorError, match=r"a\.md:1: no title; add a line"):
        read_post(post.path, tmp_path, "UTC")


def test_other_tools_words_for_a_key_are_the_key(tmp_path: Path) -> None:
    post = read(tmp_path, "lastmod: 2024-02-03\nsummary: '{x}'\nlanguage: en\naliases: /a/\ntag: a\n")
    assert (post.updated, post.language, post.tags) == (dt.datetime(2024, 2, 3, tzinfo=SEOUL), "en", ("a",))
    assert (post.description, post.redirect_from) == ("{x}", ("a/index.html",))
    assert post.fault("description", "").line == 4


def test_a_slug_is_the_last_part_of_the_address(tmp_path: Path) -> None:
    post = read(tmp_path, "slug: 한글-주소.html\n")
    assert (post.url, post.source, post.book) == ("posts/한글-주소.html", "posts/2024-01-01-a.md", tmp_path)
    assert post.names == {"한글-주소", "2024-01-01-a"}


def test_a_series_may_be_a_list_of_one_and_toc_the_notes_of_an_extension(tmp_path: Path) -> None:
    post = read(tmp_path, "series: [하나]\ntoc: {base_numbering: 1}\n")
    assert (post.series, post.toc) == ("하나", True)


def test_inputs_and_outputs_want_code(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match="the post has no code cell; delete the key or add a cell") as error:
        read(tmp_path, "inputs: [a]\noutputs: [images/a.png]\nexpect: {a: '>1'}\n", "글\n")
    assert len(error.value.faults) == 3


def notebook(*cells: nbformat.NotebookNode, **metadata: Any) -> str:
    return nbformat.writes(nbformat.v4.new_notebook(cells=list(cells), metadata=metadata))


CODE = nbformat.v4.new_code_cell("1 + 1", outputs=[], execution_count=7)


def test_a_notebook_has_its_front_matter_in_a_raw_cell(tmp_path: Path) -> None:
    raw = nbformat.v4.new_raw_cell("---\ntitle: 공책\ntags: [a]\n---")
    post = read(tmp_path, "", notebook(raw, nbformat.v4.new_markdown_cell("# 글"), CODE), "2024-01-01-a.ipynb")
    assert (post.title, post.tags, post.code) == ("공책", ("a",), ("1 + 1",))
    assert [cell.cell_type for cell in post.notebook.cells] == ["markdown", "code"]
    assert post.notebook.cells[1].execution_count is None
    assert post.cell_line(1) == 30_001  # cell 3, line 1


def test_a_notebook_may_have_it_in_its_metadata(tmp_path: Path) -> None:
    kernel = {"name": "python3", "display_name": "Python 3"}
    post = read(tmp_path, "", notebook(CODE, title="공책", kernelspec=kernel), "2024-01-01-a.ipynb")
    assert (post.title, post.kernel) == ("공책", "python3")


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"nbformat": 4, "nbformat_minor": 5})])
def test_what_is_no_notebook_is_a_fault(tmp_path: Path, text: str) -> None:
    with pytest.raises(AuthorError, match=r"2024-01-01-a.ipynb: no Jupyter notebook: "):
        read(tmp_path, "", text, "2024-01-01-a.ipynb")


def test_a_template_says_what_it_lacks() -> None:
    assert fill_template("a {b:.1f}.", {"b": 1}) == LiveText((("a ", False), ("1.0", True), (".", False)))
    assert str(fill_template("{{}}", {})) == "{}"
    for template, message in [
        ("{0}", "is no name that `glue` gave to a value"),
        ("{b!r}", "is no name that `glue` gave"),
        ("{c}", "no cell hands on such a value with `glue`; there are: b"),
        ("{b:.1q}", "cannot format 1"),
    ]:
        with pytest.raises(ValueError, match=message):
            fill_template(template, {"b": 1})


def test_references_in_prose_are_filled() -> None:
    assert fill_glue("{glue:text}`a:.1f`과 {glue}`a`, {glue}`b`", {"a": 2}) == "2.0과 2, {glue}`b`"


def test_promises() -> None:
    assert parse_promise(" >= 0.5 ") == (">=", 0.5)
    with pytest.raises(ValueError, match="is no promise"):
        parse_promise("~ 1")


def test_public_is_what_is_neither_draft_nor_of_the_future(tmp_path: Path) -> None:
    now = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
    assert read(tmp_path, "").is_public(now)
    assert not read(tmp_path, "draft: true\n").is_public(now)
    assert not read(tmp_path, "date: 2024-06-02\n").is_public(now)
