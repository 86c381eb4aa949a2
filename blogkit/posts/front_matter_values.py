"""Read the values of front matter: each check returns one as a post holds it, or says what is wrong with it."""

from __future__ import annotations

import datetime as dt
import re
import string
import sys
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
ADDRESS = r"[^\s\x00-\x1f\x7f\ud800-\udfff/\\\[\]*?%#]+"
"""The signs that the name of a page may have."""
_FIRST_YEAR, _LAST_YEAR = 1000, 9998


def text(value: Any) -> str:
    """Return a text that is not empty; raise ``ValueError`` for what is none, as all of these do."""
    if not isinstance(value, str | int | float) or isinstance(value, bool) or not str(value).strip():
        raise ValueError(_("must be a text: put it in quotes, or delete it if it is empty"))
    found = nfc(str(value).strip())
    if xml_text(found) != found:
        raise ValueError(_("{text!r} has a character that nobody sees; delete it").format(text=found))
    return found


def language(value: Any) -> str:
    """Return the code of a language."""
    return language_code(str(value))


def texts(value: Any) -> tuple[str, ...]:
    """Return texts, each once."""
    return tuple(dict.fromkeys(text(v) for v in (value if isinstance(value, list) else [value])))


def terms(value: Any) -> tuple[str, ...]:
    """Return texts; a line of them has commas, as Pelican and Nikola write it."""
    return texts([part for part in value.split(",") if part.strip()] if isinstance(value, str) else value)


def people(value: Any) -> tuple[str, ...]:
    """Return the names of people, of whom Quarto and MyST write more."""
    several = value if isinstance(value, list) else [value]
    return texts([person.get("name") if isinstance(person, dict) else person for person in several])


def series(value: Any) -> str:
    """Return a text, which Hugo writes as a list of one."""
    if isinstance(value, list) and len(value) > 1:
        raise ValueError(_("a post is part of one series only; delete the others"))
    return text(value[0] if value and isinstance(value, list) else value)


def slug(value: Any) -> str:
    """Return the last part of an address."""
    found = text(value).removesuffix(".html")
    if not re.fullmatch(ADDRESS, found) or found.startswith((".", "_")) or found == "index":
        raise ValueError(_("{slug!r} must be one word, such as my-first-post").format(slug=found))
    if len(found.encode()) > LONGEST_NAME:
        raise ValueError(_("it is too long; write a few words"))
    return found


def flag(value: Any) -> bool:
    """Return what is true or false; raise ``ValueError`` for all else."""
    if not isinstance(value, bool):
        raise ValueError(_("must be true or false"))
    return value


def status(value: Any) -> bool:
    """Return whether a post is published, by what Pelican and Nikola call its status."""
    if value not in ("draft", "hidden", "private", "published"):
        raise ValueError(_("must be draft or published"))
    return bool(value == "published")


def toc(value: Any) -> bool:
    """Return whether there is a table of contents; what an extension of Jupyter notes under that name says nothing."""
    return True if isinstance(value, dict) else flag(value)


def positive(value: Any, most: float = sys.float_info.max) -> float:
    """Return a number above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise ValueError(_("must be a number above 0, such as 60"))
    return float(value)


def limit(value: Any) -> float:
    """Return how much of something there may be."""
    return positive(value, _HIGHEST)


def date(value: Any) -> dt.datetime:
    """Return a date that other time zones have, too; raise ``ValueError`` for what is none."""
    found = _date(value)
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(_("{date} is too far away; mend the year").format(date=value))
    return found


def paths(value: Any) -> tuple[str, ...]:
    """Return paths and patterns below the book's folder."""
    found = texts(value)
    for path in found:
        parts = path.split("/")
        if not _fits(path) or re.search(r"[\\:\0]", path):
            message = _("{path!r} must be a path inside the blog's folder, such as data/mnist.npz")
            raise ValueError(message.format(path=path))
        if parts[-1] == "**" or any("**" in part and part != "**" for part in parts):
            raise ValueError(_("{path!r}: write a pattern such as data/*.csv or data/**/*.csv").format(path=path))
    return found


def path(value: Any) -> str:
    """Return a path below the book's folder; it may begin there with a slash, as paths of pictures do."""
    return paths(text(value).removeprefix("/"))[0]


def files(value: Any) -> tuple[str, ...]:
    """Return the paths of files that code may write."""
    found = paths(value)
    for path in found:
        if any(c in path for c in "*?["):
            raise ValueError(_("{path!r} must name one file; only `inputs` may have patterns").format(path=path))
        if path.split("/")[0] not in _OUTPUT_FOLDERS or "/" not in path:
            raise ValueError(
                _("{path!r} could overwrite a file of yours; have the code write to images/ or files/").format(
                    path=path
                )
            )
    return found


def names(value: Any) -> tuple[str, ...]:
    """Return names of packages."""
    message = _("{name!r} is no name of a package; write its name only, without a version")
    return _each(value, r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?", message)


def variables(value: Any) -> tuple[str, ...]:
    """Return names of variables of the environment."""
    message = _("{name!r} is no name of a variable; write its name only, as its value stays out of the post")
    return _each(value, r"[A-Za-z_]\w*", message)


def old_addresses(value: Any) -> tuple[str, ...]:
    """Return the files that answer at addresses; on GitHub Pages ``ai/index.html`` answers at /ai/ and at /ai."""
    found = []
    for address in texts(value):
        path = nfc(unquote(address)).strip("/")
        if re.search(r'[\\?#:"\x00-\x1f\ufffd]', path) or not _fits(path) or path.startswith((".", "_")):
            message = _("{address!r} must be a path below the home page, such as /2019/mnist.html or /ai/mnist/")
            raise ValueError(message.format(address=address))
        found.append(path if path.endswith((".html", ".htm")) else f"{path}/index.html")
    return tuple(found)


def template(value: Any) -> str:
    """Return a text with glued values."""
    found = text(value)
    try:
        list(string.Formatter().parse(found))
    except ValueError as error:
        raise ValueError(
            _("braces stand for values here ({reason}); to show a brace, write it twice").format(reason=error)
        ) from error
    return found


def promises(value: Any) -> dict[str, str]:
    """Return name → promise."""
    if not isinstance(value, dict):
        raise ValueError(_("must be lines such as `accuracy: '>= 0.9'`"))
    for promise in value.values():
        parse_promise(str(promise))
    return {str(k): str(v) for k, v in value.items()}


def drift(value: Any) -> dict[str, float] | float:
    """Return name → number, or one number for all."""
    if isinstance(value, dict):
        return {str(name): positive(number) for name, number in value.items()}
    return positive(value)


def _each(value: Any, pattern: str, message: str) -> tuple[str, ...]:
    """Return texts that each match a pattern."""
    found = texts(value)
    for name in found:
        if not re.fullmatch(pattern, name):
            raise ValueError(message.format(name=name))
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


def _fits(path: str) -> bool:
    """Tell whether a path stays below where it starts, and its names are as long as names of files may be."""
    parts = path.split("/")
    short = len(path) <= _MAX_PATH and all(len(part.encode()) <= LONGEST_NAME for part in parts)
    return short and {"", ".", ".."}.isdisjoint(parts)
