"""Write in Markdown what changes for readers, for a pull request's summary."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from ..language import _, ngettext
from ..posts.post import POSTS, is_post
from .diff import Difference

_EXCERPT_LINES = 16
_EXCERPT_WIDTH = 200
_PAGES_SHOWN = 20


def as_markdown(found: Difference) -> str:
    """Write a difference for a pull request's summary."""
    parts = ["## " + _("What changes for readers") + "\n"]
    if found.first:
        parts.append(_("Nothing was published before: this is the first publication.") + "\n")
    parts += _posts(_("Posts added"), found.added)
    parts += _posts(_("Posts removed"), found.removed)
    rows = [(_name(post), f"`{name}`", _value(a), _value(b)) for post, name, a, b in found.values]
    parts += _table(_("Values"), (_("Post"), _("Value"), _("Before"), _("After")), [] if found.first else rows)
    parts += _pages(found.changed)
    times = [(_name(post), _duration(a), _duration(b)) for post, a, b in found.seconds]
    parts += _table(_("Executed anew"), (_("Post"), _("Before"), _("Now")), times)
    if len(parts) == 1:
        parts.append(_("Nothing.") + "\n")
    return "\n".join(parts)


def _posts(heading: str, posts: dict[str, str]) -> list[str]:
    if not posts:
        return []
    return [f"### {heading}\n", *(f"- {_escape(title)} ({_name(name)})" for name, title in posts.items()), ""]


def _pages(changed: dict[str, list[str]]) -> list[str]:
    """Show the changed posts with an excerpt and count the changes of the other pages."""
    if not changed:
        return []
    posts = {name: lines for name, lines in changed.items() if is_post(name)}
    parts = ["### " + _("Pages whose text changed") + "\n"]
    for number, (name, lines) in enumerate(posts.items()):
        parts.append(f"- {_name(name)}: {_counts(lines)}")
        if number < _PAGES_SHOWN:
            parts.append(_excerpt(lines))
    parts += [f"- {_name(name)}: {_counts(lines)}" for name, lines in changed.items() if name not in posts]
    return [*parts, ""]


def _counts(lines: list[str]) -> str:
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    message = ngettext("{added} line added, {removed} removed", "{added} lines added, {removed} removed", added)
    return message.format(added=added, removed=removed)


def _excerpt(lines: list[str]) -> str:
    shown = [line[:_EXCERPT_WIDTH] for line in lines if not line.startswith("@@")]
    more = len(shown) - _EXCERPT_LINES
    shown = shown[:_EXCERPT_LINES] + ([_("… {number} more").format(number=more)] if more > 0 else [])
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", "\n".join(shown))), default=0))
    return "\n".join(f"  {line}" for line in (f"{fence}diff", *shown, fence))


def _table(heading: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    lines = [head, ("---",) * len(head), *rows]
    return [f"### {heading}\n", *(f"| {' | '.join(line)} |" for line in lines), ""]


def _value(value: Any) -> str:
    return "–" if value is None else _escape(json.dumps(value, ensure_ascii=False)[:_EXCERPT_WIDTH])


def _duration(seconds: float | None) -> str:
    return "–" if seconds is None else _("{seconds:.1f} s").format(seconds=seconds)


def _name(path: str) -> str:
    name = path.removeprefix(f"{POSTS}/").removesuffix(".json").removesuffix(".html") if is_post(path) else path
    return f"`{re.sub('[`|]', '', name)}`"


def _escape(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~@])", r"\\\1", text)
