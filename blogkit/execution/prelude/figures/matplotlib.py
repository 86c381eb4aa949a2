"""Runs before the first cell of the posts that draw with matplotlib, only in the blog: draws figures for dark pages.

How a figure is drawn is taken down, and drawn again in turned colours: nothing of the author's runs a second time.
It runs in a namespace of its own, after ``matplotlib_colours.py`` and ``matplotlib_panels.py``.
"""

import hashlib
import logging
import warnings
from base64 import b64encode
from contextlib import contextmanager, nullcontext, suppress
from functools import wraps
from io import BytesIO
from os import PathLike, fsdecode
from pathlib import Path

from IPython.core import pylabtools
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.figure import Figure
from matplotlib.transforms import IdentityTransform

FOLDER = Path.home() / ".dark"  # of the run, wherever in it the code stands
DRAWN = ["path", "markers", "path_collection", "quad_mesh", "gouraud_triangles", "image", "text", "tex"]
AROUND = ["open_group", "close_group", "start_rasterizing", "stop_rasterizing", "start_filter", "stop_filter"]
CALLS = [*(f"draw_{name}" for name in DRAWN), *AROUND]
COLOURS = {"draw_path": (3,), "draw_markers": (5,), "draw_path_collection": (6, 7), "draw_text": (), "draw_tex": ()}
"""What has colours, and where."""


class Listener:
    """Tells ``note`` what a renderer is asked to draw, too."""

    def __init__(self, renderer, note):
        self.renderer, self.note, self.own, self.inside = renderer, note, {}, 0
        self.heard = {name: self._heard(name) for name in CALLS if hasattr(renderer, name)}

    def __enter__(self):
        here = vars(self.renderer)
        self.own |= {name: here[name] for name in self.heard if here.get(name) not in (None, self.heard[name])}
        here.update(self.heard)

    def __exit__(self, *error):
        for name in self.heard:
            del vars(self.renderer)[name]
        vars(self.renderer).update(self.own)

    def _heard(self, name):
        def call(*given, **named):
            if not self.inside:
                self.note(self.renderer, name, given, named)
            self.inside += 1
            try:
                return self._usual(name)(*given, **named)
            finally:
                self.inside -= 1
                if name in AROUND:
                    self.__enter__()  # a filter gives a renderer other methods

        return call

    def _usual(self, name):
        if name in self.own:
            return self.own[name]
        found = getattr(type(self.renderer), name, None)
        return found.__get__(self.renderer) if found else self.renderer.__getattr__(name)  # of the one in use


class Record:
    """Takes down how a figure is drawn, while it is drawn within it.

    Axes that hold a picture or colours of a map stay as they are, on light ground, with all that stands in them.
    """

    def __init__(self, figure):
        self.figure, self.calls, self.box, self.ground = figure, [], None, 0
        self.within = None
        self.hidden, self.same, self.before, self.panels = 0, 0, [], []

    def __enter__(self):
        figure, axes = self.figure, all_axes(self.figure.axes)
        self._have(figure, "draw", self._draw)
        self._have(figure, "get_tightbbox", self._measure)
        self._have(figure.patch, "draw", self._hide, figure.patch)
        is_keyed = any(hasattr(each, "_colorbar") for each in axes)
        panels = [each for each in axes if is_panel(each) or (is_keyed and (each.axison or each.has_data()))]
        for each in axes:
            if each in panels:
                self._have(each, "draw", self._leave, lambda renderer, each=each: outline(each), True)
                self._have(each.patch, "draw", self._leave, None, False)
            else:
                self._have(each.patch, "draw", self._hide, each.patch)
            for collection in filter(is_mapped, each.collections):
                self._have(collection, "draw", self._leave, None, False)
        for key in filter(None, [*(figure.legends if panels else ()), *(each.get_legend() for each in panels)]):
            self._have(key, "draw", self._leave, lambda renderer, key=key: box_of(key, renderer), False)
        return self

    def __exit__(self, *error):
        for each, name, own in reversed(self.before):
            vars(each).pop(name, None)
            vars(each).update(own)

    def _have(self, each, name, does, *given):
        usual = getattr(each, name)
        self.before.append((each, name, {name: usual} if name in vars(each) else {}))
        setattr(each, name, lambda *others, **named: does(*given, usual, *others, **named))

    def _draw(self, usual, renderer, *others, **named):
        before, outer, self.within = (self.calls, self.panels, self.ground), self.within, renderer
        self.calls, self.panels, self.ground = [], [], lightness(self.figure.get_facecolor())
        try:
            with nullcontext() if outer is renderer else Listener(renderer, self._note):
                return usual(renderer, *others, **named)
        finally:
            self.within = outer
            if outer not in (None, renderer):
                self.calls, self.panels, self.ground = before

    def _measure(self, usual, *others, **named):
        self.box = usual(*others, **named)
        return self.box

    def _hide(self, patch, usual, renderer, *others, **named):
        """Leave out what is the ground of the page."""
        is_ground = self.ground > WHITE and patch.get_facecolor() == self.figure.get_facecolor()
        self.hidden += is_ground
        try:
            return usual(renderer, *others, **named)
        finally:
            self.hidden -= is_ground

    def _leave(self, panel, is_axes, usual, renderer, *others, **named):
        """Leave the colours of what is drawn, and of a panel and what will stand in it; give that its light ground."""
        with suppress(Exception):
            if panel and (place := panel(renderer)):
                self.panels.append(place)
                context = renderer.new_gc()
                context.set_linewidth(0)
                ground = self.figure.get_facecolor() if self.ground <= WHITE else (1, 1, 1, 1)
                self.calls.append(("draw_path", [context, place, IdentityTransform(), ground], {}, True))
        self.same += not is_axes
        try:
            return usual(renderer, *others, **named)
        finally:
            self.same -= not is_axes

    def _note(self, renderer, name, given, named):
        if self.hidden:
            return
        with suppress(Exception):  # of a renderer that is not matplotlib's
            given, same = list(given), bool(self.same or name not in COLOURS)
            if not same and self.panels:
                points = places(renderer, name, given, named)
                same = any(is_in(panel, points) for panel in self.panels)
            if given and isinstance(given[0], GraphicsContextBase):
                given[0] = copied(renderer, given[0])
            self.calls.append((name, given, named, same))


def copied(renderer, context):
    """Return another one with the same properties."""
    found = renderer.new_gc()
    found.copy_properties(context)
    return found


def draw_again(calls, renderer):
    """Draw what was taken down, in turned colours; matplotlib may ask for it twice."""
    for name, given, named, same in calls:
        if not same:
            given, named, turn = [*given], {**named}, turned if name == "draw_path_collection" else one_turned
            given[0] = context = copied(renderer, given[0])
            context.set_foreground(one_turned(context.get_rgb()), isRGBA=True)
            if context.get_hatch():
                context.set_hatch_color(one_turned(context.get_hatch_color()))
            for place in COLOURS[name]:
                given[place:] = [turn(given[place]), *given[place + 1 :]] if place < len(given) else []
            if "rgbFace" in named:
                named["rgbFace"] = one_turned(named["rgbFace"])
        getattr(renderer, name)(*given, **named)


@contextmanager
def silence():
    """Say nothing: what the second drawing would say, the first one has said."""
    said, level = warnings.showwarning, logging.root.manager.disable
    warnings.showwarning = lambda *told, **named: None  # `catch_warnings` would have all be said once more
    logging.disable()
    try:
        yield
    finally:
        warnings.showwarning = said
        logging.disable(level)


def keep(record, light, draw):
    """Keep the picture of a figure, and beside it the one for dark pages."""
    if not record.calls or record.ground < 0.9:  # an author's own
        return
    figure, canvas, before = record.figure, record.figure.canvas, dict(vars(record.figure))
    drawn = {name: vars(canvas).pop(name) for name in ("renderer", "_lastKey") if name in vars(canvas)}
    vars(canvas).update({"_lastKey": None} if drawn else {})  # what it has drawn stays there
    figure.draw = lambda renderer: draw_again(record.calls, renderer)
    figure.get_tightbbox = lambda *others, **named: record.box
    try:
        with silence(), suppress(Exception):  # a page can do without it
            dark, name = draw(), hashlib.sha256(light).hexdigest()
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{name}.light").write_bytes(light)
            (FOLDER / f"{name}.dark").write_bytes(dark)
    finally:
        vars(canvas).update(drawn)
        for name in ("draw", "get_tightbbox"):
            del vars(figure)[name]
            vars(figure).update({name: before[name]} if name in before else {})


def content(shown):
    """Return what was drawn as bytes."""
    return shown.encode() if isinstance(shown, str) else shown


def watch(show, save):
    """Keep each figure that is shown or saved."""

    @wraps(show)
    def shown(fig, fmt="png", bbox_inches="tight", base64=False, **options):
        if fmt not in ("png", "retina", "png2x", "svg"):
            return show(fig, fmt, bbox_inches, base64, **options)
        with Record(fig) as record:
            light = show(fig, fmt, bbox_inches, **options)
        if light is not None:
            keep(record, content(light), lambda: content(show(fig, fmt, bbox_inches, **options)))
        return b64encode(light).decode() if base64 and isinstance(light, bytes) else light

    @wraps(save)
    def saved(self, fname, *others, **options):
        if not isinstance(fname, str | PathLike):
            return save(self, fname, *others, **options)
        file = Path(fsdecode(fname))
        kind = str(options.get("format") or file.suffix[1:]).lower()
        if kind not in ("png", "svg"):
            return save(self, fname, *others, **options)
        with Record(self) as record:
            found = save(self, fname, *others, **options)

        def draw():
            save(self, held := BytesIO(), *others, **{**options, "format": kind})
            return held.getvalue()

        if file.is_file():
            keep(record, file.read_bytes(), draw)
        return found

    pylabtools.print_figure, Figure.savefig = shown, saved


if not hasattr(Figure.savefig, "__wrapped__"):
    watch(pylabtools.print_figure, Figure.savefig)
