"""What ``_config.yml`` says of the blog."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..errors import AuthorError, Fault
from ..execution.store import STORE
from ..language import ENGLISH, _, language_code

CONFIG = "_config.yml"
_SPHINX = {"title": "html_title", "author": "author", "copyright": "copyright"}
_SPHINX |= {"language": "language", "address": "html_baseurl"}
"""Settings that Sphinx knows → what it calls them; the others are called ``blog_…``."""
SERVED = "serve"
"""Value of ``BLOG_PREVIEW`` with which `blogkit serve` builds: a post that is wrong does not stop the others."""
LIST, CARDS = "list", "cards"
_ADDRESS = re.compile(r"https?://\S+|mailto:\S+|/(?!/)\S*")
_HOST = re.compile(r"[a-z\d-]+(\.[a-z\d-]+)*(:\d+)?")


@dataclass(frozen=True)
class Settings:
    """What ``_config.yml`` says of the blog (``sphinx: config: blog_…``); docs/writing.md lists it."""

    title: str = ""
    """What the blog is called. Example: ``Ana's notebook``."""
    author: str = ""
    """Who writes the posts that name nobody else. Example: ``Ana Sousa``."""
    copyright: str = ""
    """The years of copyright, before the author. Example: ``"2026"``."""
    language: str = ENGLISH
    """The language of all that no author wrote; a post may be in another one (``lang``). Example: ``pt-PT``."""
    address: str = ""
    """Where the home page stands, if the configuration says so. Example: ``https://ana.example/``."""
    description: str = ""
    """One sentence about the blog, for its home page, feeds and search engines. Example: ``Numbers of Lisbon.``."""
    timezone: str = "UTC"
    """The time zone of dates that name none. Example: ``Europe/Lisbon``."""
    jobs: int = 0
    """Light posts executed at once; 0: as many as cores and memory allow. Example: ``2``."""
    store: str = STORE
    """The folder where results are kept. Example: ``../results``."""
    store_days: float = 180.0
    """Days after which a result that no build used is dropped. Example: ``30``."""
    store_gib: float = 5.0
    """Size in GiB above which the oldest results are dropped. Example: ``3``."""
    repository: str = ""
    """The address of the source code (``repository.url``). Example: ``https://github.com/ana/blog``."""
    branch: str = "main"
    """The branch to which the links that edit a page lead (``repository.branch``). Example: ``trunk``."""
    folder: str = ""
    """Where the blog lies in its repository; empty: at its top (``repository.path_to_book``). Example: ``blog``."""
    repository_link: bool = True
    """Link to the source code at the foot of each page (``html.use_repository_button``). Example: ``false``."""
    edit_link: bool = False
    """Link to where a page's source is edited (``html.use_edit_page_button``). Example: ``true``."""
    issue_link: bool = False
    """Link to where a mistake of a page is reported (``html.use_issues_button``). Example: ``true``."""
    logo: str = ""
    """The file of a picture that stands before the blog's title (``logo``). Example: ``images/logo.svg``."""
    favicon: str = ""
    """The file of the icon of tabs and bookmarks; empty: ``images/favicon.svg`` and ``.png`` (``html.favicon``).

    Example: ``images/icon.png``.
    """
    announcement: str = ""
    """HTML that stands on top of each page (``html.announcement``). Example: ``<b>New:</b> a feed.``."""
    extra_footer: str = ""
    """HTML that stands at the foot of each page (``html.extra_footer``). Example: ``<p>Made in Lisbon.</p>``."""
    navigation: dict[str, Any] = field(default_factory=dict)
    """The menu: label → page (``archive``, ``about``, ``tags/index``) or address; empty: the lists and the chapters.

    Example: ``{Posts: archive, About: about}``.
    """
    links: dict[str, Any] = field(default_factory=dict)
    """More links at the foot of each page: label → page or address. Example: ``{Mail: "mailto:ana@ana.example"}``."""
    licence: str = ""
    """The licence of the texts: ``CC BY 4.0`` and its like are linked, another text stands as it is.

    Example: ``CC BY 4.0``.
    """
    home: str = LIST
    """How the home page shows posts: ``list`` or ``cards``. Example: ``cards``."""
    origin: str = ""
    """The address that the blog had before it moved: feed readers know its posts by it.

    Example: ``https://ana.github.io/blog/``.
    """
    feed_entries: int = 20
    """Posts in a feed, newest first. Example: ``50``."""
    hosts: tuple[str, ...] = ()
    """Other hosts that pages may ask, for videos, maps, pictures. Example: ``[www.youtube.com]``."""
    search_synonyms: tuple[tuple[str, ...], ...] = ()
    """Words that search takes for the same, a list for each meaning. Example: ``[[NN, neural network]]``."""
    giscus: dict[str, Any] = field(default_factory=dict)
    """The discussions of a repository, for comments: ``repo``, ``repo_id``, ``category``, ``category_id``.

    Example: ``{repo: ana/blog, repo_id: R_1, category: Posts, category_id: DIC_1}``.
    """
    preview: bool = False
    """Show drafts and posts of the future, marked. Example: ``true``."""

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], environ: Mapping[str, str] = os.environ, lines: Mapping[str, int] | None = None
    ) -> Settings:
        """Take each setting that ``config`` has, by its name in Sphinx; raise :class:`AuthorError` for wrong ones.

        ``lines`` are those of the names. ``BLOG_PREVIEW=1`` is a preview; on GitHub the repository is known.
        """
        names = {setting.name: sphinx_name(setting.name) for setting in fields(cls)}
        values = {name: config[key] for name, key in names.items() if config.get(key) is not None}
        listed = {setting.name for setting in fields(cls) if isinstance(_default(setting), tuple)}
        values |= {name: _as_tuple(values[name]) for name in listed & values.keys()}
        if environ.get("BLOG_PREVIEW"):
            values["preview"] = True
        if environ.get("GITHUB_REPOSITORY"):
            github = environ.get("GITHUB_SERVER_URL", "https://github.com")
            values["repository"] = values.get("repository") or f"{github}/{environ['GITHUB_REPOSITORY']}"
        settings = cls(**values)
        if faults := [*_unknown(config), *settings._faults()]:
            raise AuthorError([Fault(Path(CONFIG), (lines or {}).get(name, 0), why) for name, why in faults])
        return settings

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates that name none."""
        return ZoneInfo(self.timezone)

    @property
    def targets(self) -> dict[str, str]:
        """Name in Sphinx's configuration and label → target, of menu and foot."""
        named = {"blog_navigation": self.navigation, "blog_links": self.links}
        return {f"{name}.{label}": target for name, links in named.items() for label, target in links.items()}

    def _faults(self) -> list[tuple[str, str]]:
        faults = [
            (name := sphinx_name(setting.name), _wrong(setting).format(name=name, value=getattr(self, setting.name)))
            for setting in fields(self)
            if not _is_right(setting, getattr(self, setting.name))
        ]
        try:
            ZoneInfo(self.timezone)
        except (ValueError, TypeError, OSError, ZoneInfoNotFoundError):
            message = _("{name}: {value!r} is no time zone; write one such as Asia/Seoul")
            faults.append(("blog_timezone", message.format(name="blog_timezone", value=self.timezone)))
        try:
            language_code(str(self.language))  # `no`, which is Norwegian, is false in YAML
        except ValueError as error:
            faults.append(("language", f"language: {error}"))
        return faults or list(self._look_faults())

    def _look_faults(self) -> Iterator[tuple[str, str]]:
        if self.home not in (LIST, CARDS):
            message = _("{name}: {value!r} must be {choices}")
            yield "blog_home", message.format(name="blog_home", value=self.home, choices=f"{LIST} / {CARDS}")
        for host in self.hosts:
            if not isinstance(host, str) or not _HOST.fullmatch(host):
                message = _("{name}: {value!r} is no host; write one such as www.youtube.com")
                yield "blog_hosts", message.format(name="blog_hosts", value=host)
        yield from (("blog_search_synonyms", why) for why in self._synonym_faults())
        for name, target in self.targets.items():
            if not isinstance(target, str) or not target or (":" in target and not is_address(target)):
                message = _("{name}: {value!r} must be the name of a page (archive, about) or an address (https://…)")
                yield name, message.format(name=name, value=target)
        for name in ("edit_link", "issue_link"):
            if getattr(self, name) and not self.repository:
                message = _("{name}: it needs the address of the repository; write `repository: url: https://…`")
                yield sphinx_name(name), message.format(name=sphinx_name(name))

    def _synonym_faults(self) -> Iterator[str]:
        name, known = "blog_search_synonyms", set[str]()
        for group in self.search_synonyms:
            if not _is_synonyms(group):
                message = _("{name}: {value!r} must be a list of two texts or more, such as [NN, neural network]")
                yield message.format(name=name, value=as_yaml(group))
                continue
            for text in group:
                if text.casefold() in known:
                    yield _("{name}: {value!r} stands twice; write one list for it").format(name=name, value=text)
                known.add(text.casefold())


def is_address(target: str) -> bool:
    """Tell whether a link's target is an address, and no page of the blog."""
    return bool(_ADDRESS.fullmatch(target))


def sphinx_name(name: str) -> str:
    """Return what a setting is called in Sphinx's configuration."""
    return _SPHINX.get(name, f"blog_{name}")


def own_settings() -> dict[str, Any]:
    """Return name in Sphinx's configuration → default of the settings that Sphinx does not know by itself."""
    defaults = {setting.name: as_yaml(_default(setting)) for setting in fields(Settings)}
    return {sphinx_name(name): default for name, default in defaults.items() if name not in _SPHINX}


def as_yaml(value: object) -> object:
    """Return a setting's value as the file has it, and so the commands that read it: with a list for a tuple."""
    return [as_yaml(one) for one in value] if isinstance(value, tuple) else value


def _as_tuple(value: object) -> object:
    return tuple(_as_tuple(one) for one in value) if isinstance(value, list) else value


def is_setting(name: str) -> bool:
    """Tell whether a name in Sphinx's configuration is one of the blog's settings."""
    return name in {sphinx_name(setting.name) for setting in fields(Settings)}


def _is_synonyms(group: object) -> bool:
    return (
        isinstance(group, tuple)
        and len(group) > 1
        and all(isinstance(text, str) and re.search(r"\w", text) for text in group)
    )


def _unknown(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    known = own_settings()
    near = {name: get_close_matches(name, known, 1) or sorted(known) for name in config if name.startswith("blog_")}
    message = _("{name} is no setting; did you mean {near}?")
    return [(name, message.format(name=name, near=", ".join(near[name]))) for name in near if name not in known]


def _default(setting: Field[Any]) -> Any:
    return setting.default_factory() if callable(setting.default_factory) else setting.default


def _is_right(setting: Field[Any], value: object) -> bool:
    like = _default(setting)
    if isinstance(like, bool) or not isinstance(like, int | float):
        return isinstance(value, type(like))
    kinds = int if isinstance(like, int) else int | float
    return isinstance(value, kinds) and not isinstance(value, bool) and value >= 0


def _wrong(setting: Field[Any]) -> str:
    like = _default(setting)
    if setting.name == "search_synonyms":
        return _("{name}: {value!r} must be a list for each meaning, such as [[NN, neural network]]")
    if isinstance(like, bool):
        return _("{name}: {value!r} must be true or false")
    if isinstance(like, dict):
        return _("{name}: {value!r} must be a list of `key: value` lines")
    if isinstance(like, tuple):
        return _("{name}: {value!r} must be a list of texts")
    if isinstance(like, str):
        return _("{name}: {value!r} must be a text")
    return _("{name}: {value!r} must be a number from 0")
