"""What libraries name by chance is numbered, and nothing that an author shows."""

from __future__ import annotations

import hashlib

import nbformat
import pytest

from blogkit.execution.chance import number_chance

DIGEST = hashlib.md5(b"x", usedforsecurity=False).hexdigest()


def numbered(**data: str) -> dict[str, str]:
    output = nbformat.v4.new_output("display_data", data=data)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    number_chance(notebook)
    return dict(output.data)


@pytest.mark.parametrize("html", [f"<td>md5_{DIGEST}</td><td>md5_{DIGEST}</td>", f"<pre>digest{DIGEST}</pre>"])
def test_a_digest_that_code_shows_stays(html: str) -> None:
    assert numbered(**{"text/html": html, "text/plain": DIGEST}) == {"text/html": html, "text/plain": DIGEST}


def test_a_name_has_the_same_number_in_markup_and_script() -> None:
    html = f'<div id="map_{DIGEST}"></div><script>var map_{DIGEST} = L.map("map_{DIGEST}");</script>'
    (shown,) = numbered(**{"text/html": html}).values()
    assert shown == html.replace(DIGEST, f"{1:032x}")


def test_the_address_of_an_object_is_numbered() -> None:
    (shown,) = numbered(**{"text/plain": "<A object at 0x7f00deadbeef> <B object at 0x7f00deadbee0>"}).values()
    assert shown == "<A object at 0x000000000001> <B object at 0x000000000002>"
