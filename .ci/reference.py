#!/usr/bin/env python3
"""Write the tables of docs/writing.md: all keys of the front matter and all settings, as the code has them."""

import ast
import inspect
import re
import sys
from dataclasses import MISSING, fields
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from blogkit.posts.front_matter_keys import KEYS
from blogkit.posts.post import Post
from blogkit.site import config
from blogkit.site.settings import Settings, own_settings, sphinx_name

PAGE = ROOT / "docs/writing.md"
KINDS = {"str": "text", "bool": "true or false", "int": "number", "float": "number", "dict": "lines `name: value`"}
KINDS |= {"list": "list", "tuple": "list of texts"}


def front_matter() -> list[list[str]]:
    """Return a row for each key of the front matter."""
    rows = [["key", "type", "default", "example", "meaning"]]
    defaults = {field.name: default_of(field) for field in fields(Post)}
    for name, key in KEYS.items():
        default = key.default or shown(defaults[name])
        rows.append([f"`{name}`", key.kind, default, f"`{name}: {key.example}`", key.about + also(key.also)])
    return rows


def settings() -> list[list[str]]:
    """Return a row for each setting of the blog."""
    rows = [["setting", "type", "default", "example", "meaning"]]
    told = docstrings(Settings)
    jupyter_book = {sphinx: key for key, sphinx in config._KEYS.items()}
    for field in fields(Settings):
        name, default = sphinx_name(field.name), default_of(field)
        key = jupyter_book.get(name) or f"sphinx.config.{name}"
        about, example = parts(told.get(field.name, ""))
        kind = "lists of texts" if "tuple[tuple" in field.type else KINDS[type(default).__name__]
        line = f"`{key.rpartition('.')[2]}: {example}`" if example else ""
        rows.append([f"`{key}`", kind, shown(default), line, about])
    return rows


def jupyter_book() -> list[list[str]]:
    """Return a row for each of Jupyter Book's other keys: those that are taken, and those that are refused."""
    own = {*own_settings(), *map(sphinx_name, Settings.__annotations__)}
    taken = {key: f"is `{sphinx}` of Sphinx" for key, sphinx in config._KEYS.items() if sphinx not in own}
    refused = {key: f"is refused: {why}" for key, why in config._OTHERS.items()}
    return [["key", "what it does"], *([f"`{key}`", does] for key, does in {**taken, **refused}.items())]


def docstrings(of: type) -> dict[str, str]:
    """Return field → the text that stands below it."""
    body = ast.parse(inspect.getsource(of)).body[0].body
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


def also(names: tuple[str, ...]) -> str:
    """Say what other tools call a key."""
    return f" Also: {', '.join(f'`{name}`' for name in names)}." if names else ""


def parts(text: str) -> tuple[str, str]:
    """Split what is told of a setting into its meaning and its example."""
    about, _, example = " ".join(text.split()).partition(" Example: ")
    return about.replace("``", "`"), example.removesuffix(".").strip("`")


def default_of(field) -> object:
    """Return the default of a field."""
    made = field.default_factory() if field.default_factory is not MISSING else field.default
    return None if made is MISSING else made


def shown(value: object) -> str:
    """Write a default as YAML would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}"
    return f"`{value}`" if value else "none"


def table(rows: list[list[str]]) -> str:
    """Write rows as a table of Markdown."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    for made in (front_matter, settings, jupyter_book):
        marks = re.search(rf"<!-- {made.__name__} by \.ci/reference.py -->\n().*?()<!-- end -->", page, re.DOTALL)
        if not marks:
            sys.exit(f"{PAGE.name} has no place for {made.__name__}")
        page = f"{page[: marks.end(1)]}\n{table(made())}\n\n{page[marks.start(2) :]}"
    PAGE.write_text(page, encoding="utf-8")
