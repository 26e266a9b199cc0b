"""The six panels as web pages: Voila on this machine alone, behind a token, code hidden, with a page that lists them.

What must stay true: without the token every page is refused (403); nothing but the panels can be asked for; no page loads anything from
another host; every kernel is stopped with the server.
"""

from __future__ import annotations

import signal
import sys
import threading
import webbrowser
from http.client import responses
from pathlib import Path
from typing import Any, Final

import tornado.ioloop
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from nbformat.v4 import new_code_cell
from tornado import web
from traitlets.config import Config
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import AllowListFileHandler
from voila.tornado.contentshandler import VoilaContentsHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from creditlib.errors import Lang
from creditlib.faces.panels.given import LANG
from creditlib.faces.wording import say

from .kernels import OwnKernel, encryption
from .start import LOOPBACK, Server, book_shown, web_settings

HERE: Final = Path(__file__).parent
PANELS: Final = ("customer", "terms", "portfolio", "policy", "close", "approvals")
_IDLE_SECONDS: Final = 1200


class TokenOnly(IdentityProvider):  # type: ignore[misc, unused-ignore]
    """Whoever shows the token; there is no page to sign in by."""

    @property
    def login_available(self) -> bool:
        """There is none."""
        return False

    @property
    def logout_available(self) -> bool:
        """Nor one to sign out by: the token ends with the server."""
        return False


class Refused:
    """Mixed into every page: who has no token is refused, not sent to a form."""

    def get_login_url(self) -> str:
        """Refuse."""
        raise web.HTTPError(403)

    def set_default_headers(self) -> None:
        """Send no address, which may hold the token, to another server."""
        super().set_default_headers()  # type: ignore[misc]
        self.set_header("Referrer-Policy", "same-origin")  # type: ignore[attr-defined]

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the page of an error, or what a program reads."""
        if isinstance(self, APIHandler):
            super().write_error(status_code, **kwargs)  # type: ignore[misc]
            return
        page = self.settings["voila_jinja2_env"].get_template("error.html")  # type: ignore[attr-defined]
        self.write(page.render(status_code=status_code, status_message=responses.get(status_code, "")))  # type: ignore[attr-defined]


class Leave(VoilaShutdownKernelHandler):  # type: ignore[misc, unused-ignore]
    """What a page says when it is closed, so that its kernel is stopped."""

    def check_xsrf_cookie(self) -> None:
        """Take a farewell of this server's own page, which says so by its origin: it can carry no other sign."""
        if self.request.headers.get("Origin") != f"{self.request.protocol}://{self.request.host}":
            super().check_xsrf_cookie()


class Index(JupyterHandler):  # type: ignore[misc, unused-ignore]
    """The page that lists the panels."""

    def initialize(self, lang: Lang) -> None:
        """Take the language of the list, where the address asks for none."""
        self.lang = lang

    @web.authenticated
    def get(self) -> None:
        """Write the list; a token in the address becomes a cookie, and leaves the address."""
        lang = _asked(self, self.lang)
        if self.get_argument("token", ""):
            self.redirect(f"{self.base_url}?lang={lang}")
            return
        page = self.settings["voila_jinja2_env"].get_template("panels.html")
        told = [(n, say(f"notebooks.panel.{n}", lang), say(f"notebooks.about.{n}", lang)) for n in PANELS]
        self.write(page.render(
            lang=lang, other="en" if lang == "zh" else "zh", panels=told, base=self.base_url,
            title=say("notebooks.page.title", lang), book=book_shown(lang), lead=say("notebooks.page.lead", lang),
            switch=say("notebooks.page.switch", lang),
        ))  # fmt: skip


def _asked(handler: Any, usual: Lang) -> Lang:
    """Return the language an address asks for."""
    asked = handler.get_argument("lang", usual)
    return asked if asked in ("en", "zh") else usual


class Panels(Voila):  # type: ignore[misc, unused-ignore]
    """Voila over the folder of panels, closed to everything else."""

    lang: Lang = "en"
    server: Server

    def setup_template_dirs(self) -> None:
        """Look into this package's pages first: theirs ask other hosts for fonts."""
        super().setup_template_dirs()
        self.template_paths: list[str] = [str(HERE / "pages"), *self.template_paths]

    def init_handlers(self) -> list[Any]:
        """Return Voila's handlers: the tree replaced by the list of panels, files and folders left out, the rest closed."""
        kept: list[Any] = []
        for pattern, handler, *rest in super().init_handlers():
            if handler in (VoilaContentsHandler, AllowListFileHandler):
                continue
            if handler is TornadoVoilaTreeHandler:
                if pattern == self.server_url:
                    kept.append((pattern, _closed(Index), {"lang": self.lang}))
                continue
            if handler is TornadoVoilaHandler:
                names = "|".join(PANELS)
                pattern = pattern.replace("(.*)", rf"((?:{names})\.ipynb)")
            kept.append((pattern, _closed(Leave if handler is VoilaShutdownKernelHandler else handler), *rest))
        return kept

    def shown(self, handler: Any, notebook: Any, cwd: str) -> Any:
        """Make a notebook the page asked for: its panel alone, in the language of the address."""
        lang = _asked(handler, self.lang)
        name = Path(handler.request.path).stem
        code = (
            f"import os\n\nfrom {__package__}.told import tell_errors\n\n"
            f"os.environ[{LANG!r}] = {lang!r}\ntell_errors(get_ipython(), {lang!r})"
        )
        start = new_code_cell(code)  # type: ignore[no-untyped-call]
        notebook.cells = [start, *(cell for cell in notebook.cells if cell.cell_type == "code")]
        notebook.metadata |= {
            "title": say(f"notebooks.panel.{name}", lang), "lang": lang, "back": say("notebooks.page.title", lang),
            "loading": say("notebooks.page.loading", lang),
        }  # fmt: skip
        return notebook

    def listen(self) -> None:
        """Tell the address once the server listens, then run until it is stopped."""
        tornado.ioloop.IOLoop.current().add_callback(self._told)
        super().listen()

    def launch_browser(self) -> None:
        """Open the address with its token, by a file only this person can read: others may read how a browser was called."""
        page = Path(self.connection_dir) / "open.html"
        page.touch(mode=0o600)
        address = f"{self.server.url}?token={self.server.token}"
        page.write_text(
            f'<meta charset="utf-8"><meta http-equiv="refresh" content="0;url={address}">', encoding="utf-8"
        )
        threading.Thread(target=webbrowser.open, args=(page.as_uri(),), daemon=True).start()

    def _told(self) -> None:
        print(say("notebooks.told.serve", self.lang, url=f"{self.server.url}?token={self.server.token}"), flush=True)
        print(say("notebooks.told.stop", self.lang), file=sys.stderr)


def _closed(handler: type[Any]) -> type[Any]:
    return type(handler.__name__, (Refused, handler), {}) if issubclass(handler, JupyterHandler) else handler


def settings(server: Server) -> Config:
    """Return what the server is started with; no configuration file is read beside it."""
    found = Config()
    found.Voila.ip = LOOPBACK
    found.Voila.port = server.port
    found.Voila.port_retries = 0
    found.Voila.open_browser = server.browser
    found.Voila.root_dir = str(HERE / "panels")
    found.Voila.log_level = "ERROR"
    found.Voila.config_file_paths = []
    found.Voila.token = server.token
    found.Voila.identity_provider_class = TokenOnly
    found.Voila.tornado_settings = {**web_settings(server.port), "allow_remote_access": False}  # by no other name
    found.VoilaConfiguration.template = "lab"
    found.VoilaConfiguration.allow_template_override = "NO"
    found.VoilaConfiguration.strip_sources = True
    found.VoilaConfiguration.show_tracebacks = False
    found.VoilaConfiguration.file_allowlist = []
    found.VoilaConfiguration.kernel_spec_manager_class = OwnKernel
    found.KernelManager.transport_encryption = encryption()
    found.MappingKernelManager.cull_idle_timeout = _IDLE_SECONDS  # of pages that were closed without a word
    found.MappingKernelManager.cull_interval = 60
    return found


def serve_panels(server: Server, lang: Lang) -> None:
    """Serve until stopped by Ctrl+C or SIGTERM; then stop every kernel."""
    served = Panels(config=settings(server))
    served.server, served.lang = server, lang
    served.initialize([])
    served.voila_configuration.prelaunch_hook = served.shown
    if hasattr(signal, "SIGHUP"):  # the terminal is closed
        signal.signal(signal.SIGHUP, served._handle_signal_stop)
    served.start()
