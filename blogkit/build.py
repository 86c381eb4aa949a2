"""One build of the blog: a post flows through it from its text to the published page.

It owns the settings, the lock, the posts, their results, the entries, the views and the staged site, and knows nothing
of Sphinx: :mod:`blogkit.render.extension` hands it on from hook to hook.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryFile

from filelock import FileLock, Timeout

from .errors import AuthorError, Fault, for_each
from .execution.execute import execute_posts, put_back
from .execution.result import Result
from .execution.status import State, states
from .execution.store import Store
from .files import Borders, Made, json_digest, names_below, write
from .language import _
from .posts.notebook import Notebooks
from .posts.post import POSTS, Post
from .posts.reading import iter_public, read_posts
from .publish.staging import Staging, remove_strays
from .site.address import Site, site_of
from .site.config import read_config
from .site.entry import Entry, make_entry
from .site.history import (
    HISTORY,
    Moved,
    Published,
    extend_history,
    history_file,
    moved_values,
    read_history,
    result_rows,
    value_changes,
)
from .site.look import Look, read_look
from .site.revisions import check_outputs, last_changes
from .site.settings import Settings
from .site.thumbnails import Thumbnail, thumbnails
from .web.feeds import write_feeds
from .web.head import is_indexed
from .web.notfound import write_notfound
from .web.pages import HOME, NOT_FOUND, Pages
from .web.records import write_records
from .web.redirects import write_redirects
from .web.search_index import write_index
from .web.sitemap import write_sitemap
from .web.social_cards import SocialCard, post_card, site_card, write_cards
from .web.views import Document, View

_BUILD = "_build"
SITE = f"{_BUILD}/html"
"""Where the site stands that is published."""
_PREVIOUS_SITE = "BLOG_PREVIOUS_SITE"
"""Names the folder of what was published last, where that is not the site of the build before."""
_IMAGES = "images"
_MADE = "blog-made.json"


class Build:
    """One build of the book in ``root``; as a context manager it holds the book's lock."""

    def __init__(self, root: Path, settings: Settings, site: Path | None = None) -> None:
        self.root, self.settings = root, settings
        self.store = Store(root / settings.store)
        self.staging = Staging(site or root / SITE)
        self.posts: list[Post] = []
        """All posts, newest first, also those that this build does not show."""
        self.wrong: dict[Path, str] = {}
        """Files of posts in whose place others say what is wrong."""
        self.results: dict[str, Result] = {}
        """Docname → result."""
        self.history: list[Published] = []
        self.moved: list[Moved] = []
        self.entries: list[Entry] = []
        """The posts that this build shows, newest first."""
        self.views: dict[str, View] = {}
        """Name → what the page shows."""
        self._by_docname: dict[str, Entry] = {}
        self._made: Made | None = None
        self._cards, self._thumbnails = dict[str, SocialCard](), dict[str, Thumbnail]()
        self._previous = Path(os.environ.get(_PREVIOUS_SITE) or root / SITE)
        self._borders, self._held = Borders(root), ExitStack()

    def __enter__(self) -> Build:
        """Wait for other builds of this checkout to end."""
        folder = self.root / _BUILD
        folder.mkdir(exist_ok=True)
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            print(_("another build of this book is running; waiting for it to end"))
            lock.acquire()
        self._held.callback(lock.release)
        return self

    def __exit__(self, *__: object) -> None:
        self._held.close()

    def begin(self, doctrees: Path) -> None:
        """Make the folders ready for pages; ``doctrees`` holds what Sphinx has read, and goes when the pages go."""
        if self.staging.begin():
            shutil.rmtree(doctrees, ignore_errors=True)
        doctrees.mkdir(parents=True, exist_ok=True)
        for folder in (doctrees, self.staging.pages):  # where Sphinx's own faults are no words for authors
            TemporaryFile(dir=folder).close()
        self._made = Made(doctrees / _MADE)

    # From the text to what there is to show

    def read(self) -> list[Post]:
        """Read all posts and return those that this build shows."""
        notebooks = Notebooks(self.root / _BUILD / ".notebooks")
        self.posts = read_posts(self.root, self.settings.timezone, self.settings.author, notebooks, self.wrong)
        notebooks.prune()
        check_outputs(self.posts, self.root)
        return list(iter_public(self.posts, self._now, self.settings.preview))

    def named(self, names: Collection[str] = ()) -> list[Post]:
        """Read all posts and return those of these names, or all that this build shows; an unknown one is an error."""
        posts = self.read()
        unknown = sorted(set(names) - {name for post in posts for name in post.names})
        if unknown:
            message = _("no post is named {names}").format(names=", ".join(unknown))
            raise AuthorError([Fault(self.root / POSTS, 0, message)])
        return [post for post in posts if not names or post.names & set(names)]

    def states(self) -> list[State]:
        """Read all posts and say of those that this build shows whether their results are fresh."""
        return states(self.read(), self.root, self.store, self.settings.jobs)

    def execute(self, names: Collection[str] = (), *, force: bool = False) -> None:
        """Read the posts, execute what is stale, and make the entries.

        ``names`` limits it to posts of these names (an unknown one is an error); ``force`` executes what is fresh, too.
        """
        shown = self.named(names)
        if keys := sorted({key for post in shown for key in post.passed_over}):
            print(_("nothing here reads these keys of front matter: {keys}").format(keys=", ".join(keys)))
        self.results = execute_posts(shown, self.root, self.store, self.settings.jobs, force=force)
        for post in shown:
            if result := self.results.get(post.docname):
                put_back(result, post, self.root)
        self._compare_with_published(shown)
        self.entries = self._make_entries(shown)
        self._by_docname = {entry.post.docname: entry for entry in self.entries}
        if self.store.grew and not names:  # of the other posts nothing is known here
            self._drop({result.key for result in self.results.values()})

    def prune(self) -> list[str]:
        """Drop results that are old or above the size, none of what is fresh; return their keys."""
        return self._drop({state.function.key for state in self.states()})  # what is fresh is used today

    def hidden(self) -> list[str]:
        """Return the files in ``posts/`` that this build does not show."""
        shown = {entry.post.path.name for entry in self.entries}
        return [f"{POSTS}/{file.name}" for file in sorted((self.root / POSTS).glob("*")) if file.name not in shown]

    def entry(self, docname: str) -> Entry | None:
        """Return the entry of a page, if it is a post."""
        return self._by_docname.get(docname)

    # From what there is to show to the published page

    @cached_property
    def site(self) -> Site:
        """What every page says of the blog as a whole; raise :class:`AuthorError` for a bad address."""
        return replace(site_of(self.settings, os.environ, self.root), favicon=self.look.favicon)

    @cached_property
    def look(self) -> Look:
        """What the author gives it of a look of its own; raise :class:`AuthorError` for what may not be published."""
        return read_look(self.root, self.settings)

    @property
    def made(self) -> Made:
        """What each document, page and file was made from."""
        assert self._made, "begin() comes first"
        return self._made

    def other_results(self, docnames: Collection[str]) -> list[str]:
        """Return those of the documents whose text or result is another one, whatever the time of the file."""
        results = {docname: result.digest for docname, result in self.results.items() if docname in docnames}
        read = {post.docname: [post.source, post.text, results.get(post.docname, "")] for post in self.posts}
        return [docname for docname, made in read.items() if not self.made.same(f"read {docname}", json_digest(made))]

    def make_views(self, documents: Sequence[Document], drawn: Callable[[str], str]) -> tuple[list[str], list[str]]:
        """Make the views; return the names of those whose pages are stale: of documents, of lists.

        ``drawn`` tells of a name what its page is made of besides its document and its view.
        """
        self._thumbnails = thumbnails(self.entries, self.results, self.root, self.staging.pages)
        files = {docname: self.staging.pages / picture.name for docname, picture in self._thumbnails.items()}
        cards = {e.post.docname: post_card(e, self.site, files.get(e.post.docname)) for e in self.entries}
        self._cards = {HOME: site_card(self.site), **cards}
        rows = result_rows([entry.post for entry in self.entries], self.results, self.history, self.moved)
        beside = (rows, self._thumbnails, self._cards, documents, self._now, self.look)
        pages = Pages(self.settings, self.site, self.entries, *beside)
        stale = []
        for views in (pages.of_documents(), pages.of_lists()):
            found = {view.name: view for view in views}
            self.views |= found
            written = {name: (self.staging.pages / f"{name}.html").is_file() for name in found}
            # Each is noted, also where the file is missing.
            stale.append([n for n, v in found.items() if not self.made.same(n, v.digest(drawn(n))) or not written[n]])
        return stale[0], stale[1]

    def publish(self, loaded: Collection[str]) -> None:
        """Write what stands beside the pages and put the site in its place; raise :class:`AuthorError`.

        ``loaded`` are the files that Sphinx copied for its pages and the theme's.
        """
        pages = self.staging.pages
        # Not what this run wrote: Sphinx writes no page when no source changed.
        paths = {view.head.path for view in self.views.values()}
        indexed = [view.head.path for view in self.views.values() if is_indexed(view.name)]
        written = self._write_files(pages) | write_feeds(pages, self.entries, self.site, self.staging.kept("contents"))
        written |= write_cards(pages, list(self._cards.values()), self.staging.kept("cards"))
        written |= write_sitemap(pages, self.entries, self.site, indexed)
        written |= write_notfound(pages, self.site, self.views[NOT_FOUND].frame.allowed)
        left_out = {entry.post.url for entry in self.entries if entry.post.search_exclude}
        written |= write_index(pages, paths - left_out, self.staging.kept("search.npz"), self.settings.search_synonyms)
        written |= {name for picture in self._thumbnails.values() for name in picture.names} | paths | set(loaded)
        written |= write_redirects(pages, self.entries, self.site, written)
        remove_strays(pages, written)
        self.made.save()
        self.staging.publish()

    @cached_property
    def _now(self) -> dt.datetime:
        return dt.datetime.now(self.settings.zone)

    def _compare_with_published(self, shown: Iterable[Post]) -> None:
        """Carry the history on, and say which values moved."""
        before = read_history(self._previous)
        self.history = extend_history(before, self.results)
        executed = [(post, self.results[post.docname]) for post in shown if post.docname in self.results]
        self.moved = [moved for post, result in executed for moved in moved_values(post, result, before)]
        for moved in self.moved:
            print(moved)

    def _make_entries(self, shown: Iterable[Post]) -> list[Entry]:
        edited, measured = last_changes(self.root, POSTS), value_changes(self.history)

        def one(post: Post) -> Entry:
            if post.thumbnail and (reason := self._borders.objection(self.root / post.thumbnail)):
                message = _("{file} {reason}").format(file=post.thumbnail, reason=reason)
                raise AuthorError([post.fault("thumbnail", message)])
            changed = edited.get(post.path.relative_to(self.root).as_posix())
            address = self.site.url(post.url) if self.site.base else ""
            result, moved = self.results.get(post.docname), measured.get(post.docname)
            return make_entry(post, result, self.settings, changed, moved, address)

        return for_each(one, shown)

    def _write_files(self, pages: Path) -> set[str]:
        """Write records, history and pictures; return their names (relative to ``pages``)."""
        written = write_records(pages, self.entries, self.results, self.site, self.made)
        files = {n: file for result in self.results.values() for n, file in result.scripts.items()}
        files |= {result.dark_names[n]: file for result in self.results.values() for n, file in result.dark.items()}
        files |= {n: self.results[entry.post.docname].file(n) for entry in self.entries for n in entry.post.outputs}
        outputs = {name for post in self.posts for name in post.outputs}
        faults = []
        for within in names_below(self.root / _IMAGES):
            name, file = f"{_IMAGES}/{within}", self.root / _IMAGES / within
            if name not in outputs and file.suffix != ".md" and "/." not in f"/{within}" and file.is_file():
                files[name] = file
                reason = self._borders.objection(file)
                faults += [Fault(file, 0, _("it {reason}").format(reason=reason))] if reason else []
        if faults:
            raise AuthorError(faults)
        for name, file in {**files, **self.look.files}.items():
            state = file.stat()  # the copy may be another one: publishing cleans it
            self.made.write(pages / name, f"{file} {state.st_size} {state.st_mtime_ns}", file.read_bytes)
        write(pages / HISTORY, history_file(self.history))
        return written | set(files) | set(self.look.files) | {HISTORY}

    def _drop(self, keep: set[str]) -> list[str]:
        return self.store.prune(keep, self.settings.store_days, self.settings.store_gib * (1 << 30))


def load(root: Path) -> Build:
    """Return a build of the book whose ``_config.yml`` stands in ``root``."""
    return Build(root, read_config(root).settings)
