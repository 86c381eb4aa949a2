"""The variables that a post asks for: their values go into its key and its kernel, and nowhere else."""

from __future__ import annotations

import base64
import html
import json
import os
import re
from collections.abc import Iterator
from urllib.parse import quote

from ..errors import AuthorError
from ..language import _
from ..posts.post import Post

_SHORTEST, _LONG = 4, 8
_COMMON = {"true", "false", "none", "null"}


def asked_variables(post: Post) -> dict[str, str]:
    """Return the variables that the post asks for; raise :class:`AuthorError` for one that is not set."""
    faults = [
        post.fault("env", _("the variable {name} is not set; set it, or delete it from `env`").format(name=name))
        for name in post.env
        if name not in os.environ
    ]
    if faults:
        raise AuthorError(faults)
    return {name: os.environ[name] for name in post.env}


def values_of(post: Post) -> dict[str, re.Pattern[bytes]]:
    """Return name → pattern of the values that nobody may read, however they are written.

    What is short, a small number or one of a few words is in many an output by chance.
    """
    values = {name: os.environ.get(name, "") for name in post.env}
    return {name: _pattern(value) for name, value in values.items() if _is_telling(value)}


def without_values(text: str, post: Post) -> str:
    """Return a message with the names of the post's variables in place of their values."""
    data = text.encode("utf-8", "surrogatepass")
    for name, pattern in values_of(post).items():
        data = pattern.sub(f"<{name}>".encode(), data)
    return data.decode("utf-8", "surrogatepass")


def _is_telling(value: str) -> bool:
    number = len(value) < _LONG and re.fullmatch(r"[-+.\d]+", value)
    return len(value) >= _SHORTEST and value.lower() not in _COMMON and not number


def _pattern(value: str) -> re.Pattern[bytes]:
    """Return what finds a value, also escaped (HTML, JSON, Python, addresses) or in base64; a short one as a word."""
    data = value.encode("utf-8", "surrogateescape")
    written = {value, html.escape(value), json.dumps(value)[1:-1], repr(value)[1:-1], data.hex()}
    written |= {quote(value, safe="", errors="replace"), *_encoded(data)}
    longest = sorted(written, key=len, reverse=True)
    found = b"|".join(re.escape(text.encode("utf-8", "surrogateescape")) for text in longest)
    return re.compile(rb"(?<!\w)(?:" + found + rb")(?!\w)" if len(value) < _LONG else found)


def _encoded(data: bytes) -> Iterator[str]:
    """Yield what stands of a value in base64, in both alphabets, wherever in a group of three bytes it begins."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + data).decode()
        # The first and the last letter also hold bits of what stands around.
        inner = whole[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]
        yield inner
        yield inner.translate(str.maketrans("+/", "-_"))
