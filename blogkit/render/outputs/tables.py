"""Give tables that code writes the look of the page: pandas, polars and great_tables bring a look of their own.

What authors coloured themselves (gradients, bars, cells that stand out) stays. Plain functions of HTML.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import lxml.html

_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL | re.IGNORECASE)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>\s*", re.DOTALL | re.IGNORECASE)
_OF_LIBRARIES = re.compile(r"\s*(?:$|\.dataframe\b)|.*\.gt_table\b", re.DOTALL)
"""A style sheet that is no author's: an empty one, and those of pandas, polars and great_tables."""
_BOX = re.compile(r'(<div id="\w+") style="padding-left:0px[^"]*"')
_COLOUR = re.compile(r"(?:[;{\"']|^)\s*(?:background(?:-color)?|color):(?!\s*(?:inherit|transparent))", re.MULTILINE)
_DIMENSIONS = re.compile(r"<(p|small)>(\d+ rows × \d+ columns|shape: \([\d_, ]+\))</\1>")
_NUMBER = re.compile(r"[-+−(]?[$€£¥₩]?\d[\d,._'\u00a0\u202f]*(?:e[-+]?\d+)?\s?[%)]?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T][\d:.+Z-]+)?|\d\d?:\d\d(?::[\d.]+)?")
_MISSING = {"", "nan", "none", "null", "nat", "<na>", "inf", "-inf", "…", "...", "—", "-"}
_LONG = 24
"""Characters that are better read in more than one line."""
_WIDEST = 1000


def dressed(html: str) -> str:
    """Return the HTML of an output with each of its tables in a box that scrolls, in the look of the page."""
    count = len(_TABLE.findall(html))
    if not count or html.lower().count("<table") != count or "<script" in html.lower():
        return html  # a script makes it, or one table stands in another
    html = _STYLE.sub(lambda style: "" if _OF_LIBRARIES.match(style[1]) else style[0], html)
    html = _DIMENSIONS.sub(r'<p class="dimensions">\2</p>', _BOX.sub(r"\1", html))
    kind = "scroll coloured" if _COLOUR.search(html) else "scroll"
    return _TABLE.sub(lambda table: f'<div class="{kind}">{_tidied(table[0])}</div>', html)


def _tidied(html: str) -> str:
    table = lxml.html.fragment_fromstring(html)
    for element in table.iter("table", "tr", "th", "td"):
        for name in ("border", "halign", "valign", "headers", "aria-labelledby", "aria-describedby"):
            element.attrib.pop(name, None)
        if element.tag == "tr":
            element.attrib.pop("style", None)  # pandas aligns whole rows
    for cell in table.iter("th", "td"):
        if cell.tag == "th" and not len(cell) and not cell.text_content().strip():
            cell.tag = "td"  # an empty corner is no heading
            cell.attrib.pop("scope", None)
    if "gt_table" in table.classes:
        for cell in table.xpath(".//*[@id]"):
            del cell.attrib["id"]  # the same in each table
    _mark_columns(table)
    return lxml.html.tostring(table, encoding="unicode")


def _mark_columns(table: lxml.html.HtmlElement) -> None:
    """Mark what names the rows, and the columns of numbers and of dates, which great_tables aligns by itself."""
    columns = defaultdict(list)
    for column, cell in _cells(table.iter("tr")):
        if cell.get("colspan", "1") == "1":
            columns[column].append(cell)
    for column, cells in columns.items():
        body = [cell for cell in cells if not cell.xpath("ancestor::thead")]
        names_rows = not column and any(cell.tag == "th" for cell in body)
        for cell in cells if names_rows else ():
            if cell.tag == "th" or cell not in body:  # also what stands above them, which stays with them
                cell.classes.add("label")
        kind = "" if "gt_table" in table.classes else _kind([cell.text_content().strip() for cell in body])
        for cell in cells:
            cell.classes.update(kind.split())


def _kind(texts: list[str]) -> str:
    """Return what a column holds: ``number``, ``date`` or ``long``; empty: something else."""
    said = [text for text in texts if text.lower() not in _MISSING]
    for kind, pattern in (("number", _NUMBER), ("date", _DATE)):
        if said and all(map(pattern.fullmatch, said)):
            return kind
    return "long" * any(len(text) > _LONG for text in said)


def _cells(rows: Iterable[lxml.html.HtmlElement]) -> Iterator[tuple[int, lxml.html.HtmlElement]]:
    """Yield each cell with the number of its first column."""
    taken: dict[int, int] = {}  # column → the last row that a cell of it reaches
    for number, row in enumerate(rows):
        column = 0
        for cell in row.iterchildren("th", "td"):
            while taken.get(column, -1) >= number:
                column += 1
            yield column, cell
            for _ in range(_span(cell, "colspan")):
                taken[column] = number + _span(cell, "rowspan") - 1
                column += 1


def _span(cell: lxml.html.HtmlElement, name: str) -> int:
    given = cell.get(name, "")
    return min(int(given), _WIDEST) if given.isdecimal() else 1
