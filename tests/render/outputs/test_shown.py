"""What a page shows of an output, by the media types that it has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from blogkit.render.outputs.shown import CONTROLS, FIGURE, NotShown, shown

GLUED = "application/papermill.record/"
PLOTLY = "application/vnd.plotly.v1+json"
BOKEH = "application/vnd.bokeh.item+json"
VEGA = "application/vnd.vegalite.v6+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
SCRIPT = "application/javascript"
MAP = """<div style="width:100%"><div style="padding-bottom:60%;"><span>Make this Notebook Trusted to load map</span>
<iframe srcdoc="&lt;script src=&quot;https://cdn.example/leaflet.js&quot;&gt;&lt;/script&gt;
&lt;script&gt;L.tileLayer(&quot;https://tile.example/{z}/{x}/{y}.png&quot;)&lt;/script&gt;"></iframe></div></div>"""


def bokeh(name: str, **attributes: str) -> dict[str, Any]:
    item = {"doc": {"roots": [{"name": name, "attributes": attributes}]}}
    return {BOKEH: {"item": json.dumps(item), "scripts": ["bokeh.min.js"], "height": 300}}


def plotly(kind: str = "bar", **layout: Any) -> dict[str, Any]:
    return {PLOTLY: {"data": [{"type": kind}], "layout": layout, "config": {"plotlyServerURL": "https://plot.ly"}}}


def vega(**spec: Any) -> dict[str, Any]:
    return {VEGA: {"$schema": "https://vega.github.io/schema/vega-lite/v6.1.0.json", **spec}, "text/plain": "x"}


@pytest.mark.parametrize(
    ("data", "hosts"),
    [
        (plotly("choropleth"), "cdn.plot.ly"),
        (plotly("scattermap", map={"style": "open-street-map"}), "tile.openstreetmap.org"),
        (plotly("densitymapbox"), "basemaps.cartocdn.com, tiles.basemaps.cartocdn.com"),
        (plotly("scattermap", map={"style": "https://a.example/style.json"}), "a.example"),
        (
            plotly(
                "scattermap",
                map2={"style": "white-bg", "layers": [{"source": ["https://a.example/{z}"]}, {"source": {}}]},
                map={"style": "white-bg"},
            ),
            "a.example",
        ),
        (plotly(images=[{"source": "https://a.example/x.png"}]), "a.example"),
        ({PLOTLY: {"data": [{"type": "choropleth", "geojson": "https://a.example/x.json"}]}}, "a.example, cdn.plot.ly"),
        (vega(data={"url": "https://a.example/x.json"}), "a.example"),
        (vega(layer=[{"data": {"url": "//a.example/x.json"}}]), "a.example"),
        (vega(datasets={"d": [{"i": "https://a.example/x.png"}]}, encoding={"url": {"field": "i"}}), "a.example"),
        (
            bokeh("WMTSTileSource", url="https://a.example/{Z}", attribution='<a href="https://b.example/">b</a>'),
            "a.example",
        ),
        (vega(usermeta={"embedOptions": {"patch": "https://a.example/x.json"}}), "a.example"),
        (vega(usermeta={"embedOptions": {"patch": [{"op": "add", "value": "//a.example/x.csv"}]}}), "a.example"),
        (vega(usermeta={"embedOptions": {"loader": {"baseURL": "https://a.example/"}}}), "a.example"),
        (bokeh("AjaxDataSource", data_url="https://a.example/x.json"), "a.example"),
        (bokeh("Div", text="<img alt='' src='https://a.example/x.png'>"), "a.example"),
        (bokeh("HoverTool", tooltips='<img src="https://a.example/x.png">'), "a.example"),
        ({"text/html": MAP}, "cdn.example, tile.example"),
    ],
)
def test_what_asks_another_host_wants_it_allowed(data: dict[str, Any], hosts: str) -> None:
    with pytest.raises(NotShown) as told:
        shown(data, ())
    assert str(told.value).startswith(f"it asks {hosts}, and")
    assert str(told.value).endswith(f"`blog_hosts: [{hosts}]`")
    assert shown(data, hosts.split(", "))


@pytest.mark.parametrize(
    "data",
    [
        plotly("heatmap"),
        plotly("treemap"),
        plotly("scattermap", map={"style": "white-bg"}),
        plotly(title={"text": "from $5 to $10"}),
        vega(datasets={"d": [{"url": "https://a.example/"}]}, usermeta={"embedOptions": {"theme": "dark"}}),
        vega(usermeta={"embedOptions": {"editorUrl": "https://a.example/", "config": {"background": "red"}}}),
        vega(data={"values": [{"url": "a"}]}),
        vega(mark={"type": "image", "url": "data:image/png;base64,AA=="}),
        bokeh("OpenURL", url="https://a.example/"),
        bokeh("Div", text='<a href="https://a.example/">a</a>'),
        {"text/html": "<a href='https://a.example/'>x</a><script>const w = 'http://www.w3.org/2000/svg'</script>"},
        {"text/html": '<script type=application/json>["https://a.example/x.js"]</script>'},
        {SCRIPT: "1", "text/plain": "x"},
    ],
)
def test_what_asks_nobody_is_shown(data: dict[str, Any]) -> None:
    assert shown(data, ())


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"application/geo+json": {}, "text/plain": "x"}, "a page cannot show application/geo+json; "),
        ({SCRIPT: "1", "application/vnd.of.x": ""}, "a page cannot show application/vnd.of.x; "),
        ({FIGURE: {"library": "html", "data": "<img src=//a.example/x.png>"}}, f"a page cannot show {FIGURE}; "),
        ({CONTROLS: {}}, f"a page cannot show {CONTROLS}; "),
        ({PLOTLY: "x", "text/plain": "x"}, f"a page cannot show {PLOTLY}; "),
        ({PLOTLY: {"data": [], "layout": None}}, f"a page cannot show {PLOTLY}; "),
        (plotly(height="9px; background: url(//a.example/x.png)"), f"a page cannot show {PLOTLY}; "),
        ({BOKEH: bokeh("x")[BOKEH] | {"height": "9px; color: red"}}, f"a page cannot show {BOKEH}; "),
        ({BOKEH: {"item": "{"}}, f"a page cannot show {BOKEH}; "),
        (vega(data={"url": "cars.json"}), "the chart reads cars.json, which no reader has; "),
        (vega(usermeta={"embedOptions": {"config": "own.json"}}), "the chart reads own.json, which no reader has; "),
        (plotly(xaxis={"title": {"text": r"$\alpha$"}}), r"Plotly writes $\alpha$ with MathJax"),
        ({"text/html": "<script>require(['plotly'], draw)</script>"}, "its script wants RequireJS"),
        ({"text/html": "<script>const docs_json = {}</script>"}, "its script wants BokehJS, "),
        ({"text/html": "<script>Plotly.newPlot('a', [])</script>"}, "its script wants plotly.js, "),
    ],
)
def test_what_cannot_work_has_its_fault(data: dict[str, Any], fault: str) -> None:
    with pytest.raises(NotShown) as told:
        shown(data, ())
    assert str(told.value).startswith(fault)


def test_a_figure_has_its_title_place_and_scripts() -> None:
    figure = shown(plotly(title={"text": "A<br>b <i>c</i>"}, height=200), ())[FIGURE]
    assert (figure["title"], figure["height"], figure["scripts"]) == ("A b c", "200px", ("plotly.min.js",))
    assert figure["data"]["config"] == {}
    figure = shown(vega(title={"text": ["a", "b"]}) | {"image/png": "P", "image/svg+xml": "S"}, ())[FIGURE]
    assert (figure["title"], list(figure["still"])) == ("a b", ["image/svg+xml", "image/png"])
    figure = shown({"text/html": MAP}, ("cdn.example", "tile.example"))[FIGURE]
    assert "Trusted" not in figure["data"]
    assert figure["height"] == "60%"
    film = '<video width="40" controls><source type="video/mp4" src="data:video/mp4;base64,AA=="></video>'
    assert shown({"text/html": film}, ())[FIGURE]["data"] == film


def test_the_other_kinds_of_an_output_that_has_a_known_one_say_nothing() -> None:
    assert shown({"text/html": "<b>x</b>", "application/vnd.dataresource+json": {}}, ()) == {"text/html": "<b>x</b>"}
    assert shown({"text/plain": "x"}, ()) == {"text/plain": "x"}


def test_what_is_glued_is_shown_where_it_is_pasted() -> None:
    assert shown({f"{GLUED}text/plain": "1"}, ()) == {f"{GLUED}text/plain": "1"}
    assert [*shown({f"{GLUED}{kind}": data for kind, data in plotly().items()}, ())] == [f"{GLUED}{FIGURE}"]


@pytest.mark.parametrize(
    "text", ["  0%|          | 0/10 [00:00<?, ?it/s]", "Epoch 1:  10%|#         | 1/10", "0it [00:00, ?it/s]"]
)
def test_a_bar_of_progress_is_gone_and_other_widgets_leave_their_mark(text: str) -> None:
    assert shown({WIDGET: {}, "text/plain": text}, ()) == {}
    assert shown({WIDGET: {}, "text/plain": "IntSlider(value=0)"}, ()) == {CONTROLS: {}}
