"""Execute posts again and hold what they give against what is stored, or against what is published."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import nbformat

from ..errors import AuthorError, Fault, for_each
from ..execution.execute import execute_posts
from ..execution.function import Function
from ..execution.result import Result, with_outputs
from ..execution.status import functions
from ..execution.store import Store
from ..files import json_digest
from ..language import _
from ..posts.post import Post
from ..posts.references import Value
from ..site.history import allowed_drift, is_number
from ..text import nfc
from .fetch import fetch_file

_SHOWN = 8
_DIGEST = 64


@dataclass(frozen=True)
class Claim:
    """What is stated of a post: by a stored result, or by a published page."""

    values: Mapping[str, Value]
    outputs: tuple[str, ...]
    """The digest of what each code cell printed and showed."""
    files: Mapping[str, str]
    """File that the post wrote → digest."""
    made_by: Mapping[str, str]
    """What else it depends on, by name: interpreter, system, processor, each package and input."""


@dataclass(frozen=True)
class Verdict:
    """What a post gave when it was executed again, beside what is stated of it."""

    post: str
    values: tuple[str, ...]
    """What differs by more than the post's ``drift``, such as ``accuracy 0.97 → 0.96``."""
    outputs: tuple[str, ...]
    files: tuple[str, ...]
    """Empty, too, where processors or packages differ, and files need not be the same."""
    surroundings: tuple[str, ...]
    """What was other than when it was stated."""
    compared: int
    """How many values there are."""


def verify(posts: Sequence[Post], stated: Mapping[str, Claim], root: Path, jobs: int = 0) -> list[Verdict]:
    """Execute the posts and compare what they give with ``stated`` (by docname); nothing is stored.

    Raises what :func:`~blogkit.execution.execute.execute_posts` raises.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = execute_posts(posts, root, Store(Path(folder)), jobs, force=True)
        return [verdict(post, stated[post.docname], stored_claim(post, results[post.docname])) for post in posts]


def stated_by_store(posts: Sequence[Post], root: Path, store: Store, jobs: int = 0) -> dict[str, Claim]:
    """Return docname → what the stored result states; raise :class:`AuthorError` where none is stored."""

    def one(function: Function) -> tuple[str, Claim]:
        post = function.post
        result = store.find(function.key)
        if result is None:
            message = _("no result of this code is stored to verify; execute it first")
            raise AuthorError([Fault(post.path, 0, message)])
        return post.docname, stored_claim(post, result)

    return dict(for_each(one, functions(posts, root, store, jobs)))


def stated_by_site(posts: Sequence[Post], given: str) -> dict[str, Claim]:
    """Return docname → what is published: of the post whose page ``given`` is, or of all posts of that site.

    Raises ``ValueError`` where nothing is published there, ``OSError`` where nobody answers.
    """
    last = nfc(PurePosixPath(unquote(urlsplit(given).path)).name).removesuffix(".html")
    pages = [(post, given) for post in posts if post.slug == last]
    if not pages:
        base = given.removesuffix("index.html").rstrip("/")
        pages = [(post, f"{base}/{quote(post.url)}") for post in posts]
    found = {post.docname: claim for post, page in pages if (claim := published_claim(post, page))}
    if not found:
        raise ValueError(_("no record of a post of this checkout is published at {address}").format(address=given))
    return found


def stored_claim(post: Post, result: Result) -> Claim:
    """Return what a result states."""
    environment = result.record.function["environment"]
    made_by = {
        "Python": environment["python"],
        "system": f"{environment['system']} {environment['machine']}",
        "processor": result.record.processor,
        "device": result.record.device,
        **environment["packages"],
        **result.record.function["inputs"],
    }
    return Claim(result.values, _outputs(with_outputs(post, result), post), result.record.outputs, made_by)


def published_claim(post: Post, page: str) -> Claim | None:
    """Return what a published page states, by the record and the notebook beside it; ``None``: it is not there."""
    page = page.removesuffix(".html")
    record, notebook = (fetch_file(page + suffix) for suffix in (".json", ".ipynb"))
    if record is None or notebook is None:
        return None
    try:
        return _claim(json.loads(record), nbformat.reads(notebook.decode("utf-8"), as_version=4), post)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = _("{address} is no record of a post ({reason})")
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(message.format(address=f"{page}.json", reason=reason)) from error


def is_address(text: str) -> bool:
    """Tell whether an argument is an address on the web, not the name of a post."""
    return urlsplit(text).scheme in ("http", "https")


def verdict(post: Post, stated: Claim, found: Claim) -> Verdict:
    """Compare what is stated of a post with what it gave now."""
    same_machine = stated.made_by == found.made_by
    cells = enumerate(zip(stated.outputs, found.outputs, strict=False), 1)
    outputs = [_("cell {number}").format(number=number) for number, (old, new) in cells if old != new]
    if len(stated.outputs) != len(found.outputs):
        message = _("{before} cells → {after}")
        outputs.append(message.format(before=len(stated.outputs), after=len(found.outputs)))
    return Verdict(
        post.slug,
        tuple(_differing(post, stated.values, found.values)),
        tuple(outputs),
        tuple(n for n, digest in stated.files.items() if found.files.get(n) != digest) if same_machine else (),
        tuple(_others(stated.made_by, found.made_by)),
        len(found.values),
    )


def as_table(verdicts: Iterable[Verdict]) -> str:
    """Write the verdicts in Markdown."""
    head = (_("post"), _("values"), _("outputs"), _("files"), _("executed with"))
    rows = [head, ("---",) * len(head)]
    for each in verdicts:
        same = _("same") if not each.surroundings else _("not compared")
        values = ", ".join(each.values) or _("{number} same").format(number=each.compared)
        cells = (", ".join(each.outputs) or _("same"), ", ".join(each.files) or same)
        surroundings, others = ", ".join(each.surroundings[:_SHOWN]), each.surroundings[_SHOWN:]
        if others:
            surroundings = _("{some} and {number} more").format(some=surroundings, number=len(others))
        rows.append((each.post, values, *cells, surroundings or _("the same")))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _claim(record: dict[str, Any], notebook: nbformat.NotebookNode, post: Post) -> Claim:
    made_by = {
        "Python": record["python"],
        "system": record["platform"],
        "processor": record["processor"],
        "device": record["device"],
        **record["all_packages"],
        **record["inputs"],
    }
    return Claim(dict(record["values"]), _outputs(notebook, post), dict(record["outputs"]), made_by)


def _outputs(notebook: nbformat.NotebookNode, post: Post) -> tuple[str, ...]:
    """Return a digest for each code cell of the post; a published notebook has another one before them."""
    cells, own = ([c for c in each.cells if c.cell_type == "code"] for each in (notebook, post.notebook))
    shown = cells[len(cells) - len(own) :] if len(cells) > len(own) else cells
    return tuple(json_digest([o for o in cell.get("outputs", []) if _is_compared(o)]) for cell in shown)


def _is_compared(output: Mapping[str, Any]) -> bool:
    """Tell whether an output is of those that readers see; glued values are compared by name."""
    return output.get("name") != "stderr" and "scrapbook" not in output.get("metadata", {})


def _differing(post: Post, stated: Mapping[str, Value], found: Mapping[str, Value]) -> Iterable[str]:
    for name in dict.fromkeys([*stated, *found]):
        old, new = stated.get(name), found.get(name)
        if is_number(old) and is_number(new):
            if abs(new - old) > (allowed_drift(post, name) or 0):
                yield f"{name} {old!r} → {new!r}"
        elif old != new:
            both = name in stated and name in found
            message = _("{name} is other") if both else _("{name} is new") if name in found else _("{name} is gone")
            yield message.format(name=name)


def _others(stated: Mapping[str, str], found: Mapping[str, str]) -> Iterable[str]:
    """Yield what differs, what both have first."""
    names = {"system": _("system"), "processor": _("processor"), "device": _("device")}
    for key in sorted({*stated, *found}, key=lambda key: (not (key in stated and key in found), key)):
        old, new, name = stated.get(key), found.get(key), names.get(key, key)
        if old and new and old != new:
            yield f"{name} {old} → {new}" if len(old) < _DIGEST else _("{name} (other content)").format(name=name)
        elif old != new:
            yield (_("{name} is new") if new else _("{name} is gone")).format(name=name)
