"""Fences that are never closed are found, and none besides."""

from __future__ import annotations

import pytest

from blogkit.posts.fences import open_fences

CLOSED = [
    "```\na\n```",
    "~~~\n```\n~~~\n",
    "````md\n```python\n````\n",
    "```\n\n```\n\n",
    "```\n```",
    "::::{note}\n:::{tip}\na\n:::\n::::",
    ":::{note}\n:::{tip}\nthe outer one closes both\n:::",
    "````{note}\n```python\nthe outer one closes both\n````",
    "- a\n\n  ```python\n  the list closes it\n\nb",
    "> ```\n> the quote closes it\n\nb",
    "1. ```\n   a\n   ```\n2. b",
    "> ```\n> a\n> ```",
    "    ```\n    code by its indent",
    "`` ``` ``",
    "a ```b``` c",
    "$$\n```\n$$",
    "<pre>\n```\n</pre>",
    "<!--\n```\n-->",
    "% ```\n\na",
    "```\na\n   ```",
]
OPEN = [
    ("a\n\n```python\nb\n\nc\n", 3, "```python is never closed"),
    ("```{code-cell} python\n1\n\nText", 1, "```{code-cell} python is never closed"),
    (":::{note}\na\n\nb", 1, ":::{note} is never closed and takes all that follows; write ::: below its end"),
    ("````\na\n```\nb", 1, "```` opens what is never closed"),
    ("```\na\n    ```\nb", 1, "``` opens"),
    (":::{note}\n:::{tip}\na\n:::\n:::\n\nb\n", 5, "::: opens what is never closed"),
    ("- a\n  ```\n  b\n```\n\nc", 4, "``` opens"),
    ("```", 1, "``` opens"),
    ("~~~text\n```", 1, "~~~text is"),
    ("a\n\n- b\n\n  :::{note}\n  c\n", 5, ":::{note} is"),
]


@pytest.mark.parametrize("text", CLOSED)
def test_what_is_closed_is_no_fault(text: str) -> None:
    assert [*open_fences(text)] == []


@pytest.mark.parametrize(("text", "line", "reason"), OPEN)
def test_what_is_never_closed_is_one(text: str, line: int, reason: str) -> None:
    ((found, why),) = open_fences(text)
    assert (found, why.startswith(reason)) == (line, True), why


def test_the_end_of_a_cell_closes_but_where_its_author_wrote_another() -> None:
    for text in ("```python\na", ":::{note}\na\n\n", "a\n\n```\nb", ":::", "::: {.grid}"):
        assert [*open_fences(text, in_cell=True)] == []
    for text in ("a\n```[[1],\n [2]]```", ":::{note}\nb :::", "```{glue:figure} a\n```## b", "a\n\n```\n"):
        assert len([*open_fences(text, in_cell=True)]) == 1
