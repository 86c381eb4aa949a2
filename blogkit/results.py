"""Carry each post's values from one published site to the next and tell what moved. Plain functions."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import shown
from .posts import Post
from .store import Result

_LONGEST = 40
"""Characters of a text that the results page shows."""
HISTORY = "results-history.jsonl"


@dataclass(frozen=True)
class Moved:
    """A value that differs from the last published one by more than its author allows."""

    post: Post
    name: str
    old: float
    new: float
    allowed: float

    def __str__(self) -> str:
        return (
            f"warning: {self.post.slug}: {self.name} moved from {self.old:g} to {self.new:g}, "
            f"more than the {self.allowed:g} of `drift`"
        )


def read_history(previous: Path, log: Callable[[str], None] = print) -> list[dict[str, Any]]:
    """Read the history of the site in the folder ``previous``; say so where a new one starts."""
    path = previous / HISTORY
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except FileNotFoundError:
        log(f"no history of results at {shown(path)}; a new one starts")
    except (OSError, ValueError) as error:
        log(f"the history of results at {shown(path)} cannot be read ({error}); a new one starts")
    return []


def extend_history(history: list[dict[str, Any]], results: dict[str, Result]) -> list[dict[str, Any]]:
    """Return the history with a line for each post whose key is not the one of its last line; oldest first."""
    last = {line["post"]: line["key"] for line in history}
    new = [
        {
            "post": docname,
            "key": result.key,
            "executed": result.record["executed"],
            "seconds": result.record["seconds"],
            "values": {name: value for name, value in result.values.items() if _is_number(value)},
        }
        for docname, result in sorted(results.items())
        if last.get(docname) != result.key
    ]
    return history + sorted(new, key=lambda line: (line["executed"], line["post"]))


def write_history(history: list[dict[str, Any]]) -> str:
    """Return the history as JSON Lines."""
    return "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in history)


def moved(post: Post, result: Result, history: list[dict[str, Any]]) -> list[Moved]:
    """Return the values that moved since the last published build by more than the post's ``drift``."""
    if not post.drift:
        return []
    lines = [line for line in history if line["post"] == post.docname]
    if not lines:
        return []
    old = lines[-1]["values"]
    allowed = post.drift if isinstance(post.drift, dict) else dict.fromkeys(result.values, post.drift)
    return [
        Moved(post, name, old[name], value, allowed[name])
        for name, value in result.values.items()
        if _is_number(value) and name in old and name in allowed and abs(value - old[name]) > allowed[name]
    ]


def sparkline(numbers: list[float], width: int = 120, height: int = 28) -> str:
    """Draw numbers, oldest first, as a small SVG line whose last point is marked; sizes in CSS pixels."""
    low, high = min(numbers), max(numbers)
    inner_width, inner_height, margin = width - 8, height - 8, 4
    step = inner_width / max(1, len(numbers) - 1)
    scale = inner_height / (high - low) if high > low else 0
    points = [
        (margin + i * step, height - margin - (n - low) * scale if scale else height / 2) for i, n in enumerate(numbers)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg class="sparkline" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{len(numbers)}번의 값, {low:g}에서 {high:g} 사이">'
        f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="currentColor"/></svg>'
    )


def rows(
    posts: list[Post], results: dict[str, Result], history: list[dict[str, Any]], drifted: list[Moved]
) -> list[dict[str, Any]]:
    """Return what the results page shows of each executed post, in the order of ``posts``."""
    table = []
    past: dict[str, list[dict[str, float]]] = defaultdict(list)
    for line in history:
        past[line["post"]].append(line["values"])
    for post in posts:
        result = results.get(post.docname)
        if not result:
            continue
        values = []
        for name, value in result.values.items():
            if not isinstance(value, str | int | float) or len(str(value)) > _LONGEST:
                continue
            numbers = [then[name] for then in past[post.docname] if _is_number(then.get(name))]
            values.append(
                {
                    "name": name,
                    "value": _shown(value),
                    "unit": result.units.get(name, ""),
                    "promise": post.expect.get(name, ""),
                    "moved": next((m for m in drifted if m.post is post and m.name == name), None),
                    "sparkline": sparkline(numbers) if len(set(numbers)) > 1 else "",
                }
            )
        record = result.record
        table.append({"post": post, "executed": record["executed"], "seconds": record["seconds"], "values": values})
    return table


def value_changes(history: list[dict[str, Any]]) -> dict[str, dt.datetime]:
    """Return docname → when its numbers last became others, to four digits; not there if they never did."""
    last: dict[str, dict[str, str]] = {}
    changed = {}
    for line in history:
        values = {name: f"{value:.4g}" for name, value in line["values"].items()}
        if last.setdefault(line["post"], values) != values:
            last[line["post"]] = values
            changed[line["post"]] = dt.datetime.fromisoformat(line["executed"])
    return changed


def _shown(value: str | float) -> str:
    if isinstance(value, bool):
        return "예" if value else "아니요"
    return value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
