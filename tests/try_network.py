"""Runs the theme's network under node, which comes with playwright."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from conftest import ROOT
from playwright._impl._driver import compute_driver_executable

MODULE = ROOT / "blogkit/render/theme/static/try-network.js"


def answers(folder: Path, model: dict[str, Any], weights: bytes, images: np.ndarray) -> np.ndarray:
    """Return what a network gives for images (n × rows × columns, bytes); those of another size are drawings."""
    folder.joinpath("weights").write_bytes(weights)
    folder.joinpath("images").write_bytes(images.tobytes())
    files = [str(folder / "weights"), str(folder / "images"), str(images.shape[2])]
    command = [compute_driver_executable()[0], str(Path(__file__).with_suffix(".mjs")), MODULE.as_uri()]
    result = subprocess.run([*command, json.dumps(model), *files], capture_output=True)
    assert result.returncode == 0, result.stderr.decode()
    return np.frombuffer(result.stdout, "<f4").reshape(len(images), -1)
