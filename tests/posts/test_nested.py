"""Code cells inside directives are cells of the notebook, and leave a place behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from blogkit.posts.nested import PLACE, take_out
from blogkit.posts.notebook import Notebooks

TEXT = """\
---
title: x
---
::::{dropdown} Folded
First.

```{code-cell} python
:tags: [hide-input]
a = 1

```

```python
b
```

:::{note}
  ```{code-cell} python
  c = 3
  ```
:::

Last.
::::

```{code-cell} python
d = 4
```

:::{card}
x
+++
y
:::
"""


def read(tmp_path: Path, text: str) -> list[tuple[str, str, int]]:
    notebook = Notebooks().read(tmp_path / "2024-01-01-x.md", text)
    lines = [start + 2 for start in notebook["metadata"]["source_map"]]
    return [(cell["cell_type"], cell["source"], line) for cell, line in zip(notebook["cells"], lines, strict=True)]


def test_cells_inside_directives_keep_their_order_and_their_lines(tmp_path: Path) -> None:
    cells = read(tmp_path, TEXT)
    assert [(source, line) for kind, source, line in cells if kind == "code"] == [
        ("a = 1", 7),
        ("c = 3", 18),
        ("d = 4", 26),
    ]
    words = [(source, line) for kind, source, line in cells if kind == "markdown"]
    assert [line for _, line in words] == [4, 30]
    assert words[0][0].splitlines()[3] == f"```{{{PLACE}}} 7"
    assert f"  ```{{{PLACE}}} 18" in words[0][0]
    assert len(words[0][0].splitlines()) == 21
    assert words[1][0] == ":::{card}\nx\n+++\ny\n:::"


@pytest.mark.parametrize(
    "text",
    [
        "```{code-cell} python\n1\n```",
        "````md\n```{code-cell} python\n1\n```\n````",
        "````{code-block} md\n```{code-cell} python\n1\n```\n````",
        ":::{note}\nx\n:::\n\n```{code-cell} python\n1\n```",
        ":::\n```{code-cell} python\n1\n```",
        "`` ```{code-cell} `` x\n```{code-cell} python\n1\n```",
        "~~~\n```\n:::{note}\n```{code-cell}\n~~~",
    ],
)
def test_what_stands_by_itself_or_is_shown_as_an_example_stays(text: str) -> None:
    assert take_out(text.splitlines()) == (text.splitlines(), {})


def test_a_cell_in_a_list_is_one() -> None:
    lines = ["1. one", "", "   text", "", "   ```{code-cell} python", "   1", "   ```", "", "text"]
    kept, cells = take_out(lines)
    assert kept[4:7] == [f"   ```{{{PLACE}}} 5", "", "   ```"]
    assert cells[4].splitlines()[1] == "1"
    example = ["text", "", "    ```{code-cell} python", "    1", "    ```"]
    assert take_out(example) == (example, {})


def test_a_cell_without_an_end_is_left_to_its_reader() -> None:
    lines = [":::{note}", "```{code-cell} python", "1"]
    assert take_out(lines) == (lines, {})
