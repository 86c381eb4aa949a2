"""Write blogs of any size: Korean posts of the length of a short article, plain or executed."""

from __future__ import annotations

import copy
import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from blogkit.execution.execute import execute_posts  # noqa: E402
from blogkit.execution.function import describe  # noqa: E402
from blogkit.execution.result import Record  # noqa: E402
from blogkit.execution.store import STORE, Store  # noqa: E402
from blogkit.posts.post import Post  # noqa: E402
from blogkit.posts.reading import read_posts  # noqa: E402
from blogkit.site.settings import Settings  # noqa: E402

NOUNS = (
    *("모델", "데이터", "학습", "신경망", "정확도", "손실", "함수", "그림", "글자", "층"),
    *("가중치", "기울기", "입력", "출력", "결과", "시험", "훈련", "배열", "표본", "확률"),
)
PARTICLES = ("은", "는", "이", "가", "을", "를", "에", "에서", "으로", "와", "과", "도", "까지", "부터")
VERBS = ("봅니다.", "나눕니다.", "그립니다.", "맞춥니다.", "계산합니다.", "비교합니다.", "줄어듭니다.")
CATEGORIES = [f"분류 {name}" for name in NOUNS[:8]]
TAGS = [*NOUNS, *(f"{name} 실험" for name in NOUNS)]
CELLS = (
    "values = [n * {number} % 97 for n in range(1000)]\nprint(sum(values))",
    "import math\n\nmean = sum(values) / len(values)\nglue('mean', mean)",
    "print(*(f'{{n:>4}} {{math.sqrt(n):.3f}}' for n in values[:10]), sep='\\n')",
)


def write_blog(root: Path, count: int, *, executed: bool) -> None:
    """Write a blog of ``count`` posts, about one a day, into the new folder ``root``."""
    (root / "posts").mkdir(parents=True)
    for name in ("_toc.yml", "index.md"):
        shutil.copyfile(ROOT / name, root / name)
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["local_extensions"]["blogkit"] = str(ROOT)
    (root / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    (root / "about.md").write_text("# 소개\n\n소개합니다.\n", encoding="utf-8")
    for number in range(count):
        date = f"{2000 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
        text = post(number, executed=executed)
        (root / "posts" / f"{date}-post-{number:04}.md").write_text(text, encoding="utf-8")


def post(number: int, *, executed: bool) -> str:
    """Return the source of a post: five sections of 600 syllables, a list, a table and three cells or code blocks."""
    chance = random.Random(number)
    front = {
        "title": f"{chance.choice(NOUNS)} {number}",
        "categories": chance.sample(CATEGORIES, 1),
        "tags": chance.sample(TAGS, 3),
        "description": f"{sentence(chance)} " + ("평균 {mean:.2f}." if executed else ""),
    }
    parts = [f"---\n{yaml.safe_dump(front, allow_unicode=True)}---\n"]
    for section in range(5):
        parts.append(f"## {chance.choice(NOUNS)} {section}\n")
        parts += [" ".join(sentence(chance) for _ in range(8)) + "\n" for _ in range(3)]
        if section < len(CELLS):
            language = "{code-cell} python" if executed else "python"
            parts.append(f"```{language}\n{CELLS[section].format(number=number)}\n```\n")
    parts.append("\n".join(f"- {sentence(chance)}" for _ in range(4)) + "\n")
    parts.append("| 이름 | 값 |\n|---|---|\n" + "\n".join(f"| {n} | {chance.random():.3f} |" for n in NOUNS[:5]) + "\n")
    return "\n".join(parts)


def sentence(chance: random.Random) -> str:
    """Return a sentence of Korean words that means nothing."""
    words = [chance.choice(NOUNS) + chance.choice(PARTICLES) for _ in range(5)]
    return " ".join([*words, chance.choice(VERBS)])


def results(root: Path) -> Iterator[tuple[Post, str, nbformat.NotebookNode, Record]]:
    """Yield (post, key, executed notebook, record) of each post: the first is executed, the others get its outputs."""
    posts = read_posts(root, Settings().timezone)
    store = Store(root / STORE)
    first = execute_posts(posts[:1], root, store, log=lambda line: None)[posts[0].docname]
    outputs = [cell.outputs for cell in first.notebook.cells if cell.cell_type == "code"]
    for each in posts[1:]:
        notebook = copy.deepcopy(each.notebook)
        notebook.metadata["language_info"] = first.notebook.metadata["language_info"]
        cells = (cell for cell in notebook.cells if cell.cell_type == "code")
        for number, (cell, shown) in enumerate(zip(cells, outputs, strict=True), 1):
            cell.outputs, cell.execution_count = shown, number
        function = describe(each, root)
        yield each, function.key, notebook, replace(first.record, post=each.docname, function=function.description)


def fill_store(root: Path) -> None:
    """Store a result for each post, as if all had been executed."""
    store = Store(root / STORE)
    for each, key, notebook, record in results(root):
        store.add(key, notebook, {}, record)
        store.remember(each.docname, key)
