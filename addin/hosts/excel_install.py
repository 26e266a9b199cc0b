"""Puts the add-in into Excel, takes it out, and says what is wrong with it.

What must stay true: every step is told, with what to do where it failed; what was not installed by us, or has been changed since, is never
removed; looking for faults changes nothing.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Final

from creditlib import __version__
from creditlib.errors import CreditError, Lang

from ..settings import load_settings, save_settings
from . import excel_places as at
from .excel_places import Places
from .states import State, book_state, told

_LANGUAGES: Final[tuple[Lang, ...]] = ("en", "zh")
_PATIENCE: Final = 60  # seconds an interpreter may take to import all it needs, the first time
_ASK: Final = (
    "import json, creditlib, creditlib_addin, xlwings\n"
    "{also}\n"
    "print(json.dumps([creditlib.__version__, xlwings.__version__]))"
)


def install(lang: Lang | None = None, places: Places | None = None) -> list[State]:
    """Install the add-in and tell it which Python to use; return each step. lang: of the add-in and of answers, kept in the settings."""
    places = places or Places()
    if places.system == "other":
        return [told("system", False, "excel.step.no_excel")]
    if lang is not None:
        save_settings(replace(load_settings(), language=lang))
    spoken = lang or load_settings().language
    receipt = at.read_receipt(places)
    steps = [_put_addin(places, spoken, receipt)]
    if steps[0].ok:
        if at.unblock(places.addin):
            steps.append(told("blocked", True, "excel.step.unblocked", path=places.addin))
        steps.append(_put_config(places))
        if places.system == "mac":
            steps += [_put_script(places, receipt), told("cells", True, "excel.step.mac_cells")]
    at.write_receipt(places, receipt)
    return steps


def _put_addin(places: Places, lang: Lang, receipt: dict[str, str]) -> State:
    from .xlam import build

    with tempfile.TemporaryDirectory() as folder:
        made = build(Path(folder) / at.ADDIN, lang).read_bytes()
    return _put(places.addin, made, receipt, "addin", language=lang)


def _put_script(places: Places, receipt: dict[str, str]) -> State:
    from .xlwings_vba import xlwings_version

    name = f"xlwings-{xlwings_version()}.applescript"
    return _put(places.scripts / name, files("xlwings").joinpath(name).read_bytes(), receipt, "script")


def _put(path: Path, content: bytes, receipt: dict[str, str], step: str, **values: object) -> State:
    try:
        at.write_whole(path, content)
    except OSError as error:
        return told(step, False, "excel.step.in_use", path=path, what=error.strerror or type(error).__name__)
    receipt[str(path)] = str(at.hash_of(path))
    return told(step, True, f"excel.step.{step}", path=path, **values)


def _put_config(places: Places) -> State:
    lines = at.read_config(places.config) | {places.key: str(places.interpreter)}
    try:
        at.write_config(places.config, lines)
    except UnicodeEncodeError:
        return told("config", False, "excel.step.config_signs", interpreter=places.interpreter, encoding=at.encoding())
    except OSError as error:
        return told(
            "config", False, "excel.step.in_use", path=places.config, what=error.strerror or type(error).__name__
        )
    return told("config", True, "excel.step.config", path=places.config, interpreter=places.interpreter)


def uninstall(places: Places | None = None) -> list[State]:
    """Take away what was installed, nothing else; settings and books stay. Return each step."""
    places = places or Places()
    receipt = at.read_receipt(places)
    if not receipt:
        return [told("addin", True, "excel.step.nothing")]
    steps = []
    for name, installed in list(receipt.items()):
        path, found = Path(name), at.hash_of(Path(name))
        if found == installed:
            try:
                path.unlink()
            except OSError as error:
                steps.append(told("addin", False, "excel.step.in_use", path=path, what=error.strerror or ""))
                continue
            at.unblock(path)  # elsewhere than on Windows the mark is a file of its own
            steps.append(told("addin", True, "excel.step.removed", path=path))
        else:
            steps.append(
                told("addin", found is None, f"excel.step.{'gone' if found is None else 'changed'}", path=path)
            )
        del receipt[name]
    at.write_receipt(places, receipt)
    if not receipt:
        steps += _take_config(places)
    return steps


def _take_config(places: Places) -> list[State]:
    lines = at.read_config(places.config)
    rest = {name: value for name, value in lines.items() if name != places.key}
    if not lines:
        return []
    if rest:
        at.write_config(places.config, rest)
        return [told("config", True, "excel.step.keys", path=places.config)]
    places.config.unlink()
    if places.system == "windows" and not any(places.config.parent.iterdir()):
        places.config.parent.rmdir()
    return [told("config", True, "excel.step.removed", path=places.config)]


def doctor(places: Places | None = None) -> list[State]:
    """Return what is as it should be, and what is not with what to do."""
    places = places or Places()
    if places.system == "other":
        return [told("system", False, "excel.step.no_excel"), book_state()]
    mac = places.system == "mac"
    found = [told("system", True, "excel.step.mac_cells" if mac else "excel.doctor.windows")]
    return [*found, *_addin(places), *_python(places), book_state()]


def _addin(places: Places) -> list[State]:
    if not places.addin.is_file():
        return [told("addin", False, "excel.doctor.no_addin", path=places.addin)]
    found = [_same(places), _version(places)]
    marked = at.zone_of(places.addin).exists()
    found.append(
        told("blocked", not marked, "excel.doctor.blocked" if marked else "excel.doctor.open", path=places.addin)
    )
    if places.system == "windows" and places.second.is_file():
        found.append(told("second", False, "excel.doctor.second", path=places.second, used=places.addin))
    return found


def _same(places: Places) -> State:
    from .xlam import build

    installed = at.hash_of(places.addin)
    with tempfile.TemporaryDirectory() as folder:
        for lang in _LANGUAGES:
            try:
                made = build(Path(folder) / lang / at.ADDIN, lang)
            except (CreditError, ImportError):
                break  # said by the version of xlwings
            if at.hash_of(made) == installed:
                return told("addin", True, "excel.doctor.addin", path=places.addin, language=lang)
    return told("addin", False, "excel.doctor.other_addin", path=places.addin, version=__version__)


def _version(places: Places) -> State:
    from .xlam import version_inside

    version = _xlwings()
    if version is None:
        return told("xlwings", False, "excel.doctor.no_xlwings")
    inside = version_inside(places.addin)
    if inside != version:
        return told("xlwings", False, "excel.doctor.other_xlwings", inside=inside or "–", version=version)
    return told("xlwings", True, "excel.doctor.xlwings", version=version)


def _xlwings() -> str | None:
    from .xlwings_vba import xlwings_version

    try:
        return xlwings_version()
    except ImportError:
        return None


def _python(places: Places) -> list[State]:
    named = at.read_config(places.config).get(places.key)
    if not named:
        return [told("interpreter", False, "excel.doctor.no_config", path=places.config)]
    interpreter = Path(named)
    if not interpreter.is_file():
        return [told("interpreter", False, "excel.doctor.no_interpreter", path=places.config, interpreter=named)]
    if interpreter == places.interpreter:
        found = [told("interpreter", True, "excel.doctor.interpreter", interpreter=named)]
    else:
        found = [
            told("interpreter", False, "excel.doctor.other_interpreter", interpreter=named, here=places.interpreter)
        ]
    if places.system == "windows":
        found.append(_library_file(interpreter))
    return [*found, _library(places, interpreter)]


def _library_file(interpreter: Path) -> State:
    """Look for the DLL where xlwings' VBA does: beside the interpreter, and one folder above it."""
    version = _xlwings() or "*"
    name = f"xlwings64-{version}.dll"
    there = any(any(folder.glob(name)) for folder in (interpreter.parent, interpreter.parent.parent))
    return told(
        "dll",
        there,
        "excel.doctor.dll" if there else "excel.doctor.no_dll",
        name=name,
        interpreter=interpreter,
        version=version,
    )


def _library(places: Places, interpreter: Path) -> State:
    ask = _ASK.format(also="import pythoncom" if places.system == "windows" else "")
    try:
        said = subprocess.run(
            [str(interpreter), "-c", ask], capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=_PATIENCE, check=False,
            cwd=interpreter.parent,  # else a folder named creditlib beside the terminal would answer
        )  # fmt: skip
        answer = json.loads(said.stdout.splitlines()[-1]) if said.returncode == 0 else None
        what = (said.stderr.strip().splitlines() or [str(said.returncode)])[-1]
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError) as error:
        answer, what = None, f"{type(error).__name__}: {error}"
    if answer is None:
        return told("library", False, "excel.doctor.no_library", interpreter=interpreter, what=what)
    here = [__version__, _xlwings() or "–"]
    words = {"version": here[0], "xlwings": here[1], "found": answer[0], "found_xlwings": answer[1]}
    same = answer == here
    return told(
        "library",
        same,
        "excel.doctor.library" if same else "excel.doctor.other_library",
        interpreter=interpreter,
        **words,
    )
