"""Find and read the posts, and report all that is wrong with them at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import AuthorError, Fault
from ..text import nfc
from .front_matter import read_front_matter
from .front_matter_keys import IGNORED, KEYS
from .notebook import Notebooks
from .post import POSTS, SUFFIXES, Post

_UNKNOWN = "unknown key {!r}; known: {}"
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-([^\s/\[\]*?]+)")


def find_posts(root: Path) -> list[Path]:
    """List the files of the posts, newest name first."""
    files = (p for p in (root / POSTS).glob("*") if p.suffix in SUFFIXES and not p.name.startswith((".", "_")))
    return sorted((p for p in files if p.name != "README.md"), key=lambda p: p.name, reverse=True)


def read_posts(root: Path, timezone: str, author: str = "", notebooks: Notebooks | None = None) -> list[Post]:
    """Read every post, newest first; raise one :class:`AuthorError` with all faults of all posts."""
    notebooks = notebooks or Notebooks()
    posts, faults = [], []
    for path in find_posts(root):
        try:
            posts.append(read_post(path, root, timezone, author, notebooks))
        except AuthorError as error:
            faults += error.faults
    faults += _conflicts(posts)
    if faults:
        raise AuthorError(faults)
    return sorted(posts, key=lambda p: (p.date, p.docname), reverse=True)


def read_post(path: Path, root: Path, timezone: str, author: str = "", notebooks: Notebooks | None = None) -> Post:
    """Read one post; raise :class:`AuthorError` with all faults of its front matter.

    ``timezone`` is that of dates which name none.
    """
    text = _text(path)
    meta, lines = read_front_matter(path, text)
    values, faults = _checked(path, meta, lines)
    kernel = meta.get("kernelspec", {"name": "python3"})
    if not (isinstance(kernel, dict) and isinstance(kernel.get("name"), str)):
        faults.append(Fault(path, lines.get("kernelspec", 1), "kernelspec: must be a line `name: python3` below it"))
    if "title" not in meta:
        faults.append(Fault(path, 1, "no title; add a line such as `title: 제목` to the front matter"))
    if not _NAME.fullmatch(path.stem):
        faults.append(Fault(path, 0, "the name must be YYYY-MM-DD-slug, such as 2019-12-20-mnist.md; rename the file"))
    elif "date" not in meta:
        values["date"] = _named_date(path)
        if not values["date"]:
            faults.append(Fault(path, 0, f"{path.stem[:10]} in the name is no date; rename the file"))
    if faults:
        raise AuthorError(faults)
    for key in ("date", "updated"):
        if isinstance(values.get(key), dt.datetime) and values[key].tzinfo is None:
            values[key] = values[key].replace(tzinfo=ZoneInfo(timezone))
    published = values.pop("published", True)
    values["draft"] = values.get("draft", False) or not published
    docname = path.relative_to(root).with_suffix("").as_posix()
    post = Post(path, docname, text, lines=lines, notebooks=notebooks or Notebooks(), **{"author": author, **values})
    _check_cells(post)
    return post


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark of its encoding
    except UnicodeDecodeError as error:
        message = f"not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8"
        raise AuthorError([Fault(path, 0, message)]) from error


def _checked(path: Path, meta: dict[str, Any], lines: dict[str, int]) -> tuple[dict[str, Any], list[Fault]]:
    """Return the values of the keys that are right, and the faults of the others."""
    values, faults = {}, []
    for key, value in meta.items():
        if key in IGNORED:
            continue
        if key not in KEYS:
            faults.append(Fault(path, lines.get(key, 1), _UNKNOWN.format(key, ", ".join(sorted(KEYS)))))
            continue
        try:
            values[key] = KEYS[key](value)
        except ValueError as error:
            faults.append(Fault(path, lines.get(key, 1), f"{key}: {error}"))
    return values, faults


def _named_date(path: Path) -> dt.datetime | None:
    """Return the date with which a file's name begins, if it is one."""
    name = _NAME.fullmatch(path.stem)
    try:
        return dt.datetime.fromisoformat(name[1]) if name else None
    except ValueError:
        return None


def iter_public(posts: list[Post], now: dt.datetime, preview: bool = False) -> Iterator[Post]:
    """Yield the posts that this build shows: the public ones, and in a preview all."""
    return (post for post in posts if preview or post.is_public(now))


def _conflicts(posts: list[Post]) -> Iterator[Fault]:
    """Yield what two posts may not share: an address, a file that both write, one that one writes and one reads."""
    addresses: dict[str, Post] = {}
    makers: dict[str, Post] = {}
    for post in posts:
        for address in (post.url, *post.redirect_from):
            other = addresses.setdefault(nfc(address).strip("/"), post)
            if other is not post:
                message = f"the address {address!r} is taken by {other.path.name}; rename one of the two"
                yield post.fault("redirect_from", message)
        for name in post.outputs:
            other = makers.setdefault(nfc(name), post)
            if other is not post:
                yield post.fault("outputs", f"{name} is written by {other.path.name}, too; rename one of the two")
    for post in posts:
        for name in makers:
            if any(fnmatchcase(name, pattern) for pattern in post.inputs):
                maker = makers[name].path.name
                yield post.fault("inputs", f"{name} is written by {maker}; a post reads only committed files")


def _check_cells(post: Post) -> None:
    try:
        code = post.code
    except AuthorError:
        raise
    except Exception as error:  # MyST-NB's own reading errors have no common class
        raise AuthorError([Fault(post.path, 0, str(error))]) from error
    keys = () if code else ("inputs", "outputs", "expect")
    message = "{}: the post has no code cell; delete the key or add a cell"
    faults = [post.fault(key, message.format(key)) for key in keys if getattr(post, key)]
    if faults:
        raise AuthorError(faults)
