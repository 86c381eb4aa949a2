"""Runs before the first cell of the posts that import bokeh, only in the blog."""


def _bokeh(keep, height):
    """Have show() show a figure as its data, and the parts of BokehJS that it needs be kept beside it."""
    import json
    from importlib.util import find_spec
    from pathlib import Path

    if not find_spec("bokeh"):
        return  # as a cell will say
    from bokeh.embed import json_item
    from bokeh.embed.bundle import bundle_for_objs_and_resources
    from bokeh.io import output_notebook
    from bokeh.io.notebook import install_notebook_hook
    from bokeh.resources import Resources
    from IPython.display import display

    def show(shown, state, notebook_handle=None):
        for each in shown if isinstance(shown, (list, tuple)) else [shown]:
            if each not in state.document.roots:  # figures may share data
                state.document.add_root(each)
            files = bundle_for_objs_and_resources([each], Resources("absolute")).js_files
            files = [Path(str(getattr(file, "url", file))) for file in files]
            for file in files:
                keep(file.name, lambda file=file: file.read_text(encoding="utf-8"))
            text = json.dumps(json_item(each))  # BokehJS wants its order, which a notebook does not keep
            item = {"item": text, "scripts": [file.name for file in files], "height": height(each)}
            display({"application/vnd.bokeh.item+json": item, "text/plain": repr(each)}, raw=True)

    def refuse(*arguments, **options):
        raise RuntimeError("an application of Bokeh needs a server, which a page has not; show the figure itself")

    install_notebook_hook("jupyter", lambda *given: None, show, refuse, overwrite=True)  # pages load BokehJS
    output_notebook(hide_banner=True)  # show() shows, whether or not a cell says so


def _bokeh_height():
    """Return a function of a model."""

    def height(model):
        """Return how many pixels a model is high, as far as it says so; a layout has its models in rows."""
        inner = getattr(model, "children", ()) or [panel.child for panel in getattr(model, "tabs", ())]
        if not inner:
            return getattr(model, "height", None) or (400 if hasattr(model, "renderers") else 60)
        rows, across = {}, type(model).__name__ in ("Row", "Tabs")
        for number, each in enumerate(inner):  # a grid's are tuples of model, row and column
            child, row = each[:2] if isinstance(each, tuple) else (each, 0 if across else number)
            rows[row] = max(rows.get(row, 0), height(child))
        return sum(rows.values())

    return height


_bokeh(_keep_script, _bokeh_height())
del _bokeh, _bokeh_height
