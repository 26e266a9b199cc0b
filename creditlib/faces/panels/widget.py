"""`Panel`: a model in the browser, in JupyterLab as in Voila.

What must stay true: the widget only carries: what a person does goes to the model, what the model shows goes to the browser; every
question is answered, also by an error, and a fault of this library is told and goes to the log.
"""

from __future__ import annotations

import json
import os
from typing import Any, Final

import anywidget
import traitlets as t

from creditlib.errors import CreditError, UsageError
from creditlib.faces.panels.front import script, style
from creditlib.faces.panels.model import Download, Model
from creditlib.faces.panels.pictures import ACTION, picture_of
from creditlib.faces.wording import say

_THEMES: Final = {"auto": "dark", "dark": "light", "light": "auto"}


class Panel(anywidget.AnyWidget):
    """A panel to show in a notebook. model: what it shows; view: as it is drawn; theme: auto, light or dark."""

    _esm = script()
    _css = style()
    view = t.Dict().tag(sync=True)
    answered = t.Int(0).tag(sync=True)
    theme = t.Enum(list(_THEMES), "auto").tag(sync=True)
    addressed = t.Bool(False).tag(sync=True)

    def __init__(self, model: Model) -> None:
        in_voila = os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
        super().__init__(view=model.view(), addressed=in_voila)
        self.model = model
        model.progress = self._going
        self.on_msg(self._asked)

    def show(self) -> None:
        """Draw the model as it stands."""
        self.view = self.model.view()

    def ask(self, message: dict[str, Any], buffers: list[Any] | None = None) -> None:
        """Do what the browser asks, and show the answer."""
        try:
            shown = self._answer(message, buffers or [])
        except Exception as fault:
            told = say("panel.error.fault", self.model.lang, what=f"{type(fault).__name__}: {fault}")
            self._show(message, self.view | {"error": told})
            raise
        self._show(message, shown)

    def _answer(self, message: dict[str, Any], buffers: list[Any]) -> dict[str, Any]:
        error = ""
        try:
            self._do(message, buffers)
        except CreditError as told:
            error = told.text(self.model.lang)
        shown = self.model.view()
        return shown | {"error": error or shown["error"]}

    def _show(self, message: dict[str, Any], view: dict[str, Any]) -> None:
        self.send({"progress": None})
        with self.hold_sync():
            self.view = view
            self.answered = message.get("ask", self.answered)

    def _asked(self, _: Any, message: dict[str, Any], buffers: list[Any]) -> None:
        self.ask(message, buffers)

    def _do(self, message: dict[str, Any], buffers: list[Any]) -> None:
        model, do, name = self.model, message["do"], message.get("name", "")
        if do == "set":
            model.set(name, message.get("value"), typed=message.get("typed"), more=bool(message.get("more")))
        elif do == "rest":
            model.rest()
        elif do == "look":
            model.look(name, message["typed"])
        elif do == "restore":
            model.restore(_addressed(message["state"]))
        elif do == "undo" or (do == "act" and name == "undo"):
            model.undo()
        elif do == "download" and name == ACTION:
            self._give(picture_of(self.view, message["value"]))
        elif do == "download":
            self._give(model.download(name, message.get("value")))
        elif do == "upload":
            piece = bytes(buffers[0]) if buffers else b""
            model.upload(name, message["file"], int(message["size"]), int(message["at"]), piece)
        elif name == "reset":
            model.reset()
        elif name == "lang":
            model.lang = message["value"]
        elif name == "theme":
            self.theme = _THEMES[self.theme]
        else:
            model.act(name, message.get("value"))

    def _give(self, made: Download) -> None:
        self.send({"file": made.file, "type": made.type}, buffers=[made.content])

    def _going(self, share: float, text: str) -> None:
        self.send({"progress": share, "text": text})


def _addressed(text: str) -> dict[str, Any]:
    """Return the state an address carries. Raises: UsageError for one that was cut or changed."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UsageError(*(say("panel.error.address", lang, text=text[:60]) for lang in ("en", "zh")))
    return found
