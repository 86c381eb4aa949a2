"""Write dates, durations and summaries as pages show them. Plain functions, used as filters by the templates."""

from __future__ import annotations

import datetime as dt
from html import escape

from markupsafe import Markup

from .listing import Entry
from .posts import template_parts


def korean_date(value: dt.datetime) -> str:
    """Write a date as Koreans do."""
    return f"{value.year}년 {value.month}월 {value.day}일"


def korean_time(value: str, zone: dt.tzinfo) -> str:
    """Write an ISO 8601 time as Koreans do, to the minute, as it is in ``zone``."""
    time = dt.datetime.fromisoformat(value).astimezone(zone)
    return f"{korean_date(time)} {time:%H:%M}"


def korean_duration(seconds: float) -> str:
    """Write a duration in words."""
    if seconds < 60:
        return f"{max(seconds, 0.1):.1f}초" if seconds < 10 else f"{seconds:.0f}초"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}시간 {minutes}분" if hours else f"{minutes}분 {rest}초"


def live_summary(entry: Entry) -> Markup:
    """Return a post's summary as HTML in which each executed value is marked."""
    parts = template_parts(entry.post.description, entry.values) if entry.post.description else [(entry.summary, False)]
    html = (
        f'<span class="pasted-text">{escape(text)}</span>' if is_value else escape(text) for text, is_value in parts
    )
    return Markup("".join(html))  # noqa: S704  # escaped above
