"""What the lists of posts need to know of each post."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from .posts import Post


@dataclass(frozen=True)
class Entry:
    """A post as this build publishes it."""

    post: Post
    values: dict[str, Any] = field(default_factory=dict)
    summary: str = ""
    provenance: dict[str, Any] | None = None
    minutes: int = 1
    updated: dt.datetime | None = None
