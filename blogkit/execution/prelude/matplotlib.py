"""Runs before the first cell of the posts that import matplotlib."""


def _fonts():
    """Draw Korean letters, with the fonts of koreanize-matplotlib, which needs distutils itself."""
    from dataclasses import replace
    from importlib.util import find_spec
    from pathlib import Path

    import matplotlib
    from matplotlib import _mathtext, font_manager

    korean = ["NanumGothic", "DejaVu Sans"]
    package = find_spec("koreanize_matplotlib")
    fonts = font_manager.fontManager
    for folder in package.submodule_search_locations if package else ():
        for name, weight in [("NanumGothic.ttf", 400), ("NanumGothicBold.ttf", 700)]:
            if (file := Path(folder, "fonts", name)).exists():
                fonts.addfont(file)
                # The bold one calls itself 600, and each bold text would warn that there is no 700.
                fonts.ttflist[-1] = replace(fonts.ttflist[-1], weight=weight)
                matplotlib.rcParams["font.family"] = korean
    properties = font_manager.FontProperties
    chosen = properties.get_family
    if package and chosen.__name__ == "get_family":  # what no chosen font has is drawn with these in any style
        properties.get_family = lambda self: [*chosen(self), *korean]
    unicode = _mathtext.UnicodeFonts
    drawn = unicode._get_glyph
    if package and drawn.__name__ == "_get_glyph":  # the font has no minus for 10⁻³: that of equations stands in

        def glyph(self, fontname, font_class, sym):
            own = fontname in ("default", "regular")
            lacks = own and not self._get_font(fontname).get_char_index(_mathtext.get_unicode_index(sym))
            return drawn(self, "rm" if lacks else fontname, font_class, sym)

        unicode._get_glyph = glyph


def _look():
    """Give all figures of the site one look, for light and dark pages."""
    import matplotlib
    from cycler import cycler

    # Paul Tol's "bright" scheme, safe for colour-blind readers: https://personal.sron.nl/~pault/
    colours = ["#4477aa", "#ee6677", "#228833", "#aa3377", "#ccbb44", "#66ccee", "#bbbbbb"]
    matplotlib.rcParams.update(
        {
            "text.color": "$plot_ink",
            **dict.fromkeys(("axes.labelcolor", "xtick.color", "ytick.color"), "$plot_muted"),
            **dict.fromkeys(("axes.edgecolor", "grid.color"), "$plot_line"),
            **dict.fromkeys(("figure.facecolor", "axes.facecolor"), "$plot_paper"),
            "axes.prop_cycle": cycler(color=colours),
            "figure.figsize": (7.2, 4.0),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            **dict.fromkeys(("figure.constrained_layout.h_pad", "figure.constrained_layout.w_pad"), 0.08),
            "font.size": 11,
            "figure.titlesize": 14,
            "axes.titlesize": 12.5,
            **dict.fromkeys(("figure.titleweight", "axes.titleweight"), "bold"),
            "axes.titlelocation": "left",
            "axes.titlepad": 10,
            **dict.fromkeys(("axes.spines.top", "axes.spines.right", "axes.unicode_minus"), False),
            **dict.fromkeys(("axes.grid", "axes.axisbelow"), True),
            "axes.grid.axis": "y",
            "grid.linewidth": 0.8,
            "lines.linewidth": 2.2,
            "lines.markersize": 6,
            "legend.edgecolor": "none",
            "svg.hashsalt": "blog",  # else the ids in a drawing are others each time
        }
    )


def _output():
    """Show figures sharp, and as wide as their figsize says."""
    from IPython import get_ipython

    if shell := get_ipython():
        from matplotlib_inline.config import InlineBackend

        inline = InlineBackend.instance(parent=shell)
        inline.figure_formats = {"retina"}
        inline.print_figure_kwargs = {"bbox_inches": None}


def _give_way():
    """Let what an author says of a figure's places count for more than the site's layout and grid."""
    import warnings
    from contextlib import suppress
    from functools import wraps

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine, PlaceHolderLayoutEngine

    adjust, tighten, show = Figure.subplots_adjust, Figure.tight_layout, Axes.imshow
    if hasattr(adjust, "__wrapped__"):
        return

    # What the site's layout says of itself
    warnings.filterwarnings("ignore", "There are no gridspecs with layoutgrids", UserWarning)

    @wraps(adjust)
    def adjusted(self, *places, **named):
        if isinstance(self.get_layout_engine(), ConstrainedLayoutEngine):
            with suppress(RuntimeError):  # its colour bars stand where that layout has put them
                self.set_layout_engine(PlaceHolderLayoutEngine(adjust_compatible=True, colorbar_gridspec=True))
        adjust(self, *places, **named)

    @wraps(tighten)
    def tightened(self, **options):
        engine = self.get_layout_engine()
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "The figure layout has changed")  # the site's, not the author's
                tighten(self, **options)
        except RuntimeError:
            self.set_layout_engine(engine)  # its colour bars know no other one, and nothing overlaps

    @wraps(show)
    def shown(self, *picture, **options):
        self.grid(visible=False)  # it would be drawn over the picture
        return show(self, *picture, **options)

    Figure.subplots_adjust, Figure.tight_layout, Axes.imshow = adjusted, tightened, shown


_fonts()
_look()
_output()
_give_way()
del _fonts, _look, _output, _give_way
