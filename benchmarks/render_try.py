"""Measure the network that readers try: on the test images of MNIST as a hand may draw them, on strokes, and its time.

``python benchmarks/render_try.py FOLDER`` reads ``mnist.f16``, which the post on MNIST has written into the folder.
Needs what the tests need. Drawings are made on a sheet of 280 × 280 and read at half its size, as the page does.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from try_network import MODULE, answers  # noqa: E402

MODEL = {
    "size": [28, 28],
    "layers": [{"units": 128, "activation": "relu"}, {"units": 10, "activation": "softmax"}],
    "scale": 1,
    "offset": -0.5,
}
SHEET = 280
STYLES = [(2.2, 30, 30), (1.5, 10, 5), (1.8, 95, 90), (0.9, 90, 110), (2.6, 10, 10)]
"""How large the five forms of each digit are written, and where: their scale, left and top."""
TIMES = """async ([model, weights]) => {
    const { forward, prepare, readNetwork } = await import("/try-network.js");
    const network = readNetwork(Uint8Array.from(weights).buffer, model);
    const canvas = new OffscreenCanvas(140, 140);
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    Object.assign(pen, { lineWidth: 10, lineCap: "round" });
    for (let i = 0; i < 60; i++) pen.lineTo(70 + 50 * Math.sin(i / 6), 15 + 1.9 * i);
    pen.stroke();
    const times = [];
    for (let n = 0; n < 105; n++) {
        await new Promise(requestAnimationFrame);
        const start = performance.now();
        const { data } = pen.getImageData(0, 0, 140, 140);
        const ink = new Float32Array(data.length / 4);
        for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i + 3] / 255;
        forward(network, prepare(ink, 140, model.size).map((value) => value * model.scale + model.offset));
        times.push(performance.now() - start);
    }
    return times;
}"""
Random = np.random.Generator
HANDS: dict[str, Callable[[Random], dict[str, float]]] = {
    "as they are": lambda _: {},
    "shifted by up to 40 px": lambda r: {"x": r.uniform(-40, 40), "y": r.uniform(-40, 40)},
    "small (0.35 to 0.6), anywhere": lambda r: {
        "scale": r.uniform(0.35, 0.6),
        "x": r.uniform(-70, 70),
        "y": r.uniform(-70, 70),
    },
    "large (1.2 to 1.35)": lambda r: {"scale": r.uniform(1.2, 1.35)},
    "slanted by up to 20°": lambda r: {"slant": np.tan(np.radians(r.uniform(-20, 20)))},
    "turned by up to 15°": lambda r: {"turn": r.uniform(-15, 15)},
    "thick": lambda _: {"edge": 45},
    "thin": lambda _: {"edge": 185},
    "all of these at once": lambda r: {
        "scale": r.uniform(0.4, 1.2),
        "x": r.uniform(-30, 30),
        "y": r.uniform(-30, 30),
        "slant": np.tan(np.radians(r.uniform(-15, 15))),
        "turn": r.uniform(-8, 8),
        "edge": r.uniform(60, 170),
    },
}


def disturbed(
    image: np.ndarray,
    scale: float = 1,
    x: float = 0,
    y: float = 0,
    slant: float = 0,
    turn: float = 0,
    edge: float = 127.5,
) -> Image.Image:
    """Return an image as a pen would leave it on the sheet, with hard edges; where they lie makes it thick or thin."""
    angle = np.radians(turn)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    back = np.linalg.inv(rotation @ np.array([[1, slant], [0, 1]]) * scale * SHEET / 28)
    start = np.array([14, 14]) - back @ (np.array([x, y]) + SHEET / 2)
    matrix = (*back[0], start[0], *back[1], start[1])
    sheet = Image.fromarray(image).transform((SHEET, SHEET), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
    if edge != 127.5:
        sheet = sheet.filter(ImageFilter.GaussianBlur(6 * scale))
    return sheet.point([int(np.clip((value - edge) * 3 + 127.5, 0, 255)) for value in range(256)])


def smooth(points: np.ndarray) -> np.ndarray:
    """Return a curve through points (Catmull-Rom); where one stands twice it has a corner."""
    p = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, 12)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate(pieces)


def written(strokes: str, style: tuple[float, float, float], pen: float) -> Image.Image:
    """Return strokes drawn on the sheet with round ends."""
    fine = 4
    scale, left, top = style
    sheet = Image.new("L", (SHEET * fine, SHEET * fine))
    draw, radius = ImageDraw.Draw(sheet), pen * fine / 2
    for stroke in strokes.split("|"):
        points = np.array([point.split(",") for point in stroke.split()], float) * scale + (left, top)
        curve = [tuple(point) for point in smooth(points) * fine]
        draw.line(curve, fill=255, width=round(2 * radius))
        for x, y in curve:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return sheet.reduce(fine)


def accuracy(folder: Path, sheets: list[Image.Image], labels: np.ndarray) -> tuple[str, str, np.ndarray]:
    """Return how many are read right with the preparation and without it, and what those are read as with it."""
    weights = Path(sys.argv[1], "mnist.f16").read_bytes()
    found = [
        answers(folder, MODEL, weights, np.stack([np.asarray(sheet.reduce(by)) for sheet in sheets])).argmax(axis=1)
        for by in (2, SHEET // 28)
    ]
    return f"{(found[0] == labels).mean():.2%}", f"{(found[1] == labels).mean():.2%}", found[0]


def read_images(folder: Path) -> None:
    """Print how the test images are read, disturbed in each way."""
    with np.load(ROOT / "data/mnist.npz") as data:
        images, labels = data["x_test"], data["y_test"]
    plain = answers(folder, MODEL, Path(sys.argv[1], "mnist.f16").read_bytes(), images).argmax(axis=1)
    print("| drawn | prepared | not prepared | wrong |", "|---|--:|--:|---|", sep="\n")
    print(f"| not drawn: the test images themselves | | {(plain == labels).mean():.2%} | |")
    for name, hand in HANDS.items():
        random = np.random.default_rng(14)
        sheets = [disturbed(image, **hand(random)) for image in images]
        print(f"| {name} | {' | '.join(accuracy(folder, sheets, labels)[:2])} | |", flush=True)


def read_strokes(folder: Path) -> None:
    """Print how what was written by hand is read, with each pen."""
    lines = (ROOT / "benchmarks/try_strokes.txt").read_text().splitlines()
    digits = np.array([int(line[0]) for line in lines])
    for pen in (12, 16, 20, 24, 28, 34):
        sheets = [written(line[2:], STYLES[i % 5], pen) for i, line in enumerate(lines)]
        prepared, not_prepared, found = accuracy(folder, sheets, digits)
        wrong = ", ".join(f"{digits[i]}.{i % 5 + 1} as {found[i]}" for i in np.flatnonzero(found != digits))
        print(f"| 50 written, pen of {pen} px | {prepared} | {not_prepared} | {wrong} |", flush=True)


def measure_times() -> None:
    """Print how long Chromium takes to read a drawing and to answer it, its processor slowed down."""
    weights = list(Path(sys.argv[1], "mnist.f16").read_bytes())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium-headless-shell"))
        for rate in (1, 4, 6):
            page = browser.new_page()
            page.route("**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
            page.route("**/*.js", lambda route: route.fulfill(path=MODULE, content_type="text/javascript"))
            page.goto("http://localhost/")
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
            first, *times = page.evaluate(TIMES, [MODEL, weights])
            middle, high = np.percentile(times[4:], [50, 90])
            print(f"{rate}×: median {middle:.1f} ms, nine of ten below {high:.1f} ms; the very first {first:.0f} ms")


def main() -> None:
    """Print all of it."""
    measure_times()
    with tempfile.TemporaryDirectory() as folder:
        read_images(Path(folder))
        read_strokes(Path(folder))


if __name__ == "__main__":
    main()
