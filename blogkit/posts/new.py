"""Begin a post: one file with the right name and front matter."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from ..files import LONGEST_NAME
from ..language import _
from ..text import hyphenated, nfc
from .post import POSTS, SUFFIXES

_TEMPLATE = """\
---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3}}
title: {title}
date: {date}
categories: []
tags: []
description: "답은 {{answer}}입니다." # 목록과 검색 결과에 나오는 한 문장
draft: true # 공개할 때 이 줄을 지웁니다
---

여기에 씁니다. 코드는 사이트를 만들 때 실행되고, `glue`로 이름을 붙인 값은 본문에 쓸 수 있습니다: {{glue:text}}`answer`

```{{code-cell}} ipython3
answer = 6 * 7
glue("answer", answer)
```
"""
_MAX_SLUG = 80
_MAX_BYTES = LONGEST_NAME - len("YYYY-MM-DD-")


def new_post(root: Path, title: str, now: dt.datetime) -> Path:
    """Write a draft titled ``title`` and dated ``now`` (aware); return its path, and leave alone a file that exists."""
    title = nfc(" ".join(title.split()))
    slug = slug_of(title)
    if not slug:
        message = _("{title!r} has no letter or digit to make an address of; write another title")
        raise ValueError(message.format(title=title))
    path = root / POSTS / f"{now:%Y-%m-%d}-{slug}.md"
    for suffix in SUFFIXES:
        if path.with_name(path.stem + suffix).exists():
            name = f"{path.stem}{suffix}"
            raise FileExistsError(_("{name} exists already; write another title").format(name=name))
    date = f"{now:%Y-%m-%d %H:%M} {now.isoformat()[-6:]}"
    path.parent.mkdir(exist_ok=True)
    text = _TEMPLATE.format(title=json.dumps(title, ensure_ascii=False), date=date)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path


def slug_of(title: str) -> str:
    """Return the last part of a title's address: as many of its words as there is room for."""
    words = hyphenated(title, "^\\W_").split("-")
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:_MAX_SLUG].encode()[:_MAX_BYTES].decode(errors="ignore")
        if len(longer) > _MAX_SLUG or len(longer.encode()) > _MAX_BYTES:
            break
        slug = longer
    return slug
