"""Runs before the first cell of the posts that import plotly, only in the blog."""


def _plotly(keep):
    """Have each renderer show a figure as its data, and Plotly's own script be kept beside it."""
    from importlib.util import find_spec

    if not find_spec("plotly"):
        return  # as a cell will say
    import plotly.graph_objects
    import plotly.io
    from plotly.offline import get_plotlyjs

    # What is named so can be loaded; show() wants the first, and Plotly Express the others.
    find_spec("nbformat"), find_spec("numpy"), find_spec("pandas")
    renderers = plotly.io.renderers

    class Data(type(renderers["plotly_mimetype"])):
        def to_mimebundle(self, fig_dict):
            keep("plotly.min.js", get_plotlyjs)
            return super().to_mimebundle(fig_dict)

    for name in list(renderers):
        renderers[name] = Data()
    renderers.default = "plotly_mimetype"
    plotly.graph_objects.FigureWidget = plotly.graph_objects.Figure  # no kernel answers a reader


_plotly(_keep_script)
del _plotly
