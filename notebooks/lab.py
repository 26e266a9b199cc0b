"""JupyterLab on a folder of notebooks, on this machine alone, asking nobody outside for anything.

What must stay true: no news, no look for updates, no list of extensions is fetched, by the server or by the browser; every kernel is
stopped with the server.
"""

from __future__ import annotations

import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from .kernels import encryption
from .start import LOOPBACK, Server, web_settings

_WAIT = 0.1  # seconds
_SETTINGS = {
    "page_config.json": {"disabledExtensions": ["@jupyterlab/apputils-extension:announcements"]},
    "overrides.json": {"@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"}},
}


def open_lab(folder: Path, server: Server, told: Callable[[], None]) -> None:
    """Run JupyterLab until it is stopped. told: called once it listens."""
    from jupyterlab.labapp import LabApp

    threading.Thread(target=_once_it_listens, args=(server.port, told), daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="credit-lab-") as settings:
        for name, content in _SETTINGS.items():
            (Path(settings) / name).write_text(json.dumps(content), encoding="utf-8")
        LabApp.launch_instance(argv=arguments(folder, server, settings))


def _once_it_listens(port: int, told: Callable[[], None]) -> None:
    while True:
        with socket.socket() as tried:
            if tried.connect_ex((LOOPBACK, port)) == 0:
                break
        time.sleep(_WAIT)
    told()


def arguments(folder: Path, server: Server, settings: str) -> list[str]:
    """Return what JupyterLab is started with; these go before any configuration file of the person's.

    settings: folder of its settings for this run.
    """
    chosen = {
        "ServerApp.root_dir": folder,
        "ServerApp.ip": LOOPBACK,
        "ServerApp.port": server.port,
        "ServerApp.port_retries": 0,
        "ServerApp.open_browser": server.browser,
        "ServerApp.allow_remote_access": False,
        "ServerApp.allow_origin": "",
        "ServerApp.answer_yes": True,
        "Application.log_level": "ERROR",
        "ServerApp.allow_root": True,  # in a container everybody is; who may start this may start Python
        "ServerApp.jpserver_extensions": {"notebook_shim": False},  # serves a program this is not
        "ServerApp.tornado_settings": web_settings(server.port),
        "ServerApp.identity_provider_class": "jupyter_server.auth.identity.IdentityProvider",
        "IdentityProvider.token": server.token,
        "ServerApp.kernel_spec_manager_class": f"{__package__}.kernels.OwnKernel",
        "KernelManager.transport_encryption": encryption(),
        "LabApp.default_url": "/lab/tree/panels/customer.ipynb",
        "LabApp.app_settings_dir": settings,
        "LabApp.workspaces_dir": folder / ".workspaces",  # which tabs are open: of this folder, not of every other
        "LabApp.extension_manager": "readonly",
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    return [f"--{name}={value}" for name, value in chosen.items()]
