"""What a pull request's summary says of two built sites."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Book, code

from blogkit.publish.diff import Difference, compare, read_page
from blogkit.publish.diff_report import as_markdown

SAME = "같은 글입니다.\n"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory, make_book: Callable[[], Book]) -> tuple[Path, Path]:
    """Two real builds of one tiny book, before and after a change."""
    book = make_book()
    run = code("glue('accuracy', 0.95)\nglue('kind', 'a')")
    book.post("2024-01-01-run", run)
    book.post("2024-01-02-prose", "첫 문장입니다.\n\n둘째 문장입니다.\n")
    book.post("2024-01-03-gone", SAME, title="사라질 글")
    book.post("2024-01-04-same", SAME)
    book.build()
    old = book.site.rename(book.root / "old")
    book.post("2024-01-01-run", run.replace("0.95", "0.975"))
    book.post("2024-01-02-prose", "첫 문장입니다.\n\n고친 문장입니다.\n")
    (book.root / "posts/2024-01-03-gone.md").unlink()
    book.post(
        "2024-01-05-new", SAME, title="새 | 글", redirect_from=["posts/old-name.html", "posts/2024-01-03-gone.html"]
    )
    book.build()
    return old, book.site


def test_finds_what_changed_and_nothing_else(sites: tuple[Path, Path]) -> None:
    found = compare(*sites)
    assert list(found.added) == ["posts/2024-01-05-new.html"]
    assert list(found.removed) == ["posts/2024-01-03-gone.html"]
    assert found.values == [("posts/2024-01-01-run.json", "accuracy", 0.95, 0.975)]
    assert [(name, before > 0, now > 0) for name, before, now in found.seconds] == [
        ("posts/2024-01-01-run.json", True, True)
    ]
    prose = found.changed["posts/2024-01-02-prose.html"]
    assert [line for line in prose if not line.startswith("@@")] == ["-둘째 문장입니다.", "+고친 문장입니다."]
    assert "posts/2024-01-04-same.html" not in found.changed


def test_says_it_in_markdown(sites: tuple[Path, Path]) -> None:
    text = as_markdown(compare(*sites))
    assert r"- 새 \| 글" in text
    assert "| `2024-01-01-run` | `accuracy` | 0.95 | 0.975 |" in text
    assert "- `2024-01-02-prose`: 1 line added, 1 removed\n  ```diff\n  -둘째" in text
    assert "### Executed anew" in text


def test_the_command_needs_no_blog_around_it(sites: tuple[Path, Path], book: Book) -> None:
    (book.root / "_config.yml").unlink()
    result = book.blogkit("diff", *map(str, sites))
    assert (result.returncode, "### Values" in result.stdout) == (0, True)


@pytest.mark.parametrize("old", [None, Path("no/such/site")])
def test_the_first_publication_has_nothing_before_it(sites: tuple[Path, Path], old: Path | None) -> None:
    text = as_markdown(compare(old, sites[1]))
    assert "first publication" in text
    assert "새" in text
    assert "### Values" not in text


def test_nothing_changed(sites: tuple[Path, Path]) -> None:
    assert as_markdown(compare(sites[0], sites[0])) == "## What changes for readers\n\nNothing.\n"


def test_reads_what_a_reader_reads(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<title>T</title><body>menu<main>a <b>b</b>\nc<p>d<script>x()</script><pre>e\n f</pre><img alt='그림'>"
        "<details class='provenance x'>when</details></main>",
        encoding="utf-8",
    )
    assert read_page(page).lines == ("a b c", "d", "e", "f", "[그림]")


def test_untrusted_text_stays_text() -> None:
    """A pull request's text must not break out of its fence, its table or its list."""
    found = Difference(
        added={"posts/x.html": "<img src=x> [a](b) @team"},
        changed={"posts/y.html": ["+```", "+# heading"]},
        values=[("posts/y.json", "v", 1, "a | b`")],
    )
    text = as_markdown(found)
    assert r"\<img src=x\> \[a\](b) \@team" in text
    assert "  ````diff\n  +```\n  +# heading\n  ````" in text
    assert r'| "a \| b\`" |' in text


def test_a_long_change_is_cut() -> None:
    text = as_markdown(Difference(changed={"posts/y.html": [f"+{n}" for n in range(100)]}))
    assert "100 lines added, 0 removed" in text
    assert "… 84 more" in text
    assert "+50" not in text
