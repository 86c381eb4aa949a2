"""Figures from code that say nothing to those who cannot see them are told, with their cells."""

from __future__ import annotations

import nbformat
from conftest import Book, code

FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
SAID = "---\nmystnb: {{image: {{alt: {}}}}}\n---\n" + FIGURE
POST = f"""\
{code("x = 1")}
{code(FIGURE)}
{code(SAID.format("A line"))}
{code(SAID.format("''"))}
:::{{note}}
{code(FIGURE + " plt.show(); plt.plot([2, 1]);")}
:::

{code("fig = plt.figure(); plt.plot([1, 3]); glue('fig', fig); plt.close()")}
```{{glue:figure}} fig
A line
```

```{{glue:figure}} fig
:alt: A line
```

{code("from IPython.display import HTML, display" + chr(10) + "display(HTML('<b>b</b>'))")}
{code("---" + chr(10) + "tags: [remove-output]" + chr(10) + "---" + chr(10) + FIGURE)}
```{{code-cell}} python
:tags: [hide-output]
plt.plot([1, 2]);
```
"""


def test_a_post_s_figures_without_words_are_told_in_one_line(book: Book) -> None:
    post = book.post("2024-01-01-figures", POST)
    lines = post.read_text(encoding="utf-8").splitlines()
    front = nbformat.v4.new_raw_cell("---\ntitle: x\n---")
    cells = [front, nbformat.v4.new_markdown_cell("Words"), nbformat.v4.new_code_cell(FIGURE)]
    book.write("posts/2024-01-02-notebook.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    book.post("2024-01-03-said", code(SAID.format("A line")))
    told = [line for line in book.build().splitlines() if "without an alt text" in line]
    first, glued = lines.index(FIGURE.splitlines()[0]), lines.index("```{glue:figure} fig") + 1
    places = f"posts/2024-01-01-figures.md:{first}: cell 2, 5, 9, line {glued}: figures without an alt text; "
    assert [line.partition("say")[0] for line in told] == [
        places,
        "posts/2024-01-02-notebook.ipynb: cell 3: figures without an alt text; ",
    ]
    assert "`mystnb: {image: {alt: …}}`" in told[0]
    assert "without an alt text" not in book.build()  # nothing was read


def test_interactive_figures_are_told_if_their_library_knows_no_title(book: Book) -> None:
    figure = "import {0}\n{0}.Figure({{'data': [], 'layout': {{'title': {{'text': '{1}'}}}}}})"
    named, silent = (figure.format("plotly.graph_objects", title) for title in ("A title", ""))
    book.post("2024-01-01-figures", code(named) + code(silent))
    assert "figures.md:9: cell 2: figures without an alt text" in book.build()
