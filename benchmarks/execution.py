"""Execute light posts side by side and one after the other; store and find the results of many.

    python benchmarks/execution.py [ROUNDS]

Prints the ratio of medians of one run, and what storing and finding cost a post at 500 posts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from blogs import results, write_blog

from blogkit.execution.execute import execute_posts
from blogkit.execution.store import STORE, Store
from blogkit.posts.reading import read_posts
from blogkit.site.settings import Settings

POSTS, MANY = 10, 500
CELL = "total = 0\nfor n in range({}):\n    total += n * n % 7\nprint(total)"
"""About two seconds of one core."""


def main(rounds: int) -> None:
    """Measure and print."""
    one, side = [], []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "posts").mkdir()
        for number in range(POSTS):
            text = f"---\ntitle: x\n---\n```{{code-cell}} python\n{CELL.format(30_000_000 + number)}\n```\n"
            (root / f"posts/2024-01-{number + 1:02}-post.md").write_text(text, encoding="utf-8")
        for _ in range(rounds):
            one.append(execute(root, 1))
            side.append(execute(root, 0))
    first, second = statistics.median(one), statistics.median(side)
    print(
        f"{POSTS} light posts: one after the other {first:.1f} s, side by side {second:.1f} s: {first / second:.2f} x"
    )
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "blog"
        write_blog(root, MANY, executed=True)
        added, found = keep(root)
    print(f"{MANY} posts: storing {added * 1000:.1f} ms a post, finding {found * 1000:.1f} ms a post")


def execute(root: Path, jobs: int) -> float:
    """Execute all posts into an empty store; return seconds."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        execute_posts(read_posts(root, Settings().timezone), root, Store(Path(folder)), jobs, log=lambda line: None)
        return time.perf_counter() - started


def keep(root: Path) -> tuple[float, float]:
    """Return seconds a post for storing a result, and for what a build does to find it: keys, files, pruning."""
    store, spent = Store(root / STORE), 0.0
    for each, key, notebook, record in results(root):
        started = time.perf_counter()
        store.add(key, notebook, {}, record)
        store.remember(each.docname, key)
        spent += time.perf_counter() - started
    posts = read_posts(root, Settings().timezone)
    for each in posts:
        assert each.code  # parsed, as it is for the page anyway
    started = time.perf_counter()
    found = execute_posts(posts, root, store, log=lambda line: None)
    store.prune({result.key for result in found.values()}, 180, 5 << 30)
    seconds = time.perf_counter() - started
    assert len(found) == MANY
    return spent / (MANY - 1), seconds / MANY


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
