"""The network that readers try answers as NumPy does, and drawings come to it as MNIST was prepared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from try_network import answers

SIDE = 140
"""Of drawings, in pixels."""
ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "softmax": lambda x: (
        np.exp(x - x.max(axis=1, keepdims=True)) / np.exp(x - x.max(axis=1, keepdims=True)).sum(1, keepdims=True)
    ),
}


def described(*layers: tuple[int, str], size: tuple[int, int] = (28, 28), scale: float = 1, offset: float = 0) -> Any:
    units = [{"units": units, "activation": activation} for units, activation in layers]
    return {"size": size, "layers": units, "scale": scale, "offset": offset}


def seen(folder: Path, drawing: Image.Image) -> np.ndarray:
    """Return a drawing as a network of 28 × 28 gets it: as the outputs of one that changes nothing."""
    weights = np.concatenate([np.eye(784).ravel(), np.zeros(784)]).astype("<f2").tobytes()
    return answers(folder, described((784, "linear")), weights, np.asarray(drawing)[None]).reshape(28, 28)


def drawn(*points: tuple[float, float], width: int = 10) -> Image.Image:
    image = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(image).line(points, fill=255, width=width)
    return image


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_it_knows_every_activation(tmp_path: Path, activation: str) -> None:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (5, 8, 6), dtype=np.uint8)
    shapes = [(48, 7), 7, (7, 3), 3]
    weights = [random.normal(size=shape).astype("<f2") for shape in shapes]
    kernel, bias, last_kernel, last_bias = (each.astype(float) for each in weights)
    hidden = ACTIVATIONS[activation]((images.reshape(5, 48) / 255 * 2 - 1) @ kernel + bias)
    expected = ACTIVATIONS[activation](hidden @ last_kernel + last_bias)
    model = described((7, activation), (3, activation), size=(8, 6), scale=2, offset=-1)
    assert answers(tmp_path, model, b"".join(each.tobytes() for each in weights), images) == pytest.approx(
        expected, abs=1e-6
    )


def test_each_float16_is_read_as_numpy_reads_it(tmp_path: Path) -> None:
    halves = np.arange(2**16, dtype="<u2").view("<f2")
    halves = halves[np.isfinite(halves)]
    model = described((len(halves), "linear"), size=(1, 1))
    found = answers(tmp_path, model, halves.tobytes() + bytes(2 * len(halves)), np.full((1, 1, 1), 255, np.uint8))
    assert (found[0] == halves.astype("f4")).all()


def test_a_drawing_fills_what_digits_of_mnist_fill_wherever_it_stands(tmp_path: Path) -> None:
    images = [drawn((30, 20), (40, 100)), drawn((100, 30), (110, 110)), drawn((8, 60), (13, 100), width=5)]
    for image in (seen(tmp_path, each) for each in images):
        rows = np.flatnonzero(image.max(axis=1) > 0.05)
        assert 20 <= np.ptp(rows) + 1 <= 21
        for axis in (0, 1):
            middle = image.sum(axis=axis) @ (np.arange(28) + 0.5) / image.sum()
            assert middle == pytest.approx(14.5, abs=0.05)
        assert image.max() == pytest.approx(1, abs=0.01)


def test_a_drawing_keeps_its_shape_and_its_ink(tmp_path: Path) -> None:
    large = drawn((10, 10), (130, 10), (130, 70), width=12)
    small = large.resize((SIDE // 2, SIDE // 2), Image.Resampling.BOX)
    moved = Image.new("L", large.size)
    moved.paste(small, (33, 51))
    image = seen(tmp_path, large)
    columns, rows = (np.flatnonzero(image.max(axis=axis) > 0.05) for axis in (0, 1))
    assert (np.ptp(columns) + 1, np.ptp(rows) + 1) == (pytest.approx(20, abs=1), pytest.approx(11, abs=1))
    assert abs(image - seen(tmp_path, moved)).max() < 0.15
    ink = np.asarray(large).sum() / 255
    assert image.sum() == pytest.approx(ink * (20 / 126) ** 2, rel=0.05)


def test_a_point_is_drawn_large_and_nothing_is_nothing(tmp_path: Path) -> None:
    assert seen(tmp_path, drawn((70, 70), (73, 70), width=3)).sum() > 100
    assert not seen(tmp_path, Image.new("L", (SIDE, SIDE))).any()
