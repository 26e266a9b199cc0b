"""A person's own copies of the notebooks.

What must stay true: a notebook a person changed is never written over; what was kept is told.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from creditlib.errors import Lang
from creditlib.faces.cli.common import usage
from creditlib.faces.wording import say

HERE: Final = Path(__file__).parent
LISTED: Final = ".creditlib.json"


@dataclass(frozen=True)
class Copies:
    """What copying did. made, renewed, kept: names under the folder. renewed: of an earlier version, not changed by the person.
    kept: changed by the person, left as they are."""

    folder: Path
    made: tuple[str, ...]
    renewed: tuple[str, ...]
    kept: tuple[str, ...]

    def lines(self, lang: Lang) -> list[str]:
        """Return what to tell the person."""
        between = "、" if lang == "zh" else ", "
        told = [say("notebooks.told.copied", lang, folder=self.folder, count=len(self.made))] if self.made else []
        for kind in ("renewed", "kept"):
            if names := getattr(self, kind):
                told.append(say(f"notebooks.told.{kind}", lang, names=between.join(names)))
        return told


def bundled(lang: Lang) -> dict[str, Path]:
    """Return the notebooks of a language: name under the person's folder → file of this package.

    >>> "panels/customer.ipynb" in bundled("zh")
    True
    """
    found = {f"panels/{path.name}": path for path in sorted((HERE / "panels").glob("*.ipynb"))}
    course = sorted((HERE / "course" / lang).glob("*.ipynb"))
    return found | {f"course/{lang}/{path.name}": path for path in course}


def copy_notebooks(folder: str | Path, lang: Lang) -> Copies:
    """Copy the notebooks of a language where the folder lacks them. Raises: UsageError where the folder is a file."""
    place = Path(folder).expanduser().resolve()
    if place.exists() and not place.is_dir():
        raise usage("notebooks.error.folder", path=place)
    place.mkdir(parents=True, exist_ok=True)
    listed = _listed(place)
    done: dict[str, list[str]] = {"made": [], "renewed": [], "kept": []}
    for name, source in bundled(lang).items():
        target, content = place / name, source.read_bytes()
        now = _cells(content)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(content)
            done["made"].append(name)
        elif (theirs := _cells(target.read_bytes())) != now:
            if theirs != listed.get(name):
                done["kept"].append(name)
                continue
            _replace(target, content)
            done["renewed"].append(name)
        listed[name] = now
    _replace(place / LISTED, json.dumps(listed, indent=1, sort_keys=True).encode())
    return Copies(place, *(tuple(done[kind]) for kind in ("made", "renewed", "kept")))


def _cells(content: bytes) -> str:
    """Return a hash of what a person may have written: the cells' kinds and sources, not what running them left."""
    try:
        cells = [(cell["cell_type"], _text(cell["source"])) for cell in json.loads(content)["cells"]]
    except (ValueError, KeyError, TypeError):  # no notebook any more: certainly changed
        return hashlib.sha256(b"\0" + content).hexdigest()
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _text(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)


def _listed(place: Path) -> dict[str, str]:
    """Return what was copied before: name → hash of its cells."""
    try:
        found = json.loads((place / LISTED).read_text(encoding="utf-8"))
    except (
        OSError,
        ValueError,
    ):  # never written, or spoilt: then nothing is known, and everything that differs is kept
        return {}
    return found if isinstance(found, dict) else {}


def _replace(target: Path, content: bytes) -> None:
    beside = target.with_name(f".{target.name}.new")
    beside.write_bytes(content)
    os.replace(beside, target)
