"""Whatever stands in a file: it is a post, or a fault is told; never another error."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blogkit.errors import AuthorError
from blogkit.execution.function import describe
from blogkit.posts.foreign import NOTEBOOK_KEYS
from blogkit.posts.front_matter_keys import KEYS
from blogkit.posts.reading import read_post

SAME = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = st.sampled_from([*KEYS, *NOTEBOOK_KEYS])
WORDS = st.sampled_from(
    [
        *(
            "x",
            "'",
            '"',
            "[",
            "]",
            "{",
            "}",
            "- ",
            ": ",
            "? ",
            "&a ",
            "*a ",
            "<<: ",
            "!!bool ",
            "!!int ",
            "!!timestamp ",
        ),
        *("!!binary ", "!!set ", "!!omap ", "!foo ", "|\n", ">-\n", "# ", "%", "@", "`", "\t", "\n", "\n  ", "---"),
        *(".nan", ".inf", "1e999", "0x" + "f" * 5000, "9" * 400, "2024-13-01", "0001-01-01 00:00 +14:00", "{x:9999d}"),
        *(
            "\\ud800",
            "\\0",
            "../x",
            "/",
            "*",
            "한글",
            "\u1112\u1161\u11ab",
            "\x85",
            "\u2028",
            "~",
            "null",
            "true",
            "-1",
        ),
    ]
)
VALUES = st.lists(WORDS | st.text(max_size=6), max_size=6).map("".join)
LINES = st.lists(st.builds("{}: {}".format, NAMES, VALUES) | VALUES, max_size=6).map("\n".join)
BODIES = st.sampled_from(
    ["", "글\n", "```{code-cell} python\n1\n```\n", "```{code-cell}\n---\n{}\n---\n1\n```\n", "+++ {}\n\n글\n"]
)
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("---\ntitle: x\n---"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def near(**right: Any) -> Any:
    """Objects that have what Jupyter wants, or most of it, or something else instead."""
    parts = {key: strategy | JSON for key, strategy in right.items()}
    return st.fixed_dictionaries({}, optional=parts) | st.fixed_dictionaries(right) | st.fixed_dictionaries(parts)


CELLS = near(
    cell_type=st.sampled_from(["code", "markdown", "raw"]),
    metadata=near(tags=st.lists(st.text(max_size=3)), mystnb=near(image=near(width=st.integers()))),
    source=VALUES | st.lists(VALUES, max_size=2) | st.just("---\ntitle: x\n---"),
    outputs=st.just([]),
    execution_count=st.none(),
)
NOTEBOOKS = near(
    cells=st.lists(CELLS | JSON, max_size=3),
    metadata=near(title=st.just("x"), kernelspec=near(name=st.just("python3"), display_name=st.just("x"))),
    nbformat=st.sampled_from([4, 4, 4, 3, 2]),
    nbformat_minor=st.integers(0, 9),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("book")
    (root / "posts").mkdir()
    return root


def read(root: Path, name: str, text: str) -> None:
    path = root / "posts" / f"2024-01-01-{name}"
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    with contextlib.suppress(AuthorError):
        post = read_post(path, root, "Asia/Seoul")
        assert post.notebook.cells is not None
        describe(post, root)


@SAME
@given(front=LINES, body=BODIES, value=VALUES)
def test_any_front_matter(folder: Path, front: str, body: str, value: str) -> None:
    read(folder, "a.md", f"---\ntitle: x\n{front}\n---\n{body.replace('{}', value)}")


@SAME
@given(notebook=NOTEBOOKS)
def test_any_notebook(folder: Path, notebook: Any) -> None:
    read(folder, "a.ipynb", json.dumps(notebook))
