"""Models that posts wrote: what can be tried of them, and what each mistake in one says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blogkit.render.outputs.models import Model, NotTried, read_model


def dense(units: int, activation: str = "linear", **config: Any) -> dict[str, Any]:
    return {"class_name": "Dense", "config": {"units": units, "activation": activation, **config}}


def activation(name: str) -> dict[str, Any]:
    return {"class_name": "Activation", "config": {"activation": name}}


INPUT = {"class_name": "InputLayer", "config": {"batch_shape": [None, 4, 6]}}
COLOURED = {"class_name": "InputLayer", "config": {"batch_shape": [None, 4, 6, 3]}}
FLATTEN = {"class_name": "Flatten", "config": {}}
LAYERS = [INPUT, FLATTEN, dense(5), activation("relu"), {"class_name": "Dropout", "config": {"rate": 0.2}}]
LAYERS += [dense(3, "softmax")]
WEIGHTS = np.linspace(-1, 1, 24 * 5 + 5 + 5 * 3 + 3).astype("<f2").tobytes()


def model(*layers: dict[str, Any]) -> dict[str, Any]:
    return {"class_name": "Sequential", "config": {"name": "small", "layers": [*layers]}}


def manifest() -> dict[str, Any]:
    return {
        "model": deepcopy(model(*LAYERS)),
        "weights": "small.f16",
        "sha256": hashlib.sha256(WEIGHTS).hexdigest(),
        "labels": ["a", "b", "c"],
        "samples": {"file": "small.png", "answers": [0, 1, 2, 2], "predictions": [0, 1, 2, 0]},
        "confusion": [[1, 0, 0], [0, 1, 0], [1, 0, 1]],
        "licence": "Ours",
    }


def read(folder: Path, found: object, weights: bytes = WEIGHTS, tiles: tuple[int, int] = (18, 8)) -> Model:
    """The model of a manifest that was written with its weights and a picture of three times two tiles."""
    picture = BytesIO()
    Image.new("L", tiles).save(picture, "PNG")
    text = found if isinstance(found, str) else json.dumps(found)
    written = {"files/small.json": text.encode(), "files/small.f16": weights, "files/small.png": picture.getvalue()}
    for name, content in written.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return read_model("files/small.json", lambda name: folder / name if name in written else None)


def test_a_model_of_keras_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, manifest() | {"scale": 2, "offset": -1})
    assert (found.size, found.layers, found.scale, found.offset) == ((4, 6), ((5, "relu"), (3, "softmax")), 2, -1)
    assert (found.weights, found.tiles, found.tiles_size) == ("files/small.f16", "files/small.png", (18, 8))
    assert (found.answers, found.predictions) == ((0, 1, 2, 2), (0, 1, 2, 0))
    assert found.confusion == ((1, 0, 0), (0, 1, 0), (1, 0, 1))


def test_what_samples_tell_may_be_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, {key: manifest()[key] for key in ("model", "weights", "sha256", "labels")})
    assert (found.tiles, found.confusion, found.licence, found.scale, found.offset) == ("", (), "", 1, 0)


def test_a_row_of_numbers_is_a_picture_if_its_size_is_told(tmp_path: Path) -> None:
    row = model({"class_name": "InputLayer", "config": {"batch_input_shape": [None, 24]}}, dense(5), dense(3))
    assert read(tmp_path, manifest() | {"model": row, "size": [4, 6]}).size == (4, 6)
    with pytest.raises(NotTried, match="or write `size`"):
        read(tmp_path, manifest() | {"model": row})
    with pytest.raises(NotTried, match="or write `size`"):
        read(tmp_path, manifest() | {"model": row, "size": [5, 5]})


CHAINS = {
    "pages know no layer Conv2D; they know InputLayer, Flatten, Dense": [INPUT, {"class_name": "Conv2D", "config": {}}],
    "pages know no activation gelu; they know linear, relu": [INPUT, FLATTEN, dense(5, "gelu"), dense(3)],
    "the activation tanh does not follow a Dense without one": [INPUT, FLATTEN, dense(5, "relu"), activation("tanh")],
    "the activation relu does not follow a Dense without": [INPUT, FLATTEN, activation("relu"), dense(5), dense(3)],
    "a Dense takes 7 numbers and is given 24": [INPUT, FLATTEN, {**dense(5), "build_config": {"input_shape": [7]}}],
    "the first Dense takes [4, 6], which is no row; put a Flatten": [INPUT, dense(5), FLATTEN, dense(3)],
    "a Dense has no bias": [INPUT, FLATTEN, dense(5, use_bias=False), dense(3)],
    "`units` of a Dense is 'many'": [INPUT, FLATTEN, {"class_name": "Dense", "config": {"units": "many"}}],
    "the model has no Dense": [INPUT, FLATTEN],
    "the model takes any input, no grey picture": [FLATTEN, dense(5), dense(3)],
    "the model takes [4, 6, 3], no grey picture": [COLOURED, FLATTEN, dense(3)],
    "`model` is no chain of layers": [],
}  # fmt: skip


@pytest.mark.parametrize("told", CHAINS)
def test_what_is_no_chain_of_known_layers_says_so(tmp_path: Path, told: str) -> None:
    with pytest.raises(NotTried) as raised:
        read(tmp_path, manifest() | {"model": model(*CHAINS[told])})
    assert str(raised.value).startswith(told)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": 10**400},
        {"scale": 1e308},
        {"labels": ["a", "b", "\ud800"]},
        {"model": model(INPUT, FLATTEN, {**dense(5), "build_config": [1]}, dense(3))},
        {"model": model(INPUT, FLATTEN, {**dense(5), "build_config": {"input_shape": 4}}, dense(3))},
        {"model": model({"class_name": "InputLayer", "config": {"batch_shape": 4}}, FLATTEN, dense(3))},
        {"model": model(INPUT, FLATTEN, dense(10**4299), dense(3))},
    ],
)
def test_whatever_else_does_not_fit_is_told_too(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotTried):
        read(tmp_path, manifest() | wrong)


def with_samples(**changed: Any) -> dict[str, Any]:
    return {"samples": manifest()["samples"] | changed}


MANIFESTS: dict[str, dict[str, Any]] = {
    "`model` is no chain of layers; write": {"model": {"class_name": "Functional", "config": {"layers": LAYERS}}},
    "files/other.f16 is no output of this post": {"weights": "other.f16"},
    "files/../small.f16 is no output of this post; have its code": {"weights": "../small.f16"},
    "`sha256` is not that of files/small.f16, which is": {"sha256": "0" * 64},
    "`labels` must be a list of 3 texts": {"labels": ["a", "b"]},
    "`labels` must be a list of 3 texts, one": {"labels": [0, 1, 2]},
    "`scale` and `offset` must be numbers": {"offset": "-0.5"},
    "`scale` and `offset` must be numbers: a pixel": {"scale": float("nan")},
    "`confusion` must be 3 rows of 3 counts": {"confusion": [[1, 2, 3]]},
    "`confusion` must be 3 rows of 3 counts, as": {"confusion": [[1, 2, -3], [0, 0, 0], [0, 0, 0]]},
    "files/small.json has `colour`, which says nothing here": {"colour": "red"},
    "samples has no `predictions`": {"samples": {"file": "small.png", "answers": []}},
    "files/other.png is no output of this post": with_samples(file="other.png"),
    "`answers` must be places in `labels`, from 0 to 2": with_samples(answers=[0, 1, 2, 3]),
    "`predictions` must be places in `labels`": with_samples(predictions=["a", "b", "c", "a"]),
    "there are 3 answers and 4 predictions": with_samples(answers=[0, 1, 2]),
    "files/small.png is 18 × 8, no rows of 7 pictures": with_samples(answers=[0] * 7, predictions=[0] * 7),
    "files/small.f16 is -1 × -1, no rows of": with_samples(file="small.f16"),
}


@pytest.mark.parametrize("told", MANIFESTS)
def test_what_is_wrong_in_a_manifest_says_so(tmp_path: Path, told: str) -> None:
    with pytest.raises(NotTried) as raised:
        read(tmp_path, manifest() | MANIFESTS[told])
    assert str(raised.value).startswith(told)


OTHERS: dict[str, Callable[[Path], Model]] = {
    "files/small.json is no JSON": lambda folder: read(folder, "{"),
    "files/small.json has no `labels`; write labels, model, sha256, weights": lambda folder: read(folder, "[]"),
    "files/small.f16 has 284 bytes; the layers want 286": lambda folder: read(folder, manifest(), WEIGHTS[2:]),
    "files/small.png is 20 × 8, no rows of": lambda folder: read(folder, manifest(), tiles=(20, 8)),
    "files/small.f16 holds weights that are no numbers, or too large for float16": lambda folder: read(
        folder,
        manifest() | {"sha256": hashlib.sha256(b"\0\x7c" * 143).hexdigest()},
        b"\0\x7c" * 143,
    ),
}


@pytest.mark.parametrize("told", OTHERS)
def test_files_that_do_not_fit_say_so(tmp_path: Path, told: str) -> None:
    with pytest.raises(NotTried) as raised:
        OTHERS[told](tmp_path)
    assert str(raised.value).startswith(told)


def test_a_file_that_is_not_the_post_s_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files/small.json").write_text(json.dumps(manifest()), encoding="utf-8")
    with pytest.raises(NotTried, match=r"^files/small\.json is no output of this post; have its code write it"):
        read_model("files/small.json", lambda name: None)
