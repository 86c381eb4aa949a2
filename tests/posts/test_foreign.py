"""Posts as other tools write them: their keys, their kernels, titles that are headings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from posts.test_front_matter import CODE, notebook, read

from blogkit.errors import AuthorError
from blogkit.posts.headings import first_heading, take_title
from blogkit.posts.reading import read_post

FOREIGN = {
    **{"anaconda-cloud": {}, "celltoolbar": "Slideshow", "toc": {"base_numbering": 1}, "varInspector": {"cols": {}}},
    **{"vscode": {"interpreter": {"hash": "x"}}, "hide_input": False, "nbTranslate": {}, "@webio": {}, "pycharm": {}},
    **{
        "language": "python",
        "accelerator": "GPU",
        "gist": {},
        "latex_envs": {},
        "toc-autonumbering": True,
        "name": "",
        "signature": "x",
    },
}
JEKYLL = "layout: post\nbadges: true\ncomments: true\nhide: false\nsearch_exclude: false\nuse_math: true\n"


def markdown(*sources: str) -> list[dict[str, str]]:
    return [{"cell_type": "markdown", "source": source} for source in sources]


def test_what_tools_write_into_a_notebook_is_passed_over(tmp_path: Path) -> None:
    post = read(tmp_path, "", notebook(CODE, title="a", tags=["b"], **FOREIGN), "2024-01-01-a.ipynb")
    assert (post.title, post.tags, post.toc) == ("a", ("b",), True)
    raw = nbformat.v4.new_raw_cell(f"---\ntitle: a\n{JEKYLL}---")
    assert read(tmp_path, "", notebook(raw, CODE, **FOREIGN), "2024-01-01-a.ipynb").title == "a"


def test_a_slip_is_a_fault_wherever_it_stands(tmp_path: Path) -> None:
    for text in (notebook(CODE, titel="a"), notebook(nbformat.v4.new_raw_cell("---\ntitel: a\n---"), CODE)):
        with pytest.raises(AuthorError, match="unknown key 'titel'"):
            read(tmp_path, "", text, "2024-01-01-a.ipynb")


def test_keys_of_other_engines_are_passed_over_by_name(tmp_path: Path) -> None:
    others = "category: a\nimage: /images/a.png\norphan: true\noutput-file: an-address.html\n"
    post = read(tmp_path, f"{JEKYLL}{others}include-in-header: {{text: <script src=x.js></script>}}\n")
    assert (post.categories, post.thumbnail, post.slug) == (("a",), "images/a.png", "an-address")
    with pytest.raises(AuthorError, match="hide: what is published is in lists and can be found; write `draft: true`"):
        read(tmp_path, "hide: true\n")
    with pytest.raises(AuthorError, match="build: what is published is in lists"):
        read(tmp_path, "build: {list: never}\n")
    for line in ("execute: {echo: false}", "nocite: '@*'"):
        with pytest.raises(AuthorError, match=f"a.md:3: unknown key '{line.partition(':')[0]}'"):
            read(tmp_path, f"{line}\n")


def test_keys_that_mean_nothing_here_are_passed_over_and_told(tmp_path: Path) -> None:
    assert not read(tmp_path, "image: images/some_folder/your_image.png\n").thumbnail
    post = read(tmp_path, "rise: {autolaunch: true}\npermalink: /a/\nversion: '1.0'\nsubtitle: b\ndescription: c\n")
    assert post.passed_over == ("rise", "version")
    assert (post.redirect_from, post.description) == (("a/index.html",), "c")
    post = read(tmp_path, "permalink: /posts/2024-01-01-a.html\nsubtitle: b\ndescription:\n")
    assert (post.redirect_from, post.description) == ((), "b")


@pytest.mark.parametrize("text", ["---\ntitle: a\ntags:\n- b\n---", "---\ntitle: a\ntags: b\n---\n\n# a\n\nWords.\n"])
def test_front_matter_may_stand_in_a_cell_of_text(tmp_path: Path, text: str) -> None:
    post = read(tmp_path, "", notebook(nbformat.v4.new_markdown_cell(text), CODE), "2024-01-01-a.ipynb")
    assert (post.title, post.tags) == ("a", ("b",))
    said = "".join(cell.source for cell in post.notebook.cells if cell.cell_type == "markdown")
    assert said.replace("# a", "").strip() == ("Words." if "Words." in text else "")
    if said:
        assert said.split("\n").index("Words.") == text.split("\n").index("Words.")


def test_a_line_above_text_is_no_front_matter(tmp_path: Path) -> None:
    for text in ("---\n\nNote: a\n\n---\n\n# T", "---\nNote: a\n\n---\n\n# T"):
        post = read(tmp_path, "", notebook(nbformat.v4.new_markdown_cell(text), CODE), "2024-01-01-a.ipynb")
        assert post.title == "T" and "Note: a" in post.notebook.cells[0].source


FASTPAGES = """# "A *quoted* title"

> A summary: with {braces}

- toc:false
- branch: master
- categories: [a, b]
- author: <a href='x'>Ana</a>
- image: images/a.png

The text.
"""


def test_the_list_of_fastpages_is_front_matter(tmp_path: Path) -> None:
    post = read(tmp_path, "", notebook(nbformat.v4.new_markdown_cell(FASTPAGES), CODE), "2024-01-01-a.ipynb")
    assert (post.title, post.description) == ("A quoted title", "A summary: with {{braces}}")
    assert (post.toc, post.categories, post.thumbnail) == (False, ("a", "b"), "images/a.png")
    lines = post.notebook.cells[0].source.split("\n")
    assert lines[0] == "# A *quoted* title" and "".join(lines[1:]) == "The text."
    assert lines.index("The text.") == FASTPAGES.split("\n").index("The text.")


def test_what_is_wrong_in_the_list_of_fastpages_has_its_line(tmp_path: Path) -> None:
    text = FASTPAGES.replace("- categories", "- categroies")
    with pytest.raises(AuthorError, match=r"a\.ipynb: cell 1, line 7: unknown key 'categroies'"):
        read(tmp_path, "", notebook(nbformat.v4.new_markdown_cell(text), CODE), "2024-01-01-a.ipynb")


def test_other_lists_are_text(tmp_path: Path) -> None:
    for text in ("# Title\n\n- goal: learn\n- author: me", "# Title\n\nText.\n\n- toc: true", "- toc: true"):
        post = read(tmp_path, "", notebook(nbformat.v4.new_markdown_cell(text), CODE, title="x"), "2024-01-01-a.ipynb")
        assert (post.title, post.notebook.cells[0].source) == ("x", text)


def test_keywords_are_tags_where_there_are_none(tmp_path: Path) -> None:
    assert read(tmp_path, "keywords: [a, b]\n").tags == ("a", "b")
    assert read(tmp_path, "keywords: [a, b]\ntags: [c]\n").tags == ("c",)


def test_quartos_last_change_is_that_of_git(tmp_path: Path) -> None:
    post = read(tmp_path, "date: last-modified\ndate-modified: last-modified\n")
    assert post.updated is None and post.date.year == 2024  # of its file


@pytest.mark.parametrize(
    ("spec", "kernel"),
    [
        ({"name": "conda-root-py", "display_name": "Python [conda root]", "language": "python"}, "python3"),
        ({"name": "python2", "display_name": "Python 2"}, "python3"),
        ({"name": "venv", "display_name": "venv"}, "python3"),
        ({"name": "ir", "display_name": "R", "language": "R"}, "ir"),
        ({"name": "julia-1.10", "display_name": "Julia", "language": "julia"}, "julia-1.10"),
    ],
)
def test_python_has_many_names(tmp_path: Path, spec: dict[str, str], kernel: str) -> None:
    info = {} if "language" in spec else {"language_info": {"name": "python"}}
    post = read(tmp_path, "", notebook(CODE, title="a", kernelspec=spec, **info), "2024-01-01-a.ipynb")
    assert post.kernel == kernel


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# A *line* through `x`\n", "A line through x"),
        ("<!-- a -->\n\n제목 **하나**\n====\n", "제목 하나"),
        ("```\n# no\n```\n\n## no\n\n# <a name='x'></a>[a](b.md) &amp; $y$ {#z}\n", "a & $y$"),
        ("<center>\n<h1 style='x'>One <b>bold</b>\n&amp; two</h1></center>\n\nText.\n", "One bold & two"),
        ("---\ntags: [a]\n---\n\n(label)=\n# {index}`a` b\n", "a b"),
    ],
)
def test_a_title_may_be_a_heading(tmp_path: Path, text: str, title: str) -> None:
    path = tmp_path / "posts" / "2024-01-01-a.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert read_post(path, tmp_path, "UTC").title == title
    raw = nbformat.v4.new_markdown_cell(text.removeprefix("---\ntags: [a]\n---\n"))
    assert read(tmp_path, "", notebook(CODE, raw), "2024-01-01-a.ipynb").title == title


@pytest.mark.parametrize(
    ("sources", "title", "left", "labels"),
    [
        (["# a\n\nb"], "x", ["\n\nb"], ""),
        (["% c\n(l)=\n# a\nb"], "a", ["% c\n\n\nb"], "(l)="),
        (["first", "c\n\n# a\nb"], "a", ["first", "c\n\n\nb"], ""),
        (["first", "# a"], "x", ["first", "# a"], ""),
        (["## a"], "a", ["## a"], ""),
        (["## a\n\nb", "# c"], "c", ["## a\n\nb", "# c"], ""),
        (["<H1>a</H1>\n\nb"], "a", ["\n\nb"], ""),
        (["<div><h1>a</h1> b</div>\n\nb"], "a", ["<div><h1>a</h1> b</div>\n\nb"], ""),
    ],
)
def test_the_heading_that_is_the_title_is_taken(sources: list[str], title: str, left: list[str], labels: str) -> None:
    cells: list[Any] = markdown(*sources)
    assert take_title(cells, title) == labels
    assert [cell["source"] for cell in cells] == left


def test_code_has_no_heading() -> None:
    assert first_heading([{"cell_type": "code", "source": "# a"}, *markdown("#a", "text")]) is None
