"""Write the pages: Sphinx's HTML builder without what a blog does not need.

Sphinx would put eight scripts and five style sheets on every page and render a table of contents of the whole site for
each; here a page gets one of each, and its templates escape what they print.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from docutils import nodes
from markupsafe import Markup
from sphinx.builders.html import StandaloneHTMLBuilder

from .formats import korean_date, korean_duration, korean_time, live_summary
from .listing import Entry, slug
from .pages import KINDS, home, term_page
from .pages import post as post_contexts
from .posts import FOLDER
from .thumbnails import thumbnails
from .translator import BlogTranslator

THEME = Path(__file__).parent / "theme"
_CHECKBOX = re.compile(r'<input class="task-list-item-checkbox"( checked="checked")?')
_H1 = re.compile(r"<h1>.*?</h1>\s*", re.DOTALL)


@dataclass(frozen=True)
class Heading:
    """A line of a page's table of contents."""

    level: int
    """2 for a section, 3 for one inside it."""
    anchor: str
    text: str


class BlogBuilder(StandaloneHTMLBuilder):
    """Sphinx's ``html`` builder, lean."""

    search = False
    copysource = False
    html_scaled_image_link = False
    default_translator_class = BlogTranslator

    def init_templates(self) -> None:
        """Escape what templates print, and give them their filters."""
        super().init_templates()
        environment = self.templates.environment
        environment.autoescape = True
        environment.trim_blocks = environment.lstrip_blocks = True
        filters = (korean_date, korean_duration, live_summary, slug)
        environment.filters |= {"quote_path": quote, **{f.__name__: f for f in filters}}
        environment.filters["korean_time"] = partial(korean_time, zone=ZoneInfo(self.config.blog_timezone))
        environment.globals |= {"term_page": term_page}

    def init_css_files(self) -> None:
        """Take no style sheet of an extension: ``layout.html`` names the blog's."""
        self._css_files = []

    def init_js_files(self) -> None:
        """Take no script of an extension: ``layout.html`` names the blog's."""
        self._js_files = []

    def prepare_writing(self, docnames: set[str]) -> None:
        """Compute once, before pages are written side by side, what all of them show."""
        super().prepare_writing(docnames)
        _ = self.site, self.posts

    def blog_context(self, pagename: str, context: dict[str, Any]) -> str | None:
        """Add to a page's context what its template shows of the rest of the blog; return the template, if not the one
        that was asked for.
        """
        pathto = context["pathto"]
        context["site"] = self.site
        context["asset"] = lambda name: pathto(asset(name), resource=True)
        body = context.get("body", "")
        context["page_styles"] = (
            [pathto("_static/sphinx-design.min.css", resource=True)] if 'class="sd-' in body else []
        )
        context["page_scripts"] = [pathto("_static/design-tabs.js", resource=True)] if "sd-tab-set" in body else []
        template = None
        if pagename == self.config.root_doc:
            context |= home(self.app.blog.entries)
            template = "home.html"
        elif pagename in self.posts:
            context |= self.posts[pagename]
            context["downloads"] = self._downloads(context["entry"], pathto)
            context["colab_url"] = self._colab(context["entry"])
            template = "post.html"
        title, blog = context.get("title", ""), self.site["title"]
        parts = (blog, self.site["headline"]) if template == "home.html" else (title, blog)
        context["page_title"] = " · ".join(dict.fromkeys(parts))
        return template

    @cached_property
    def site(self) -> dict[str, Any]:
        """What every page shows of the blog."""
        config, blog = self.config, self.app.blog
        headline, _, subline = config.blog_description.partition(". ")
        return {
            "title": config.html_title,
            "headline": headline or config.html_title,
            "subline": subline,
            "copyright": f"© {config.copyright} {config.author}".strip(),
            "nav": self._navigation(),
            "kinds": KINDS,
            "repository": blog.settings.repository,
            "giscus": config.blog_giscus,
            "count": len(blog.entries),
            "now": dt.datetime.now(dt.UTC),
            "thumbnails": thumbnails(blog.entries, blog.results, blog.root, Path(self.outdir)),
        }

    @cached_property
    def posts(self) -> dict[str, dict[str, Any]]:
        """What each post's page shows of the other posts, by docname."""
        return post_contexts(self.app.blog.entries)

    def _navigation(self) -> list[dict[str, str]]:
        own = [d for d in self.env.toctree_includes.get(self.config.root_doc, []) if not d.startswith(f"{FOLDER}/")]
        lists = [("archive", "모든 글"), *((f"{kind}/index", KINDS[kind]) for kind in ("categories", "tags"))]
        links = lists + [(docname, self.env.titles[docname].astext()) for docname in own]
        return [{"page": page, "label": label} for page, label in links]

    def _downloads(self, entry: Entry, pathto: Callable[..., str]) -> list[tuple[str, str]]:
        post = entry.post
        files = [("실행된 노트북(.ipynb)", ".ipynb")] if post.code else []
        files += [("원본(.md)", ".md")] if post.path.suffix == ".md" else []
        return [(label, pathto(quote(post.docname + suffix), resource=True)) for label, suffix in files]

    def _colab(self, entry: Entry) -> str:
        """Colab opens a published notebook by its address, so there is none before the site has one."""
        base = self.config.html_baseurl
        address = f"{base}{quote(entry.post.docname)}.ipynb"
        return (
            f"https://colab.research.google.com/#fileId={quote(address, safe='')}" if base and entry.post.code else ""
        )

    def get_doc_context(self, docname: str, body: str, metatags: str) -> dict[str, Any]:
        """Return what is known of a page by itself; nothing here grows with the number of pages."""
        return {
            "title": self.env.titles[docname].astext(),
            "body": Markup(_CHECKBOX.sub(_named_checkbox, _H1.sub("", body, count=1))),  # noqa: S704  # Sphinx's own HTML
            "headings": list(_headings(self.env.tocs[docname])),
            "meta": self.env.metadata.get(docname),
            "metatags": "",
            "sourcename": "",
        }

    def add_sidebars(self, pagename: str, ctx: dict[str, Any]) -> None:
        """Add none."""

    def copy_static_files(self) -> None:
        """Copy the theme's files, and sphinx-design's, which pages that use it load."""
        import sphinx_design

        target = Path(self.outdir, "_static")
        target.mkdir(exist_ok=True)
        design = Path(sphinx_design.__file__).parent / "static"
        for file in [*(THEME / "static").iterdir(), *design.glob("*design*.css"), *design.glob("*tabs*.js")]:
            shutil.copyfile(file, target / file.name)

    def gen_indices(self) -> None:
        """Make no index of terms."""

    def dump_inventory(self) -> None:
        """Write none."""


def asset(name: str) -> str:
    """Return the address of a file of the theme; it changes with the content, so browsers may keep it."""
    return f"_static/{name}?v={_digest(name)}"


def _named_checkbox(match: re.Match[str]) -> str:
    return f'{match[0]} aria-label="{"한 일" if match[1] else "할 일"}"'  # MyST writes it without a name


def _headings(toc: nodes.Node) -> Iterator[Heading]:
    for reference in list(toc.findall(nodes.reference))[1:]:
        level, parent = 0, reference.parent
        while parent is not None:
            level += isinstance(parent, nodes.bullet_list)
            parent = parent.parent
        yield Heading(level, reference["anchorname"].removeprefix("#"), reference.astext())


@cache
def _digest(name: str) -> str:
    files = sorted((THEME / "static").glob(f"{name.partition('.')[0]}[-.]*"))  # search.js loads search-index.js
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]
