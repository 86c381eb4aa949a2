r"""Put what authors write as LaTeX into the words of the converter, which knows the most of it.

Authors write for MathJax, as notebooks show it: definitions hold for the rest of the page, ``\mbox`` may hold
equations, ``\\[1em]`` is a line's end. Numbers of equations stand elsewhere: here environments have none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from PIL import ImageColor

from .chemistry import chemistry
from .lines import WITH_ARGUMENT, paired
from .reader import LENGTH, Reader, cells, deep, joined, lines
from .spellings import BRACKETS, INNER, SIGNS, SPELLINGS, STRAIGHT

Lookup = Callable[[str], str]
"""Label of an equation → its number."""

_TEXT_MATHS = re.compile(r"(?<!\\)\$((?:[^$\\]|\\.)*)\$|\\\((.*?)\\\)", re.DOTALL)
_FONTS = re.compile(r"\\(?:rm|bf|it|mathrm|text|textrm|mathbf|operatorname\*?|limits|nolimits)(?![A-Za-z])|[{}]")
_STARRED = re.compile(r"(?<=[A-Za-z])(?<!\\operatorname)(?=\*)")
"""Before a ``*`` that the converter would take for the end of a command: ``\\beta*x``."""
_SWITCHED = re.compile(r"([_^])\s*\\(rm|bf|it|sf|tt)\s*(?=\{)")
_FENCES = (r"\left", r"\right", r"\middle")
_COLUMNS = re.compile(r"[@!><]\s*\{[^{}]*\}|\{[^{}]*\}|\s")


class Tex:
    """Translates the equations of a page, one after the other."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._defaults: dict[str, str] = {}
        """Command → its first argument, where none is given."""
        self._defined: set[str] = set()

    def definitions(self, macros: Mapping[str, object]) -> str:
        r"""Return the macros of a site, as MathJax has them, as TeX: text, or a list of text, number and default."""
        found = ""
        for name, macro in macros.items():
            body, number, *default = [*macro, 0][: max(2, len(macro))] if isinstance(macro, list) else (macro, 0)
            found += self._define(f"\\{name}", _parameters(number), str(body), str(default[0]) if default else None)
        return found

    def translate(self, tex: str) -> str:
        """Return an equation in the converter's words."""
        reader, out = Reader(tex), []
        for token in reader:
            handle = _COMMANDS.get(token)
            if handle:
                out.append(handle(self, reader))
            elif token in self._defaults:
                option = reader.option()
                out.append(f"{token}{{{self.translate(self._defaults[token] if option is None else option)}}}")
            else:
                out.append(" " if token[0] == "%" else SPELLINGS.get(token, token).translate(SIGNS))
        return _SWITCHED.sub(r"\1\\math\2", _STARRED.sub(" ", "".join(out)))

    def display(self, tex: str) -> str:
        """Return an equation of its own: one that has several lines is aligned, as Sphinx does it."""
        words = self.translate(tex)
        if r"\\" in words and any(token == "\\\\" for token, depth in deep(words) if not depth):  # noqa: S105
            return rf"\begin{{aligned}}{words}\end{{aligned}}"
        return words

    def _define(self, name: str, parameters: str, body: str, default: str | None = None) -> str:
        self._defined.add(name)
        self._defaults.pop(name, None)
        if default is not None:
            self._defaults[name] = default
        return rf"\gdef{name}{parameters}{{{self.translate(body)}}}"

    def _new_command(self, reader: Reader, *, keep: bool = False) -> str:
        reader.skip("*")
        name = reader.argument().strip()
        number, default = reader.option(), reader.option()
        body = reader.argument()
        return "" if keep and name in self._defined else self._define(name, _parameters(number), body, default)

    def _def(self, reader: Reader) -> str:
        return self._define(reader.token(), reader.until("{"), reader.argument())

    def _let(self, reader: Reader) -> str:
        name = reader.token()
        reader.skip("=")
        return self._define(name, "", reader.token())

    def _operator(self, reader: Reader) -> str:
        star = reader.skip("*")
        return self._define(reader.argument().strip(), "", rf"\operatorname{star}{{{reader.argument()}}}")

    def _text(self, reader: Reader, command: str = r"\text") -> str:
        return self._words(reader.argument(), command)

    def _words(self, words: str, command: str) -> str:
        """Return a text that may hold equations."""
        parts, end = [], 0
        for match in _TEXT_MATHS.finditer(words):
            parts.append(_plain(words[end : match.start()], command))
            parts.append(f"{{{self.translate(match[1] or match[2] or '')}}}")
            end = match.end()
        return f"{{{''.join(parts)}{_plain(words[end:], command)}}}"

    def _begin(self, reader: Reader) -> str:
        name = reader.argument()
        bare = name.removesuffix("*")
        if bare in WITH_ARGUMENT:
            reader.argument()
        if bare == "eqnarray" or bare.endswith("smallmatrix") or (name != bare and bare.endswith("matrix")):
            return self._table(bare, reader.option() if name != bare else None, reader.body(name))
        inner = INNER.get(bare, name)
        if name in ("array", "subarray"):
            reader.option()
            return rf"\begin{{array}}{{{_columns(reader.argument())}}}"
        return rf"\begin{{{inner}}}" if inner else ""

    def _end(self, reader: Reader) -> str:
        name = reader.argument()
        inner = INNER.get(name.removesuffix("*"), "array" if name == "subarray" else name)
        return rf"\end{{{inner}}}" if inner else ""

    def _table(self, name: str, columns: str | None, body: str) -> str:
        rows = [cells(row) for row in lines(body)]
        if name == "eqnarray":
            pairs = joined(paired(row) for row in lines(body))
            return rf"\begin{{aligned}}{self.translate(pairs)}\end{{aligned}}"
        small = name.endswith("smallmatrix")
        left, right = BRACKETS.get(name.removesuffix("matrix").removesuffix("small"), (".", "."))
        style = r"\scriptstyle " if small else ""
        inner = joined("&".join(f"{{{style}{self.translate(cell)}}}" for cell in row) for row in rows)
        wide = (columns or "c").strip() * max(map(len, rows), default=1)
        return rf"\left{left}\begin{{array}}{{{wide}}}{inner}\end{{array}}\right{right}"

    def _plain_table(self, reader: Reader, name: str) -> str:
        if not reader.ahead("{"):
            return f"\\{name}"
        return rf"\begin{{{name}}}{self.translate(reader.argument())}\end{{{name}}}"

    def _stack(self, reader: Reader) -> str:
        rows = joined(rf"{{\scriptstyle {self.translate(row)}}}" for row in lines(reader.argument()))
        return rf"\begin{{matrix}}{rows}\end{{matrix}}"

    def _mathop(self, reader: Reader) -> str:
        """Write an operator whose index stands under it."""
        content = reader.argument()
        limits = reader.skip(r"\limits")
        words = _FONTS.sub("", content).strip()
        if re.fullmatch(r"(?:[A-Za-z ]|\\[,;: ])+", words):
            return rf"\operatorname*{{{words}}}"
        if not (limits or reader.ahead("_") or reader.ahead("^")):
            return rf"\mathop{{{self.translate(content)}}}"
        base = self.translate(content)
        while reader.ahead("_") or reader.ahead("^"):
            place = "underset" if reader.skip("_") else "overset" if reader.skip("^") else ""
            base = rf"\{place}{{{self.translate(reader.argument())}}}{{{base}}}"
        return base

    def _colour(self, reader: Reader, command: str) -> str:
        model = reader.option()
        value = reader.argument()
        if model is None:
            with suppress(ValueError):  # another one is a name of LaTeX's own
                model, value = "HTML", "{:02X}{:02X}{:02X}".format(*ImageColor.getrgb(value.strip())[:3])
        told = f"[{model}]{{{value}}}" if model else f"{{{value}}}"
        if command == r"\textcolor" or reader.ahead("{"):
            return rf"{{\color{told}{{{self.translate(reader.argument())}}}}}"
        return rf"\color{told} "

    def _bold(self, reader: Reader) -> str:
        """Write what is bold; a number has another command."""
        content = self.translate(reader.argument())
        return rf"\mathbf{{{content}}}" if re.fullmatch(r"[\d.]+", content) else rf"\boldsymbol{{{content}}}"

    def _big(self, reader: Reader, command: str) -> str:
        bracket = reader.argument().strip()
        none = bracket == "." and command not in _FENCES
        return "" if none else command + {"<": r"\langle ", ">": r"\rangle "}.get(bracket, bracket)

    def _verbatim(self, reader: Reader) -> str:
        sign = reader.token()
        words = reader.until(sign)
        reader.skip(sign)
        return _plain(re.sub(r"([\\{}%$])", r"\\\1", words).replace(r"\\", r"\textbackslash "), r"\texttt")

    def _space(self, reader: Reader) -> str:
        reader.skip("*")
        return rf"\hspace{{{reader.argument()}}}"

    def _reference(self, reader: Reader, form: str) -> str:
        return rf"\text{{{form.format(self._lookup(reader.argument().strip()))}}}"

    def _line_end(self, reader: Reader) -> str:
        reader.match(LENGTH)
        return r"\\ "

    def _content(self, reader: Reader, skipped: int = 0) -> str:
        reader.option()
        for _ in range(skipped):
            reader.argument()
        return f"{{{self.translate(reader.argument())}}}"

    def _nothing(self, reader: Reader) -> str:
        reader.skip("*")
        reader.argument()
        return ""

    def _cancel_to(self, reader: Reader) -> str:
        value, content = reader.argument(), reader.argument()
        return rf"\cancel{{{self.translate(content)}}}^{{{self.translate(value)}}}"

    def _unicode(self, reader: Reader) -> str:
        code = reader.argument().strip()
        return chr(int(code[1:], 16) if code[:1] in "xX" else int(code))

    def _chemistry(self, reader: Reader) -> str:
        return f"{{{self.translate(chemistry(reader.argument()))}}}"


def _parameters(number: object) -> str:
    return "".join(f"#{n + 1}" for n in range(int(str(number or 0))))


def _plain(words: str, command: str) -> str:
    """Return a text of which each letter stands for itself."""
    if not words:
        return ""
    words = re.sub(r"(?<!\\)([_&]|#(?!\d))", r"\\\1", re.sub(r"(?<!\\)\^", r"\\textasciicircum ", words))
    words = re.sub(r"(\\[%&_#${}]) ", r"\1~", words).replace("\n", " ").replace('"', STRAIGHT)
    return f"{command}{{{words}}}"


def _columns(columns: str) -> str:
    for _ in range(3):
        columns = re.sub(r"\*\s*\{(\d+)\}\s*\{([^{}]*)\}", lambda m: m[2] * int(m[1]), columns)
    return _COLUMNS.sub("", re.sub(r"[pmb]\s*\{[^{}]*\}", "l", columns))


_COMMANDS: dict[str, Callable[[Tex, Reader], str]] = {
    **dict.fromkeys((r"\newcommand", r"\renewcommand"), Tex._new_command),
    r"\providecommand": partial(Tex._new_command, keep=True),
    **dict.fromkeys((r"\def", r"\gdef", r"\edef", r"\xdef"), Tex._def),
    r"\let": Tex._let,
    r"\DeclareMathOperator": Tex._operator,
    **dict.fromkeys((r"\text", r"\mbox", r"\hbox", r"\textrm", r"\textnormal", r"\textup"), Tex._text),
    **{name: partial(Tex._text, command=name) for name in (r"\textbf", r"\textit", r"\texttt", r"\textsf")},
    r"\begin": Tex._begin,
    r"\end": Tex._end,
    r"\substack": Tex._stack,
    **{f"\\{name}": partial(Tex._plain_table, name=name) for name in ("matrix", "pmatrix", "cases")},
    r"\eqalign": partial(Tex._plain_table, name="aligned"),
    r"\mathop": Tex._mathop,
    **{name: partial(Tex._colour, command=name) for name in (r"\color", r"\textcolor")},
    **dict.fromkeys((r"\boldsymbol", r"\bm", r"\pmb"), Tex._bold),
    **{
        f"\\{size}{side}": partial(Tex._big, command=f"\\{size}{side}")
        for size in ("big", "Big", "bigg", "Bigg")
        for side in ("", "l", "r", "m")
    },
    **{name: partial(Tex._big, command=name) for name in _FENCES},
    r"\hspace": Tex._space,
    r"\verb": Tex._verbatim,
    r"\ref": partial(Tex._reference, form="{}"),
    r"\eqref": partial(Tex._reference, form="({})"),
    "\\\\": Tex._line_end,
    **dict.fromkeys((r"\smash", r"\lefteqn", r"\ensuremath"), Tex._content),
    **{name: partial(Tex._content, skipped=1) for name in (r"\class", r"\cssId")},
    **dict.fromkeys((r"\label", r"\require", r"\vspace"), Tex._nothing),
    r"\cancelto": Tex._cancel_to,
    r"\unicode": Tex._unicode,
    r"\ce": Tex._chemistry,
}
