"""What docs/migrating.md says, tried on a small book."""

from __future__ import annotations

import io

import nbformat
import pytest
from conftest import Book, code
from PIL import Image

DELETED = ("execute", "nocite", "echo")
JEKYLL = """First {{ site.url }}, `[a]({{ site.url }}/)`, {% highlight ruby %}, :smile: and $a^2$.

<!--more-->

![a](/assets/a.png)

![b](../assets/a.png){: .big}

![c]({{ site.baseurl }}/assets/a.png) [d]({{site.baseurl}}{% post_url 2020-01-02-quarto %}#quarto)

<p><img src='{{ site.baseurl }}/assets/a.png'></p>

[other](2020-01-02-quarto.md)

<div class="raw">raw <b>HTML</b></div>

$$ a^2 $$

Footnote[^1].

[^1]: Note.

```python
raise SystemExit
```
"""
QUARTO = f"""Text {{glue:text}}`x`.

{code("#| echo: false" + chr(10) + "glue('x', 4321)")}
{code(":tags: [hide-input]" + chr(10) + "print('folded')")}
{code(":tags: [remove-input]" + chr(10) + "print('shown' + '-alone')")}
{code(":tags: [remove-cell]" + chr(10) + "print('gone')")}
{code(":tags: [remove-output]" + chr(10) + "print('un' + 'said')")}
{code(":tags: [skip-execution]" + chr(10) + "raise SystemExit(1)")}
{code(":tags: [raises-exception]" + chr(10) + "1 / 0")}
:::{{note}}
A note.
:::

:::{{admonition}} T
:class: tip
A tip.
:::

:::{{dropdown}} Folded
Text.
:::

::::{{tab-set}}
:::{{tab-item}} Tab
Text.
:::
::::
"""


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (4, 3)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def site(make_book) -> Book:  # type: ignore[no-untyped-def]
    book: Book = make_book()
    book.config(blog_origin="https://old.example/")
    book.write("assets/a.png", png())
    old = "/maths/2020/01/31/a.html"
    book.post("2020-01-01-jekyll", JEKYLL, categories="maths python", published=True, redirect_from=[old])
    book.post("2020-01-02-quarto", QUARTO)
    raw = nbformat.v4.new_raw_cell("---\ntitle: Notebook\n---")
    hidden = nbformat.v4.new_code_cell("#| hide\n'hidden'", metadata={"tags": ["remove-cell"]})
    shown = nbformat.v4.new_code_cell("6 * 7", outputs=[], execution_count=1)
    text = nbformat.v4.new_markdown_cell("![c]({{ site.baseurl }}/assets/a.png)")
    book.write(
        "posts/2020-01-03-nbdev.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=[raw, hidden, shown, text]))
    )
    for name in ("below/2020-01-04-a.md", "2020-01-05-a.qmd", "2020-01-06-a.markdown"):
        book.write(f"posts/{name}", "---\nlayout: post\n---\n")
    book.build()
    return book


def test_a_post_of_jekyll(site: Book) -> None:
    page = site.soup("posts/2020-01-01-jekyll.html")
    text = page.select_one("article").get_text()
    assert "First {{ site.url }}, [a]({{ site.url }}/), {% highlight ruby %}, :smile: and" in text
    assert "{: .big}" in text
    images = [image["src"] for image in page.select("article p > img")]
    assert images[:3] == ["../_images/a.png"] * 3 and (site.site / "posts" / images[3]).is_file()
    links = {link["href"] for link in page.select("article section p a")}
    assert {"2020-01-02-quarto.html", "2020-01-02-quarto.html#quarto"} <= links
    assert page.select_one('a[href="2020-01-02-quarto.html"]') and page.select_one(".raw b") and page.select("math")
    assert page.select_one(".footnote") and "raise" in text
    assert page.select_one('a[href="../categories/maths-python.html"]')
    assert "posts/2020-01-01-jekyll.html" in (site.site / "maths/2020/01/31/a.html").read_text(encoding="utf-8")
    feed = (site.site / "feed.xml").read_text(encoding="utf-8")
    assert "<id>https://old.example/posts/2020-01-01-jekyll.html</id>" in feed


def test_a_post_of_quarto(site: Book) -> None:
    page = site.soup("posts/2020-01-02-quarto.html")
    text = page.select_one("article").get_text()
    assert "Text 4321." in text
    assert "#| echo: false" in text
    assert "print('folded')" in page.select_one("details.hide").get_text()
    assert "shown-alone" in text and "'-alone'" not in text
    assert "gone" not in text and "unsaid" not in text and "'un'" in text
    assert "SystemExit" in text and "ZeroDivisionError" in text
    assert (
        page.select_one(".admonition.note") and "T" in page.select_one(".admonition.tip .admonition-title").get_text()
    )
    assert page.select_one("details.sd-dropdown") and page.select_one(".sd-tab-set")


def test_a_notebook_of_nbdev(site: Book) -> None:
    text = site.text("posts/2020-01-03-nbdev.html")
    assert "42" in text and "hidden" not in text
    assert site.soup("posts/2020-01-03-nbdev.html").select_one("article p > img")["src"] == "../_images/a.png"


def test_other_folders_and_suffixes_are_not_read(site: Book) -> None:
    pages = {path.name for path in (site.site / "posts").rglob("*.html")}
    assert pages == {"2020-01-01-jekyll.html", "2020-01-02-quarto.html", "2020-01-03-nbdev.html"}


def test_what_is_not_understood_is_a_fault(book: Book) -> None:
    book.post("2024-01-01-a", **dict.fromkeys(DELETED, "x"))
    said = book.fail()
    assert all(f"unknown key {key!r}" in said for key in DELETED)
    book.post("2024-01-01-a", author={"orcid": "0"}, date="today")
    said = book.fail()
    assert "author: must be a text" in said and "date: 'today' is no date" in said
    book.post("2024-01-01-a", "[gone](2020-01-01-gone.md)\n")
    book.write("about.md", f"# About\n\n{code('1')}\n:::{{note}}\nText.\n")
    said = book.fail()
    assert "2024-01-01-a.md:5" in said and "about.md:3: WARNING: Found an unexpected `code-cell`" in said
    assert "about.md:7: WARNING: :::{note} is never closed" in said
