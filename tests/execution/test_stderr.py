"""What cells write to their standard error is in the log, and letters that figures lack are a failure."""

from __future__ import annotations

from conftest import Book, code

SOURCE = "import sys\nprint('some\\n' * 20 + 'last', file=sys.stderr)"
BOXES = """\
from sys import stderr
print("x.py:1: UserWarning: Glyph 4608 (\\\\N{ETHIOPIC SYLLABLE HA}) missing from font(s) NanumGothic.", file=stderr)
print(r"Font 'default' does not have a glyph for '\\ud55c' [U+d55c], substituting with a dummy symbol.", file=stderr)
"""


def test_standard_error_is_in_the_log_and_missing_letters_are_told(book: Book) -> None:
    book.post("2024-01-01-said", "x\n\n" + code("1") + code(SOURCE))
    book.post("2024-01-02-boxes", code(BOXES))
    result = book.blogkit("execute")
    assert result.returncode == 1
    assert "posts/2024-01-01-said.md:10: cell 2: wrote to stderr\n" + "    some\n" * 9 + "    last\n" in result.stdout
    assert "posts/2024-01-02-boxes.md:5: cell 1: no font of its figures has ሀ 한, they show boxes" in result.stdout
    assert "2024-01-01-said" not in book.blogkit("execute").stdout  # it is stored, the other is not
