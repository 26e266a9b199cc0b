"""The commands `credit serve` and `credit lab`, run as a person runs them, stopped as a machine stops them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

CREDIT = Path(sys.executable).parent / "credit"
TOKEN = "0123456789tests"


@dataclass(frozen=True)
class Served:
    """url: with a slash at the end. pid: of the server."""

    url: str
    pid: int

    def panel(self, name: str, lang: str, state: str = "") -> str:
        """Address of a panel."""
        return f"{self.url}voila/render/{name}.ipynb?token={TOKEN}&lang={lang}{state}"

    def notebook(self, path: str, space: str) -> str:
        """Address of a notebook in JupyterLab, in a workspace of its own: no tab of an earlier visit is opened beside it."""
        return f"{self.url}lab/workspaces/{space}/tree/{path}?token={TOKEN}"


@contextmanager
def running(command: str, *options: str, cwd: Path, env: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Run a command until it is left; its server listens when this returns."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = cwd / f"{command}-{port}.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(CREDIT), command, "--port", str(port), "--token", TOKEN, "--no-browser", *options], cwd=cwd, stdout=out, stderr=out,
            env={**os.environ, **(env or {})}, start_new_session=True,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}/"
    try:
        _wait(url, process, log)
        yield Served(url, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"credit {command} did not stop:\n{log.read_text()[-2000:]}") from None


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"the server stopped with {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            urlopen(f"{url}?token={TOKEN}", timeout=5).read()
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"nothing listens at {url}:\n{log.read_text()[-2000:]}")
