"""Runs before the first cell of the posts that draw with matplotlib, only in the blog: draws figures for dark pages."""


def _colours():
    """Return what turns RGBA colours (…, 4) into those of dark pages, and what tells how light one is (0 to 1)."""
    import numpy as np
    from matplotlib.colors import to_rgba

    # OKLab: https://bottosson.github.io/posts/oklab/
    to_lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )

    def lab(colours):
        rgb = colours[:, :3]
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return np.cbrt(linear @ to_lms.T) @ to_lab.T

    paper = lab(np.array([to_rgba("$dark_paper")]))[0]
    curve = [0, 0.3, 0.55, 0.8, 0.92, 1], [1, 0.93, 0.74, 0.6, 0.36, paper[0]]

    def turned(colours):  # white becomes the ground of dark pages, black white; hues and the order stay
        colours = np.array(colours, float).reshape(-1, 4)
        found = lab(colours)
        found[:, 1:] += np.interp(found[:, :1], [0.92, 1], [0, 1]) * paper[1:]
        found[:, 0] = np.interp(found[:, 0], *curve)
        linear = ((found @ np.linalg.inv(to_lab).T) ** 3 @ np.linalg.inv(to_lms).T).clip(0, 1)
        colours[:, :3] = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
        return colours.clip(0, 1)

    return turned, lambda colour: lab(np.array([to_rgba(colour)]))[0, 0]


def _renderer(turned):
    """Return a class that hands all on to a renderer, in turned colours; pictures stay as they are."""
    from matplotlib.colors import to_rgba

    def one(colour):
        return None if colour is None else tuple(turned(to_rgba(colour))[0])

    class Dark:
        def __init__(self, light):
            self.light = light

        def __getattr__(self, name):
            return getattr(self.light, name)

        def _turned(self, context):
            own = self.light.new_gc()
            own.copy_properties(context)
            own.set_foreground(one(context.get_rgb()), isRGBA=True)
            if context.get_hatch():
                own.set_hatch_color(one(context.get_hatch_color()))
            return own

        def draw_path(self, gc, path, transform, rgbFace=None):
            self.light.draw_path(self._turned(gc), path, transform, one(rgbFace))

        def draw_markers(self, gc, marker, move, path, moves, rgbFace=None):
            self.light.draw_markers(self._turned(gc), marker, move, path, moves, one(rgbFace))

        def draw_path_collection(self, gc, master, paths, moves, offsets, moved, faces, edges, *others, **named):
            own, faces, edges = self._turned(gc), turned(faces), turned(edges)
            self.light.draw_path_collection(own, master, paths, moves, offsets, moved, faces, edges, *others, **named)

        def draw_text(self, gc, *others, **named):
            self.light.draw_text(self._turned(gc), *others, **named)

        def draw_tex(self, gc, *others, **named):
            self.light.draw_tex(self._turned(gc), *others, **named)

    return Dark


def _kept():
    """Return what tells which artists stay as they are: what a map colours, and all that stands in a picture."""
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.contour import ContourSet

    def is_mapped(collection):
        return collection.get_array() is not None

    def covers(collection):
        lines = isinstance(collection, ContourSet) and not collection.filled
        return is_mapped(collection) and not lines and not isinstance(collection, LineCollection | PathCollection)

    def kept(axes):
        if axes.images or (axes.name != "3d" and any(map(covers, axes.collections))):
            return [*axes.lines, *axes.patches, *axes.collections, *axes.texts, *axes.artists, *axes.tables]
        mapped = [*filter(is_mapped, axes.collections)]
        return [*mapped, *(text for lines in mapped for text in getattr(lines, "labelTexts", ()))]

    return kept


def _drawing(dark, kept):
    """Return a context in which a figure is drawn in turned colours, without its ground."""
    from contextlib import ExitStack, contextmanager

    from matplotlib.text import Text

    def as_it_is(artist, axes):
        drawn = artist.draw

        def draw(renderer, *others, **named):
            light = getattr(renderer, "light", renderer)
            if isinstance(artist, Text):  # which may stand beside the picture
                box = artist.get_window_extent(light)
                if not axes.bbox.contains((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2):
                    light = renderer
            return drawn(light, *others, **named)

        return draw

    @contextmanager
    def drawing(figure):
        ways = [(figure, lambda renderer, draw=figure.draw: draw(dark(renderer)))]
        for axes in figure.axes:
            ways += [(artist, as_it_is(artist, axes)) for artist in kept(axes)]
            if axes.patch.get_facecolor() == figure.get_facecolor():
                ways.append((axes.patch, lambda renderer: None))
        with ExitStack() as stack:
            for artist, draw in ways:
                artist.draw = draw
                stack.callback(delattr, artist, "draw")
            yield

    return drawing


def _keep(drawing, lightness):
    """Return what keeps the picture of a figure, and beside it the one for dark pages."""
    import hashlib
    import warnings
    from contextlib import suppress
    from pathlib import Path

    folder = Path.home() / ".dark"  # of the run, wherever in it the code stands

    def keep(figure, light, kind, draw):
        ground = lightness(figure.get_facecolor())
        if kind not in ("png", "svg") or ground < 0.6:  # which is for dark pages by itself
            return
        options = {"facecolor": "none"} if ground > 0.97 else {}
        # What the second drawing warns of, the first one did, too; a page can do without it.
        with warnings.catch_warnings(action="ignore"), suppress(Exception):
            with drawing(figure):
                dark = draw(**options)
            name = hashlib.sha256(light).hexdigest()
            folder.mkdir(exist_ok=True)
            (folder / f"{name}.{kind}").write_bytes(light)
            (folder / f"{name}-dark.{kind}").write_bytes(dark)

    return keep


def _watch(keep):
    """Keep each figure that is shown or saved."""
    from base64 import b64encode
    from functools import wraps
    from io import BytesIO
    from os import PathLike
    from pathlib import Path

    from IPython.core import pylabtools
    from matplotlib.figure import Figure

    show, save = pylabtools.print_figure, Figure.savefig
    if hasattr(show, "__wrapped__"):
        return

    @wraps(show)
    def shown(fig, fmt="png", bbox_inches="tight", base64=False, **options):
        def draw(**ground):
            found = show(fig, fmt, bbox_inches, **{**options, **ground})
            return found.encode() if isinstance(found, str) else found

        light = show(fig, fmt, bbox_inches, **options)
        if light is not None:
            keep(fig, light.encode() if fmt == "svg" else light, "png" if fmt in ("retina", "png2x") else fmt, draw)
        return b64encode(light).decode() if base64 and isinstance(light, bytes) else light

    @wraps(save)
    def saved(self, fname, *others, **options):
        found = save(self, fname, *others, **options)
        if isinstance(fname, str | PathLike) and (file := Path(fname)).is_file():
            kind = str(options.get("format") or file.suffix[1:]).lower()

            def draw(**ground):
                save(self, held := BytesIO(), *others, **{**options, "format": kind, **ground})
                return held.getvalue()

            keep(self, file.read_bytes(), kind, draw)
        return found

    pylabtools.print_figure, Figure.savefig = shown, saved


_turned, _lightness = _colours()
_watch(_keep(_drawing(_renderer(_turned), _kept()), _lightness))
del _colours, _renderer, _kept, _drawing, _keep, _watch, _turned, _lightness
