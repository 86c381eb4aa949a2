"""What cells glue is right, or a fault of its cell."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Book, code
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from blogkit.execution.glue import BadValue, glued_values, glued_words


def glued(plain: str, name: Any = "v") -> NotebookNode:
    output = new_output("display_data", {"text/plain": plain}, metadata={"scrapbook": {"name": name}})
    return new_notebook(cells=[new_markdown_cell("글"), new_code_cell("1", outputs=[output])])


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        ("0.5", 0.5),
        ("''", ""),
        ("'nan'", "nan"),
        ("{(0, 1): {2}}", {"(0, 1)": [2]}),
        ("(1+2j)", "(1+2j)"),
        ("[0, 1, ...]", "[0, 1, ...]"),
        ("[" * 10_000, "[" * 10_000),
        ("[nan]", "[nan]"),
    ],
)
def test_a_value_is_what_its_text_says(plain: str, value: object) -> None:
    assert glued_values(glued(plain)) == {"v": value}


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ("", "has no text"),
        ("nan", "is nan"),
        ("-inf", "is -inf"),
        (str(10**400), "is too large"),
        ("'\\ud800'", "cannot be written"),
    ],
)
def test_what_no_page_can_state_is_refused(plain: str, said: str) -> None:
    with pytest.raises(BadValue, match=rf"glue\('v', …\): the value {said}") as error:
        glued_values(glued(plain))
    assert error.value.index == 1


@pytest.mark.parametrize("name", [5, None, "\ud800"])
def test_a_name_is_a_text(name: object) -> None:
    with pytest.raises(BadValue, match="the name must be a text"):
        glued_values(glued("1", name))


def test_what_cells_say_of_values_is_text() -> None:
    notebook = glued("1")
    bundle = notebook.cells[1].outputs[0].metadata.scrapbook
    bundle |= {"unit": "장", "label": " "}
    assert glued_words(notebook) == {"units": {"v": "장"}, "labels": {}}
    for label in (5, "\ud800", ["a"]):
        bundle["label"] = label
        with pytest.raises(BadValue, match=r"glue\('v', …\): `label` must be a text"):
            glued_values(notebook)


def test_a_bad_value_is_a_fault_of_its_cell(book: Book) -> None:
    book.post("2024-01-01-one", code("glue('a', 1)") + "\n" + code("glue('v', 10 ** 400)") + "\n" + code("1"))
    said = "posts/2024-01-01-one.md:9: cell 2: glue('v', …): the value is too large; glue its logarithm, or its text"
    assert said in book.fail()
