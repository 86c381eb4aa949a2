"""Read ``_config.yml``: Jupyter Book's own keys and those of the blog, whichever command makes the site."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import AuthorError, Fault
from ..language import N_, _
from ..posts.mapping import read_mapping
from .settings import CONFIG, Settings, is_setting

_KEYS = {
    "title": "html_title",
    "author": "author",
    "copyright": "copyright",
    "exclude_patterns": "exclude_patterns",
    "only_build_toc_files": "external_toc_exclude_missing",
    "html.baseurl": "html_baseurl",
    "logo": "blog_logo",
    "html.announcement": "blog_announcement",
    "html.extra_footer": "blog_extra_footer",
    "html.favicon": "blog_favicon",
    "html.use_edit_page_button": "blog_edit_link",
    "html.use_issues_button": "blog_issue_link",
    "html.use_repository_button": "blog_repository_link",
    "repository.url": "blog_repository",
    "repository.branch": "blog_branch",
    "repository.path_to_book": "blog_folder",
    "parse.myst_enable_extensions": "myst_enable_extensions",
    "parse.myst_url_schemes": "myst_url_schemes",
    "execute.stderr_output": "nb_output_stderr",
    "bibtex_bibfiles": "bibtex_bibfiles",
}
"""Jupyter Book's keys → what Sphinx and the blog call them."""
_EXECUTED = N_("the blog executes its posts by itself, and a post's front matter says how")
_OUTSIDE = N_("`{{ … }}` would run while the site is built, outside the seal")
_OTHERS = {
    "execute": _EXECUTED,
    "latex": N_("a blog makes no PDF"),
    "launch_buttons": N_("a post offers its notebook, and Colab where the repository is on GitHub"),
    "html.analytics": N_("pages ask no other host"),
    "html.home_page_in_navbar": N_("the blog's title leads home from every page"),
    "html.navbar_footer_text": N_("Jupyter Book calls it `html.extra_footer` now"),
    "html.comments": N_("comments are those of `blog_giscus`"),
    "parse.myst_substitutions": _OUTSIDE,
}
"""Jupyter Book's keys, or what they begin with, that do nothing here → why."""
_ELSEWHERE = {
    "html_logo": "logo",
    "html_favicon": "html.favicon",
    "html_extra_path": "images/",
    **dict.fromkeys(("html_static_path", "html_css_files", "html_js_files", "html_style"), "_static/"),
    **dict.fromkeys(("html_theme", "html_theme_options", "html_theme_path"), "templates_path"),
}
"""Values of Sphinx that do nothing here → what does."""
_SPHINX = ("sphinx.config", "sphinx.extra_extensions", "sphinx.local_extensions", "sphinx.recursive_update")
_UNSEALED = ("nb_custom_formats", "myst_substitutions")
_LISTS = (
    *("bibtex_bibfiles", "exclude_patterns", "parse.myst_enable_extensions", "parse.myst_url_schemes"),
    "sphinx.extra_extensions",
    *(
        f"sphinx.config.{name}"
        for name in (
            *("bibtex_bibfiles", "extensions", "exclude_patterns", "suppress_warnings"),
            *("myst_enable_extensions", "templates_path"),
        )
    ),
)
_NOTHING: tuple[Any, ...] = (None, False, "", "off", [], {})


@dataclass(frozen=True)
class Config:
    """What ``_config.yml`` says."""

    settings: Settings
    sphinx: Mapping[str, Any]
    """What is Sphinx's own affair, by its name there."""
    extensions: tuple[str, ...]
    """Extensions of Sphinx that the author wants besides those of the blog."""
    folders: tuple[Path, ...]
    """Where Python finds extensions that lie in the book."""
    lines: Mapping[str, int]
    """Name in Sphinx → its line."""

    def fault(self, name: str, message: str) -> Fault:
        """Return what is wrong with a value, by its name in Sphinx."""
        return Fault(Path(CONFIG), self.lines.get(name, 0), f"{name}: {message}")


def read_config(root: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Return what the book in ``root`` says of itself; raise :class:`AuthorError` with all that is wrong."""
    path = root / CONFIG
    if not path.is_file():
        raise AuthorError([Fault(path, 0, _("there is none; change to the folder of the blog"))])
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise AuthorError([Fault(path, 0, _("no UTF-8 ({reason}); save it as UTF-8").format(reason=error))]) from error
    keys, lines = read_mapping(path, text)
    faults = [Fault(path, lines.get(name, 0), f"{name}: {why}") for name, why in _objections(keys)]
    if faults:
        raise AuthorError(faults)
    values = {_KEYS[name]: value for name, value in _leaves(keys) if name in _KEYS and value is not None}
    places = {_KEYS[name]: line for name, line in lines.items() if name in _KEYS}
    sphinx = keys.get("sphinx") or {}
    values |= {name: value for name, value in (sphinx.get("config") or {}).items() if value is not None}
    places |= {name.removeprefix("sphinx.config."): line for name, line in lines.items()}
    local = sphinx.get("local_extensions") or {}
    named = [*(values.pop("extensions", None) or []), *(sphinx.get("extra_extensions") or []), *local]
    return Config(
        Settings.from_config(values, environ, places),
        {name: value for name, value in values.items() if not is_setting(name)},
        tuple(name for name in dict.fromkeys(named) if name != "blogkit"),
        tuple((root / folder).resolve() for folder in local.values()),
        places,
    )


def _leaves(keys: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the keys with their values, those below another one as ``key.below``; what `sphinx` says is whole."""
    for key, value in keys.items():
        name = f"{before}{key}"
        if isinstance(value, dict) and value and name not in _SPHINX:
            yield from _leaves(value, f"{name}.")
        else:
            yield name, value


def _objections(keys: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and fault of what is not a blog's, or has the wrong kind of value."""
    leaves = dict(_leaves(keys))
    for name in ("sphinx", "sphinx.config", "sphinx.local_extensions"):
        value = leaves.get(name) or {}
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            yield name, _("it must be `name: value` lines")
    config = leaves.get("sphinx.config") or {}
    leaves |= {f"sphinx.config.{name}": value for name, value in config.items()} if isinstance(config, dict) else {}
    for name in _LISTS:
        if name in leaves and not _are_texts(leaves[name] if leaves[name] is not None else []):
            yield name, _("it must be a list of texts")
        elif "substitution" in (leaves.get(name) or []):
            yield name, _("it does nothing here: {reason}; delete it").format(reason=f"substitution: {_(_OUTSIDE)}")
    local = leaves.get("sphinx.local_extensions") or {}
    if isinstance(local, dict) and not _are_texts([*local.values()]):
        yield "sphinx.local_extensions", _("it must be `name: value` lines")
    yield from _useless(leaves)


def _useless(leaves: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and fault of what does nothing here."""
    for name, value in leaves.items():
        own = name.removeprefix("sphinx.config.")
        if name != own and value and own in _ELSEWHERE:
            yield name, _("write {mend} instead").format(mend=f"`{_ELSEWHERE[own]}`")
        elif name != own and value not in _NOTHING and (own.startswith("nb_execution") or own in _UNSEALED):
            yield name, _("it does nothing here: {reason}; delete it").format(reason=_(_EXECUTED))
        elif name == own and name not in (*_KEYS, *_SPHINX, "sphinx") and value not in _NOTHING:
            reasons = (why for start, why in _OTHERS.items() if f"{name}.".startswith(f"{start}."))
            why = next(reasons, N_("a blog has no such key"))
            yield name, _("it does nothing here: {reason}; delete it").format(reason=_(why))


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
