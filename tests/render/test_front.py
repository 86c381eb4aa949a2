"""The same blog behind each front, and Jupyter Book's own keys."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import yaml
from conftest import Book, code

from blogkit.errors import AuthorError
from blogkit.site.config import read_config

BODY = """Text with $a^2$, {glue:text}`v` and a ~~strike~~.

:::{note}
A note.
:::

| a | b |
|---|---|
| 1 | 2 |

\\begin{align}
a &= b
\\end{align}

""" + code("glue('v', 2)")
SHOUT = """
def setup(app):
    app.add_config_value("shout", "", "env")
    app.connect("builder-inited", lambda app: print(app.config.shout, "in", app.confdir))
"""
SPHINX_BUILD = (sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", "-c", "_build/.conf", ".", "_build/html")


def site(book: Book) -> dict[str, bytes]:
    return {str(file.relative_to(book.site)): file.read_bytes() for file in book.site.rglob("*") if file.is_file()}


def keys(book: Book, **values: object) -> None:
    config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    book.write("_config.yml", yaml.safe_dump(config | values, allow_unicode=True))


@pytest.mark.slow
def test_each_front_makes_the_same_site(book: Book) -> None:
    """To the byte, each from nothing but the stored results."""
    cited = '{cite}`a` and {prf:ref}`t`.\n\n```{prf:theorem}\n:label: t\nX.\n```\n\n```mermaid\npie\n "a": 1\n```\n'
    book.post("2024-01-01-one", BODY + cited, tags=["하나"], description="{v}")
    book.write("works/a.bib", "@misc{a, title={A}, author={B C}, year={2000}}")
    keys(book, bibtex_bibfiles=["works/a.bib"])
    book.write("_static/own.css", "p {}")
    book.write("_static/own.js", "document.title")
    book.write("_templates/page.html", '{% extends "!page.html" %}{% block kind %}own{% endblock %}')
    book.write("logo.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    keys(book, logo="logo.svg", html={"favicon": "logo.svg", "extra_footer": "<p>x</p>", "use_edit_page_button": True})
    keys(book, repository={"url": "https://git.example/a"})
    book.config(templates_path=["_templates"])
    book.build()
    expected = site(book)
    assert {"_static/own.css", "_static/own.js", "logo.svg"} <= expected.keys()
    assert b'class="own"' in expected["about.html"]
    assert b'href="/_static/own.css?v=' in expected["404.html"]

    def again() -> dict[str, bytes]:
        for folder in ("html", ".pages", ".doctrees", ".contents", ".cards"):
            shutil.rmtree(book.root / "_build" / folder)
        return {}

    again()
    assert book.blogkit("build").returncode == 0
    assert site(book) == expected

    again()
    assert book.blogkit("conf").stdout == "_build/.conf\n"
    result = book.run(*SPHINX_BUILD)
    assert result.returncode == 0, result.stdout
    assert site(book) == expected

    again()
    config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    del config["sphinx"]["config"]["extensions"]  # Jupyter Book brings its own
    book.write("_config.yml", yaml.safe_dump(config, allow_unicode=True))
    book.build()
    assert site(book) == expected


def test_a_language_that_the_system_lacks(book: Book) -> None:
    assert book.blogkit("build", LC_ALL="xx_XX.UTF-8").returncode == 0


def test_a_command_that_says_something_else_is_refused(book: Book) -> None:
    book.post("2024-01-01-one")
    book.build()
    other = (book.root / "_config.yml").read_text(encoding="utf-8").replace("JiHyun Kim", "Someone")
    book.write("other.yml", other)
    result = book.fork("jupyter-book", "build", ".", "--config", "other.yml").wait()
    assert result.returncode == 1
    assert "html_title: the command gives another value; write it into this file" in result.stdout
    book.blogkit("conf")
    result = book.run(*SPHINX_BUILD[:-2], "-D", "blog_timezone=UTC", *SPHINX_BUILD[-2:])
    assert result.returncode == 1
    assert "blog_timezone: the command gives another value; write it into this file" in result.stdout


def test_keys_that_do_nothing_say_so(book: Book) -> None:
    keys(book, latex={"latex_engine": "xelatex"}, execute={"execute_notebooks": "force"}, parse={"colour": "red"})
    with pytest.raises(AuthorError) as error:
        read_config(book.root)
    said = str(error.value)
    assert "execute.execute_notebooks: it does nothing here: the blog executes its posts by itself" in said
    assert "latex.latex_engine: it does nothing here: a blog makes no PDF; delete it" in said
    assert "parse.colour: it does nothing here: a blog has no such key; delete it" in said
    assert [fault.line > 0 for fault in error.value.faults] == [True] * 3


def test_keys_of_jupyter_book_are_taken(book: Book) -> None:
    keys(
        book,
        repository={"url": "https://git.example/a"},
        html={"baseurl": "https://a.example/"},
        execute={"timeout": None},
    )
    config = read_config(book.root)
    assert (config.settings.repository, config.settings.address) == ("https://git.example/a", "https://a.example/")


def test_a_value_that_sphinx_does_not_know(book: Book) -> None:
    book.config(html_titel="x")
    assert "html_titel: Sphinx and its extensions know no such value" in book.fail()


def test_extensions_that_are_built_in_may_be_named(book: Book) -> None:
    config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    named = ("sphinx_proof", "sphinx_exercise", "sphinx_togglebutton", "sphinxcontrib.bibtex", "sphinxcontrib.mermaid")
    config["sphinx"]["extra_extensions"] = [*named]
    book.write("_config.yml", yaml.safe_dump(config, allow_unicode=True))
    book.post(
        "2024-01-01-one", "```{prf:lemma}\nX.\n```\n\n```{prf:proof}\n:nonumber:\nX.\n```\n\n```{toggle}\nY.\n```\n"
    )
    book.build()
    assert book.soup("posts/2024-01-01-one.html").select_one(".lemma .admonition-title").text == "보조정리 1"


def test_an_extension_of_the_author(book: Book) -> None:
    book.write("tools/shout.py", SHOUT)
    config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["local_extensions"]["shout"] = "tools"
    config["sphinx"]["config"]["shout"] = "loud"
    book.write("_config.yml", yaml.safe_dump(config, allow_unicode=True))
    book.post("2024-01-01-one")
    for said in (book.build(), book.blogkit("build").stdout):
        assert f"loud in {book.root}\n" in said


def test_a_book_without_settings(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match=r"_config.yml: there is none; change to the folder of the blog"):
        read_config(tmp_path)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"nb_execution_mode": "force"}, "sphinx.config.nb_execution_mode: it does nothing here"),
        ({"myst_substitutions": {"a": 1}}, "sphinx.config.myst_substitutions: it does nothing here"),
        ({"myst_enable_extensions": ["substitution"]}, "outside the seal"),
        ({"extensions": "blogkit"}, "sphinx.config.extensions: it must be a list of texts"),
        ({"exclude_patterns": "drafts/**"}, "sphinx.config.exclude_patterns: it must be a list of texts"),
        ({1: "x"}, "sphinx.config: it must be `name: value` lines"),
        ({"blog_feed_entries": 2.5}, "blog_feed_entries: 2.5 must be a number from 0"),
        ({"language": False}, "is no code of a language"),
    ],
)
def test_values_of_the_wrong_kind_and_those_that_would_run_code(
    book: Book, values: dict[str, object], said: str
) -> None:
    book.config(**{str(name): value for name, value in values.items()})
    if 1 in values:
        book.write("_config.yml", "title: x\nsphinx:\n  config: {1: x}\n")
    with pytest.raises(AuthorError) as error:
        read_config(book.root)
    assert said in str(error.value)


def test_a_blog_has_a_title(book: Book) -> None:
    book.write("_config.yml", "sphinx:\n  config:\n    extensions: [blogkit]\n")
    said = book.blogkit("build")
    assert said.returncode == 1
    assert "title: there is none; write the title of the blog" in said.stdout
