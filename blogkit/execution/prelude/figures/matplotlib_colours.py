"""Stands before ``matplotlib.py``: colours for dark pages."""

import numpy as np
from matplotlib.colors import to_rgba

WHITE, DARK = 0.97, 0.6
"""How light the ground of a page is at least; what is darker than ``DARK`` is for dark pages by itself."""
# OKLab: https://bottosson.github.io/posts/oklab/
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def lab(rgb):
    """Return OKLab of colours (…, 3)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ TO_LMS.T) @ TO_LAB.T


def lightness(colour):
    """Return how light a colour is on white, 0 to 1."""
    *rgb, alpha = to_rgba(colour)
    return lab(np.array([rgb]) * alpha + 1 - alpha)[0, 0]


PAPER = lab(np.array([to_rgba("$dark_paper")[:3]]))[0]
CURVE = [0, 0.3, 0.55, 0.8, 0.92, 1], [1, 0.93, 0.74, 0.6, 0.36, PAPER[0]]


def turned(colours):
    """Return RGBA colours (n, 4) for dark pages: white is their ground, black white; hues and the order stay."""
    colours = np.array(colours, float).reshape(-1, 4)
    found = lab(colours[:, :3])
    found[:, 1:] += np.interp(found[:, :1], [0.92, 1], [0, 1]) * PAPER[1:]
    found[:, 0] = np.interp(found[:, 0], *CURVE)
    linear = ((found @ np.linalg.inv(TO_LAB).T) ** 3 @ np.linalg.inv(TO_LMS).T).clip(0, 1)
    colours[:, :3] = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return colours.clip(0, 1)


def one_turned(colour):
    """Return one colour, if there is one."""
    return None if colour is None else tuple(turned(to_rgba(colour))[0])
