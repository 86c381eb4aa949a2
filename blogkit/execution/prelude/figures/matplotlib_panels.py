"""Stands before ``matplotlib.py``: which parts of a figure stay as they are on dark pages."""

import numpy as np
from matplotlib.contour import ContourSet
from matplotlib.path import Path as Outline
from matplotlib.transforms import BboxTransformTo


def all_axes(axes):
    """Return axes and those that stand in them."""
    return [*axes, *(each for outer in axes for each in all_axes(outer.child_axes))]


def is_mapped(collection):
    """Tell whether a map gives its colours."""
    one_colour = isinstance(collection, ContourSet) and collection.colors is not None
    return collection.get_array() is not None and not one_colour


def is_panel(axes):
    """Tell whether axes hold what stays as it is; what a map colours in three dimensions has its walls around it."""
    is_dark = axes.axison and axes.patch.get_visible() and lightness(axes.patch.get_facecolor()) < DARK
    return is_dark or axes.images or (axes.name != "3d" and any(map(is_mapped, axes.collections)))


def outline(axes):
    """Return the path of what is seen of axes, in pixels; nothing: they are not."""
    return axes.patch.get_transform().transform_path(axes.patch.get_path()) if axes.get_visible() else None


def box_of(key, renderer):
    """Return the path around a legend, in pixels; nothing: it is not seen."""
    box = BboxTransformTo(key.get_window_extent(renderer))
    return Outline.unit_rectangle().transformed(box) if key.get_visible() else None


def is_in(panel, points):
    """Tell whether most points lie in a panel, be it at its edge; which side a radius adds depends on its direction."""
    return max(panel.contains_points(points, radius=radius).mean() for radius in (-2, 2)) > 0.5


def places(renderer, name, given, named):
    """Return some points (n, 2) in pixels of where a call draws."""
    if name in ("draw_text", "draw_tex"):
        x, y = given[1:3]
        if text := named.get("mtext") or (given[7] if len(given) > 7 else None):
            box = text.get_window_extent(renderer)
            return [((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)]
        return [(x + 3, (renderer.get_canvas_width_height()[1] - y if renderer.flipy() else y) + 3)]
    if name == "draw_path_collection":
        _context, master, paths, _moves, offsets, moved = given[:6]
        if len(offsets) > 1:
            points = moved.transform(np.asarray(offsets, float))
        else:
            points = master.transform(np.concatenate([path.vertices for path in paths[:50]]))
    else:
        path, transform = given[1:3] if name == "draw_path" else given[3:5]
        points = transform.transform(path.vertices)
    points = points[np.isfinite(points).all(axis=1)]
    return points[:: len(points) // 64 + 1]
