"""One build of the blog: its posts, their results and what it publishes. Plain values, no Sphinx."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from filelock import FileLock, Timeout

from . import provenance
from .address import Site
from .errors import AuthorError, Fault, for_each
from .execute import execute_posts, put_back, summary
from .history import last_changes
from .listing import Entry, excerpt, reading_minutes
from .notebooks import Notebooks
from .posts import FOLDER, Post, iter_public, read_posts
from .publish import Made, write_if_changed
from .results import HISTORY, Moved, extend_history, moved, read_history, rows, value_changes, write_history
from .status import states
from .store import Result, Store, key_of

STORE = "_build/.jupyter_cache/blogkit"  # `jupyter-book clean` keeps this folder, `clean --all` does not


@dataclass(frozen=True)
class Settings:
    """What ``_config.yml`` says of the blog (``sphinx: config: blog_…``)."""

    author: str = ""
    timezone: str = "Asia/Seoul"
    jobs: int = 0
    """Light posts executed at once; 0: as many as cores and memory allow."""
    store: str = STORE
    store_days: float = 180.0
    """Days after which a result that no build used is dropped."""
    store_gib: float = 5.0
    """Size in GiB above which the oldest results are dropped."""
    repository: str = ""
    origin: str = ""
    """The address that the blog had before it moved: feed readers know its posts by it."""
    feed_entries: int = 20
    """Posts in a feed, newest first."""
    preview: bool = False
    """Show drafts and posts of the future, marked."""

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Settings:
        """Take ``author`` and each ``blog_…`` value that ``config`` has; raise :class:`AuthorError` for wrong ones.

        ``BLOG_PREVIEW=1`` is a preview; on GitHub the repository is known.
        """
        names = {f.name: f.name if f.name == "author" else f"blog_{f.name}" for f in fields(cls)}
        values = {name: config[key] for name, key in names.items() if config.get(key) is not None}
        if os.environ.get("BLOG_PREVIEW"):
            values["preview"] = True
        if os.environ.get("GITHUB_REPOSITORY"):
            github = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
            values.setdefault("repository", f"{github}/{os.environ['GITHUB_REPOSITORY']}")
        settings = cls(**values)
        settings.check()
        return settings

    def check(self) -> None:
        """Raise :class:`AuthorError` with all that is wrong."""
        faults = []
        for setting in fields(self):
            value, like = getattr(self, setting.name), setting.default
            number = isinstance(like, int | float) and not isinstance(like, bool)
            right = isinstance(value, int | float) if number else isinstance(value, type(like))
            if not right or (number and (isinstance(value, bool) or value < 0)):
                kind = "a number from 0" if number else "true or false" if isinstance(like, bool) else "a text"
                faults.append(f"blog_{setting.name}: {value!r} must be {kind}")
        try:
            ZoneInfo(self.timezone)
        except (ValueError, TypeError, OSError, ZoneInfoNotFoundError):
            faults.append(f"blog_timezone: {self.timezone!r} is no time zone; write one such as Asia/Seoul")
        if faults:
            raise AuthorError([Fault(Path("_config.yml"), 0, fault) for fault in faults])


@dataclass
class Blog:
    """The posts of one build, newest first, with their results."""

    root: Path
    settings: Settings
    posts: list[Post] = field(default_factory=list)
    results: dict[str, Result] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    _by_docname: dict[str, Entry] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def store(self) -> Store:
        """Where the results are kept."""
        return Store(self.root / self.settings.store)

    @contextmanager
    def lock(self, log: Callable[[str], None] = print) -> Iterator[None]:
        """Hold the book's lock: builds of one checkout come one after the other."""
        folder = self.root / "_build"
        folder.mkdir(exist_ok=True)
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            log("another build of this book is running; waiting for it to end")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def read(self) -> list[Post]:
        """Read all posts and return those that this build shows."""
        notebooks = Notebooks(self.root / "_build" / ".notebooks")
        self.posts = read_posts(self.root, self.settings.timezone, self.settings.author, notebooks)
        notebooks.prune()
        now = dt.datetime.now(ZoneInfo(self.settings.timezone))
        return list(iter_public(self.posts, now, self.settings.preview))

    def execute(self, log: Callable[[str], None] = print, names: Collection[str] = (), *, force: bool = False) -> None:
        """Execute what is stale, put back the files that posts write and make the entries.

        ``names`` limits it to posts of these names (an unknown one is an error); ``force`` executes what is fresh, too.
        """
        shown = self.read()
        unknown = sorted(set(names) - {post.slug for post in shown})
        if unknown:
            raise AuthorError([Fault(self.root / FOLDER, 0, f"no post is named {', '.join(unknown)}")])
        shown = [post for post in shown if not names or post.slug in names]
        self.results = execute_posts(shown, self.root, self.store, self.settings.jobs, log, force=force)
        for post in shown:
            if post.docname in self.results:
                put_back(self.results[post.docname], post, self.root)
        previous = Path(os.environ.get("BLOG_PREVIOUS_SITE") or self.root / "_build" / "html")
        before = read_history(previous, log)
        self.history = extend_history(before, self.results)
        self.moved = [m for p in shown if (r := self.results.get(p.docname)) for m in moved(p, r, before)]
        for value in self.moved:
            log(str(value))
        edited, measured = last_changes(self.root, FOLDER), value_changes(self.history)
        self.entries = for_each(lambda post: self._entry(post, edited, measured.get(post.docname)), shown)
        self._by_docname = {entry.post.docname: entry for entry in self.entries}
        if self.store.grew and not names:  # of the other posts nothing is known here
            self._drop({result.key for result in self.results.values()})

    def prune(self) -> list[str]:
        """Drop results that are old or above the size, none of what is fresh; return their keys."""
        found = states(self.read(), self.root, self.store)  # what is fresh is used today
        return self._drop({state.function.key for state in found})

    def hidden(self) -> list[Post]:
        """Return the posts that this build does not show."""
        return [post for post in self.posts if post.docname not in self._by_docname]

    def entry(self, docname: str) -> Entry | None:
        """Return the entry of a page, if it is a post."""
        return self._by_docname.get(docname)

    def write_files(self, pages: Path, made: Made, code: str, site: Site) -> set[str]:
        """Write what stands beside the pages; return the names (relative to ``pages``).

        ``made`` knows what was made before from the same sources by the same ``code`` (a digest).
        """
        written: dict[str, str | Path] = {}
        records = set()
        for entry in self.entries:
            post, result, facts = entry.post, self.results.get(entry.post.docname), entry.provenance
            written[f"{post.docname}{post.path.suffix}"] = post.text
            if result:
                address = site.url(post.url) if site.base else ""
                source = key_of({"from": [code, post.text, post.title, entry.summary, facts, address]})
                make = {
                    ".ipynb": partial(provenance.published_notebook, post, result, entry.summary, facts, address),
                    ".json": partial(provenance.as_json, post, result, facts),
                }
                for suffix, content in make.items():
                    records.add(f"{post.docname}{suffix}")
                    made.write(pages / f"{post.docname}{suffix}", source, content)
                written |= {name: result.file(name) for name in post.outputs}
        written[HISTORY] = write_history(self.history)
        outputs = {name for post in self.posts for name in post.outputs}
        for picture in (self.root / "images").rglob("*"):
            name = picture.relative_to(self.root).as_posix()
            if picture.is_file() and name not in outputs and picture.suffix != ".md" and picture.name[0] != ".":
                written[name] = picture
        for name, content in written.items():
            write_if_changed(pages / name, content.read_bytes() if isinstance(content, Path) else content)
        return records | set(written)

    def result_rows(self) -> list[dict[str, Any]]:
        """Return what the results page shows."""
        return rows([entry.post for entry in self.entries], self.results, self.history, self.moved)

    def _drop(self, keep: set[str]) -> list[str]:
        return self.store.prune(keep, self.settings.store_days, self.settings.store_gib * (1 << 30))

    def _entry(self, post: Post, edited: Mapping[str, dt.datetime], measured: dt.datetime | None) -> Entry:
        result = self.results.get(post.docname)
        values = result.values if result else {}
        facts = provenance.provenance(post, result, self.settings.repository) if result else None
        written = post.updated or edited.get(post.path.relative_to(self.root).as_posix())
        updated = max((time for time in (written, measured) if time), default=None)
        if updated:
            updated = updated.astimezone(ZoneInfo(self.settings.timezone))
        said = summary(post, values) or excerpt(post, values)
        return Entry(post, values, said, facts, reading_minutes(post), updated)
