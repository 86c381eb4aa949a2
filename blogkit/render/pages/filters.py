"""Write dates, durations, values and summaries as pages show them: the filters of the templates."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from html import escape
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, get_datetime_format
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit
from markupsafe import Markup

from ...language import locale, words
from ...posts.references import LiveText, parse_promise

_SIGNS = {">=": "≥", "<=": "≤", "==": "="}
_EAST_ASIAN = "\u2e80"
"""The first character of the scripts from there."""


def live_text(text: LiveText) -> Markup:
    """Return a text as HTML in which each executed value is marked, and code is code."""
    html = ""
    for is_code, runs in groupby(text.runs, key=itemgetter(2)):
        parts = (f'<span class="pasted-text">{escape(run)}</span>' if live else escape(run) for run, live, _ in runs)
        html += f"<code>{''.join(parts)}</code>" if is_code else "".join(parts)
    return Markup(html)  # noqa: S704  # escaped above


class Filters:
    """Writes for readers of one language."""

    def __init__(self, language: str) -> None:
        self._words, self._locale = words(language), locale(language)

    @property
    def all(self) -> dict[str, Callable[..., str]]:
        """Name → filter."""
        times = (self.long_date, self.day, self.year, self.time, self.duration)
        values = (self.value, self.unit, self.promise, self.distance, self.move, self.sparkline)
        return {filter_.__name__: filter_ for filter_ in (*times, *values, live_text)}

    def long_date(self, value: str) -> str:
        """Write a date (ISO 8601)."""
        return format_date(dt.datetime.fromisoformat(value), "long", self._locale)

    def day(self, value: str) -> str:
        """Write a date (ISO 8601) without its year."""
        return format_skeleton("MMMd", dt.datetime.fromisoformat(value), locale=self._locale)

    def year(self, value: int) -> str:
        """Write a year."""
        return format_skeleton("y", dt.datetime(value, 1, 1), locale=self._locale)

    def time(self, value: str, timezone: str) -> str:
        """Write an ISO 8601 time to the minute, as it is in ``timezone``."""
        time = dt.datetime.fromisoformat(value).astimezone(ZoneInfo(timezone))
        clock = format_skeleton("Hm", time, locale=self._locale)
        return str(get_datetime_format("medium", self._locale)).format(clock, format_date(time, "long", self._locale))

    def duration(self, seconds: float) -> str:
        """Write a duration in words."""
        if seconds < 60:
            return self._unit(max(seconds, 0.1), "second", "0.0" if seconds < 10 else "0")
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        parts = [(hours, "hour"), (minutes, "minute")] if hours else [(minutes, "minute"), (rest, "second")]
        return format_list([self._unit(*part) for part in parts], "unit-short", self._locale)

    def value(self, value: bool | int | float | str, spec: str = "") -> str:
        """Write a value as Python's format ``spec`` says, if it can; else to six digits, thousands apart."""
        with suppress(ValueError, OverflowError):  # such as 0.5, once published, as ``d``
            if spec:
                return format(value, spec)
        if isinstance(value, bool):
            return self._words.gettext("Yes") if value else self._words.gettext("No")
        if isinstance(value, int):
            return format_decimal(value, locale=self._locale)
        if isinstance(value, str):
            return value
        digits = f"{value:.6g}"
        if "e" in digits or not math.isfinite(value):
            return digits
        return format_decimal(Decimal(digits), locale=self._locale, decimal_quantization=False, group_separator=False)

    def unit(self, unit: str) -> str:
        """Write a unit behind its number: apart, but for percents and what Koreans, Chinese and Japanese count in."""
        return unit if unit[:1] in ("", "%") or unit[0] >= _EAST_ASIAN else f"\N{NO-BREAK SPACE}{unit}"

    def promise(self, promise: str, spec: str) -> str:
        """Write a promise with all digits of its bound, in percent where the value is."""
        sign, bound = parse_promise(promise)
        return f"{_SIGNS.get(sign, sign)} {self._exact(bound, spec)}{'%' * spec.endswith('%')}"

    def distance(self, distance: float, spec: str) -> str:
        """Write how far a value may move."""
        if not spec.endswith("%"):
            return self._exact(distance, spec)
        points = self._exact(distance, spec)
        said = self._words.ngettext(
            "{number} percentage point", "{number} percentage points", 1 if points == "1" else 2
        )
        return said.format(number=points)

    def move(self, old: float, new: float, spec: str) -> str:
        """Write from what to what a value moved."""
        return " → ".join(self._apart(old, new, spec))

    def sparkline(self, numbers: Sequence[float], spec: str = "", width: int = 120, height: int = 28) -> Markup:
        """Draw numbers, oldest first, as a small SVG line whose last point is marked; sizes in CSS pixels."""
        if len(set(numbers)) < 2:
            return Markup("")
        low, high = min(numbers), max(numbers)
        margin = 4
        step = (width - 2 * margin) / (len(numbers) - 1)
        scale = (height - 2 * margin) / (high - low)
        points = [(margin + i * step, height - margin - (n - low) * scale) for i, n in enumerate(numbers)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        x, y = points[-1]
        label = self._words.gettext("{count} values between {low} and {high}")
        shown_low, shown_high = self._apart(low, high, spec)
        label = label.format(count=len(numbers), low=shown_low, high=shown_high)
        return Markup(  # noqa: S704  # numbers only
            f'<svg class="sparkline" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{escape(label)}">'
            f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="currentColor"/></svg>'
        )

    def _apart(self, one: float, other: float, spec: str) -> tuple[str, str]:
        """Write two numbers as ``spec`` says, unless it makes them the same."""
        texts = self.value(one, spec), self.value(other, spec)
        return texts if texts[0] != texts[1] else (self.value(one), self.value(other))

    def _exact(self, number: float, spec: str) -> str:
        """Write a number that an author typed, of percents where the format is of those."""
        scaled = (Decimal(str(number)) * (100 if spec.endswith("%") else 1)).normalize()
        if not 1e-9 < abs(scaled) < 1e15:
            return f"{scaled:g}"
        return format_decimal(scaled, locale=self._locale, decimal_quantization=False)

    def _unit(self, number: float, unit: str, pattern: str | None = None) -> str:
        return format_unit(number, f"duration-{unit}", "short", pattern, self._locale)
