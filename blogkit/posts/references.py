"""References to glued values in what authors write: in descriptions, in prose and in promises."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..language import _
from ..text import shorten

_PROMISE = re.compile(r"\s*(>=|<=|==|>|<)\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*")
_GLUE = re.compile(r"\{glue(?::text)?\}`([^`]+)`")
_USE = re.compile(r"\{glue(?::\w+)?\}(?:`([^`]+)`|[ \t]+(\S+))")
"""A role or a directive that states a value."""
_WIDE = re.compile(r"\d{4}")
_SHOWN = 60
"""Characters of a value that messages show."""


Value = bool | int | float | str | None | list["Value"] | dict[str, "Value"]
"""A glued value, as JSON has it."""


@dataclass(frozen=True)
class LiveText:
    """A text of which some parts are executed values, and some, in backticks, code; as a string it is plain words."""

    parts: tuple[tuple[str, bool], ...] = ()
    """Each part, and whether it is a value."""

    @property
    def runs(self) -> Iterator[tuple[str, bool, bool]]:
        """Yield the text without the backticks that make pairs: each run, whether it is a value, whether it is code."""
        left = sum(text.count("`") for text, live in self.parts if not live) // 2 * 2
        is_code = False
        for part, live in self.parts:
            for text in [part] if live else re.split("(`)", part):
                if text == "`" and left and not live:
                    left, is_code = left - 1, not is_code
                elif text:
                    yield text, live, is_code

    def __str__(self) -> str:
        return "".join(text for text, *_ in self.runs)

    def __bool__(self) -> bool:
        return any(text for text, _ in self.parts)


def fill_template(template: str, values: Mapping[str, Value]) -> LiveText:
    """Fill ``{name:spec}`` references with glued values; raise ``ValueError`` for one that cannot be filled."""
    parts = []
    for literal, name, spec, conversion in string.Formatter().parse(template):
        parts.append((literal, False))
        if name is None:
            continue
        if not name.isidentifier() or conversion:
            raise ValueError(
                _("{{{name}}} is no name that `glue` gave to a value; to show braces, write them twice").format(
                    name=name
                )
            )
        if name not in values:
            glued = ", ".join(sorted(values)) or _("nothing")
            raise ValueError(
                _("{{{name}}}: no cell hands on such a value with `glue`; there are: {glued}").format(
                    name=name, glued=glued
                )
            )
        parts.append((_formatted(name, values[name], spec or ""), True))
    return LiveText(tuple(part for part in parts if part[0]))


def stated(texts: Iterable[str], template: str) -> dict[str, str]:
    """Return the names of the values that texts and then a template state → the first format there; empty: none."""
    uses = [(use[1] or use[2]).partition(":")[::2] for text in texts for use in _USE.finditer(text)]
    uses += [(name, spec or "") for _, name, spec, _ in string.Formatter().parse(template) if name]
    formats: dict[str, str] = {}
    for name, spec in uses:
        formats[name] = formats.get(name) or spec
    return formats


def parse_promise(text: str) -> tuple[str, float]:
    """Split ``>= 0.965`` into its operator and bound."""
    match = _PROMISE.fullmatch(text)
    if not match:
        raise ValueError(_("{text!r} is no promise; write one such as '>= 0.965'").format(text=text))
    return match[1], float(match[2])


def fill_glue(text: str, values: Mapping[str, Value]) -> str:
    """Put values in place of the references to them in MyST Markdown; raise ``ValueError`` for a wrong format."""
    return _GLUE.sub(lambda match: _filled(match, values), text)


def wrong_glue(text: str, values: Mapping[str, Value]) -> Iterator[tuple[int, str]]:
    """Yield the line (from 1) of each reference that cannot be filled, and why."""
    for match in _GLUE.finditer(text):
        try:
            _filled(match, values)
        except ValueError as error:
            yield text.count("\n", 0, match.start()) + 1, str(error)


def _filled(match: re.Match[str], values: Mapping[str, Value]) -> str:
    name, __, spec = match[1].partition(":")
    return _formatted(name, values[name], spec) if name in values else match[0]


def _formatted(name: str, value: Value, spec: str) -> str:
    try:
        if _WIDE.search(spec):
            raise ValueError(_("it asks for more than 999 characters"))
        text = format(value, spec)
        text.encode()  # which half of a character cannot be
    except (ValueError, TypeError, OverflowError) as error:
        message = _("{reference} cannot format {value}: {reason}")
        reference, shown = f"{{{name}:{spec}}}", shorten(repr(value), _SHOWN)
        raise ValueError(message.format(reference=reference, value=shown, reason=error)) from error
    return text
