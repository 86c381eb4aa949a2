"""Find and read the posts, and report all that is wrong with them at once."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import nbformat

from ..errors import AuthorError, Fault
from ..files import LONGEST_NAME
from ..language import _
from ..text import nfc
from .foreign import CHANGING, HIDING, NOTEBOOK_KEYS
from .front_matter import read_front_matter
from .front_matter_keys import KEYS, SPELLINGS
from .front_matter_values import ADDRESS, date, flag
from .headings import first_heading
from .notebook import JsonNotebook, Notebooks
from .post import POSTS, SUFFIXES, Post

_EMPTY = (None, "")
_ALIKE = 0.75
"""How much a key must look like one of the blog's to be a slip of it; ``tagz`` does."""
_NAME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}-" + ADDRESS)


def find_posts(root: Path) -> list[Path]:
    """List the files of the posts, newest name first."""
    folder = root / POSTS
    if os.path.lexists(folder) and not folder.is_dir():
        raise AuthorError([Fault(folder, 0, _("no folder; delete it, or make it the folder of the posts"))])
    files = (p for p in folder.glob("*") if p.suffix in SUFFIXES and not p.name.startswith((".", "_")))
    return sorted((p for p in files if p.name != "README.md"), key=lambda p: p.name, reverse=True)


def read_posts(
    root: Path,
    timezone: str,
    author: str = "",
    notebooks: Notebooks | None = None,
    wrong: Mapping[Path, str] = MappingProxyType({}),
) -> list[Post]:
    """Read every post, newest first; raise one :class:`AuthorError` with all faults of all posts.

    Another stands in for each that is in ``wrong``, and shows what is said of it there.
    """
    notebooks = notebooks or Notebooks()
    posts, faults = [], []
    for path in find_posts(root):
        try:
            if path in wrong:
                posts.append(_stand_in(path, timezone, wrong[path]))
            else:
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
        message = _("kernelspec: must be a line `name: python3` below it")
        faults.append(Fault(path, lines.get("kernelspec", 1), message))
    for key in ("mystnb", "myst"):
        if not isinstance(meta.get(key, {}), dict):
            message = _("{key}: must be `key: value` lines below it").format(key=key)
            faults.append(Fault(path, lines.get(key, 1), message))
    try:
        _check_name(path)
        if "date" not in values:
            values["date"] = date(path.stem[:10])
    except ValueError as error:
        faults.append(Fault(path, 0, _("{reason}; rename the file").format(reason=error)))
    if faults:
        raise AuthorError(faults)
    notebooks = notebooks or Notebooks()
    if "title" not in values:
        values["title"] = _title(path, text, notebooks)
    for key in ("date", "updated"):
        if isinstance(values.get(key), dt.datetime) and values[key].tzinfo is None:
            values[key] = values[key].replace(tzinfo=ZoneInfo(timezone))
    published = values.pop("published", True) & values.pop("status", True)
    values["draft"] = values.get("draft", False) or not published
    values["language"] = values.pop("lang", "")
    values["authors"] = values.pop("author", (author,) if author else ())
    docname = f"{POSTS}/{values.pop('slug', nfc(path.stem))}"
    values["redirect_from"] = tuple(old for old in values.get("redirect_from", ()) if old != f"{docname}.html")
    post = Post(path, docname, text, lines=lines, notebooks=notebooks, **values)
    _check_cells(post)
    return post


def _title(path: Path, text: str, notebooks: Notebooks) -> str:
    heading = first_heading(notebooks.read(path, text)["cells"])
    if not heading:
        message = _("no title; add a line such as `title: My first post` to the front matter, or a heading `# …`")
        raise AuthorError([Fault(path, 1, message)])
    return heading.text


class _Said(Notebooks):
    """Reads each text as a notebook that shows it as it is."""

    def read(self, path: Path, text: str) -> JsonNotebook:
        cell = nbformat.v4.new_markdown_cell(f"~~~~~~~~~~text\n{text}\n~~~~~~~~~~", id="said")
        return {"cells": [cell], "metadata": {"source_map": [0]}}


def _stand_in(path: Path, timezone: str, said: str) -> Post:
    values: dict[str, Any] = {}
    with suppress(AuthorError):
        values, _faults = _checked(path, *read_front_matter(path, _text(path)))
    when = dt.datetime.now(dt.UTC)
    with suppress(ValueError):
        when = values.get("date") or date(path.stem[:10])
    when = when if when.tzinfo else when.replace(tzinfo=ZoneInfo(timezone))
    docname, title = f"{POSTS}/{values.get('slug', nfc(path.stem))}", values.get("title", path.stem)
    return Post(path, docname, said, title, when, notebooks=_Said())


def _text(path: Path) -> str:
    if not path.is_file():
        raise AuthorError([Fault(path, 0, _("no file, but a folder, a pipe or a link to nothing; delete it"))])
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark of its encoding
    except UnicodeDecodeError as error:
        message = _("not UTF-8 ({reason} at byte {number}); save it as UTF-8")
        message = message.format(reason=error.reason, number=error.start)
        raise AuthorError([Fault(path, 0, message)]) from error
    except OSError as error:
        message = _("cannot be read ({reason}); mend its permissions").format(reason=error.strerror)
        raise AuthorError([Fault(path, 0, message)]) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        message = _("the character {character!r} is not allowed; delete it").format(character="\0")
        raise AuthorError([Fault(path, line, message)])
    return text


def _checked(path: Path, meta: dict[str, Any], lines: dict[str, int]) -> tuple[dict[str, Any], list[Fault]]:
    """Return the values of the keys that are right, and the faults of the others; ``lines`` gets those of the keys."""
    values: dict[str, Any] = {}
    faults = []
    written: dict[str, str] = {}
    for name, value in meta.items():
        key = SPELLINGS.get(name, name)
        if name in NOTEBOOK_KEYS or (key in KEYS and value in _EMPTY and KEYS[key].read is not flag):
            continue  # an empty `draft:` may have been meant
        line = lines.setdefault(key, lines.get(name, 1))
        other = written.setdefault(key, name)
        if key not in KEYS:
            if message := _unknown(key):
                faults.append(Fault(path, line, message))
            else:
                values["passed_over"] = (*values.get("passed_over", ()), key)
        elif other != name:
            message = _("{name!r} says the same as {other!r}; delete one").format(name=name, other=other)
            faults.append(Fault(path, lines.get(name, 1), message))
        else:
            try:
                values[key] = KEYS[key].read(value)
            except ValueError as error:
                faults.append(Fault(path, line, f"{name}: {error}"))
    return values, faults


def _unknown(key: str) -> str:
    """Say what is wrong with a key that the blog has not; nothing, if it can only be another tool's."""
    if key in HIDING:
        message = _("{key}: what is published is in lists and can be found; write `draft: true`, or delete the line")
        return message.format(key=key)
    if key in CHANGING:
        message = _("unknown key {key!r}; delete the line, or write one of: {known}")
        return message.format(key=key, known=", ".join(sorted(KEYS)))
    near = get_close_matches(key, (*KEYS, *SPELLINGS), 1, _ALIKE)
    message = _("unknown key {key!r}; did you mean {near!r}? Or delete the line")
    return message.format(key=key, near=near[0]) if near else ""


def _check_name(path: Path) -> None:
    """Raise ``ValueError`` for a name that is none of a post."""
    if not _NAME.fullmatch(path.stem):
        raise ValueError(
            _("the name must be a date and words, such as 2019-12-20-my-first-post.md, without spaces and signs")
        )
    if len(os.fsencode(path.stem)) > LONGEST_NAME:
        message = _("the name is too long: {number} bytes are the most")
        raise ValueError(message.format(number=LONGEST_NAME))
    if not path.with_name(nfc(path.name)).exists():  # where Hangul in parts is another name, Sphinx does not find it
        raise ValueError(_("the name is spelt with letters in parts (NFD), as macOS does; type it again"))


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
                message = _("the address {address!r} is taken by {file}; rename one of the two")
                key = "slug" if address == post.url and "slug" in post.lines else "redirect_from"
                yield post.fault(key, message.format(address=address, file=other.path.name))
        for name in post.outputs:
            other = makers.setdefault(name, post)
            if other is not post:
                message = _("{output} is written by {file}, too; rename one of the two")
                yield post.fault("outputs", message.format(output=name, file=other.path.name))
    for name, post in makers.items():
        for folder in map(str, PurePosixPath(name).parents):
            if folder in makers:
                message = _("{output} is a file that {file} writes; rename one")
                yield post.fault("outputs", message.format(output=folder, file=makers[folder].path.name))
    for post in posts:
        for name in makers:
            if any(fnmatchcase(name, pattern) for pattern in post.inputs):
                message = _("{input} is written by {file}; a post cannot read what another one writes")
                yield post.fault("inputs", message.format(input=name, file=makers[name].path.name))


def _check_cells(post: Post) -> None:
    try:
        code = post.code
    except (AuthorError, OSError):
        raise
    except Exception as error:  # MyST-NB's own reading errors have no common class
        reason = str(error).partition("\n")[0]
        message = _("a cell cannot be read ({reason}); mend it").format(reason=reason)
        raise AuthorError([Fault(post.path, 0, message)]) from error
    keys = () if code else ("inputs", "outputs", "expect")
    message = _("{key}: the post has no code cell; delete the key or add a cell")
    faults = [post.fault(key, message.format(key=key)) for key in keys if getattr(post, key)]
    if faults:
        raise AuthorError(faults)
