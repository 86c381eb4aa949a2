"""The words of LaTeX that authors write, in those of the converter."""

from __future__ import annotations

STRAIGHT = "\ue000"
"""Stands for a straight quotation mark in a text, which LaTeX would make a closing one."""
SPELLINGS = {
    **dict.fromkeys((r"\hdots", r"\dotsc", r"\dotso"), r"\ldots"),
    **dict.fromkeys((r"\dotsb", r"\dotsm", r"\dotsi"), r"\cdots"),
    **dict.fromkeys((r"\intop", r"\smallint"), r"\int"),
    r"\thicksim": r"\sim",
    r"\thickapprox": r"\approx",
    r"\varpropto": r"\propto",
    r"\shortmid": r"\mid",
    r"\O": r"\text{Ø}",
    r"\AA": r"\text{Å}",
    r"\strut": r"\mathstrut",
    r"\mathds": r"\mathbb",
    r"\mathbbm": r"\mathbb",
    r"\hfill": r"\qquad",
    r"\cr": r"\\",
    r"\newline": r"\\",
    r"\LaTeX": r"\text{LaTeX}",
    r"\TeX": r"\text{TeX}",
    "\\\n": r"\ ",
    **dict.fromkeys((r"\nonumber", r"\notag", r"\centering", r"\allowbreak", r"\nobreak", r"\displaylimits"), ""),
    # Sizes: those of the text around an equation hold for it, too.
    **dict.fromkeys((r"\tiny", r"\scriptsize", r"\footnotesize", r"\small", r"\normalsize", r"\large"), ""),
    **dict.fromkeys((r"\Large", r"\LARGE", r"\huge", r"\Huge"), ""),
}
SIGNS = str.maketrans(
    {
        **{"∅": r"\emptyset ", "√": r"\sqrt ", "∛": r"\sqrt[3] ", "∠": r"\angle ", "∡": r"\measuredangle "},
        **{"∢": r"\sphericalangle ", "∴": r"\therefore ", "∵": r"\because ", "⊤": r"\top ", "⊥": r"\perp "},
    }
)
"""What the converter knows only by name."""
_ALIGNED = ("align", "alignat", "alignedat", "flalign", "split", "eqnarray", "xalignat")
_BARE = ("equation", "displaymath", "math", "subequations")
INNER = {
    **dict.fromkeys(_ALIGNED, "aligned"),
    "gather": "gathered",
    "multline": "gathered",
    **dict.fromkeys(_BARE, ""),
}
"""Environments of their own → what they are in another one, or without numbers."""
BRACKETS = {
    "p": ("(", ")"),
    "b": ("[", "]"),
    "B": (r"\{", r"\}"),
    "v": ("|", "|"),
    "V": (r"\|", r"\|"),
}
