"""Runs before the first cell of the posts that import altair, only in the blog."""


def _altair(keep):
    """Have each renderer draw a chart here, and hand on its data, too, where it answers to its reader."""
    from importlib.util import find_spec

    if not find_spec("altair"):
        return  # as a cell will say
    import altair

    def says(value, *names):
        """Tell whether a chart has one of these keys; its rows do not count."""
        if isinstance(value, dict):
            inner = (value[key] for key in value if key not in ("config", "datasets", "values"))
            return any(name in value for name in names) or any(says(each, *names) for each in inner)
        return isinstance(value, list) and any(says(each, *names) for each in value)

    version = altair.SCHEMA_VERSION.split(".")  # such as v6.1.0
    kind = f"application/vnd.vegalite.{version[0]}+json"

    def render(spec, **options):
        if not find_spec("vl_convert"):
            return {kind: spec}
        import vl_convert

        known = {"vl_version": ".".join(version[:2])}
        live = says(spec, "params", "tooltip", "href", "url")
        if live:
            keep("vega.min.js", lambda: f"(() => {{{vl_convert.javascript_bundle(**known)}}})();")
        if says(spec, "url"):  # a kernel cannot ask, so it would draw nothing
            return {kind: spec}
        if fonts := find_spec("koreanize_matplotlib"):
            for folder in fonts.submodule_search_locations:
                vl_convert.register_font_directory(f"{folder}/fonts")
        svg, png = vl_convert.vegalite_to_svg(spec, **known), vl_convert.vegalite_to_png(spec, **known, scale=2)
        return {"image/svg+xml": svg, "image/png": png, **({kind: spec} if live else {})}

    for name in altair.renderers.names():
        altair.renderers.register(name, render)
    for name in ("csv", "json"):  # which would write the data into a file, and no reader has it
        altair.data_transformers.register(name, lambda data=None, **options: altair.to_values(data))
    altair.renderers.enable("default")  # what was enabled before it was registered anew is another one


_altair(_keep_script)
del _altair
