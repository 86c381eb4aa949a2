"""References to glued values in what authors write: in descriptions, in prose and in promises."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

_PROMISE = re.compile(r"\s*(>=|<=|==|>|<)\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*")
_GLUE = re.compile(r"\{glue(?::text)?\}`([^`]+)`")


Value = bool | int | float | str | None | list["Value"] | dict[str, "Value"]
"""A glued value, as JSON has it."""


@dataclass(frozen=True)
class LiveText:
    """A text of which some parts are executed values."""

    parts: tuple[tuple[str, bool], ...] = ()
    """Each part, and whether it is a value."""

    def __str__(self) -> str:
        return "".join(text for text, _ in self.parts)

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
            raise ValueError(f"{{{name}}} is no plain name of a glued value")
        if name not in values:
            raise ValueError(f"{{{name}}} is glued by no cell; glued: {', '.join(sorted(values)) or 'nothing'}")
        try:
            parts.append((format(values[name], spec or ""), True))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{{{name}:{spec}}} cannot format {values[name]!r}: {error}") from error
    return LiveText(tuple(part for part in parts if part[0]))


def parse_promise(text: str) -> tuple[str, float]:
    """Split ``>= 0.965`` into its operator and bound."""
    match = _PROMISE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no promise; write one such as '>= 0.965'")
    return match[1], float(match[2])


def fill_glue(text: str, values: Mapping[str, Value]) -> str:
    """Put values in place of the references to them in MyST Markdown."""

    def value(match: re.Match[str]) -> str:
        name, _, spec = match[1].partition(":")
        return format(values[name], spec) if name in values else match[0]

    return _GLUE.sub(value, text)
