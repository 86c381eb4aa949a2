"""The executed blog: posts run when the site is built, and the pages show nothing that they did not return."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myst_nb.sphinx_ import HideCodeCellNode

from . import mathml
from .anchors import NameSections
from .blog import Blog, Settings
from .errors import AuthorError
from .execute import ExecutionFailed
from .html import THEME, BlogBuilder
from .pages import digest, digests, pages
from .posts import FOLDER
from .publish import Made, Staging, remove_strays
from .reader import executed_notebook
from .search import write_index
from .translator import depart_folded, visit_folded
from .web import add_metatags, find_site, write_web

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

_CODE = Path(__file__).parent
_MADE = "blog-made.json"
"""File beside the doctrees: what each page and file was made from, as digests."""


def _begin(app: Sphinx, config: Config) -> None:
    """Take the lock, choose the folders and make every warning count."""
    app.keep_going = True  # a warning anywhere: exit code 1, and nothing is published
    values = {"author": config.author, **{name: config[name] for name in config.values if name.startswith("blog_")}}
    try:
        settings = Settings.from_config(values)
    except AuthorError as error:
        sys.exit(f"\n{error}")
    app.blog = Blog(Path(app.srcdir), settings)
    app.blog_lock = app.blog.lock(_log)
    app.blog_lock.__enter__()  # until this process has published or ended
    app.blog_staging = Staging(Path(app.outdir)) if Path(app.outdir).name == "html" else None
    if app.blog_staging:
        if app.blog_staging.begin():
            shutil.rmtree(app.doctreedir, ignore_errors=True)
            Path(app.doctreedir).mkdir(parents=True, exist_ok=True)
        app.outdir = type(app.outdir)(app.blog_staging.pages)
    config.blog_code = _code_digest()
    config.exclude_patterns += [f"{FOLDER}/_*", f"{FOLDER}/README.md"]  # as `find_posts` has it


def _find_site(app: Sphinx, config: Config) -> None:
    try:
        find_site(app, config)
    except AuthorError as error:
        sys.exit(f"\n{error}")


def _execute(app: Sphinx) -> None:
    """Execute what is stale before Sphinx reads; hide the posts that are not public."""
    try:
        app.blog.execute(_log)
    except (AuthorError, ExecutionFailed) as error:
        if app.blog_staging:
            app.blog_staging.discard_if_empty()
        sys.exit(f"\n{error}\n\nThe site was not changed. Mend the above and build again.")
    app.blog_hidden = [f"{post.docname}{post.path.suffix}" for post in app.blog.hidden()]
    app.config.exclude_patterns += app.blog_hidden


def _before_read(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """From here on a build that does not end leaves its mark. What is hidden is no part of the configuration."""
    for pattern in app.blog_hidden:
        app.config.exclude_patterns.remove(pattern)
    if app.blog_staging:
        app.blog_staging.start_writing()


def _outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Read a post again when its result is another one, though its source is the same."""
    if not hasattr(env, "blog_keys"):  # kept with the environment: docname → key of the result that was read
        env.blog_keys = {}
    return [d for d, r in app.blog.results.items() if d in env.found_docs and env.blog_keys.get(d) != r.key]


def _source_read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Have MyST-NB read a post together with its result."""
    formats = app.env.mystnb_config.custom_formats
    formats.clear()
    entry = app.blog.entry(docname)
    if entry:
        result = app.blog.results.get(docname)
        formats[entry.post.path.suffix] = (executed_notebook, {"post": entry.post, "result": result}, False)
        if result:
            app.env.blog_keys[docname] = result.key


def _reading_ended(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Choose what is written again: the pages that would show something else of the posts than they show."""
    env.mystnb_config.custom_formats.clear()
    app.blog_made = Made(Path(app.doctreedir, _MADE))
    shown = digests(app.blog.entries, app.builder.posts)
    stale = [docname for docname, digest in shown.items() if not app.blog_made.same(docname, digest)]
    site = app.builder.site
    pictures = {docname: thumbnail.name for docname, thumbnail in site["thumbnails"].items()}
    base = json.dumps([app.builder.build_info.config_hash, app.config.blog_code, site["nav"]], ensure_ascii=False)
    app.blog_lists = list(pages(app.blog.entries, app.blog.result_rows()))
    app.blog_stale_lists = [
        page
        for page in app.blog_lists
        if not app.blog_made.same(page.name, digest(page, base, pictures))
        or not Path(app.outdir, f"{page.name}.html").is_file()
    ]
    # Sphinx writes lists only when it writes documents.
    return stale or [app.config.root_doc] * bool(app.blog_stale_lists)


def _collect_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Add the pages of the lists."""
    return ((page.name, page.context, page.template) for page in app.blog_stale_lists)


def _page_context(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> str | None:
    """Tell each page's template what it shows of the rest of the blog."""
    return app.builder.blog_context(pagename, context)


def _finish(app: Sphinx, exception: Exception | None) -> None:
    """Publish the pages if all went well, and only then."""
    try:
        if app.blog_staging and not exception:
            _publish(app, app.blog_staging)
    finally:
        app.blog_lock.__exit__(None, None, None)


def _publish(app: Sphinx, staging: Staging) -> None:
    if app._warncount:
        staging.discard_if_empty()
        _log("the site was not changed: mend the warnings above and build again")
        return
    # Not what this run wrote: Sphinx writes no page when no source changed.
    paths = {f"{name}.html" for name in (*app.env.all_docs, *(page.name for page in app.blog_lists))}
    thumbnails = {d: staging.pages / t.name for d, t in app.builder.site["thumbnails"].items()}
    written = app.blog.write_files(staging.pages, app.blog_made, app.config.blog_code, app.site)
    try:
        written |= write_web(staging.pages, app.blog.entries, app.site, paths, thumbnails)
    except AuthorError as error:
        app.statuscode = 1
        staging.discard_if_empty()
        _log(f"\n{error}\n\nThe site was not changed. Mend the above and build again.")
        return
    written |= write_index(staging.pages, paths, staging.pages.with_name(".search.npz"))
    pictures = {f"{app.builder.imagedir}/{name}" for _, name in app.env.images.values()}
    pictures |= {thumbnail.name for thumbnail in app.builder.site["thumbnails"].values()}
    downloads = {f"_downloads/{name}" for _, name in app.env.dlfiles.values()}
    remove_strays(staging.pages, paths | written | pictures | downloads)
    app.blog_made.save()
    staging.publish()


def _log(line: str) -> None:
    print(line, flush=True)


def _code_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in _CODE.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the hooks, in the order in which a build comes to them."""
    for setting in fields(Settings):
        if setting.name != "author":  # Jupyter Book's own
            app.add_config_value(f"blog_{setting.name}", setting.default, "html", (type(setting.default), int))
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it for an extension that is not loaded
    app.add_config_value("blog_description", "", "html", str)
    app.add_config_value("blog_giscus", {}, "html", dict)
    app.add_config_value("blog_code", "", "env")
    app.blog_hidden = []
    # before the builder exists: where the pages go
    app.connect("config-inited", _begin)
    app.connect("config-inited", _find_site)
    # before Sphinx looks for documents: execute the posts
    app.connect("builder-inited", _execute)
    app.connect("env-get-outdated", _outdated)
    app.connect("env-before-read-docs", _before_read)
    # while Sphinx reads: join source and result
    app.connect("source-read", _source_read)
    app.add_transform(NameSections)
    app.connect("env-updated", _reading_ended)
    # while Sphinx writes: the blog's look, the pages of the lists and what stands in each <head>
    app.add_builder(BlogBuilder, override=True)
    app.add_html_theme("blogkit", str(THEME))
    app.add_html_math_renderer("mathml", (mathml.visit_inline, None), (mathml.visit_block, None))
    app.add_node(HideCodeCellNode, override=True, html=(visit_folded, depart_folded))
    app.connect("html-collect-pages", _collect_pages)
    app.connect("html-page-context", _page_context)
    app.connect("html-page-context", add_metatags)
    # at the end: all or nothing
    app.connect("build-finished", _finish, priority=900)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
