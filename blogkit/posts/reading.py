"""Find and read the posts, and report all that is wrong with them at once."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import AuthorError, Fault
from ..files import LONGEST_NAME
from ..text import nfc
from .front_matter import read_front_matter
from .front_matter_keys import IGNORED, KEYS, date
from .notebook import Notebooks
from .post import POSTS, SUFFIXES, Post

_UNKNOWN = "unknown key {!r}; known: {}"
_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[^\s\x00-\x1f\x7f\ud800-\udfff/\\\[\]*?%#]+")


def find_posts(root: Path) -> list[Path]:
    """List the files of the posts, newest name first."""
    folder = root / POSTS
    if os.path.lexists(folder) and not folder.is_dir():
        raise AuthorError([Fault(folder, 0, "no folder; delete it, or make it the folder of the posts")])
    files = (p for p in folder.glob("*") if p.suffix in SUFFIXES and not p.name.startswith((".", "_")))
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
    for key in ("mystnb", "myst"):
        if not isinstance(meta.get(key, {}), dict):
            faults.append(Fault(path, lines.get(key, 1), f"{key}: must be `key: value` lines below it"))
    if "title" not in meta:
        faults.append(Fault(path, 1, "no title; add a line such as `title: A title` to the front matter"))
    try:
        _check_name(path)
        if "date" not in meta:
            values["date"] = date(path.stem[:10])
    except ValueError as error:
        faults.append(Fault(path, 0, f"{error}; rename the file"))
    if faults:
        raise AuthorError(faults)
    for key in ("date", "updated"):
        if isinstance(values.get(key), dt.datetime) and values[key].tzinfo is None:
            values[key] = values[key].replace(tzinfo=ZoneInfo(timezone))
    published = values.pop("published", True)
    values["draft"] = values.get("draft", False) or not published
    values["language"] = values.pop("lang", "")
    docname = nfc(path.relative_to(root).with_suffix("").as_posix())
    post = Post(path, docname, text, lines=lines, notebooks=notebooks or Notebooks(), **{"author": author, **values})
    _check_cells(post)
    return post


def _text(path: Path) -> str:
    if not path.is_file():
        raise AuthorError([Fault(path, 0, "no file, but a folder, a pipe or a link to nothing; delete it")])
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark of its encoding
    except UnicodeDecodeError as error:
        message = f"not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8"
        raise AuthorError([Fault(path, 0, message)]) from error
    except OSError as error:
        raise AuthorError([Fault(path, 0, f"cannot be read ({error.strerror}); mend its permissions")]) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise AuthorError([Fault(path, line, f"the character {chr(0)!r} is not allowed; delete it")])
    return text


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


def _check_name(path: Path) -> None:
    """Raise ``ValueError`` for a name that is none of a post."""
    if not _NAME.fullmatch(path.stem):
        raise ValueError("the name must be YYYY-MM-DD-slug, such as 2019-12-20-mnist.md, without spaces and signs")
    if len(os.fsencode(path.stem)) > LONGEST_NAME:
        raise ValueError(f"the name has more than {LONGEST_NAME} bytes, and names of what is made of it more")
    if not path.with_name(nfc(path.name)).exists():  # where Hangul in parts is another name, Sphinx does not find it
        raise ValueError("the name is spelt with letters in parts (NFD), as macOS does; type it anew")


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
            other = makers.setdefault(name, post)
            if other is not post:
                yield post.fault("outputs", f"{name} is written by {other.path.name}, too; rename one of the two")
    for name, post in makers.items():
        for folder in map(str, PurePosixPath(name).parents):
            if folder in makers:
                yield post.fault("outputs", f"{folder} is a file that {makers[folder].path.name} writes; rename one")
    for post in posts:
        for name in makers:
            if any(fnmatchcase(name, pattern) for pattern in post.inputs):
                maker = makers[name].path.name
                yield post.fault("inputs", f"{name} is written by {maker}; a post reads only committed files")


def _check_cells(post: Post) -> None:
    try:
        code = post.code
    except (AuthorError, OSError):
        raise
    except Exception as error:  # MyST-NB's own reading errors have no common class
        message = f"a cell cannot be read ({str(error).partition(chr(10))[0]}); mend it"
        raise AuthorError([Fault(post.path, 0, message)]) from error
    keys = () if code else ("inputs", "outputs", "expect")
    message = "{}: the post has no code cell; delete the key or add a cell"
    faults = [post.fault(key, message.format(key)) for key in keys if getattr(post, key)]
    if faults:
        raise AuthorError(faults)
