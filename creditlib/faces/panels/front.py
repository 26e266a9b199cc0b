"""What runs in the browser: the scripts of `front/` with Vega, and the style.

What must stay true: nothing is loaded from outside: Vega comes with vl-convert, in the version Altair writes for; bundling takes a second,
so its result is kept in the user's cache under a name that changes with either.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from creditlib.faces.charts.picture import vega_lite

_SCRIPTS: Final = ("dom", "controls", "charts", "tables", "blocks", "panel")


def style() -> str:
    """Return the style sheet."""
    return _text("panel.css")


@cache
def script() -> str:
    """Return the module that draws panels, with everything it needs.

    >>> "vega" in script() and "import " not in script()[:200]
    True
    """
    from importlib.metadata import version as version_of

    import vl_convert
    from platformdirs import user_cache_path

    own = "\n".join(_text(f"{name}.js") for name in _SCRIPTS)
    version = vega_lite()
    digest = hashlib.sha256(f"{version_of('vl-convert-python')} {version}\n{own}".encode()).hexdigest()[:16]
    kept = user_cache_path("creditlib") / f"panel-{digest}.js"
    if kept.is_file():
        return kept.read_text(encoding="utf-8")
    made: str = vl_convert.javascript_bundle(own, vl_version=version)
    _keep(kept, made)
    return made


def _text(name: str) -> str:
    return files("creditlib.faces.panels").joinpath("front").joinpath(name).read_text(encoding="utf-8")


def _keep(place: Path, text: str) -> None:
    """Write a file whole or not at all; where nothing may be written, the bundle is made again next time."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent)
    except OSError:
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name, place)
