"""Say what a page shows of an output: a figure of a library that draws in browsers, or what stands in the page itself.

Plain functions of media types and contents. What a page cannot show is a fault, and never a gap.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ...execution.result import first_frame
from ...language import _
from ...publish.links import host_of, references

FIGURE = "application/vnd.blogkit.figure+json"
"""An interactive figure, as :class:`Figure` has it."""
CONTROLS = "application/vnd.blogkit.controls+json"
"""Widgets, of which a page shows what they were set to in the beginning."""
GLUED = "application/papermill.record/"
"""Begins the media types of values that no page shows where they are handed on."""
_WIDGET = "application/vnd.jupyter.widget-view+json"
_PLOTLY = "application/vnd.plotly.v1+json"
_BOKEH = "application/vnd.bokeh.item+json"
_VEGA = re.compile(r"application/vnd\.vega(?:lite)?\.v\d[.+]json")
_SCRIPT = "application/javascript"
_STILLS = ("image/svg+xml", "image/png")
_SHOWN = {*_STILLS, "image/jpeg", "image/gif", "text/html", "text/latex", "text/markdown"}
_SHOWN |= {"text/plain", _SCRIPT}
_WANTED = {"docs_json": "BokehJS", "Plotly.newPlot(": "plotly.js", "vegaEmbed(": "Vega"}
"""What stands in the HTML of a figure → what it wants to be there."""
_BAR = re.compile(r"\s*(?:[^\n]*?: *)?(?:\d+%\||\d+(?:it|[kM]?B) \[)")
"""How a bar of progress begins."""
_MAP = re.compile(r'<iframe\s[^>]*srcdoc="')
_FILM = re.compile(r"""<(?:video|audio|source)\s[^>]*src=["']data:""")
_BOX = re.compile(r"padding-bottom:\s*([\d.]+)%")
_PLOTLY_HEIGHT = 450
_ROWS = ("datasets", "values")
_EQUATION = re.compile(r"\$[^$]*[\\^_][^$]*\$")
_GEO, _MAPS = {"choropleth", "scattergeo"}, re.compile(r"(?:scatter|choropleth|density)map(?:box)?")
_LAYERED = re.compile(r"(?:map|mapbox)\d*")
_TILES = {"open-street-map": ("tile.openstreetmap.org",), "white-bg": ()}
_CARTO = ("basemaps.cartocdn.com", "tiles.basemaps.cartocdn.com")
_BOKEH_ASKS = re.compile(r'"(?:\w*TileSource|ImageURL\w*|AjaxDataSource|ServerSentDataSource)"')
_BOKEH_ADDRESS = re.compile(r'(?<!\\)"((?:https?:)?//[^"\\]+)"')
_BOKEH_PICTURE = re.compile(r"""<img\b[^>]*?\ssrc=\\?["']?((?:https?:)?//[^"'\\\s>]+)""")


class NotShown(ValueError):
    """Raised with what is wrong with an output, and the mend."""


@dataclass(frozen=True)
class Figure:
    """A figure that a library draws when it comes into view."""

    library: str
    """``plotly``, ``bokeh``, ``vega``; ``html``: its HTML draws itself."""
    data: Any
    """JSON values, as the library wants them."""
    title: str = ""
    """Plain text."""
    scripts: tuple[str, ...] = ()
    """The names of the library's scripts."""
    height: str = ""
    """CSS that keeps its place free."""
    still: dict[str, str] = field(default_factory=dict)
    """Media type → picture of how it begins, if the library makes one."""
    hosts: tuple[str, ...] = ()
    """Those that it asks when it is drawn."""


def shown(data: Mapping[str, Any], hosts: Collection[str]) -> dict[str, Any]:
    """Return media type → content of what a page shows of an output; empty: nothing is to be shown.

    ``hosts`` are those that pages may ask. Raises :class:`NotShown`.
    """
    prefix = GLUED if any(name.startswith(GLUED) for name in data) else ""
    data = {name.removeprefix(prefix): content for name, content in data.items()}
    if _WIDGET in data:
        bar = _BAR.match(str(data.get("text/plain", "")))
        return {} if bar else {CONTROLS: {}}
    try:
        if figure := _figure(data):
            asked = set(_asked(figure))
            _refuse(asked - {*hosts})
            return {f"{prefix}{FIGURE}": asdict(replace(figure, hosts=tuple(sorted(asked))))}
    except NotShown:
        raise
    except (ValueError, LookupError, TypeError, AttributeError) as error:  # a cell may hand on anything
        raise _unknown(data.keys() - _SHOWN) from error
    kept = {name: content for name, content in data.items() if name in _SHOWN}
    if kept.keys() <= {"text/plain", _SCRIPT} and (other := data.keys() - kept.keys()):
        raise _unknown(other)
    _check_script(str(kept.get("text/html", kept.get(_SCRIPT, ""))))
    return {f"{prefix}{name}": content for name, content in kept.items()}


def _unknown(kinds: Collection[str]) -> NotShown:
    message = _("a page cannot show {kind}; show a picture, HTML or text of it, or tag the cell `remove-output`")
    return NotShown(message.format(kind=", ".join(sorted(kinds))))


def _figure(data: Mapping[str, Any]) -> Figure | None:
    if _PLOTLY in data:
        return _of_plotly(data[_PLOTLY])
    if _BOKEH in data:
        found, item = data[_BOKEH], json.loads(data[_BOKEH]["item"])
        title = str(_deep(item, "doc", "roots", 0, "attributes", "title", "attributes", "text") or "")
        return Figure("bokeh", item, title, tuple(found["scripts"]), f"{float(found['height']):g}px")
    stills = {kind: data[kind] for kind in _STILLS if kind in data}
    if vega := next(filter(_VEGA.fullmatch, data), None):
        title = _deep(data[vega], "title", "text") or _deep(data[vega], "title") or ""
        title = " ".join(title) if isinstance(title, list) else title
        return Figure("vega", data[vega], str(title), ("vega.min.js",), still=stills)
    return _of_html(str(data.get("text/html", "")))


def _of_plotly(found: Mapping[str, Any]) -> Figure:
    layout = found.get("layout", {})
    title = _deep(layout, "title", "text") or _deep(layout, "title") or ""
    title = re.sub(r"<br\s*/?>", " ", title) if isinstance(title, str) else ""
    config = {name: value for name, value in found.get("config", {}).items() if name != "plotlyServerURL"}
    height = float(layout.get("height") or _PLOTLY_HEIGHT)
    data = {**found, "config": config}
    return Figure("plotly", data, re.sub(r"<[^>]+>", "", title), ("plotly.min.js",), f"{height:g}px")


def _of_html(text: str) -> Figure | None:
    """Find in HTML what is heavy: matplotlib's animations, folium's maps, films and sounds."""
    if frame := first_frame(text):
        own = re.sub(r"<link\b[^>]*font-awesome[^>]*>", "", text)  # the theme has these icons
        return Figure("html", own, still=frame)
    if "leaflet" in text and _MAP.search(text):
        own = re.sub(r"<span[^>]*>Make this Notebook Trusted.*?</span>", "", text)
        box = _BOX.search(text)
        return Figure("html", own, height=f"{box[1]}%" if box else "")
    if _FILM.search(text):
        return Figure("html", text)
    return None


def _asked(figure: Figure) -> Iterator[str]:
    """Yield the hosts that a figure asks when it is drawn."""
    if figure.library == "plotly":
        yield from _asked_by_plotly(figure.data)
    elif figure.library == "vega":
        yield from _asked_by_vega(figure.data)
    elif figure.library == "bokeh":
        yield from _asked_by_bokeh(json.dumps(figure.data))
    elif figure.library == "html":
        for reference in references("text/html", f"<meta charset=utf-8>{figure.data}".encode()):
            if reference.loads and reference.host:
                yield reference.host


def _asked_by_vega(data: Mapping[str, Any]) -> Iterator[str]:
    addresses = [*_texts(data, "url")]
    if '"url": {' in json.dumps(data):  # pictures, whose addresses stand in the rows
        addresses += (text for text in _texts({**data, "$schema": ""}) if re.match("https?://", text))
    options = _deep(data, "usermeta", "embedOptions") or {}
    addresses += (options[name] for name in ("config", "patch") if isinstance(options.get(name), str))
    addresses += filter(host_of, _texts({**options, "editorUrl": ""}))
    for address in (text for text in addresses if not text.startswith("data:")):
        if not host_of(address):
            message = _("the chart reads {address}, which no reader has; read it in the cell and hand on its data")
            raise NotShown(message.format(address=address))
        yield host_of(address)


def _asked_by_bokeh(text: str) -> Iterator[str]:
    if _BOKEH_ASKS.search(text):
        yield from map(host_of, _BOKEH_ADDRESS.findall(text))
    yield from map(host_of, _BOKEH_PICTURE.findall(text))


def _asked_by_plotly(data: Mapping[str, Any]) -> Iterator[str]:
    layout, traces = data.get("layout", {}), data.get("data", ())
    kinds = {str(trace.get("type", "scatter")) for trace in traces}
    if kinds & _GEO or "geo" in layout:
        yield "cdn.plot.ly"
    if any(map(_MAPS.fullmatch, kinds)):
        style = str(_deep(layout, "map", "style") or _deep(layout, "mapbox", "style"))
        yield from (host,) if (host := host_of(style)) else _TILES.get(style, _CARTO)
    if text := next(filter(_EQUATION.search, _texts([layout, data.get("data"), data.get("frames")])), ""):
        message = _("Plotly writes {text} with MathJax, which pages have not; write it with <i>, <sub>, <sup> and α")
        raise NotShown(message.format(text=text))
    maps = [inner for name, inner in layout.items() if _LAYERED.fullmatch(name)]
    parts = [*layout.get("images", ()), *(layer for each in maps for layer in each.get("layers", ()))]
    named = [part.get("source") for part in parts] + [trace.get("geojson") for trace in traces]
    for address in (text for each in named for text in (each if isinstance(each, list) else [each])):
        if host := host_of(address) if isinstance(address, str) else "":
            yield host


def _check_script(text: str) -> None:
    """Refuse what would stay empty; whom HTML asks is looked at with that of authors."""
    if re.search(r"\b(?:require|requirejs)(?:\.config)?\(\s*[\[{]", text):
        raise NotShown(_("its script wants RequireJS, which pages have not; show it as a picture or a file of its own"))
    if library := next((library for sign, library in _WANTED.items() if sign in text), ""):
        message = _("its script wants {library}, which pages have for figures only; show the figure, not its HTML")
        raise NotShown(message.format(library=library))


def _refuse(hosts: set[str]) -> None:
    if hosts:
        message = _("it asks {hosts}, and pages ask no other host; allow it in _config.yml: `blog_hosts: [{hosts}]`")
        raise NotShown(message.format(hosts=", ".join(sorted(hosts))))


def _texts(value: Any, name: str = "") -> Iterator[str]:
    """Yield the texts in JSON values, at any depth; only those under a key, if one is named, and none of a table."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if name and key in _ROWS:
                continue
            yield from [inner] if isinstance(inner, str) and name in ("", key) else _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from [inner] if isinstance(inner, str) and not name else _texts(inner, name)


def _deep(value: Any, *path: str | int) -> Any:
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value
