"""What in a cell does not count, and what does."""

from __future__ import annotations

import pytest

from blogkit.execution.tokens import canonical


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("x = 1 # one\n\n\nprint(x)   \n# two", "x = 1\nprint(x)"),
        ("# first\ndef f():\n\n    # inside\n    return 1\n", "def f():\n    return 1"),
        ("x = [\n  1, # a\n\n  2,\n]", "x = [\n  1,\n  2,\n]"),
        ("x = '#'  # y", "x = '#'"),
        ("x = f'{1}#'  # y", "x = f'{1}#'"),
    ],
)
def test_comments_blank_lines_and_trailing_spaces_do_not_count(written: str, same: str) -> None:
    assert canonical([written]) == canonical([same]) == [same]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 2"),
        ("x = '# a'", "x = '# b'"),
        ("x = '''a\n\nb'''", "x = '''a\nb'''"),
        ("x = '''a  \nb'''", "x = '''a\nb'''"),
        ("x = f'''{1}  \n# b'''", "x = f'''{1}\n# b'''"),
        ("x = f'''{1}\n# b'''", "x = f'''{1}\n# c'''"),
        ("%%bash\necho a # b", "%%bash\necho a"),
        ("import inspect\nx = 1 # a", "import inspect\nx = 1"),
        ("if 1:\n    x\ny", "if 1:\n    x\n    y"),
    ],
)
def test_all_else_counts(one: str, other: str) -> None:
    assert canonical([one]) != canonical([other])


def test_where_a_cell_sees_its_text_all_cells_count_as_they_are() -> None:
    assert canonical(["x = 1 # a", "import inspect"]) == ["x = 1 # a", "import inspect"]
