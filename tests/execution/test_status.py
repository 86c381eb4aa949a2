"""Why a post is stale, in the author's words."""

from __future__ import annotations

import copy
import json

from conftest import Book, code

from blogkit.execution.function import Description
from blogkit.execution.status import differences

OLD: Description = {
    "code": ["a", "b"],
    "prelude": {"glue": "1", "gone": "1"},
    "environment": {
        "kernel": "python3",
        "python": "3.11.7",
        "implementation": "cpython",
        "system": "Linux",
        "machine": "x86_64",
        "device": "CPU",
        "packages": {"numpy": "1.0", "old": "2"},
    },
    "inputs": {"data/a": "1"},
    "outputs": ["images/a.png"],
}


def test_every_difference_is_said() -> None:
    new = copy.deepcopy(OLD)
    assert differences(OLD, new) == []
    new["code"] = ["a", "c", "d"]
    new["prelude"] = {"glue": "2"}
    new["environment"] |= {"python": "3.12.1", "device": "GPU", "packages": {"numpy": "1.1", "new": "3"}}
    new["inputs"] = {"data/a": "1", "data/b": "2"}
    new["outputs"] = []
    new["steered"] = {"1": ["skip-execution"]}
    assert [*map(str, differences(OLD, new))] == [
        "cell 2 changed",
        "2 cells before, 3 now",
        "prelude glue changed",
        "prelude gone is gone",
        "input data/b is new",
        "python 3.11.7 → 3.12.1",
        "device CPU → GPU",
        "package new is new",
        "package numpy 1.0 → 1.1",
        "package old is gone",
        "other cells are skipped or may raise",
        "other outputs are declared",
    ]


def test_status_for_authors_and_for_scripts(book: Book) -> None:
    book.post("2024-01-01-plain")
    book.post("2024-01-02-code", code("1"))
    lines = book.blogkit("status").stdout.splitlines()
    assert lines == ["stale  2024-01-02-code", "       no result is stored", "plain  2024-01-01-plain"]
    stale, plain = json.loads(book.blogkit("status", "--json").stdout)
    assert (stale["post"], stale["fresh"], len(stale["key"])) == ("2024-01-02-code", False, 64)
    assert (plain["post"], plain["fresh"], plain["key"]) == ("2024-01-01-plain", True, "")
