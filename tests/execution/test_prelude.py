"""The preludes do what posts rely on, and leave nothing else behind."""

from __future__ import annotations

import subprocess
import sys
import warnings
from io import BytesIO

import altair
import matplotlib
import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from blogkit.execution.prelude import _source
from blogkit.execution.scripts import kept_scripts


def run(name: str) -> dict:
    """Execute a prelude as the kernel does, and return the names that it leaves."""
    names: dict = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # matplotlib_inline's own
        exec(compile(_source(name), name, "exec"), names)
    return {key: value for key, value in names.items() if key not in ("__builtins__", "__doc__")}


def record(glue, *args, **kwargs):
    InteractiveShell.instance()
    with capture_output() as captured:
        glue(*args, **kwargs)
    (output,) = captured.outputs
    return output.data, output.metadata


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(0.5), "0.5"),
        (np.longdouble("0.5"), "0.5"),
        (np.array([1, 2], np.longdouble), "[1.0, 2.0]"),
        (np.datetime64("2024-01-01T09:00", "ns"), "'2024-01-01T09:00:00.000000000'"),
        (np.array(["2024-01-01"], "datetime64[D]"), "['2024-01-01']"),
        (np.str_("글"), "'글'"),
        (np.array([(1, 2.5)], [("a", int), ("b", float)]), "[(1, 2.5)]"),
    ],
)
def test_glue_makes_plain_values_of_numpy_s(value, text):
    data, _ = record(run("glue")["glue"], "v", value)
    assert data == {"application/papermill.record/text/plain": text}


@pytest.mark.parametrize("display", [False, True])
@pytest.mark.parametrize("value", [3, 0.1 + 0.2, "글", [[1, 2], [3, 4]], None])
def test_glue_publishes_what_myst_nb_publishes(value, display):
    from myst_nb.ext.glue import glue

    assert record(run("glue")["glue"], "n", value, display=display) == record(glue, "n", value, display=display)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(0.974500000476), "0.974500000476"),
        (np.int64(7), "7"),
        (np.array([[1, 2]]), "[[1, 2]]"),
        (np.True_, "True"),
    ],
)
def test_glue_writes_numpy_values_as_plain_ones(value, text):
    data, _ = record(run("glue")["glue"], "n", value)
    assert data == {"application/papermill.record/text/plain": text}


def test_preludes_leave_only_glue():
    with matplotlib.rc_context():
        assert set(run("glue")) == {"glue"}
        assert set(run("matplotlib")) == set()


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_korean_letters_and_minus_are_drawn(weight, caplog):
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of each letter that no font has
        run("matplotlib")
        assert matplotlib.rcParams["font.family"][0] == "NanumGothic"
        figure = Figure()
        axes = figure.add_subplot(title="학습 정확도 뷁 → −1", yscale="log")
        axes.plot([1e-3, 1e-1])
        axes.title.set_fontweight(weight)
        figure.savefig(BytesIO())
    assert not caplog.records


@pytest.mark.parametrize(
    "style", [{"font.family": "sans-serif", "font.sans-serif": ["Arial"]}, {"font.family": "Malgun Gothic"}]
)
def test_korean_letters_are_drawn_in_any_style(style, caplog, monkeypatch):
    """As after seaborn's ``set_theme()`` and in notebooks of other machines."""
    monkeypatch.setattr(FontProperties, "get_family", FontProperties.get_family)
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("error")
        run("matplotlib")
        run("matplotlib")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(style)
        figure = Figure()
        figure.add_subplot(title="학습 정확도 −1")
        figure.savefig(BytesIO())
        assert FontProperties().get_family().count("NanumGothic") == 1
    assert not caplog.records


def test_what_an_author_says_of_places_counts_and_no_grid_lies_over_pictures(monkeypatch):
    for owner, name in ((Figure, "subplots_adjust"), (Figure, "tight_layout"), (Axes, "imshow")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("error")
        run("matplotlib")
        adjusted, tight = Figure(), Figure()
        Figure().tight_layout()
        axes = adjusted.add_subplot()
        adjusted.subplots_adjust(left=0.3, right=0.5)
        adjusted.colorbar(axes.imshow([[1, 2]]), cax=adjusted.add_axes((0.6, 0.1, 0.05, 0.8)))
        tight.colorbar(tight.add_subplot().imshow([[1, 2]]))
        tight.tight_layout()  # matplotlib has no tight layout for what began with another and has a colour bar
        for figure in (adjusted, tight):
            figure.savefig(BytesIO())
            assert not any(line.get_visible() for line in figure.axes[0].get_ygridlines())
        assert axes.get_position(original=True).x1 == pytest.approx(0.5)


def test_a_reader_without_the_korean_font_still_gets_figures(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with matplotlib.rc_context():
        before = matplotlib.rcParams["font.family"]
        run("matplotlib")
        assert matplotlib.rcParams["font.family"] == before


def test_tensorflow_is_silent_only_while_it_loads(tmp_path):
    (tmp_path / "tensorflow.py").write_text("import os; os.write(2, b'noise')")
    code = _source("tensorflow") + "\nimport os; os.write(2, b'heard')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True)
    assert done.stderr == b"heard"


def test_a_chart_whose_data_stands_elsewhere_is_handed_on_and_not_drawn_empty():
    kept = []
    exec(_source("figures/altair"), {"_keep_script": lambda name, make: kept.append(name)})
    bundle = altair.Chart("https://data.example/cars.json").mark_bar()._repr_mimebundle_()
    assert [*bundle] == ["application/vnd.vegalite.v6+json"]
    assert kept == ["vega.min.js"]
    rows = altair.Data(values=[{"url": "a", "tooltip": 1}])
    bundle = altair.Chart(rows).mark_bar().encode(x="url:N", y="tooltip:Q")._repr_mimebundle_()
    assert [*bundle] == ["image/svg+xml", "image/png"]
    with altair.data_transformers.enable("json", prefix="x"):
        chart = altair.Chart(pd.DataFrame({"a": [1]})).mark_bar().encode(x="a:Q", tooltip="a:Q")
        assert "altair-data" not in str(chart._repr_mimebundle_())


def test_scripts_are_kept_where_the_build_looks(tmp_path, monkeypatch):
    stand = tmp_path / "posts"  # where code stands that names files from there upwards
    stand.mkdir()
    monkeypatch.chdir(stand)
    monkeypatch.setenv("HOME", str(tmp_path))  # the folder of the run, as of any post
    names = {}
    exec(_source("figures/scripts"), names)
    names["_keep_script"]("plotly.min.js", lambda: "draw()")
    assert [*kept_scripts(tmp_path)] == ["plotly.min.js"]


@pytest.mark.parametrize("name", ["altair", "bokeh", "plotly", "tqdm"])
def test_a_library_that_is_not_there_is_left_to_the_cells(name, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, name, None)  # so that importing it fails
    names = {"_keep_script": None}
    exec(_source(f"figures/{name}"), names)
    assert set(names) == {"_keep_script", "__builtins__", "__doc__"} & set(names)
