"""Runs before the first cell of the posts that import altair, only in the blog."""


def _altair(keep):
    """Have each renderer draw a chart here, and hand on its data, too, where it answers to its reader."""
    from importlib.util import find_spec

    import altair

    def answers(value):
        """Tell whether a chart has something to point at or to choose."""
        if isinstance(value, dict):
            return any(key in ("params", "tooltip", "href") or answers(each) for key, each in value.items())
        return isinstance(value, list) and any(map(answers, value))

    version = altair.SCHEMA_VERSION.split(".")  # such as v6.1.0
    kind = f"application/vnd.vegalite.{version[0]}+json"

    def render(spec, **options):
        if not find_spec("vl_convert"):
            return {kind: spec}
        import vl_convert

        if fonts := find_spec("koreanize_matplotlib"):
            for folder in fonts.submodule_search_locations:
                vl_convert.register_font_directory(f"{folder}/fonts")
        known = {"vl_version": ".".join(version[:2])}
        drawn = {"image/svg+xml": vl_convert.vegalite_to_svg(spec, **known)}
        drawn |= {"image/png": vl_convert.vegalite_to_png(spec, **known, scale=2)}
        if not answers({key: spec[key] for key in spec if key not in ("config", "data", "datasets")}):
            return drawn
        keep("vega.min.js", lambda: f"(() => {{{vl_convert.javascript_bundle(**known)}}})();")
        return {kind: spec} | drawn

    for name in altair.renderers.names():
        altair.renderers.register(name, render)
    altair.renderers.enable("default")  # what was enabled before it was registered anew is another one


_altair(_keep_script)
del _altair
