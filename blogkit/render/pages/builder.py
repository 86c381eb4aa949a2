"""Write the pages: Sphinx's HTML builder without what a blog does not need.

Sphinx would put eight scripts and five style sheets on every page and render a table of contents of the whole site for
each; here a page gets one of each, and its templates escape what they print.
"""

from __future__ import annotations

import glob
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import sphinx_design
from docutils import nodes
from markupsafe import Markup, escape
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.errors import ThemeError
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.util.osutil import relative_uri

from ... import palette
from ...errors import AuthorError, Fault
from ...execution.renditions import picture_digest
from ...files import digest, write
from ...language import _, words
from ...publish.staging import Staging
from ...site.terms import kind_names
from ...web.head import metatags
from ...web.policy import with_policy
from ...web.views import View
from ..equations.numbering import plain_text
from ..words import language_of
from .filters import Filters
from .licences import NOTICES, notices
from .scripts import in_language, minify, with_version
from .translator import BlogTranslator

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

THEME = Path(__file__).parents[1] / "theme"
_STATIC = THEME / "static"
_NOTICES = f"_static/{NOTICES}"
_DESIGN = Path(sphinx_design.__file__).parent / "static"
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
    """Sphinx's ``html`` builder, lean; it writes to the staged pages."""

    search = False
    copysource = False
    html_scaled_image_link = False
    default_translator_class = BlogTranslator

    def __init__(self, app: Sphinx, env: BuildEnvironment) -> None:
        super().__init__(app, env)
        self.told: Callable[[], AbstractContextManager[None]] = nullcontext
        """In which mistakes of authors end the build."""
        self.dark: dict[str, str] = {}
        """The digest of a figure → the name on the site of the one for dark pages."""
        self._hidden: tuple[str, ...] = ()

    @property
    def outdir(self) -> Any:
        """Where it writes: to the staged pages of the site that it is told to make."""
        return self._outdir

    @outdir.setter
    def outdir(self, site: Any) -> None:
        self._outdir = type(site)(Staging(site).pages)

    def hide(self, names: Iterable[str]) -> None:
        """Leave out documents, by their files; unlike ``exclude_patterns``, a change makes no page stale."""
        self._hidden = tuple(map(glob.escape, names))

    def static_address(self, docname: str, name: str) -> str:
        """Return the address of a file of the site as a document's page has it."""
        return relative_uri(self.get_target_uri(docname), name)

    def dark_address(self, docname: str, picture: Path) -> str:
        """Return the address of the picture that a dark page shows in place of this one; empty: it shows this one."""
        name = self.dark_name(picture)
        return self.static_address(docname, name) if name else ""

    def dark_name(self, picture: Path) -> str:
        """Return its name on the site."""
        return self.dark.get(picture_digest(picture.read_bytes()), "") if self.dark and picture.is_file() else ""

    def get_asset_paths(self) -> list[str]:
        """Return what is no document."""
        return [*super().get_asset_paths(), *self._hidden]

    def copied(self) -> set[str]:
        """Return the files that pages load, show or offer and that were copied, as names below the pages."""
        pictures = {f"{self.imagedir}/{name}" for _, name in self.env.images.values()}
        return (
            pictures
            | theme_files().keys()
            | {_NOTICES}
            | {f"_downloads/{name}" for _, name in self.env.dlfiles.values()}
        )

    def create_template_bridge(self) -> None:
        """Have each page say what its browser may run and load."""
        self.templates = _Templates()

    def init_templates(self) -> None:
        """Escape what templates print, and give them their filters."""
        super().init_templates()
        environment = self.templates.environment
        environment.autoescape = True
        environment.trim_blocks = environment.lstrip_blocks = True
        environment.filters |= {"quote_path": quote, **Filters(self.config.language).all}
        environment.globals |= {"colours": palette.palette(), "kinds": kind_names(self.config.language)}
        environment.add_extension("jinja2.ext.i18n")
        environment.install_gettext_translations(words(self.config.language), newstyle=True)

    def init_css_files(self) -> None:
        """Take no style sheet of an extension: ``layout.html`` names the blog's."""
        self._css_files = []

    def init_js_files(self) -> None:
        """Take no script of an extension: ``layout.html`` names the blog's."""
        self._js_files = []

    def handle_page(self, *arguments: Any, **options: Any) -> None:
        """Write a page; a mistake in a template of the author is a fault."""
        with self.told():
            try:
                super().handle_page(*arguments, **options)
            except ThemeError as error:
                if not self.config.templates_path:
                    raise
                frames = traceback.extract_tb(error.__cause__.__traceback__ if error.__cause__ else None)
                place = next((frame for frame in reversed(frames) if frame.filename.endswith(".html")), None)
                file, line = (Path(place.filename), place.lineno or 0) if place else (Path(arguments[2]), 0)
                message = _("the template cannot be filled: {reason}; mend it")
                raise AuthorError([Fault(file, line, message.format(reason=error.__cause__))]) from error

    def page_context(self, view: View, context: dict[str, Any]) -> dict[str, Any]:
        """Return what a page's template is given: what it shows of the blog, and the addresses of what it loads."""
        pathto, body = context["pathto"], context.get("body", "")
        styles = ["_static/sphinx-design.min.css"] * ('class="sd-' in body)
        scripts = ["_static/design-tabs.js"] * ("sd-tab-set" in body)
        scripts += [asset("player.js", self.config.language)] * ("data-embed=" in body)
        scripts += [asset("try.js", self.config.language)] * ('<div class="try"' in body)
        scripts += [asset("figures.js", self.config.language)] * ('class="output live"' in body)
        return {
            "view": view,
            "metatags": metatags(view.head),
            "asset": lambda name: pathto(asset(name, self.config.language), resource=True),
            "page_styles": [pathto(name, resource=True) for name in (*styles, *view.frame.styles)],
            "page_scripts": [pathto(name, resource=True) for name in (*scripts, *view.frame.scripts)],
        }

    def get_doc_context(self, docname: str, body: str, metatags: str) -> dict[str, Any]:
        """Return what is known of a page by itself; nothing here grows with the number of pages."""
        return {
            "title": self.env.titles[docname].astext(),
            "body": Markup(self._with_names(docname, _H1.sub("", body, count=1))),  # noqa: S704  # Sphinx's own HTML
            "headings": list(_headings(self.env.tocs[docname])),
            "meta": self.env.metadata.get(docname),
            "sourcename": "",
        }

    def _with_names(self, docname: str, body: str) -> str:
        """Name the boxes of a list of tasks, which MyST does not."""
        own = words(language_of(self.env, docname))
        done, open_ = escape(own.gettext("Done")), escape(own.gettext("To do"))
        return _CHECKBOX.sub(lambda match: f'{match[0]} aria-label="{done if match[1] else open_}"', body)

    def add_sidebars(self, pagename: str, ctx: dict[str, Any]) -> None:
        """Add none."""

    def copy_static_files(self) -> None:
        """Copy the theme's files, and sphinx-design's, which pages that use it load, with the notices of all."""
        for name, file in theme_files().items():
            version = _digest(file.name.partition("-")[0], self.config.language)
            write(Path(self.outdir, name), with_version(_static(file, self.config.language), version))
        files = theme_files().values()
        own, design = ([file.name for file in files if file.parent == folder] for folder in (_STATIC, _DESIGN))
        write(Path(self.outdir, _NOTICES), notices(own, design).encode())

    def copy_extra_files(self) -> None:
        """Copy none: what a site holds besides its pages lies in ``images/``."""

    def gen_indices(self) -> None:
        """Make no index of terms."""

    def dump_inventory(self) -> None:
        """Write none."""


class _Templates(BuiltinTemplateLoader):
    """Sphinx's templates, and each finished page's policy."""

    def render(self, template: str, context: dict[str, Any]) -> str:  # type: ignore[override]
        return with_policy(super().render(template, context), context["view"].frame.allowed)


@cache
def theme_files() -> dict[str, Path]:
    """Return the files that pages load, by their names on the site."""
    files = [*_STATIC.iterdir(), *_DESIGN.glob("*design*.css"), *_DESIGN.glob("*tabs*.js")]
    return {f"_static/{file.name}": file for file in files}


def asset(name: str, language: str) -> str:
    """Return the address of a file of the theme; it changes with the content, so browsers may keep it."""
    return f"_static/{name}?v={_digest(name, language)}"


def _static(file: Path, language: str) -> bytes:
    if file.parent == _STATIC and file.suffix == ".js":
        return in_language(minify(file.read_text(encoding="utf-8")), words(language)).encode()
    colours = palette.css().encode() if file.name == "blog.css" else b""
    return colours + file.read_bytes()


@cache
def _digest(name: str, language: str) -> str:
    files = sorted(_STATIC.glob(f"{name.partition('.')[0]}[-.]*"))  # search.js loads search-index.js
    return digest(*(_static(file, language) for file in files))[:8]


def _headings(toc: nodes.Node) -> Iterator[Heading]:
    for reference in list(toc.findall(nodes.reference))[1:]:
        level, parent = 0, reference.parent
        while parent is not None:
            level += isinstance(parent, nodes.bullet_list)
            parent = parent.parent
        yield Heading(level, reference["anchorname"].removeprefix("#"), plain_text(reference))
