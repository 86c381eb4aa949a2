"""Hold a result against what its author promised of it."""

from __future__ import annotations

import operator
from collections.abc import Iterator

from ..language import _
from ..posts.post import Post
from ..posts.references import parse_promise
from .failures import Failure, at_key
from .result import Result

_HOLDS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq}


def broken_promises(post: Post, result: Result) -> Iterator[Failure]:
    """Yield what ``expect`` promised and the result does not keep, and what ``drift`` names and no cell glued."""
    for name, promise in post.expect.items():
        sign, bound = parse_promise(promise)
        value = result.values.get(name)
        if not isinstance(value, int | float):
            said = _("promises {name} {promise}, but no cell glues a number {name}")
            yield at_key(post, "expect", said.format(name=name, promise=promise))
        elif not _HOLDS[sign](value, bound):
            said = _("promised {name} {promise}, got {value!r}")
            yield at_key(post, "expect", said.format(name=name, promise=promise, value=value))
    for name in post.drift if isinstance(post.drift, dict) else ():
        if not isinstance(result.values.get(name), int | float):
            said = _("`drift` names {name}, but no cell glues a number {name}")
            yield at_key(post, "drift", said.format(name=name))
