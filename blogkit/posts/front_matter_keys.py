"""Check what front matter says, key by key: each check returns the value as a post holds it, or says what is wrong."""

from __future__ import annotations

import datetime as dt
import re
import string
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ..files import LONGEST_NAME
from ..language import _, language_code
from ..text import nfc, xml_text
from .references import parse_promise

_OUTPUT_FOLDERS = ("images", "files")
_MAX_PATH = 200
_HIGHEST = 1e8
"""Seconds, days or MB: what reckons with them knows no more."""
_DATE = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[ T]+(\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?)?"
    r"\s*(?:(?P<utc>Z|UTC|GMT)|([+-]\d{2}):?(\d{2})?)?"
)
_FIRST_YEAR, _LAST_YEAR = 1000, 9998


@dataclass(frozen=True)
class Key:
    """A key of the front matter: what reads its value, and what authors are told of it."""

    read: Callable[[Any], Any]
    """Returns the value as a post holds it; raises ``ValueError`` where it is wrong."""
    kind: str
    example: str
    """As it stands in YAML."""
    about: str
    default: str = ""
    """What holds without the key, in words; empty: the default of :class:`Post` holds."""
    also: tuple[str, ...] = ()
    """What other tools call it."""


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool) or not str(value).strip():
        raise ValueError(_("must be a text that is not empty"))
    text = nfc(str(value).strip())
    if xml_text(text) != text:
        raise ValueError(_("{text!r} has a control character; delete it").format(text=text))
    return text


def _language(value: Any) -> str:
    return language_code(str(value))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(v) for v in (value if isinstance(value, list) else [value])))


def _terms(value: Any) -> tuple[str, ...]:
    """Return texts; a line of them has commas, as Pelican and Nikola write it."""
    return _texts([part for part in value.split(",") if part.strip()] if isinstance(value, str) else value)


def _people(value: Any) -> tuple[str, ...]:
    """Return the names of people, of whom Quarto and MyST write more."""
    people = value if isinstance(value, list) else [value]
    return _texts([person.get("name") if isinstance(person, dict) else person for person in people])


def flag(value: Any) -> bool:
    """Return what is true or false; raise ``ValueError`` for all else."""
    if not isinstance(value, bool):
        raise ValueError(_("must be true or false"))
    return value


def _positive(value: Any, most: float = sys.float_info.max) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise ValueError(_("must be a number above 0, and no endless one"))
    return float(value)


def _limit(value: Any) -> float:
    return _positive(value, _HIGHEST)


def date(value: Any) -> dt.datetime:
    """Return a date that other time zones have, too; raise ``ValueError`` for what is none."""
    found = _date(value)
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(_("{date} is too far away; mend the year").format(date=value))
    return found


def _date(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    match = _DATE.fullmatch(str(value).strip())
    try:
        if not match:
            raise ValueError
        year, month, day, time, hours, minutes = match.group(1, 3, 4, 5, 7, 8)
        zone = f"{hours}:{minutes or '00'}" if hours else "+00:00" * bool(match["utc"])
        return dt.datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}T{time or '00:00':0>5}{zone}")
    except ValueError:
        message = _("{text!r} is no date; write one such as 2019-12-20 12:50 +09:00").format(text=value)
        raise ValueError(message) from None


def _paths(value: Any) -> tuple[str, ...]:
    paths = _texts(value)
    for path in paths:
        parts = path.split("/")
        if not _fits(path) or re.search(r"[\\:\0]", path):
            message = _("{path!r} must lie below the book's folder, such as data/mnist.npz")
            raise ValueError(message.format(path=path))
        if parts[-1] == "**" or any("**" in part and part != "**" for part in parts):
            raise ValueError(_("{path!r}: write a pattern such as data/*.csv or data/**/*.csv").format(path=path))
    return paths


def _fits(path: str) -> bool:
    """Tell whether a path stays below where it starts, and its names are as long as names of files may be."""
    parts = path.split("/")
    short = len(path) <= _MAX_PATH and all(len(part.encode()) <= LONGEST_NAME for part in parts)
    return short and {"", ".", ".."}.isdisjoint(parts)


def _path(value: Any) -> str:
    return _paths(_text(value))[0]


def _files(value: Any) -> tuple[str, ...]:
    paths = _paths(value)
    for path in paths:
        if any(c in path for c in "*?["):
            raise ValueError(_("{path!r} must name one file; globs are for inputs").format(path=path))
        if path.split("/")[0] not in _OUTPUT_FOLDERS or "/" not in path:
            raise ValueError(_("{path!r} might overwrite a source; write to images or files/").format(path=path))
    return paths


def _names(value: Any) -> tuple[str, ...]:
    names = _texts(value)
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?", name):
            raise ValueError(_("{name!r} is no name of a package; the lock says its version").format(name=name))
    return names


def _variables(value: Any) -> tuple[str, ...]:
    names = _texts(value)
    for name in names:
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            message = _("{name!r} is no name of a variable; its value comes from the environment")
            raise ValueError(message.format(name=name))
    return names


def _old_addresses(value: Any) -> tuple[str, ...]:
    """Return the files that answer at addresses; on GitHub Pages ``ai/index.html`` answers at /ai/ and at /ai."""
    files = []
    for address in _texts(value):
        path = nfc(unquote(address)).strip("/")
        if re.search(r'[\\?#:"\x00-\x1f\ufffd]', path) or not _fits(path) or path.startswith((".", "_")):
            message = _("{address!r} must be a path below the home page, such as /2019/mnist.html or /ai/mnist/")
            raise ValueError(message.format(address=address))
        files.append(path if path.endswith((".html", ".htm")) else f"{path}/index.html")
    return tuple(files)


def _template(value: Any) -> str:
    text = _text(value)
    try:
        list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(_("{reason}; write a literal brace twice").format(reason=error)) from error
    return text


def _promises(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError(_("must be `name: '>= 0.9'` lines"))
    for promise in value.values():
        parse_promise(str(promise))
    return {str(k): str(v) for k, v in value.items()}


def _drift(value: Any) -> dict[str, float] | float:
    if isinstance(value, dict):
        return {str(name): _positive(number) for name, number in value.items()}
    return _positive(value)


IGNORED = {
    "file_format",
    "kernelspec",
    "jupytext",
    "language_info",
    "mystnb",
    "myst",
    "source_map",
    "colab",
    "widgets",
}
"""Keys that notebook tools write; they are not the blog's."""
KEYS = {
    "title": Key(_text, "text", "A line through 100 points", "The title; the only key that must be there.", "none"),
    "date": Key(
        date,
        "date",
        "2026-01-31 09:00 +01:00",
        "When it is published; until then it is hidden.",
        "that of the file's name",
    ),
    "updated": Key(
        date,
        "date",
        "2026-02-14",
        "When its text changed.",
        "when git last saw its text change",
        ("lastmod", "last_modified_at", "modified", "date-modified"),
    ),
    "author": Key(
        _people,
        "texts, or one",
        "[Ana Sousa, Bo Li]",
        "Who wrote it; authors have pages of their own.",
        "that of the blog",
        ("authors",),
    ),
    "lang": Key(
        _language, "code of a language", "pt-PT", "The language of the post.", "that of the blog", also=("language",)
    ),
    "categories": Key(_terms, "texts, or one", "[Statistics]", "What it is about, in a few words for the whole blog."),
    "tags": Key(_terms, "texts, or one", "[regression, pandas]", "What it is about, more closely.", also=("tag",)),
    "description": Key(
        _template,
        "text with glued values",
        '"The error is {error:.3f}."',
        "One sentence, for lists, feeds, search engines and cards.",
        "the first paragraph",
        ("summary", "excerpt", "subtitle"),
    ),
    "draft": Key(flag, "true or false", "true", "Only the preview shows it."),
    "published": Key(flag, "true or false", "false", "Jekyll's word: `false` is a draft.", "true"),
    "thumbnail": Key(
        _path, "file of the book", "images/line.png", "The picture of lists and cards.", "its first figure"
    ),
    "redirect_from": Key(
        _old_addresses,
        "addresses, or one",
        "[/2019/old-name/]",
        "Old addresses that lead to the post.",
        also=("aliases",),
    ),
    "inputs": Key(
        _paths, "files or patterns, or one", "[data/*.csv]", "The only files of the book that its code can see."
    ),
    "outputs": Key(
        _files,
        "files in images/ or files/, or one",
        "[images/line.png]",
        "Files that its code writes; they are stored with the result.",
    ),
    "expect": Key(
        _promises, "lines `name: promise`", '{error: "< 0.5"}', "What glued values must be; else nothing is published."
    ),
    "drift": Key(
        _drift,
        "number, or lines `name: number`",
        "{error: 0.01}",
        "A value that moved further since the last publication is reported.",
        "nothing is reported",
    ),
    "timeout": Key(_limit, "seconds", "1800", "How long the whole post may run."),
    "cell_timeout": Key(_limit, "seconds", "60", "How long each cell may run.", "as the whole post"),
    "output_limit": Key(_limit, "MB", "20", "How much it may print and draw."),
    "whole_machine": Key(flag, "true or false", "true", "No other post runs beside it."),
    "runs_on": Key(
        _text, "label of a runner", "gpu-runner", "Which machine executes it on GitHub.", "an ordinary runner"
    ),
    "requirements": Key(
        _names, "packages, or one", "[openpyxl]", "Packages that it can load besides those that its code imports."
    ),
    "env": Key(_variables, "variables, or one", "[API_KEY]", "Variables of the environment that it can read."),
    "network": Key(flag, "true or false", "true", "Its code may ask other machines."),
    "max_age": Key(_limit, "days", "1", "How long a result that came over the network is used."),
}
"""What a post may say of itself; docs/writing.md lists it."""
SPELLINGS = {spelling: name for name, key in KEYS.items() for spelling in key.also}
"""What other tools call a key → the key."""
