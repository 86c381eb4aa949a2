"""Write the pages: Sphinx's HTML builder without what a blog does not need, with pictures that know their size.

Sphinx would put eight scripts and five style sheets on every page and render a table of contents of the whole site for
each; here a page gets one of each, and its templates escape what they print.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import imagesize
from docutils import nodes
from markupsafe import Markup
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.writers.html5 import HTML5Translator

from .listing import Entry, slug
from .pages import KINDS, home, term_page
from .pages import post as post_contexts
from .posts import FOLDER
from .thumbnails import thumbnails

THEME = Path(__file__).parent / "theme"
_MAX_WIDTH = 720
"""CSS pixels; as wide as the column of figures."""
_PROMPTS = {
    "Show code cell source": "코드 보기",
    "Show code cell output": "출력 보기",
    "Show code cell content": "코드와 출력 보기",
}
_H1 = re.compile(r"<h1>.*?</h1>\s*", re.DOTALL)


@dataclass(frozen=True)
class Heading:
    """A line of a page's table of contents."""

    level: int
    """2 for a section, 3 for one inside it."""
    anchor: str
    text: str


class BlogTranslator(HTML5Translator):
    """Write HTML whose pictures have a size and whose tables scroll in a box of their own."""

    def visit_image(self, node: nodes.image) -> None:
        """Write ``<img>`` with its size in CSS pixels; what has no such size is left to Sphinx."""
        source = node["uri"]
        size = _given_size(node) or picture_size(Path(self.builder.srcdir, source))
        if "scale" in node or size is None:
            super().visit_image(node)
            return
        if source in self.builder.images:
            source = f"{self.builder.imgpath}/{quote(self.builder.images[source])}"
        attributes = {"src": source, "alt": node.get("alt", ""), "width": str(size[0]), "height": str(size[1])}
        attributes |= {"loading": "lazy", "decoding": "async"}
        align = [f"align-{node['align']}"] if "align" in node else []
        self.body.append(self.emptytag(node, "img", "\n", classes=align, **attributes))
        raise nodes.SkipDeparture

    def visit_table(self, node: nodes.table) -> None:
        """Put the table into a box that scrolls."""
        self.body.append('<div class="scroll">')
        super().visit_table(node)

    def depart_table(self, node: nodes.table) -> None:
        """Close the box."""
        super().depart_table(node)
        self.body.append("</div>\n")

    def add_permalink_ref(self, node: nodes.Element, title: str) -> None:
        """Write the address of a heading or a figure behind it."""
        if node["ids"] and self.builder.add_permalinks:
            anchor = escape(quote(node["ids"][0]))
            self.body.append(f'<a class="headerlink" href="#{anchor}" aria-label="이 부분의 주소">#</a>')


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
        title = context.get("title", "")
        context["page_title"] = f"{title} · {self.site['title']}" if template != "home.html" else self.site["title"]
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
            "body": Markup(_H1.sub("", body, count=1)),  # noqa: S704  # Sphinx's own HTML
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


def visit_folded(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write what a cell folds away; a prompt of the author's own stays."""
    prompt = _PROMPTS.get(node["prompt_show"], node["prompt_show"])
    translator.body.append(f'<details class="hide"><summary>{escape(prompt)}</summary>\n')


def depart_folded(translator: HTML5Translator, node: nodes.Element) -> None:
    """Close it."""
    translator.body.append("</details>\n")


def asset(name: str) -> str:
    """Return the address of a file of the theme; it changes with the content, so browsers may keep it."""
    return f"_static/{name}?v={_digest(name)}"


def korean_date(value: dt.datetime) -> str:
    """Write a date as Koreans do."""
    return f"{value.year}년 {value.month}월 {value.day}일"


def picture_size(path: Path) -> tuple[int, int] | None:
    """Return the size in CSS pixels of a picture: more dots per inch than figures have (100) mean a finer screen."""
    if not path.is_file():
        return None
    width, height = imagesize.get(path)
    if width <= 0 or height <= 0:
        return None
    across, _ = imagesize.getDPI(path)
    scale = min(100 / across if across > 100 else 1.0, _MAX_WIDTH / width)
    return round(width * scale), round(height * scale)


def korean_time(value: str, zone: dt.tzinfo) -> str:
    """Write an ISO 8601 time as Koreans do, to the minute, as it is in ``zone``."""
    time = dt.datetime.fromisoformat(value).astimezone(zone)
    return f"{korean_date(time)} {time:%H:%M}"


def korean_duration(seconds: float) -> str:
    """Write a duration in words."""
    if seconds < 60:
        return f"{max(seconds, 0.1):.1f}초" if seconds < 10 else f"{seconds:.0f}초"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}시간 {minutes}분" if hours else f"{minutes}분 {rest}초"


def live_summary(entry: Entry) -> Markup:
    """Return a post's summary as HTML in which each executed value is marked."""
    parts = []
    for literal, name, spec, _ in string.Formatter().parse(entry.post.description):
        parts.append(escape(literal))
        if name is not None:
            parts.append(f'<span class="pasted-text">{escape(format(entry.values[name], spec or ""))}</span>')
    return Markup("".join(parts))  # noqa: S704  # escaped above


def _given_size(node: nodes.image) -> tuple[int, int] | None:
    sizes = [re.fullmatch(r"(\d+)(?:px)?", str(node.get(name, ""))) for name in ("width", "height")]
    return (int(sizes[0][1]), int(sizes[1][1])) if all(sizes) else None


def _headings(toc: nodes.Node) -> Iterator[Heading]:
    for reference in list(toc.findall(nodes.reference))[1:]:
        level, parent = 0, reference.parent
        while parent is not None:
            level += isinstance(parent, nodes.bullet_list)
            parent = parent.parent
        yield Heading(level, reference["anchorname"].removeprefix("#"), reference.astext())


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((THEME / "static" / name).read_bytes()).hexdigest()[:8]
