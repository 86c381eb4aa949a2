"""Carry each post's values from one published site to the next and tell what moved. Plain functions."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeGuard

from ..errors import AuthorError, Fault, shown
from ..execution.result import Result
from ..language import _
from ..posts.cells import cells
from ..posts.post import Post
from ..posts.references import stated

_LONGEST = 40
"""Characters of a text that the results page shows."""
HISTORY = "results-history.jsonl"
_LARGEST = 1e300
"""Above it differences and drawings of numbers overflow."""
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Published:
    """A line of the history: the numbers of a result that was published."""

    post: str
    """Its document."""
    key: str
    executed: str
    """ISO 8601, UTC."""
    seconds: float
    values: dict[str, int | float]


@dataclass(frozen=True)
class Moved:
    """A value that differs from the last published one by more than its author allows."""

    docname: str
    name: str
    old: float
    new: float
    allowed: float

    def __str__(self) -> str:
        message = _("warning: {post}: {name} moved from {old:g} to {new:g}, more than the {allowed:g} of `drift`")
        post = self.docname.rpartition("/")[2]
        return message.format(post=post, name=self.name, old=self.old, new=self.new, allowed=self.allowed)


@dataclass(frozen=True)
class ValueRow:
    """A value as the results page shows it."""

    name: str
    label: str
    """What it is in words; empty: its author has not said it."""
    value: bool | int | float | str
    spec: str
    """How the post's text writes it, such as ``.2%``; empty: that is not said."""
    unit: str
    promise: str
    """What its author promised of it, such as ``>= 0.9``; empty: nothing."""
    moved: Moved | None
    past: tuple[int | float, ...]
    """Its published numbers, oldest first, this one last; empty for what is no number."""

    @property
    def changed(self) -> bool:
        """Tell whether it was ever published as another one."""
        return len(set(self.past)) > 1


@dataclass(frozen=True)
class ResultRow:
    """An executed post as the results page shows it."""

    docname: str
    title: str
    language: str
    """Of its title; empty: that of the site."""
    executed: str
    """ISO 8601, UTC."""
    seconds: float
    values: tuple[ValueRow, ...]
    helpers: tuple[ValueRow, ...]
    """Those that tell its readers nothing: they are folded away."""


def read_history(previous: Path) -> list[Published]:
    """Read the history of the site in the folder ``previous``; say so where a new one starts.

    A line that is no record is said and left out; raises :class:`AuthorError` for a file that cannot be read.
    """
    path = previous / HISTORY
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        print(_("no history of results at {path}; a new one starts").format(path=shown(path)))
        return []
    except OSError as error:
        message = _("the history of results cannot be read ({reason}); mend the file, or delete it to start anew")
        raise AuthorError([Fault(path, 0, message.format(reason=error))]) from error
    history = []
    for number, line in records(content):
        if line:
            history.append(line)
        else:
            print(Fault(path, number, _("no line of the history; it is left out")))
    return history


def records(content: bytes) -> Iterator[tuple[int, Published | None]]:
    """Yield each line of a history that is not empty, with its number from 1; ``None``: it is no record."""
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, _published(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
            yield number, None


def extend_history(history: Sequence[Published], results: Mapping[str, Result]) -> list[Published]:
    """Return the history with a line for each post whose key or values are not those of its last line; oldest first."""
    last = {line.post: (line.key, line.values) for line in history}
    now = [
        Published(docname, result.key, result.record.executed, result.record.seconds, _numbers(result.values))
        for docname, result in results.items()
    ]
    new = [line for line in now if last.get(line.post) != (line.key, line.values)]
    return [*history, *sorted(new, key=lambda line: (line.executed, line.post))]


def history_file(history: Iterable[Published]) -> str:
    """Return the history as JSON Lines."""
    return "".join(json.dumps(asdict(line), ensure_ascii=False, sort_keys=True) + "\n" for line in history)


def moved_values(post: Post, result: Result, history: Iterable[Published]) -> list[Moved]:
    """Return the values that moved since the last published build by more than the post's ``drift``."""
    lines = [line for line in history if line.post == post.docname]
    if not (post.drift and lines):
        return []
    old = lines[-1].values
    return [
        Moved(post.docname, name, old[name], value, allowed)
        for name, value in result.values.items()
        if is_number(value)
        and name in old
        and (allowed := allowed_drift(post, name)) is not None
        and abs(value - old[name]) > allowed
    ]


def allowed_drift(post: Post, name: str) -> float | None:
    """Return how far a value may move; ``None``: the author has not said it."""
    return post.drift.get(name) if isinstance(post.drift, dict) else post.drift


def result_rows(
    posts: Iterable[Post], results: Mapping[str, Result], history: Iterable[Published], moved: Iterable[Moved]
) -> list[ResultRow]:
    """Return what the results page shows of each executed post, in the order of ``posts``."""
    past: dict[str, list[dict[str, int | float]]] = defaultdict(list)
    for line in history:
        past[line.post].append(line.values)
    found = {(each.docname, each.name): each for each in moved}
    rows = []
    for post in posts:
        if result := results.get(post.docname):
            specs = _stated(post)
            values = list(_value_rows(post, result, specs, past[post.docname], found))
            told = _told(values, post, specs)
            main, helpers = (tuple(v for v in values if (v.name in told) is of_main) for of_main in (True, False))
            about = (post.title, post.language, result.record.executed, result.record.seconds)
            rows.append(ResultRow(post.docname, *about, main, helpers))
    return rows


def value_changes(history: Iterable[Published]) -> dict[str, dt.datetime]:
    """Return docname → when its numbers last became others, to four digits; not there if they never did."""
    last: dict[str, dict[str, str]] = {}
    changed = {}
    for line in history:
        values = {name: f"{value:.4g}" for name, value in line.values.items()}
        if last.setdefault(line.post, values) != values:
            last[line.post] = values
            changed[line.post] = dt.datetime.fromisoformat(line.executed)
    return changed


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a value is a number that can be compared."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def _stated(post: Post) -> dict[str, str]:
    """Return the names of the values that the post's text or description states → how they write it first."""
    prose = [source for is_code, source, _ in cells(post) if not is_code] if "{glue" in post.text else []
    return stated(prose, post.description)


def _value_rows(
    post: Post,
    result: Result,
    specs: Mapping[str, str],
    past: Sequence[Mapping[str, int | float]],
    moved: Mapping[tuple[str, str], Moved],
) -> Iterator[ValueRow]:
    """Yield the values that have room in a table."""
    for name, value in result.values.items():
        if isinstance(value, str | int | float) and len(str(value)) <= _LONGEST:
            yield ValueRow(
                name,
                result.record.labels.get(name, ""),
                value,
                specs.get(name, ""),
                result.record.units.get(name, ""),
                post.expect.get(name, ""),
                moved.get((post.docname, name)),
                tuple(then[name] for then in past if name in then and is_number(value)),
            )


def _told(values: Sequence[ValueRow], post: Post, specs: Iterable[str]) -> set[str]:
    """Return the names of those that the author names in words or binds, and states where none has words; or all."""
    names = {each.name for each in values}
    bound = set(post.expect) | (post.drift.keys() if isinstance(post.drift, dict) else set())
    worded = {each.name for each in values if each.label} or set(specs)
    return names & (bound | worded | {each.name for each in values if each.moved}) or names


def _published(line: dict[str, Any]) -> Published:
    """Read a line; what a newer engine has added to it is passed over."""
    post, key, seconds = line["post"], line["key"], line["seconds"]
    executed = dt.datetime.fromisoformat(line["executed"])
    (executed - _DAY, executed + _DAY)  # readers see it in another time zone
    if not (isinstance(post, str) and isinstance(key, str) and is_number(seconds) and executed.tzinfo):
        raise ValueError
    found = Published(post, key, executed.isoformat(), seconds, _numbers(line["values"]))
    history_file([found]).encode("utf-8")  # halves of characters cannot be written again
    return found


def _numbers(values: Mapping[str, object]) -> dict[str, int | float]:
    return {name: value for name, value in values.items() if is_number(value)}
