"""`credit serve` and `credit lab` as they really run: who is let in, what is shown, and that nothing is left running."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

import creditlib as cl

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.name == "nt", reason="signals of POSIX"),
]
TOKEN = "0123456789abcdef"
PANELS = ("customer", "terms", "portfolio", "policy", "close", "approvals")
OPEN_CONFIG = "c = get_config()\nc.ServerApp.ip = '0.0.0.0'\nc.IdentityProvider.token = ''\nc.ServerApp.allow_remote_access = True\n"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


ASK = urllib.request.build_opener(NoRedirect)


@dataclass
class Running:
    process: subprocess.Popen[str]
    url: str
    said: list[str]
    folder: Path

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1].strip("/"))

    def ask(
        self, path: str, *, token: str | None = TOKEN, data: bytes | None = None, **headers: str
    ) -> tuple[int, str, Any]:
        """Return status, text and headers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"token {token}"
        request = urllib.request.Request(self.url + path, headers=sent, data=data)
        try:
            with ASK.open(request, timeout=120) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode(), refused.headers

    def kernels(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if "ipykernel_launcher" in " ".join(child.cmdline())]

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


def started(folder: Path, *arguments: str) -> Running:
    """Start a command with settings of a person that would open it to everybody."""
    config = folder / "config"
    config.mkdir()
    (config / "jupyter_server_config.py").write_text(OPEN_CONFIG)
    (config / "jupyter_lab_config.py").write_text(OPEN_CONFIG)
    for place in (folder, config):
        (place / "voila.json").write_text(
            '{"Voila": {"ip": "0.0.0.0", "token": ""}, "VoilaConfiguration": {"strip_sources": false}}'
        )
    own = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    environment = (
        os.environ | own | {"IPYTHONDIR": str(folder / "ipython"), "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder)}
    )
    process = subprocess.Popen(
        [sys.executable, "-c", "from creditlib.faces.cli.main import run; run()", *arguments, "--no-browser", "--token", TOKEN],
        cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=(folder / "errors").open("w"),
    )  # fmt: skip
    assert process.stdout is not None
    said = [process.stdout.readline()]
    found = re.search(r"(http://127\.0\.0\.1:\d+/)\?token=" + TOKEN, said[0])
    assert found is not None, said[0] + (folder / "errors").read_text()
    running = Running(process, found[1], said, folder)
    for _ in range(600):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", running.port)) == 0:
                return running
        assert process.poll() is None, (folder / "errors").read_text()
        time.sleep(0.1)
    raise AssertionError("it never listened")


def ended(running: Running) -> None:
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait(30)
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("served")
    cl.save_book(cl.sample_book(), folder / "book")
    running = started(folder, "serve", "--book", "book", "--as-of", "2026-10-31", "--lang", "zh")
    yield running
    ended(running)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("lab")
    running = started(folder, "lab", "--folder", "mine", "--lang", "zh")
    yield running
    ended(running)


@pytest.mark.parametrize("path", ["", *(f"voila/render/{name}.ipynb" for name in PANELS), "api/kernels/1-2-3-4-5"])
@pytest.mark.parametrize("token", [None, "0123456789abcdeg"])
def test_without_the_token_a_page_is_refused(served: Running, path: str, token: str | None) -> None:
    assert served.ask(path, token=token)[0] == 403


def test_no_kernel_is_started_for_who_is_refused(served: Running) -> None:
    before = len(served.kernels())
    served.ask("voila/render/customer.ipynb", token=None)
    assert len(served.kernels()) == before


def test_a_kernel_is_not_spoken_to_without_the_token(served: Running) -> None:
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13", "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA=="}  # fmt: skip
    kernel = "11111111-1111-1111-1111-111111111111"
    assert served.ask(f"api/kernels/{kernel}/channels", token=None, **upgrade)[0] == 403


def test_by_another_name_or_address_nobody_is_answered(served: Running) -> None:
    assert served.ask("", Host="evil.example")[0] == 403
    with socket.socket() as tried:  # an address of this machine that is not the one served
        assert tried.connect_ex(("127.0.0.2", served.port)) != 0


def test_the_token_becomes_a_cookie_and_leaves_the_address(served: Running) -> None:
    status, _, headers = served.ask(f"?token={TOKEN}", token=None)
    assert (status, headers["Location"]) == (302, "/?lang=zh")
    cookie = headers["Set-Cookie"].split(";")[0]
    assert "HttpOnly" in headers["Set-Cookie"]
    assert served.ask("", token=None, Cookie=cookie)[0] == 200
    assert served.ask(f"?token={TOKEN[::-1]}", token=None)[0] == 403


def test_the_first_page_lists_the_panels_in_the_language(served: Running) -> None:
    for path, title in (("", "信用政策"), ("?lang=en", "Credit terms"), ("?lang=xx", "月末结账")):
        page = served.ask(path)[1]
        assert title in page
        assert ("Book: book, as of 2026-10-31" if "lang=en" in path else "账簿：book，截至 2026-10-31") in page
        assert [name for name in PANELS if f"/voila/render/{name}.ipynb?lang=" in page] == list(PANELS)


@pytest.mark.parametrize(
    "path",
    ["voila/files/customer.ipynb", "voila/tree", "voila/api/contents/customer.ipynb", "login", "voila/render/other.ipynb",
     "voila/render/..%2F..%2Fsetup.ipynb", "voila/render/%2Fetc%2Fpasswd", "files/customer.ipynb"],
)  # fmt: skip
def test_nothing_but_the_panels_can_be_asked_for(served: Running, path: str) -> None:
    assert served.ask(path)[0] == 404


def test_a_panel_shows_the_book_and_no_source_and_asks_no_other_host(served: Running) -> None:
    status, page, headers = served.ask("voila/render/customer.ipynb?lang=en")
    assert status == 200
    assert "widget-view+json" in page
    for word in ("customer_panel", "from creditlib", "os.environ", "Traceback"):
        assert word not in page
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//[^"')\s]+""", page) == []
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert 'documentElement.lang = "en"' in page
    assert "<title>Customer</title>" in page


def test_a_panel_that_cant_be_made_says_why_in_the_language_and_shows_no_source(tmp_path: Path) -> None:
    cl.save_book(cl.sample_book(), tmp_path / "book")
    (tmp_path / "rates.csv").write_text("date,from,to,rate\n2026-10-31,USD,CNY,7.1\n")
    running = started(
        tmp_path, "serve", "--book", "book", "--currency", "CNY", "--fx", "rates.csv", "--as-of", "2026-10-31"
    )
    try:
        for lang, words in (("en", "no rate"), ("zh", "汇率")):
            page = running.ask(f"voila/render/portfolio.ipynb?lang={lang}")[1]
            assert 'role=\\"alert\\"' in page
            assert json.dumps(words)[1:-1] in page
            assert "Traceback" not in page
            assert "portfolio_panel" not in page
    finally:
        ended(running)


def test_closing_a_page_stops_its_kernel_and_no_other_site_can(served: Running) -> None:
    cookie = served.ask(f"?token={TOKEN}", token=None)[2]["Set-Cookie"].split(";")[0]
    found = re.search(r'"kernelId": "([^"]+)"', served.ask("voila/render/customer.ipynb", token=None, Cookie=cookie)[1])
    assert found is not None
    mine = [kernel for kernel in served.kernels() if found[1] in " ".join(kernel.cmdline())]
    assert len(mine) == 1
    leave = {"data": b"", "token": None, "Cookie": cookie}
    for origin in ("http://evil.example", "null", served.url):  # an origin has no slash at its end
        assert served.ask(f"voila/api/shutdown/{found[1]}", Origin=origin, **leave)[0] in (403, 404)
    assert mine[0].is_running()
    assert served.ask(f"voila/api/shutdown/{found[1]}", Origin=served.url.rstrip("/"), **leave)[0] == 204
    assert psutil.wait_procs(mine, timeout=20)[1] == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_stopping_stops_every_kernel_and_leaves_nothing(how: signal.Signals, tmp_path: Path) -> None:
    running = started(tmp_path, "serve")
    try:
        assert running.ask("voila/render/customer.ipynb")[0] == 200
        kernels = running.kernels()
        assert len(kernels) == 1
        assert running.stop(how) == 0
        assert psutil.wait_procs(kernels, timeout=20)[1] == []
        assert list(tmp_path.glob("voila_*")) == []
        assert "Traceback" not in (tmp_path / "errors").read_text()
    finally:
        ended(running)


def test_jupyterlab_needs_the_token_too(lab: Running) -> None:
    assert lab.ask("api/contents", token=None)[0] == 403
    assert lab.ask("lab", token=None)[0] == 302
    assert lab.ask("api/contents", Host="evil.example")[0] == 403
    names = {one["name"] for one in json.loads(lab.ask("api/contents")[1])["content"]}
    assert names == {"panels", "course"}  # nothing of how it is run
    with socket.socket() as tried:
        assert tried.connect_ex(("127.0.0.2", lab.port)) != 0


def test_jupyterlab_asks_nobody_for_news_updates_or_extensions(lab: Running) -> None:
    assert json.loads(lab.ask("lab/api/update")[1]) == {"notification": None}
    assert json.loads(lab.ask("lab/api/news")[1]) == {"news": []}
    found = re.search(
        r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', lab.ask("lab")[1], re.S
    )
    assert found is not None
    settings = json.loads(found[1])
    assert settings["news"] == {"disabled": True}
    assert settings["extensionManager"]["can_install"] is False
    assert "@jupyterlab/apputils-extension:announcements" in settings["disabledExtensions"]
    assert "default-src 'self'" in lab.ask("lab")[2]["Content-Security-Policy"]


def test_jupyterlab_stops_its_kernels_when_it_is_stopped(tmp_path: Path) -> None:
    running = started(tmp_path, "lab", "--folder", "mine")
    try:
        assert running.ask("api/kernels", data=b'{"name": "python3"}')[0] == 201
        kernels = running.kernels()
        assert len(kernels) == 1
        assert running.stop(signal.SIGINT) == 0
        assert psutil.wait_procs(kernels, timeout=20)[1] == []
        assert list(tmp_path.glob("credit-lab-*")) == []
        assert "Traceback" not in (tmp_path / "errors").read_text()
    finally:
        ended(running)
