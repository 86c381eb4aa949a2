"""Firefox as it is installed, which Playwright cannot drive: asked by WebDriver BiDi."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

_NOTE = "addEventListener('securitypolicyviolation', ({ violatedDirective }) => refused.push(violatedDirective))"


class Firefox:
    """One tab; each of its pages has the list ``refused`` of what its policy did not let happen."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ask("session.new", capabilities={})
        self._tab = self._ask("browsingContext.getTree")["contexts"][0]["context"]
        self._ask("script.addPreloadScript", functionDeclaration=f"() => {{ window.refused = []; {_NOTE} }}")

    def open(self, address: str, width: int = 1200, height: int = 900) -> None:
        """Open a page and wait until all of it has come."""
        self._ask("browsingContext.setViewport", context=self._tab, viewport={"width": width, "height": height})
        self._ask("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Return what an expression gives in the page, or what it promises."""
        source = f"(async () => JSON.stringify(await ({expression})))()"
        answer = self._ask("script.evaluate", expression=source, target={"context": self._tab}, awaitPromise=True)
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"].get("value", "null"))

    def _ask(self, method: str, **parameters: Any) -> Any:
        self._socket.send(json.dumps({"id": 1, "method": method, "params": parameters}))
        answer = json.loads(self._socket.recv(timeout=60))
        assert answer["type"] == "success", answer
        return answer["result"]


@contextmanager
def running(command: str, profile: Path) -> Iterator[Firefox]:
    """Run it with a folder of its own."""
    options = ["--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    with subprocess.Popen([command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            listens = profile / "WebDriverBiDiServer.json"
            while not (listens.is_file() and listens.read_text(encoding="utf-8")):
                assert process.poll() is None
                time.sleep(0.05)
            address = json.loads(listens.read_text(encoding="utf-8"))
            with connect(f"ws://{address['ws_host']}:{address['ws_port']}/session", max_size=None) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()
