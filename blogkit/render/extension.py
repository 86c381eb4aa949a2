"""Sphinx's hooks, in the order in which a build comes to them: each hands the build on."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.util import logging

from ..build import Build
from ..errors import AuthorError, Fault, refused
from ..execution.failures import ExecutionFailed
from ..files import engine_digest
from ..language import _
from ..posts.fences import open_fences
from ..posts.post import is_post
from ..posts.reading import find_posts
from ..site.config import read_config
from ..site.settings import SERVED, is_address, own_settings
from ..text import shorten
from ..web.pages import NOT_FOUND
from ..web.views import Document
from . import front
from .documents import borders, directives, embeds, markdown
from .documents.addresses import LinkBareNames, give_addresses, link_siblings, linking_to_moved, siblings_of
from .documents.anchors import KnowAnchors, NameSections, NestSections
from .documents.nested import setup_nested
from .documents.pasted import TakeOutPictures
from .documents.reader import hand_over
from .equations import numbering
from .outputs import alt_texts, figures
from .pages import schemes
from .pages.builder import THEME, BlogBuilder, theme_files
from .pages.translator import depart_folded, visit_folded
from .places import line_of, name_places
from .scholarly import citations
from .scholarly.references import listing_others, note_label, note_posts, note_targets, note_titles, said_of_others
from .words import set_languages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata


logger = logging.getLogger(__name__)


class Hooks:
    """Hands one build from hook to hook; holds nothing of its own but what Sphinx asks for in two steps."""

    def __init__(self, root: Path) -> None:
        self._build: Build | None = None
        self._stale_lists: list[str] = []
        self._open = ExitStack()
        self._served = os.environ.get("BLOG_PREVIEW") == SERVED
        with self._told():
            self.config = read_config(root)

    @property
    def build(self) -> Build:
        """The build, which :meth:`begin` made."""
        assert self._build
        return self._build

    def begin(self, app: Sphinx, config: Config) -> None:
        """Begin a build: take its lock and choose its folders, before the builder exists."""
        with self._told():
            front.configure(app, self.config)
            self._build = Build(Path(app.srcdir), self.config.settings, Path(app.outdir))
            # A bad address or picture is told before anything runs; what documents may load is looked at in reading.
            config.blog_engine = f"{engine_digest()} {urlsplit(self._build.site.base).netloc}"
            own, message = self._build.look.files, _("the theme has a file of this name; take another name")
            faults = [Fault(own[name], 0, message) for name in sorted(own.keys() & theme_files())]
            if faults := [*faults, *self._strangers()]:
                raise AuthorError(faults)
            self._open.enter_context(self._build)
            self._build.begin(Path(app.doctreedir))

    def execute(self, app: Sphinx) -> None:
        """Execute what is stale before Sphinx looks for documents; hide what in ``posts/`` this build does not show."""
        if not isinstance(app.builder, BlogBuilder):
            message = _("a blog is made of HTML pages, not by {name!r}: `jupyter-book build .` or `blogkit build`")
            self._stop(message.format(name=app.builder.name))
        with self._told():
            self._execute()
            citations.read(app)
        set_languages(app.env, {e.post.docname: e.post.language for e in self.build.entries if e.post.language})
        note_posts(app.env, [entry.post for entry in self.build.entries])
        app.builder.told = self._told
        app.builder.hide(self.build.hidden())
        app.builder.dark = {k: name for result in self.build.results.values() for k, name in result.dark_names.items()}
        give_addresses(app, self.build.posts)

    def _execute(self) -> None:
        """Read and execute the posts; where the preview is served, others stand in for those that are wrong."""
        while True:
            try:
                return self.build.execute()
            except (AuthorError, ExecutionFailed) as error:
                wrong: dict[Path, str] = {}
                for path, said in error.told:
                    wrong[path] = f"{wrong[path]}\n{said}" if path in wrong else said
                if not self._served or not wrong.keys() <= {*find_posts(self.build.root)} - self.build.wrong.keys():
                    raise
                print(*wrong.values(), sep="\n", file=sys.stderr)
                self.build.wrong |= wrong

    def outdated(
        self, app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
    ) -> list[str]:
        """Read a post again when its result is another one, or what it links to stands elsewhere now."""
        if any(not is_post(name) for name in (added | removed) & {*added, *env.all_docs}) and env.all_docs:
            return sorted(env.found_docs)  # what links of posts lead to where there is no such page
        moved = linking_to_moved(env.found_docs & env.all_docs.keys(), self.build.posts, self.build.made)
        return self.build.other_results(env.found_docs) + moved + listing_others(env, self.build.made)

    def before_read(self, app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        """From here on a build that does not end leaves its mark."""
        self.build.staging.start_writing()

    def source_read(self, app: Sphinx, docname: str, source: list[str]) -> None:
        """Have MyST-NB read a post together with its result."""
        borders.note_loaded(app.env, docname, source[0])
        entry = self.build.entry(docname)
        result = self.build.results.get(docname)
        for line, why in () if entry else open_fences(source[0]):
            logger.warning("%s", why, location=(docname, line))
        hand_over(app.env, entry.post if entry else None, result, self._hosts)

    def doctree_read(self, app: Sphinx, doctree: nodes.document) -> None:
        """Mend its links; have files come along that raw HTML names, and hosts asked that the author allows."""
        embeds.check_embeds(app, doctree, self._hosts)
        source = Path(app.env.doc2path(app.env.docname, base=False)).as_posix()
        link_siblings(doctree, self.build.root, source, self._siblings)
        note_targets(app.env, doctree)
        note_titles(app.env, doctree)
        if entry := self.build.entry(app.env.docname):
            note_label(app.env, entry.post)

    def reading_ended(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Choose what is written again: the pages that would show something else than they show."""
        hand_over(env, None)
        made = Path(env.mystnb_config.output_folder)  # type: ignore[attr-defined]  # MyST-NB keeps it there
        if faults := list(borders.foreign_files(env, made)):
            self._stop(_unchanged(AuthorError(faults)))
        assert isinstance(app.builder, BlogBuilder)
        root = app.config.root_doc
        for entry in self.build.entries:
            if entry.post.docname not in env.all_docs:
                message = _("%s: `exclude_patterns` leaves out a post; write `draft: true`")
                logger.warning(message, entry.post.docname)
        # Of most posts nothing is asked that their entries do not say.
        asked = {e.post.docname for e in self.build.entries if not e.summary} & env.all_docs.keys()
        asked |= {name for name in env.all_docs if not is_post(name)}
        menu = [name for name in env.toctree_includes.get(root, []) if not is_post(name)]
        documents = [_document(env, name, in_menu=name in menu) for name in (*menu, *sorted(asked - {*menu}))]
        renderer = f"{app.builder.build_info.config_hash} {engine_digest()} {front.templates_digest(app)}"
        others = dict(said_of_others(env))
        with self._told():
            stale, self._stale_lists = self.build.make_views(documents, lambda name: renderer + others.get(name, ""))
            self._check_targets()
        # Sphinx writes lists only when it writes documents.
        return [name for name in stale if name in env.all_docs] or [root] * bool(self._stale_lists)

    @cached_property
    def _siblings(self) -> dict[str, list[str]]:
        return siblings_of(entry.post for entry in self.build.entries)

    @property
    def _hosts(self) -> tuple[str, ...]:
        """The hosts that pages may ask, with the site's own."""
        return (*self.config.settings.hosts, urlsplit(self.build.site.base).netloc)

    def _strangers(self) -> Iterator[Fault]:
        """Yield what the author's own look would load from another host."""
        settings = self.config.settings
        for file in self.build.look.files.values():
            for address, why in embeds.strangers_in(file, self._hosts):
                yield Fault(file, line_of(file, address), why)
        for name, html in (("blog_announcement", settings.announcement), ("blog_extra_footer", settings.extra_footer)):
            for _address, why in embeds.strangers("text/html", html.encode(), self._hosts):
                yield self.config.fault(name, why)

    def _check_targets(self) -> None:
        """Raise :class:`AuthorError` where the menu or the foot leads to a page that there is not."""
        views, targets = self.build.views, self.config.settings.targets.items()
        if lost := [(name, to) for name, to in targets if not is_address(to) and to not in views]:
            message = _("there is no page {name!r}; write one such as {pages}")
            pages = ", ".join(sorted(name for name in views if "/" not in name and name != NOT_FOUND))
            raise AuthorError([self.config.fault(name, message.format(name=to, pages=pages)) for name, to in lost])

    def collect_pages(self, app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Add the pages of the lists."""
        views = self.build.views
        return ((name, {"title": views[name].title}, views[name].template) for name in self._stale_lists)

    def page_context(
        self, app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
    ) -> str:
        """Give a page's template what it shows."""
        view = self.build.views[pagename]
        assert isinstance(app.builder, BlogBuilder)
        context |= app.builder.page_context(view, context)
        return view.template

    def finish(self, app: Sphinx, exception: Exception | None) -> None:
        """Publish the pages if all went well, and only then."""
        if exception:
            self._open.close()
            return
        assert isinstance(app.builder, BlogBuilder)
        if app._warncount and not self._served:
            message = _("the site was not changed: mend the warnings above ({number}) and build again")
            self._stop(message.format(number=app._warncount))
        with self._open, self._told():
            self.build.publish(app.builder.copied())
            if app._warncount:
                self.build.staging.start_writing()  # all is read again, and they are said again
        if app._warncount or self.build.wrong:
            self._stop(_("The preview shows the rest."))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """End the process with the mistakes of authors, and with what the system refuses."""
        try:
            yield
        except (AuthorError, ExecutionFailed, OSError) as error:
            self._stop(_unchanged(refused(error) if isinstance(error, OSError) else error))

    def _stop(self, message: str) -> NoReturn:
        """End the process with what is wrong; the site stays as it was."""
        if self._build:
            self._build.staging.discard_if_empty()
        self._open.close()
        sys.exit(f"\n{message}")


def register(app: Sphinx) -> ExtensionMetadata:
    """Register the blog with Sphinx."""
    hooks = Hooks(Path(app.srcdir))
    front.load_extensions(app, hooks.config)
    for name, default in own_settings().items():
        app.add_config_value(name, default, "env" if name == "blog_hosts" else "")  # whose faults are found in reading
    app.add_config_value("blog_engine", engine_digest(), "env")  # another engine reads all documents again
    # before the builder exists
    app.connect("config-inited", hooks.begin, priority=0)  # before others read the values
    # before Sphinx looks for documents
    app.connect("builder-inited", hooks.execute)
    app.connect("env-get-outdated", hooks.outdated)
    app.connect("env-before-read-docs", hooks.before_read)
    # while Sphinx reads: join source and result
    app.connect("source-read", hooks.source_read)
    setup_nested(app)
    directives.setup(app)
    for transform in (NestSections, TakeOutPictures, NameSections, KnowAnchors):
        app.add_transform(transform)
    app.add_post_transform(LinkBareNames)
    app.connect("doctree-read", borders.check_addresses)
    app.connect("doctree-read", markdown.mend_document)
    app.connect("doctree-read", hooks.doctree_read)
    borders.close_side_doors()
    name_places()
    markdown.teach_parser()
    app.connect("env-updated", hooks.reading_ended)
    # while Sphinx writes: the blog's look and the pages of the lists
    app.add_builder(BlogBuilder, override=True)
    app.add_html_theme("blogkit", str(THEME))
    numbering.setup(app)
    app.add_node(HideCodeCellNode, override=True, html=(visit_folded, depart_folded))
    figures.setup(app)
    alt_texts.setup(app)
    schemes.setup(app)
    app.connect("html-collect-pages", hooks.collect_pages)
    app.connect("html-page-context", hooks.page_context)
    # at the end: all or nothing
    app.connect("build-finished", hooks.finish, priority=900)
    return {"parallel_read_safe": False, "parallel_write_safe": True}


def _unchanged(error: Exception) -> str:
    return "\n\n".join((str(error), _("The site was not changed. Mend the above and build again.")))


def _document(env: BuildEnvironment, name: str, *, in_menu: bool) -> Document:
    """Return what a page's own source says of it."""
    source = Path(env.doc2path(name, base=False)).as_posix()
    first = next(env.get_doctree(name).findall(nodes.paragraph), None)
    return Document(name, env.titles[name].astext(), shorten(first.astext()) if first else "", in_menu, source)
