"""What the world writes is shown as it is meant: alerts, notes in the line, cells in folds, SymPy's equations."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from conftest import Book, code
from PIL import Image

BODY = """\
A note^[It *says* $x$
and more.], another^[second], code `a^[0]`, maths $a^[b]$ and 2^[.

> [!NOTE]
> An alert.

> [!warning] Its **own** title
> Text.
>
> - a list

> [!success]- Folded
> Well done.

> [!abstract]
> In brief.

> [!NOTE]s are no alerts.

> A quote.

::: {.callout-tip}
## With *a* heading

Words of Quarto.
:::

::: {.callout-caution collapse="true" title="In short"}
Folded words.
:::

:::{.callout-important}
Bare words.
:::

::::{dropdown} Folded
Before.

```{code-cell} python
:tags: [hide-cell]
print("in a fold")
```

:::{note}
```{code-cell} python
:tags: [remove-cell]
print("nowhere")
```
:::

After.
::::

:::{card} Title
Head
^^^
Body
+++
Foot
:::

```python {2-3}
a = 1
b = 2
c = 3
```

- an item

  ```{code-cell} python
  print("in a list")
  ```

![quarto](a.png){width=60% align=center} and ![quoted](a.png){width="50px" .wide}

{octicon}`star`

![drawn](data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=)
![spelt out](data:image/svg+xml;utf8,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22/%3E)

"""
SYMPY = """\
import sympy
sympy.init_printing()
sympy.sqrt(sympy.Symbol("x"))
"""


@pytest.fixture(scope="module")
def page(make_book: Callable[[], Book]) -> BeautifulSoup:
    book = make_book()
    book.root.joinpath("posts").mkdir(exist_ok=True)
    Image.new("RGB", (400, 200)).save(book.root / "posts/a.png")
    book.post("2024-01-01-all", BODY + code(SYMPY), lang="en")
    book.build()
    return book.soup("posts/2024-01-01-all.html").select_one("[data-search-body]")


@pytest.mark.parametrize(
    ("selector", "texts"),
    [
        ("aside.footnote > p", ["It says x and more.", "second"]),
        (".footnote-reference", ["[1]", "[2]"]),
        ("code.literal", ["a^[0]"]),
        (".admonition.note > p:not(.admonition-title)", ["An alert.", "In brief."]),
        (".admonition.warning > .admonition-title", ["Its own title"]),
        (".admonition.warning li", ["a list"]),
        (".admonition.tip.dropdown", ["Folded Well done."]),
        (".admonition.note > .admonition-title", ["Note", "Abstract", "Note"]),
        (".admonition.tip:not(.dropdown)", ["With a heading Words of Quarto."]),
        (".admonition.tip:not(.dropdown) > .admonition-title", ["With a heading"]),
        (".admonition.caution.dropdown", ["In short Folded words."]),
        (".admonition.important", ["Important Bare words."]),
        ("blockquote", ["[!NOTE]s are no alerts.", "A quote."]),
        (".sd-dropdown .cell_output", ["in a fold"]),
        ("li .cell_output", ["in a list"]),
        (".sd-dropdown p.sd-card-text", ["Before.", "After."]),
        (".sd-card-footer", ["Foot"]),
        (".sd-card-header:not(summary)", ["Head"]),
        (".hll", ["b = 2", "c = 3"]),
        (".sd-octicon-star", [""]),
    ],
)
def test_each_is_shown_as_meant(page: BeautifulSoup, selector: str, texts: list[str]) -> None:
    assert [" ".join(found.text.split()) for found in page.select(selector)] == texts


def test_pictures_take_the_size_that_stands_behind_them(page: BeautifulSoup) -> None:
    assert page.select_one("img[alt=quarto].align-center")["style"] == "width: 60%"
    assert page.select_one("img[alt=quoted].wide")["width"] == "50"
    assert "{" not in page.select_one("p:has(> img[alt=quoted])").text


def test_drawings_that_are_written_out_are_pictures(page: BeautifulSoup) -> None:
    for alt in ("drawn", "spelt out"):
        assert page.select_one(f"img[alt='{alt}']")["src"].endswith(".svg")


def test_equations_of_sympy_are_equations(page: BeautifulSoup) -> None:
    assert page.select_one(".cell_output math msqrt")
    assert not page.select(".cell_output img")


def test_icons_and_footnotes_that_are_not_there_are_faults(book: Book) -> None:
    text = "x\n\n{fas}`star` {fab}`github`\n\n- *Said* so.[^typo] `[^code]` \\[^plain\\]\n\n[^other]: Text.\n"
    text += "\n| [^cell] |\n| --- |\n"
    text += "\n![a](data:text/html,x)\n"
    book.post("2024-01-01-icons", text)
    said = book.fail()
    assert (
        "icons.md:7: WARNING: pages load no font of icons, and 'star' would be a blank; write {octicon}`star`" in said
    )
    assert "'github' would be a blank; write {octicon}`logo-github`" in said
    assert "icons.md:9: WARNING: there is no footnote [^typo]; write its text as a line of its own" in said
    assert "icons.md:13: WARNING: there is no footnote [^cell]" in said
    assert "[^code]" not in said and "[^plain]" not in said
    assert "icons.md:16: WARNING: this picture cannot be read; write it into a file" in said
