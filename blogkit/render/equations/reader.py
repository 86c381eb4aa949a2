"""Read TeX: its tokens, arguments and environments, and the lines and cells of these."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...language import _

_TOKEN = re.compile(r"\\(?:[A-Za-z]+|[\s\S]|$)|(?<!\\)%[^\n]*(?:\n\s*)?|[{}&]|[^\\%{}&]+")
LENGTH = re.compile(r"\s*\*?\s*\[\s*-?[\d.]*\s*(?:em|ex|pt|cm|mm|in|px|mu|bp|pc|\\[a-z]+)\s*\]|\*(?=\s)")
"""Of the space after a line, behind ``\\\\``."""
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|[\s\S])|[\s\S]?")
_SPACE = re.compile(r"(?:\s|%[^\n]*\n)+")
_OPTION = re.compile(r"\s*\[((?:[^\[\]{}]|\{[^{}]*\})*)\]")


class Reader:
    """Reads TeX from left to right."""

    def __init__(self, tex: str) -> None:
        self._tex = tex
        self._at = 0

    def __iter__(self) -> Iterator[str]:
        while match := _TOKEN.match(self._tex, self._at):
            self._at = match.end()
            yield match[0]

    def match(self, pattern: re.Pattern[str]) -> bool:
        """Read what a pattern matches, if it does."""
        found = pattern.match(self._tex, self._at)
        self._at = found.end() if found else self._at
        return bool(found)

    def ahead(self, text: str) -> bool:
        """Say whether a text comes next, after white space."""
        return self._tex[self._at :].lstrip().startswith(text)

    def skip(self, text: str) -> str:
        """Read a text if it comes next, and return what was read."""
        if not self.ahead(text):
            return ""
        self._at = self._tex.index(text, self._at) + len(text)
        return text

    def token(self) -> str:
        """Read a command or a letter."""
        self.match(_SPACE)
        found = _COMMAND.match(self._tex, self._at)
        assert found
        self._at = found.end()
        return found[0]

    def argument(self) -> str:
        """Read an argument: what stands between braces, or one token; empty: there is none."""
        if not self.ahead("{"):
            return self.token()
        start = self._tex.index("{", self._at) + 1
        self._at, depth = start, 1
        for each in self:
            depth += {"{": 1, "}": -1}.get(each, 0)
            if not depth:
                return self._tex[start : self._at - 1]
        raise ValueError(_("a brace is not closed: {text}").format(text=self._tex[start - 1 :][:20]))

    def option(self) -> str | None:
        """Read an argument between square brackets, if there is one."""
        found = _OPTION.match(self._tex, self._at)
        self._at = found.end() if found else self._at
        return found[1] if found else None

    def until(self, text: str) -> str:
        """Read up to a text, without it."""
        start = self._at
        end = self._tex.find(text, start)
        self._at = end if end >= 0 else len(self._tex)
        return self._tex[start : self._at]

    def rest(self) -> str:
        """Return what is not read yet."""
        return self._tex[self._at :]

    def body(self, name: str) -> str:
        """Read an environment up to its end."""
        start, end, depth = self._at, re.compile(r"\\(begin|end)\s*\{" + re.escape(name) + r"\}"), 1
        for found in end.finditer(self._tex, start):
            depth += 1 if found[1] == "begin" else -1
            if not depth:
                self._at = found.end()
                return self._tex[start : found.start()]
        raise ValueError(_("an environment is not ended: {text}").format(text=name))


def lines(tex: str) -> list[str]:
    r"""Return what stands between the ``\\`` of an environment; an empty last line is none."""
    found = _split(tex, ("\\\\", r"\cr", r"\newline"))
    found[1:] = [re.sub(LENGTH, "", line, count=1) if LENGTH.match(line) else line for line in found[1:]]
    return found[:-1] if len(found) > 1 and not found[-1].strip() else found


def cells(line: str) -> list[str]:
    """Return what stands between the ``&`` of a line."""
    return _split(line, ("&",))


def _split(tex: str, ends: tuple[str, ...]) -> list[str]:
    found = [""]
    for token, depth in deep(tex):
        if not depth and token in ends:
            found.append("")
        else:
            found[-1] += token
    return found


def deep(tex: str) -> Iterator[tuple[str, int]]:
    """Yield each token with the number of braces, brackets and environments around it."""
    depth = 0
    for match in _TOKEN.finditer(tex):
        token = match[0]
        depth -= token in ("}", r"\end", r"\right")
        yield token, depth
        depth += token in ("{", r"\begin", r"\left")


def joined(rows: Iterable[str]) -> str:
    """Return lines as an environment has them."""
    return r"\\ ".join(rows)
