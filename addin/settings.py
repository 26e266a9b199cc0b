"""What a person chose once: the connected book, its day, the policy, rates, the record, the language. One small file, the same for every host.

What must stay true: the file is written whole or not at all; a file nobody can read is told, never replaced in silence.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from creditlib.days import parse_iso
from creditlib.errors import Lang
from creditlib.faces.package import write_whole

from .values import wrong

VARIABLE = "CREDITLIB_SETTINGS"
"""Environment variable that names another settings file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """book: folder of the connected book. as_of: the day cells answer for unless they name one. policy: its file, None: the
    standard one. currency, rates: report in one currency, by a file of rates. language: en or zh. store: the record, a file or an
    address; None: that of CREDIT_STORE, if any.

    >>> Settings().language
    'en'
    """

    book: str | None = None
    as_of: date | None = None
    policy: str | None = None
    currency: str | None = None
    rates: str | None = None
    language: Lang = "en"
    store: str | None = None


def settings_path() -> Path:
    """Return where the settings are kept: CREDITLIB_SETTINGS, else the user's own configuration folder."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    from platformdirs import user_config_path

    return user_config_path("creditlib", appauthor=False) / "settings.json"


def load_settings(path: Path | None = None) -> Settings:
    """Return what is chosen; without a file, nothing but the language of CREDIT_LANG. Raises: UsageError for a file that can't be read."""
    path = path or settings_path()
    tongue: Lang = "zh" if os.environ.get("CREDIT_LANG") == "zh" else "en"
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        given = {f.name: raw[f.name] for f in fields(Settings) if raw.get(f.name) is not None}
    except FileNotFoundError:
        return Settings(language=tongue)
    except (OSError, ValueError, AttributeError) as error:
        wrong("settings", path=path, what=error)
    if "as_of" in given:
        given["as_of"] = parse_iso(str(given["as_of"]), f"{path}: as_of")
    for name, value in given.items():
        if (name != "as_of" and not isinstance(value, str)) or (name == "language" and value not in ("en", "zh")):
            wrong("settings", path=path, what=f"{name}: {value!r}")
    given.setdefault("language", tongue)
    return Settings(**given)


def save_settings(settings: Settings, path: Path | None = None) -> Path:
    """Write what is chosen; return where."""
    path = path or settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = {n: v.isoformat() if isinstance(v, date) else v for n, v in asdict(settings).items() if v is not None}
    content = (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    write_whole(path, lambda file: file.write(content), force=True)
    return path
