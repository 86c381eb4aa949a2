"""A blog to search in: the real first post, not executed, among posts that compete with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT, Book

TESTS = Path(__file__).parent
QUERIES: list[dict[str, Any]] = yaml.safe_load((TESTS / "search_queries.yml").read_text(encoding="utf-8"))
_OPTIONS = re.compile(r"^---\n.*?^---\n|^:.*\n", re.MULTILINE | re.DOTALL)


def write_library(book: Book) -> None:
    """Write the posts; code cells become plain blocks of code, and glued values a number."""
    for path in sorted((TESTS / "search_posts").glob("*.md")):
        book.write(f"posts/{path.name}", path.read_text(encoding="utf-8"))
    (path,) = (ROOT / "posts").glob("*-mnist_image_classification.md")
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    kept = {
        key: value for key, value in yaml.safe_load(front).items() if key in ("title", "date", "categories", "tags")
    }
    body = re.sub(r"```\{code-cell\} ipython3\n(.*?)```", _as_plain_code, body, flags=re.DOTALL)
    body = re.sub(r"\{glue:text\}`n_(train|test)\S*`", "60,000", body)
    body = re.sub(r"\{glue:text\}`[^`]*`", "7", body)
    body = re.sub(r"(?m)^:::\{figure\}.*?^:::$", "", body, flags=re.DOTALL)
    book.post(path.stem, body, **kept)


def found(query: dict[str, Any], links: list[str]) -> bool:
    """Tell whether all pages that a query must find are among the links, in any order; for none, that there is no link."""
    names = {_name(link) for link in links}
    return set(query["finds"]) <= names if query["finds"] else not links


def first_right(query: dict[str, Any], links: list[str], sections: bool = True) -> bool:
    """Tell whether the first link is one that the query asks for; without ``sections``, only its page counts."""
    wanted = query.get("first", query["finds"])
    wanted = [_target(name, sections) for name in ([wanted] if isinstance(wanted, str) else wanted)]
    if not wanted or not links:
        return not wanted and not links
    name, _, anchor = links[0].partition("#")
    return any(name == _name(page) or _name(name) == page for page, a in wanted if a in ("", anchor))


def _target(name: str, sections: bool) -> tuple[str, str]:
    page, _, heading = name.partition("#")
    return page, re.sub(r"[^\w가-힣]+", "-", heading.lower()).strip("-") if sections else ""


def _name(link: str) -> str:
    name = link.partition("#")[0].rsplit("/", 1)[-1].removesuffix(".html")
    return name[11:] if re.match(r"\d{4}-\d\d-\d\d-", name) else name


def _as_plain_code(match: re.Match[str]) -> str:
    if "remove-cell" in match[1]:
        return ""
    return f"```python\n{_OPTIONS.sub('', match[1], count=1)}```"
