"""Write dates, durations, values and summaries as pages show them: the filters of the templates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape
from zoneinfo import ZoneInfo

from markupsafe import Markup

from ..posts.references import LiveText


def korean_date(value: str | dt.datetime) -> str:
    """Write a date (ISO 8601) as Koreans do."""
    value = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{value.year}년 {value.month}월 {value.day}일"


def korean_day(value: str) -> str:
    """Write a date (ISO 8601) without its year as Koreans do."""
    date = dt.datetime.fromisoformat(value)
    return f"{date.month}월 {date.day}일"


def korean_time(value: str, timezone: str) -> str:
    """Write an ISO 8601 time as Koreans do, to the minute, as it is in ``timezone``."""
    time = dt.datetime.fromisoformat(value).astimezone(ZoneInfo(timezone))
    return f"{korean_date(time)} {time:%H:%M}"


def korean_duration(seconds: float) -> str:
    """Write a duration in words."""
    if seconds < 60:
        return f"{max(seconds, 0.1):.1f}초" if seconds < 10 else f"{seconds:.0f}초"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}시간 {minutes}분" if hours else f"{minutes}분 {rest}초"


def live_text(text: LiveText) -> Markup:
    """Return a text as HTML in which each executed value is marked."""
    parts = (f'<span class="pasted-text">{escape(part)}</span>' if live else escape(part) for part, live in text.parts)
    return Markup("".join(parts))  # noqa: S704  # escaped above


def shown_value(value: bool | int | float | str) -> str:
    """Write a value for readers: to six digits, thousands apart."""
    if isinstance(value, bool):
        return "예" if value else "아니요"
    return value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def sparkline(numbers: Sequence[float], width: int = 120, height: int = 28) -> Markup:
    """Draw numbers, oldest first, as a small SVG line whose last point is marked; sizes in CSS pixels."""
    if len(set(numbers)) < 2:
        return Markup("")
    low, high = min(numbers), max(numbers)
    inner_width, inner_height, margin = width - 8, height - 8, 4
    step = inner_width / max(1, len(numbers) - 1)
    scale = inner_height / (high - low) if high > low else 0
    points = [
        (margin + i * step, height - margin - (n - low) * scale if scale else height / 2) for i, n in enumerate(numbers)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return Markup(  # noqa: S704  # numbers only
        f'<svg class="sparkline" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{len(numbers)}번의 값, {low:g}에서 {high:g} 사이">'
        f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="currentColor"/></svg>'
    )


FILTERS = {
    filter_.__name__: filter_
    for filter_ in (korean_date, korean_day, korean_time, korean_duration, live_text, shown_value, sparkline)
}
