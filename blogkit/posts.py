"""Read posts: front matter, code cells and the faults in them. Knows nothing of Sphinx or kernels."""

from __future__ import annotations

import datetime as dt
import re
import string
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import nbformat
import yaml

from .errors import AuthorError, Fault
from .notebooks import Notebooks, cell_line, load_ipynb, split_front_matter

FOLDER = "posts"
SUFFIXES = (".md", ".ipynb")
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-([^\s/\[\]*?]+)")
_STEERING = ("raises-exception", "skip-execution")
"""Tags of a cell that say how it is executed."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C takes a tenth of the time
_OUTPUT_FOLDERS = ("images", "files")
_MAX_PATH = 200
_PROMISE = re.compile(r"\s*(>=|<=|==|>|<)\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*")


@dataclass(frozen=True)
class Post:
    """A post as its author wrote it; nothing here comes from executing it."""

    path: Path
    docname: str
    text: str
    title: str
    date: dt.datetime
    author: str = ""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    """A template over the post's glued values, such as ``정확도 {test_accuracy:.2%}``."""
    updated: dt.datetime | None = None
    draft: bool = False
    thumbnail: str = ""
    redirect_from: tuple[str, ...] = ()
    """Files below the site's root that lead to the post."""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    expect: dict[str, str] = field(default_factory=dict)
    drift: dict[str, float] | float = field(default_factory=dict)
    """How far each glued value, or all, may move from one published build to the next before that is reported."""
    timeout: float = 600.0
    """Seconds that the whole post may run."""
    cell_timeout: float | None = None
    """Seconds that each cell may run."""
    whole_machine: bool = False
    runs_on: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    """The line of each front-matter key, for messages."""
    notebooks: Notebooks = field(default_factory=Notebooks, repr=False, compare=False)
    """Where the notebook is read."""

    @property
    def slug(self) -> str:
        """The last part of the address."""
        return self.docname.rsplit("/", 1)[-1]

    @property
    def url(self) -> str:
        """The address below the site's root."""
        return f"{self.docname}.html"

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        """The post as a notebook without outputs; its metadata holds only what a kernel needs."""
        return nbformat.from_dict(self._notebook)

    @cached_property
    def code(self) -> tuple[str, ...]:
        """The sources of the code cells that are executed, in order."""
        if self.path.suffix == ".md" and "{code-cell}" not in self.text:
            return ()
        return tuple(cell["source"] for cell in self._code_cells)

    @property
    def steered(self) -> dict[str, list[str]]:
        """Number of a code cell, from 1, as text → its tags that say how it is executed."""
        cells = enumerate(self._code_cells, 1)
        tags = {str(n): [t for t in _STEERING if t in cell["metadata"].get("tags", [])] for n, cell in cells}
        return {number: found for number, found in tags.items() if found}

    @property
    def kernel(self) -> str:
        """The name of the Jupyter kernel."""
        if not self.code:
            return ""
        return self._notebook["metadata"].get("kernelspec", {}).get("name", "python3")

    def cell_line(self, index: int) -> int:
        """Return the line (from 1) at which a cell (from 0) of the notebook starts; 1 in an ``.ipynb``."""
        return cell_line(self.notebook, index)

    def is_public(self, now: dt.datetime) -> bool:
        """Tell whether the post may be published at ``now`` (aware)."""
        return not self.draft and self.date <= now

    @property
    def _code_cells(self) -> list[dict[str, Any]]:
        return [c for c in self._notebook["cells"] if c["cell_type"] == "code" and c["source"].strip()]

    @cached_property
    def _notebook(self) -> dict[str, Any]:
        return self.notebooks.read(self.path, self.text)

    def fault(self, key: str, message: str) -> Fault:
        """Make a fault at the line of a front-matter key."""
        return Fault(self.path, self.lines.get(key, 1), message)


def find_posts(root: Path) -> list[Path]:
    """List the files of the posts, newest name first."""
    files = (p for p in (root / FOLDER).glob("*") if p.suffix in SUFFIXES and not p.name.startswith((".", "_")))
    return sorted((p for p in files if p.name != "README.md"), key=lambda p: p.name, reverse=True)


def read_posts(
    root: Path, timezone: str = "Asia/Seoul", author: str = "", notebooks: Notebooks | None = None
) -> list[Post]:
    """Read every post, newest first; raise one :class:`AuthorError` with all faults of all posts."""
    notebooks = notebooks or Notebooks()
    posts, faults = [], []
    for path in find_posts(root):
        try:
            post = read_post(path, root, timezone, author, notebooks)
        except AuthorError as error:
            faults += error.faults
            continue
        posts.append(post)
    faults += _conflicts(posts)
    if faults:
        raise AuthorError(faults)
    return sorted(posts, key=lambda p: (p.date, p.docname), reverse=True)


def read_post(
    path: Path, root: Path, timezone: str = "Asia/Seoul", author: str = "", notebooks: Notebooks | None = None
) -> Post:
    """Read one post; raise :class:`AuthorError` with all faults of its front matter."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark of its encoding
    except UnicodeDecodeError as error:
        raise AuthorError(
            [Fault(path, 0, f"not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8")]
        ) from error
    meta, lines = _front_matter(path, text)
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for key, value in meta.items():
        if key in _IGNORED:
            continue
        check = _KEYS.get(key)
        if check is None:
            faults.append(Fault(path, lines.get(key, 1), f"unknown key {key!r}; known: {', '.join(sorted(_KEYS))}"))
            continue
        try:
            values[key] = check(value)
        except ValueError as error:
            faults.append(Fault(path, lines.get(key, 1), f"{key}: {error}"))
    name = _NAME.fullmatch(path.stem)
    if not name:
        faults.append(Fault(path, 0, "the name must be YYYY-MM-DD-slug, such as 2019-12-20-mnist.md; rename the file"))
    kernel = meta.get("kernelspec", {"name": "python3"})
    if not (isinstance(kernel, dict) and isinstance(kernel.get("name"), str)):
        faults.append(Fault(path, lines.get("kernelspec", 1), "kernelspec: must be a line `name: python3` below it"))
    if "title" not in meta:
        faults.append(Fault(path, 1, "no title; add a line such as `title: 제목` to the front matter"))
    zone = ZoneInfo(timezone)
    for key in ("date", "updated"):
        if isinstance(values.get(key), dt.datetime) and values[key].tzinfo is None:
            values[key] = values[key].replace(tzinfo=zone)
    if name and "date" not in meta:
        try:
            values["date"] = dt.datetime.fromisoformat(name[1]).replace(tzinfo=zone)
        except ValueError:
            faults.append(Fault(path, 0, f"{name[1]} in the name is no date; rename the file"))
    if faults:
        raise AuthorError(faults)
    published = values.pop("published", True)
    values["draft"] = values.get("draft", False) or not published
    docname = path.relative_to(root).with_suffix("").as_posix()
    post = Post(path, docname, text, lines=lines, notebooks=notebooks or Notebooks(), **{"author": author, **values})
    _check_cells(post)
    return post


def render_template(template: str, values: dict[str, Any]) -> str:
    """Fill ``{name:spec}`` references with glued values; raise ``ValueError`` for one that cannot be filled."""
    return "".join(text for text, _ in template_parts(template, values))


def template_parts(template: str, values: dict[str, Any]) -> list[tuple[str, bool]]:
    """Return the filled template in parts: the text, and whether it is a value. Errors as :func:`render_template`."""
    parts = []
    for literal, name, spec, conversion in string.Formatter().parse(template):
        parts.append((literal, False))
        if name is None:
            continue
        if not name.isidentifier() or conversion:
            raise ValueError(f"{{{name}}} is no plain name of a glued value")
        if name not in values:
            raise ValueError(f"{{{name}}} is glued by no cell; glued: {', '.join(sorted(values)) or 'nothing'}")
        try:
            parts.append((format(values[name], spec or ""), True))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{{{name}:{spec}}} cannot format {values[name]!r}: {error}") from error
    return parts


def parse_promise(text: str) -> tuple[str, float]:
    """Split ``>= 0.965`` into its operator and bound."""
    match = _PROMISE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no promise; write one such as '>= 0.965'")
    return match[1], float(match[2])


def nfc(text: str) -> str:
    """Compose Hangul, so that an address or a tag has one spelling on every system."""
    return unicodedata.normalize("NFC", text)


def _front_matter(path: Path, text: str) -> tuple[dict[str, Any], dict[str, int]]:
    if path.suffix == ".ipynb":
        notebook = load_ipynb(path, text)
        first = notebook.cells[0] if notebook.cells else None
        if first is None or first.cell_type != "raw" or not first.source.startswith("---"):
            return {k: v for k, v in notebook.metadata.items() if k not in _IGNORED}, {}
        text = first.source
    source, _ = split_front_matter(text)
    if not source:
        raise AuthorError([Fault(path, 1, "no front matter; start the file with `---`, `title: …`, `---`")])
    try:
        node = yaml.compose(source, Loader=_LOADER)
        if not isinstance(node, yaml.MappingNode):
            raise AuthorError([Fault(path, 1, "the front matter is no list of `key: value` lines")])
        faults = [
            Fault(path, key.start_mark.line + 2, "a key must be one word; quote it or delete the line")
            for key, _ in node.value
            if not isinstance(key, yaml.ScalarNode)
        ]
        if faults:
            raise AuthorError(faults)
        lines = {key.value: key.start_mark.line + 2 for key, _ in node.value}
        meta: dict[str, Any] = {}
        loader = yaml.SafeLoader("")
        for key, value in node.value:
            if key.value in meta:
                faults.append(Fault(path, key.start_mark.line + 2, f"{key.value!r} stands twice; delete one"))
            try:
                meta[key.value] = loader.construct_object(value, deep=True)
            except ValueError as error:  # an impossible date, such as 2019-13-45
                faults.append(Fault(path, key.start_mark.line + 2, f"{key.value}: {error}"))
        if faults:
            raise AuthorError(faults)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise AuthorError(
            [Fault(path, line, f"not YAML: {error.problem or error.context}; quote the value")]
        ) from error
    except yaml.reader.ReaderError as error:
        line = source.count("\n", 0, error.position) + 2
        raise AuthorError(
            [Fault(path, line, f"the character {_character(error)!r} is not allowed; delete it")]
        ) from error
    return meta, lines


def _character(error: yaml.reader.ReaderError) -> str:
    return error.character if isinstance(error.character, str) else chr(error.character)  # libyaml gives its number


def _conflicts(posts: list[Post]) -> Iterator[Fault]:
    """Yield what two posts may not share: an address, a file that both write, one that one writes and one reads."""
    addresses: dict[str, Post] = {}
    makers: dict[str, Post] = {}
    for post in posts:
        for address in (post.url, *post.redirect_from):
            other = addresses.setdefault(nfc(address).strip("/"), post)
            if other is not post:
                message = f"the address {address!r} is taken by {other.path.name}; rename one of the two"
                yield post.fault("redirect_from", message)
        for name in post.outputs:
            other = makers.setdefault(nfc(name), post)
            if other is not post:
                yield post.fault("outputs", f"{name} is written by {other.path.name}, too; rename one of the two")
    for post in posts:
        for name in makers:
            if any(fnmatchcase(name, pattern) for pattern in post.inputs):
                maker = makers[name].path.name
                yield post.fault("inputs", f"{name} is written by {maker}; a post reads only committed files")


def _check_cells(post: Post) -> None:
    try:
        code = post.code
    except AuthorError:
        raise
    except Exception as error:  # MyST-NB's own reading errors have no common class
        raise AuthorError([Fault(post.path, 0, str(error))]) from error
    faults = []
    if not code:
        for key in ("inputs", "outputs", "expect"):
            if getattr(post, key):
                faults.append(post.fault(key, f"{key}: the post has no code cell; delete the key or add a cell"))
    if faults:
        raise AuthorError(faults)


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool) or not str(value).strip():
        raise ValueError("must be a text that is not empty")
    return nfc(str(value).strip())


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(v) for v in (value if isinstance(value, list) else [value])))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _positive(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ValueError("must be a number above 0")
    return float(value)


def _date(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    match = re.fullmatch(
        r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?\s*(Z|[+-]\d{2}:?\d{2})?", str(value).strip()
    )
    try:
        if not match:
            raise ValueError
        zone = (match[3] or "").replace("Z", "+00:00")
        zone = f"{zone[:3]}:{zone[-2:]}" if zone else ""
        return dt.datetime.fromisoformat(f"{match[1]}T{(match[2] or '00:00').zfill(5)}{zone}")
    except ValueError:
        raise ValueError(f"{value!r} is no date; write one such as 2019-12-20 12:50 +09:00") from None


def _paths(value: Any) -> tuple[str, ...]:
    paths = _texts(value)
    for path in paths:
        parts = path.split("/")
        if not {"", ".", ".."}.isdisjoint(parts) or re.search(r"[\\:\0]", path) or len(path) > _MAX_PATH:
            raise ValueError(f"{path!r} must lie below the book's folder, such as data/mnist.npz")
        if parts[-1] == "**" or any("**" in part and part != "**" for part in parts):
            raise ValueError(f"{path!r}: write a pattern such as data/*.csv or data/**/*.csv")
    return paths


def _path(value: Any) -> str:
    return _paths(_text(value))[0]


def _files(value: Any) -> tuple[str, ...]:
    paths = _paths(value)
    for path in paths:
        if any(c in path for c in "*?["):
            raise ValueError(f"{path!r} must name one file; globs are for inputs")
        if path.split("/")[0] not in _OUTPUT_FOLDERS or "/" not in path:
            raise ValueError(f"{path!r} might overwrite a source; write to {' or '.join(_OUTPUT_FOLDERS)}/")
    return paths


def _old_addresses(value: Any) -> tuple[str, ...]:
    """Return the files that answer at addresses; on GitHub Pages ``ai/index.html`` answers at /ai/ and at /ai."""
    files = []
    for address in _texts(value):
        path = nfc(unquote(address)).strip("/")
        if re.search(r'[\\?#:"\n\0]', path) or any(part in ("", ".", "..") for part in path.split("/")):
            raise ValueError(f"{address!r} must be a path below the home page, such as /2019/mnist.html or /ai/mnist/")
        files.append(path if path.endswith((".html", ".htm")) else f"{path}/index.html")
    return tuple(files)


def _template(value: Any) -> str:
    text = _text(value)
    try:
        list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"{error}; write a literal brace twice") from error
    return text


def _promises(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("must be `name: '>= 0.9'` lines")
    for promise in value.values():
        parse_promise(str(promise))
    return {str(k): str(v) for k, v in value.items()}


def _drift(value: Any) -> dict[str, float] | float:
    if isinstance(value, dict):
        return {str(name): _positive(number) for name, number in value.items()}
    return _positive(value)


# Notebook tools write these; they are not the blog's.
_IGNORED = {
    "file_format",
    "kernelspec",
    "jupytext",
    "language_info",
    "mystnb",
    "myst",
    "source_map",
    "colab",
    "widgets",
}
_KEYS: dict[str, Callable[[Any], Any]] = {
    "title": _text,
    "date": _date,
    "updated": _date,
    "author": _text,
    "categories": _texts,
    "tags": _texts,
    "description": _template,
    "draft": _flag,
    "published": _flag,
    "thumbnail": _path,
    "redirect_from": _old_addresses,
    "inputs": _paths,
    "outputs": _files,
    "expect": _promises,
    "drift": _drift,
    "timeout": _positive,
    "cell_timeout": _positive,
    "whole_machine": _flag,
    "runs_on": _text,
}


def iter_public(posts: list[Post], now: dt.datetime, preview: bool = False) -> Iterator[Post]:
    """Yield the posts that this build shows: the public ones, and in a preview all."""
    return (post for post in posts if preview or post.is_public(now))
