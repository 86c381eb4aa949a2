#!/usr/bin/env python3
"""Make the fonts of equations out of STIX Two Math, as the package ziamath carries it.

Needs ``fonttools``, ``brotli`` and ``ziamath``, which the engine and its tests do without:
``uv run --no-project --with fonttools --with brotli --with ziamath .ci/fonts.py``. What most equations show lies in one
file, the rest in another one, which few pages load; ``blog.css`` has their ranges.
"""

from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

STATIC = Path(__file__).resolve().parents[1] / "blogkit/render/theme/static"
LETTERS = "0020-007E 00A0 00A8 00AC 00AF-00B1 00B4 00B7 00D7 00F7 0131 0237 02C6-02C7 02D8-02DA 02DC"
SIGNS = (
    "0300-0338 0370-03FF 2016-201D 2026 2032-2034 203E 2057 2061-2064 20D6-20D7 20DB-20DC 2102-213A 2190-21FF 2200-22FF"
)
BRACKETS = "2308-230B 23B0-23B1 23B4-23B5 23DC-23E1 25A1 25B3 25CB 27E6-27EF 27F5-27FC 2A00-2A06 2A7D-2A7E 2AAF-2AB0"
ALPHABETS = "1D400-1D49B 1D49C-1D4B5 1D538-1D551 1D6A8-1D6A8 1D6E2-1D755 1D7CE-1D7D9 FE00-FE01"
ROOT = 0x221A
ROOT_WIDTH = 833
"""Thousandths of an em, as in TeX: browsers leave the room of the widest size of a root beside each of them."""
LOW_ROOT = 0.75
"""How high, of its smallest size in the font, a root is over what is low: else it hangs far below the line."""
PRIMES = (0x2032, 0x2033, 0x2034, 0x2057)
REST = "00A1-024F 02B0-02FF 2000-2BFF 1D400-1D7FF"


def main() -> None:
    """Write both fonts and print the range of the first for the style sheet."""
    package = find_spec("ziamath")
    assert package and package.origin
    source = Path(package.origin).parent / "fonts/STIXTwoMath-Regular.ttf"
    has = set(TTFont(source).getBestCmap())
    common = characters(f"{LETTERS} {SIGNS} {BRACKETS} {ALPHABETS}") & has
    rare = (characters(REST) & has) - common
    print(", ".join(f"U+{each}" for each in f"{LETTERS} {SIGNS} {BRACKETS} {ALPHABETS}".split()))
    for name, chosen in (("maths", common), ("maths-rare", rare)):
        file = STATIC / f"{name}.woff2"
        write(source, file, chosen)
        print(f"{file.name}: {file.stat().st_size:,} bytes")


def characters(told: str) -> set[int]:
    """Return the characters of ranges."""
    ends = (each.partition("-") for each in told.split())
    return {code for first, _, last in ends for code in range(int(first, 16), int(last or first, 16) + 1)}


def mend(font: TTFont) -> None:
    """Take the primes that are made for indices, as browsers do not; mend what keeps arrows from stretching."""
    names = {**font.getBestCmap()}
    for table in font["cmap"].tables:
        if table.isUnicode() and table.format != 14:
            table.cmap |= {code: f"{names[code]}.ssty" for code in PRIMES}
    variants = font["MATH"].table.MathVariants
    arrows = dict(zip(variants.HorizGlyphCoverage.glyphs, variants.HorizGlyphConstruction, strict=True))
    for made in arrows.values():  # the font has the ends of some last parts the wrong way round
        last = made.GlyphAssembly.PartRecords[-1] if made.GlyphAssembly else None
        if last and last.EndConnectorLength and not last.StartConnectorLength:
            last.StartConnectorLength, last.EndConnectorLength = last.EndConnectorLength, 0
    wide = deepcopy(arrows[names[0x303]])  # browsers stretch the tilde of a letter, the font that which combines
    wide.MathGlyphVariantRecord[0].VariantGlyph = names[0x2DC]
    arrows[names[0x2DC]] = wide
    order = sorted(arrows, key=font.getGlyphID)
    variants.HorizGlyphCoverage.glyphs, variants.HorizGlyphConstruction = order, [arrows[name] for name in order]
    variants.HorizGlyphCount = len(order)


def mend_roots(font: TTFont) -> None:
    """Give all sizes of a root one width, and the least of them less height."""
    glyphs, widths = font["glyf"], font["hmtx"].metrics
    root = font.getBestCmap()[ROOT]
    whole = f"{root}.whole"
    for other in (each for each in font.getGlyphOrder() if glyphs[each].isComposite()):  # those of the third and fourth
        for part in glyphs[other].components:
            part.glyphName = whole if part.glyphName == root else part.glyphName
    font.setGlyphOrder([*font.getGlyphOrder(), whole])
    glyphs[whole], widths[whole] = deepcopy(glyphs[root]), widths[root]
    variants = font["MATH"].table.MathVariants
    made = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    least, *larger = made.MathGlyphVariantRecord
    made.MathGlyphVariantRecord = [least, deepcopy(least), *larger]
    made.MathGlyphVariantRecord[1].VariantGlyph = whole
    made.VariantCount = len(made.MathGlyphVariantRecord)
    least.AdvanceMeasurement = round(least.AdvanceMeasurement * LOW_ROOT)
    names = {record.VariantGlyph for record in made.MathGlyphVariantRecord}
    for name in names | {record.glyph for record in made.GlyphAssembly.PartRecords}:
        glyph = glyphs[name]
        glyph.coordinates.scale((ROOT_WIDTH / widths[name][0], LOW_ROOT if name == root else 1))
        glyph.coordinates.toInt()
        glyph.recalcBounds(glyphs)
        widths[name] = (ROOT_WIDTH, glyph.xMin)


def write(source: Path, target: Path, codes: set[int]) -> None:
    """Write a part of a font, with all sizes of its brackets, roots and braces."""
    options = subset.Options()
    options.hinting = options.glyph_names = False
    options.layout_features = []
    options.drop_tables += ["DSIG", "GPOS"]
    options.name_IDs = [0, 1, 2, 13, 14]
    options.flavor = "woff2"
    font = subset.load_font(str(source), options)
    mend(font)
    mend_roots(font)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    main()
