"""Build blogs of growing size, plain and executed (from the store), and edit one post of each.

    python benchmarks/scale.py [COUNT ...]

Prints seconds, seconds a post and bytes a post, as ratios to the blog before it. An edit is timed twice: as a whole
`jupyter-book build`, and in the preview, from saving the file to the page being there.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from blogs import ROOT, fill_store, write_blog

from blogkit.preview import SITE
from blogkit.preview.loop import serve

BUILD = [str(Path(sys.executable).with_name("jupyter-book")), "build", "-W", "--keep-going", "."]


def main(counts: list[int]) -> None:
    """Measure and print."""
    for executed in (False, True):
        print("executed, from the store" if executed else "plain")
        before: tuple[float, float] | None = None
        for count in counts:
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder)
                cold, size, edit, preview = measure(root / "blog", count, executed=executed)
            each = (cold / count, size / count)
            ratio = "" if before is None else f" ({each[0] / before[0]:.2f} x time, {each[1] / before[1]:.2f} x size)"
            before = each
            print(
                f"{count:5} posts: {cold:6.1f} s, a post {each[0] * 1000:6.1f} ms and {each[1] / 1000:5.0f} kB{ratio}; "
                f"one edit: {edit:.1f} s, in the preview {preview:.1f} s",
                flush=True,
            )


def measure(root: Path, count: int, *, executed: bool) -> tuple[float, int, float, float]:
    """Return seconds of a cold build, bytes of the site, seconds of a build and of a preview after an edit."""
    write_blog(root, count, executed=executed)
    if executed:
        fill_store(root)
    cold = build(root)
    size = sum(f.stat().st_size for f in (root / "_build/html").rglob("*") if f.is_file())
    path = sorted((root / "posts").iterdir())[count // 2]
    edit(path, "첫째 고침")
    warm = build(root)
    return cold, size, warm, preview(root, path)


def build(root: Path) -> float:
    """Build and return the seconds that it took."""
    started = time.perf_counter()
    subprocess.run(BUILD, cwd=root, env=environment(), check=True, capture_output=True)
    return time.perf_counter() - started


def preview(root: Path, path: Path) -> float:
    """Return the seconds from saving an edited post to its page being there to read."""
    page = root / SITE / "posts" / f"{path.stem}.html"
    lines: queue.Queue[str] = queue.Queue()
    stop = threading.Event()
    server = threading.Thread(target=serve, args=(root, set, 0, lines.put, stop))
    server.start()
    try:
        wait_for(lines, "built in")
        time.sleep(8)  # the next build's process has made its imports; an author types for longer
        started = time.perf_counter()
        edit(path, "둘째 고침")
        wait_for(lines, "built in")
        seconds = time.perf_counter() - started
        assert "둘째 고침" in page.read_text(encoding="utf-8")
        return seconds
    finally:
        stop.set()
        server.join()


def wait_for(lines: queue.Queue[str], beginning: str) -> None:
    """Wait for a line of the preview's log."""
    while not (line := lines.get(timeout=600)).startswith(beginning):
        assert "not built" not in line, line


def edit(path: Path, words: str) -> None:
    """Add a sentence to a post."""
    path.write_text(path.read_text(encoding="utf-8") + f"\n{words}.\n", encoding="utf-8")


def environment() -> dict[str, str]:
    """Return the environment in which a blog elsewhere finds the package."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


if __name__ == "__main__":
    os.environ["LANGUAGE"] = "en"  # what the preview says is read
    main([int(argument) for argument in sys.argv[1:]] or [10, 100, 1000])
