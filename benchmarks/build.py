"""Compare a cold build of the blog with a bare script of the same code, and measure a build with nothing to do.

    python benchmarks/build.py [ROUNDS]

Prints ratios of medians of one run; memory is the peak of the proportional set size (PSS) of all processes.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
BUILD = [str(Path(sys.executable).with_name("jupyter-book")), "build", "."]
STAND_IN = "def glue(name, value, display=False):\n    pass\n\n"


def main(rounds: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        book, bare = Path(folder) / "book", Path(folder) / "bare"
        ignore = shutil.ignore_patterns("_build", ".git", ".venv", "mnist_train.png")
        shutil.copytree(ROOT, book, ignore=ignore)
        (bare / "images").mkdir(parents=True)
        shutil.copytree(ROOT / "data", bare / "data")
        (bare / "script.py").write_text(STAND_IN + "\n\n".join(sources()), encoding="utf-8")
        script, cold, again, start = [], [], [], []
        for _ in range(rounds):
            script.append(measure([sys.executable, "script.py"], bare))
            shutil.rmtree(book / "_build", ignore_errors=True)
            cold.append(measure(BUILD, book))
            again.append(measure(BUILD, book))
            start.append(measure([sys.executable, "-c", IMPORTS], book))
        seconds = [statistics.median(s for s, _ in runs) for runs in (script, cold, again, start)]
        memory = [max(m for _, m in runs) / (1 << 20) for runs in (script, cold)]
        print(f"bare script: {seconds[0]:.1f} s, {memory[0]:.0f} MiB")
        print(f"cold build: {seconds[1]:.1f} s, {memory[1]:.0f} MiB")
        print(f"cold build / bare script: {seconds[1] / seconds[0]:.2f} x time, {memory[1] / memory[0]:.2f} x memory")
        print(f"again, nothing changed: {seconds[2]:.1f} s, of which {seconds[3]:.1f} s start Python and Sphinx")


IMPORTS = (
    "import jupyter_book.cli.main, jupyter_book.sphinx, myst_nb.sphinx_ext, sphinx_external_toc, sphinx_design, lxml"
)


def sources() -> list[str]:
    """Return the code cells of all public posts."""
    from blogkit.posts.reading import read_posts
    from blogkit.site.settings import Settings

    return [cell for post in read_posts(ROOT, Settings().timezone) for cell in post.code]


def measure(command: list[str], folder: Path) -> tuple[float, int]:
    """Run a command to its end; return seconds and the peak memory of its processes in bytes."""
    environment = {**os.environ, "MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "3"}
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(psutil.Process(process.pid), peak))
    watcher.start()
    if process.wait():
        sys.exit(f"{' '.join(command)} failed")
    seconds = time.perf_counter() - started
    watcher.join()
    return seconds, peak[0]


def _watch(process: psutil.Process, peak: list[int]) -> None:
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        total = 0
        try:
            for each in (process, *process.children(recursive=True)):
                total += each.memory_full_info().pss
        except psutil.Error:
            continue
        peak[0] = max(peak[0], total)
        time.sleep(0.2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
