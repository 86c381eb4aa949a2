"""Read a model that a post wrote, to be tried in readers' browsers: a manifest, its weights, and samples to pick.

A chain of dense layers in the words of Keras (``Model.to_json()``); nothing of it is executed. What cannot be tried is
one :class:`NotTried` that says what to mend.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from pathlib import Path, PurePosixPath
from typing import Any

import imagesize
import numpy as np

from ...language import _

ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh", "softmax")
LAYERS = ("InputLayer", "Flatten", "Dense", "Activation", "Dropout")
_WANTED = ("model", "weights", "sha256", "labels")
_KEYS = {*_WANTED, "size", "scale", "offset", "samples", "confusion", "licence"}
_LARGEST = 1e6  # of scale and offset; others make numbers that float32 does not hold
_OF_SAMPLES = {"file", "answers", "predictions"}


class NotTried(Exception):
    """Raised with what is wrong with a model, and the mend."""


@dataclass(frozen=True)
class Model:
    """A model as a page's script takes it."""

    size: tuple[int, int]
    """Height and width of the picture that it is given, in pixels."""
    layers: tuple[tuple[int, str], ...]
    """Units and activation of each dense layer."""
    scale: float
    offset: float
    """What it is given of a pixel is ``ink * scale + offset``; ink goes from 0 to 1."""
    weights: str
    """The file of its weights, as it is called on the site: float16, each layer's kernel row by row, then its bias."""
    labels: tuple[str, ...]
    """What its outputs mean."""
    tiles: str = ""
    """The picture of its samples, as it is called on the site; empty: there are none."""
    tiles_size: tuple[int, int] = (0, 0)
    """Width and height of that, in pixels."""
    answers: tuple[int, ...] = ()
    predictions: tuple[int, ...] = ()
    """Of each sample, as places in ``labels``."""
    confusion: tuple[tuple[int, ...], ...] = ()
    """How often it answered what; rows are right answers."""
    licence: str = ""
    """Whose the samples are; Markdown."""


def read_model(name: str, file: Callable[[str], Path | None]) -> Model:
    """Return the model whose manifest a post wrote as ``name``; raise :class:`NotTried`.

    ``file`` returns the stored copy of what the post wrote, by name.
    """
    try:
        found: Any = json.loads(_bytes(name, file))
        json.dumps(found, ensure_ascii=False).encode()  # halves of letters are no texts
    except (ValueError, RecursionError) as error:
        raise _not(_("{name} is no JSON ({reason}); write it with json.dumps"), name=name, reason=error) from error
    try:
        return _read_model(name, found, file)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:  # of no use in each place
        message = _(
            "{name} is no manifest of a model ({reason}); write json.loads(model.to_json()) and the keys beside it"
        )
        raise _not(message, name=name, reason=error) from error


def _read_model(name: str, found: Any, file: Callable[[str], Path | None]) -> Model:
    _check_keys(found if isinstance(found, dict) else {}, set(_WANTED), _KEYS, name)
    layers = _layers(found["model"])
    size, inputs = _size(layers, found.get("size"))
    dense = tuple(_dense(layers, inputs))
    weights, labels = _beside(name, found["weights"]), found["labels"]
    _check_weights(_bytes(weights, file), [inputs, *(units for units, _activation in dense)], found["sha256"], weights)
    if not _is_list(labels, str) or len(labels) != dense[-1][0]:
        message = _("`labels` must be a list of {number} texts, one for each output of the last layer")
        raise _not(message, number=dense[-1][0])
    scale, offset = (found.get(key, default) for key, default in (("scale", 1), ("offset", 0)))
    if not all(_is_number(value) for value in (scale, offset)):
        raise _not(_("`scale` and `offset` must be numbers: a pixel is ink * scale + offset, ink from 0 to 1"))
    confusion = _confusion(found.get("confusion", []), len(labels))
    samples = _samples(name, found["samples"], size, len(labels), file) if "samples" in found else {}
    licence = str(found.get("licence") or "")
    return Model(size, dense, scale, offset, weights, tuple(labels), confusion=confusion, licence=licence, **samples)


def _layers(model: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return the class and the settings of each layer of a chain."""
    with suppress(KeyError, TypeError, AttributeError):
        if model["class_name"] == "Sequential":
            found = model["config"]["layers"]
            layers = [
                (str(each["class_name"]), {"built": each.get("build_config"), **each["config"]}) for each in found
            ]
            if unknown := next((kind for kind, _config in layers if kind not in LAYERS), ""):
                message = _("pages know no layer {kind}; they know {known}")
                raise _not(message, kind=unknown, known=", ".join(LAYERS))
            if layers:
                return layers
    raise _not(_("`model` is no chain of layers; write json.loads(model.to_json()) of a keras.Sequential"))


def _size(layers: list[tuple[str, dict[str, Any]]], given: Any) -> tuple[tuple[int, int], int]:
    """Return height and width of the picture, and how many numbers the first dense layer takes."""
    config = layers[0][1]
    _any, *shape = config.get("batch_shape") or config.get("batch_input_shape") or [None]
    size = given if given is not None else shape[:2]
    if not _is_list(size, int) or len(size) != 2 or min(size) < 1 or prod(size) != _product(shape):
        message = _("the model takes {shape}, no grey picture; begin it with Input((height, width)), or write `size`")
        raise _not(message, shape=shape or _("any input"))
    if len(shape) > 1 and not any(kind == "Flatten" for kind, _config in _before_dense(layers)):
        raise _not(_("the first Dense takes {shape}, which is no row; put a Flatten before it"), shape=shape)
    return (size[0], size[1]), prod(size)


def _before_dense(layers: list[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for layer in layers:
        if layer[0] == "Dense":
            return
        yield layer


def _dense(layers: list[tuple[str, dict[str, Any]]], inputs: int) -> Iterator[tuple[int, str]]:
    """Yield units and activation of each dense layer, with an activation that follows it."""
    units, activation = 0, "linear"
    for kind, config in layers:
        if kind not in ("Dense", "Activation"):
            continue
        own = config.get("activation", "linear")
        if own not in ACTIVATIONS:
            raise _not(_("pages know no activation {name}; they know {known}"), name=own, known=", ".join(ACTIVATIONS))
        if kind == "Dense":
            if units:
                yield units, activation
            _check_dense(config, units or inputs)
            units, activation = config["units"], own
        elif not units or "linear" not in (own, activation):
            raise _not(
                _("the activation {name} does not follow a Dense without one; leave one of the two out"), name=own
            )
        elif own != "linear":
            activation = own
    if not units:
        raise _not(_("the model has no Dense; pages try models of dense layers"))
    yield units, activation


def _check_dense(config: dict[str, Any], inputs: int) -> None:
    if not _is_count(config.get("units")) or not config["units"]:
        raise _not(_("`units` of a Dense is {value!r}; write json.loads(model.to_json())"), value=config.get("units"))
    if not config.get("use_bias", True):
        raise _not(_("a Dense has no bias, which pages want; leave `use_bias` as it is"))
    built = (config["built"] or {}).get("input_shape") or [inputs]
    if built[-1] != inputs:
        message = _("a Dense takes {taken} numbers and is given {given}; mend its place in the chain")
        raise _not(message, taken=built[-1], given=inputs)


def _check_weights(data: bytes, units: list[int], sha256: Any, name: str) -> None:
    wanted = 2 * sum((above + 1) * below for above, below in pairwise(units))
    if len(data) != wanted:
        message = _("{name} has {size} bytes; the layers want {wanted}: each kernel, then its bias, as float16")
        raise _not(message, name=name, size=len(data), wanted=wanted)
    if (found := hashlib.sha256(data).hexdigest()) != sha256:
        message = _("`sha256` is not that of {name}, which is {found}; take the digest of what is written")
        raise _not(message, name=name, found=found)
    if not np.isfinite(np.frombuffer(data, "<f2")).all():
        raise _not(_("{name} holds weights that are no numbers, or too large for float16; train again"), name=name)


def _confusion(rows: Any, number: int) -> tuple[tuple[int, ...], ...]:
    square = _is_list(rows, list) and all(len(row) == number and all(map(_is_count, row)) for row in rows)
    if not square or len(rows) not in (0, number):
        raise _not(_("`confusion` must be {number} rows of {number} counts, as there are labels"), number=number)
    return tuple(map(tuple, rows))


def _samples(
    name: str, found: Any, size: tuple[int, int], number: int, file: Callable[[str], Path | None]
) -> dict[str, Any]:
    """Return what a model has of its samples."""
    _check_keys(found if isinstance(found, dict) else {}, _OF_SAMPLES, _OF_SAMPLES, "samples")
    answers, predictions = found["answers"], found["predictions"]
    for key, places in (("answers", answers), ("predictions", predictions)):
        if not _is_list(places, int) or not all(0 <= place < number for place in places):
            raise _not(_("`{key}` must be places in `labels`, from 0 to {last}"), key=key, last=number - 1)
    if len(answers) != len(predictions):
        message = _("there are {one} answers and {other} predictions; write one of each for each sample")
        raise _not(message, one=len(answers), other=len(predictions))
    tiles = _beside(name, found["file"])
    _bytes(tiles, file)
    width, height = imagesize.get(file(tiles))
    down, across = size
    if width < across or width % across or height % down or (width // across) * (height // down) < len(answers):
        message = _("{name} is {width} × {height}, no rows of {number} pictures of {across} × {down} each; mend it")
        sizes = {"width": width, "height": height, "across": across, "down": down}  # -1 of what is no picture
        raise _not(message, name=tiles, number=len(answers), **sizes)
    pairs = {"answers": tuple(answers), "predictions": tuple(predictions)}
    return {"tiles": tiles, "tiles_size": (width, height), **pairs}


def _check_keys(found: dict[str, Any], wanted: set[str], known: set[str], name: str) -> None:
    if missing := sorted(wanted - found.keys()):
        raise _not(
            _("{name} has no `{key}`; write {known}"), name=name, key=missing[0], known=", ".join(sorted(wanted))
        )
    if unknown := sorted(found.keys() - known):
        message = _("{name} has `{key}`, which says nothing here; write {known}")
        raise _not(message, name=name, key=unknown[0], known=", ".join(sorted(known)))


def _bytes(name: str, file: Callable[[str], Path | None]) -> bytes:
    """Return what the post wrote as ``name``."""
    if not (path := file(name)):
        raise _not(_("{name} is no output of this post; have its code write it and name it in `outputs`"), name=name)
    return path.read_bytes()


def _beside(name: str, other: Any) -> str:
    return (PurePosixPath(name).parent / str(other)).as_posix()


def _product(shape: list[Any]) -> int:
    return prod(shape) if shape and all(map(_is_count, shape)) else 0


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(each, kind) and not isinstance(each, bool) for each in value)


def _not(message: str, **said: object) -> NotTried:
    return NotTried(message.format(**said))
