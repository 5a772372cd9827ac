"""A real headless Chromium, driven through its debugging protocol."""

import contextlib
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import websocket

from .processes import local_log, spawn

NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
#: Seconds: until the browser answers, until a page shows what it should.
START, PATIENCE = 30, 120


class MissingError(Exception):
    """A page does not show what it should."""


class Browser:
    """One page. What is looked for is a CSS selector and a text that the element contains."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, timeout=PATIENCE)
        self._number = 0
        self._call("Page.enable")

    def open(self, url: str) -> None:
        self._call("Page.navigate", url=url)

    def wait(self, selector: str, text: str = "", seconds: float = PATIENCE) -> None:
        """:raises MissingError: nothing like it appears in time."""
        end = time.monotonic() + seconds
        while not self._ask(f"Boolean({_find(selector, text)})"):
            if time.monotonic() > end:
                raise MissingError(f"{selector} with {text!r}; the page says: {self.text()[:1500]}")
            time.sleep(0.3)

    def click(self, selector: str, text: str = "") -> None:
        """Click it as soon as it is there."""
        self.wait(selector, text)
        self._ask(f"({_find(selector, text)}).click()")

    def fill(self, selector: str, value: str) -> None:
        self.wait(selector)
        self._ask(f"document.querySelector({json.dumps(selector)}).value = {json.dumps(value)}")

    def text(self) -> str:
        return self._ask("document.body ? document.body.innerText : ''") or ""

    def _ask(self, expression: str):
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer.get("result", {}).get("value")

    def _call(self, method: str, **parameters) -> dict:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                return answer.get("result", {})


def _find(selector: str, text: str) -> str:
    # bodies of mails stand in shadow trees
    return f"""
        [...document.querySelectorAll({json.dumps(selector)})].find((element) =>
            [element, ...[...element.querySelectorAll("*")].map((part) => part.shadowRoot)]
                .some((part) => part?.textContent.includes({json.dumps(text)})))"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that is gone when the block is left."""
    program = next(filter(None, map(shutil.which, NAMES)))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--window-size=1366,900", "--remote-debugging-port=0", "--remote-allow-origins=*",
            f"--user-data-dir={folder}", "about:blank",
        ]  # fmt: skip
        with (
            local_log("chromium.log").open("w") as out,
            spawn(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out),
        ):
            yield Browser(_page(Path(folder) / "DevToolsActivePort"))


def _page(port_file: Path) -> str:
    """The address of the first page, as soon as the browser has one."""
    end = time.monotonic() + START
    while time.monotonic() < end:
        with contextlib.suppress(OSError, ValueError, StopIteration):
            port = int(port_file.read_text().splitlines()[0])
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                pages = json.load(answer)
            return next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
        time.sleep(0.2)
    raise MissingError("Chromium did not start: see .local/log/chromium.log")
