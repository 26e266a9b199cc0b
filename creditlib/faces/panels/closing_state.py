"""What is chosen for a month end: files and their use, the map, control figure, policy values; and the question it makes.

What must stay true: a state holds names and values, never content; files handed over are taken piece by piece and kept whole or not at
all; a correction of a sheet becomes a part of the map, so that undo takes it back.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from creditlib.days import parse_iso
from creditlib.errors import CreditError, Lang, UsageError
from creditlib.faces.panels import closing_files as files
from creditlib.faces.panels import closing_policy as tried
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.fields import Choice, Day, Field, Text
from creditlib.faces.panels.model import Model
from creditlib.faces.wording import say, worded
from creditlib.facts.mapping import parse_map
from creditlib.facts.outside import typed_balance
from creditlib.flows.close_desk import Asked, CloseDesk
from creditlib.flows.close_desk_files import Incoming, safe_name
from creditlib.flows.close_desk_look import Inspection, SheetLook
from creditlib.flows.close_desk_map import corrected
from creditlib.flows.closing import Close
from creditlib.flows.history import previous_month_end
from creditlib.flows.sources import Sources
from creditlib.money import CURRENCIES, currency_code, exponent
from creditlib.policy import Policy, load_policy
from creditlib.policy.draft import draft

_words = worded("panel_close")

LEDGERS: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".parquet")
_LANGS: Final[tuple[Lang, Lang]] = ("en", "zh")
_USES: Final = ("ledger", "sales", "control", "rates", "out")
_SAMPLE: Final = ("documents.csv", "allocations.csv", "customers.csv", "sales.csv", "control.csv")
_MAP: Final = "map.toml"


class ClosingState(Model):
    """State: files (paths), use:PATH, map (content of a map), sheet (being corrected), check and page (rows shown), policy:PARAMETER, and
    as_of, firm, control, currency, home, order."""

    def __init__(self, given: Sequence[str | Path], as_of: date | None, policy: Policy | None, lang: Lang) -> None:
        self.desk = CloseDesk()
        self.policy = policy or load_policy()
        self._given = [str(path) for path in given]
        self._in_folder = {str(path) for one in self._given for path in _files_in(one)}
        self._day = as_of or previous_month_end(date.today())
        self._lost: list[str] = []
        self._incoming: Incoming | None = None
        self._held: tuple[Any, Lang, Mapping[str, Field]] | None = None
        super().__init__(lang)

    def start(self) -> dict[str, Any]:
        """Return the files that were given, and nothing else said."""
        paths = [str(path) for one in self._given for path in (_files_in(one) or [Path(one)])]
        return {
            "as_of": self._day.isoformat(), "firm": "", "files": paths, "map": {}, "control": "", "currency": "", "home": "", "order": "",
            "sheet": "", "check": "", "page": 0,
        }  # fmt: skip

    # ── fields ──

    def fields(self) -> Mapping[str, Field]:
        """Return every control there is in the present state."""
        if self._held is not None and self._held[0] is self.state and self._held[1] == self.lang:
            return self._held[2]
        codes = [("", _words("tie.currency_none")), *((code, _plain(code)) for code in sorted(CURRENCIES))]
        made: dict[str, Field] = {
            "as_of": Day(label=_words("top.as_of")),
            "firm": Text(label=_words("top.firm")),
            "upload": files.upload_field(self.desk.uploads.limit),
            "control": Text(label=_words("tie.control"), need=_balance, hint=_words("tie.control_hint"), placeholder="0.00"),
            "currency": Choice(label=_words("tie.currency"), options=codes, hint=_words("tie.currency_hint")),
            "home": Text(label=_words("files.home"), need=_currency, hint=self._home_hint),
            "order": Choice(label=_words("files.order"), options=[(o, _words(f"order.{o or 'none'}")) for o in ("", "ymd", "dmy", "mdy")]),
        }  # fmt: skip
        for path in self.state["files"]:
            label = _plain(Path(path).name)
            made[f"use:{path}"] = Choice(label=label, options=[(use, _words(f"use.{use}")) for use in _USES])
        made |= tried.fields(self.policy, self.day)
        self._held = (self.state, self.lang, made)
        look = self._safely()
        sheet = self.sheet(look) if look is not None else None
        if sheet is not None:
            made |= files.map_fields(self.state["map"], sheet)
        return made

    def _home_hint(self, lang: Lang) -> str:
        return say("panel_close.files.home_hint", lang, currency=self.policy.at(self.day)["home.currency"])

    def _safely(self) -> Inspection | None:
        try:
            return self.desk.inspect(self.files_asked())
        except CreditError:
            return None  # told by `blocks`

    def control(self, name: str) -> Block:
        """Return a control; what a state does not hold stands at what is in force."""
        if name in self.state:
            return super().control(name)
        field = self.fields()[name]
        return field.control(name, self._base(name), self.lang)

    def _base(self, name: str) -> Any:
        if name.startswith("use:"):
            return self.use(name[4:])
        if name.startswith("policy:"):
            return tried.base(self.policy, self.day, name)
        look = self._safely()
        sheet = self.sheet(look) if look is not None else None
        return files.map_value(self.state["map"], sheet, name) if sheet is not None else None

    def get(self, name: str) -> Any:
        """Return a value of the state, or what holds where it says nothing. Raises: CreditError for one that was typed wrongly."""
        return super().get(name) if name in self.state else self._base(name)

    def set(self, name: str, value: Any = None, *, typed: str | None = None, more: bool = False) -> None:
        """Change one thing; a correction of a sheet goes into the map."""
        if not name.startswith("map:"):
            return super().set(name, value, typed=typed, more=more)
        look = self.desk.inspect(self.files_asked())
        sheet = self.sheet(look)
        field = self.fields().get(name)
        if sheet is None or field is None:
            return super().set(name, value, typed=typed, more=more)
        told = field.check(value) if typed is None else field.read(typed, self.lang)
        return self.become({**self.state, "map": corrected(self.state["map"], sheet, files.correction_of(name, told))})

    # ── what is asked ──

    @property
    def day(self) -> date:
        """The as-of day; while it is typed wrongly, or no policy is in force on it, the one the panel began with."""
        held = self.state["as_of"]
        if not isinstance(held, str):
            return self._day
        try:
            self.policy.at(parse_iso(held, "as_of"))
        except CreditError:
            return self._day  # what is wrong is told by `asked`, and by closing
        return parse_iso(held, "as_of")

    @property
    def begun(self) -> bool:
        """Whether any file is used."""
        return any(self.use(path) != "out" for path in self.state["files"])

    def use(self, path: str) -> str:
        """Return what a file is used as: what was said, else what it looks like. What nothing recognises in a folder is left out."""
        said = self.state.get(f"use:{path}")
        if isinstance(said, str):
            return said
        return self.desk.guess(path) or ("out" if path in self._in_folder else "ledger")

    def files_asked(self) -> Asked:
        """Return what is asked of the files alone: it can be asked while a figure is typed wrongly."""
        by: dict[str, list[str]] = {use: [] for use in _USES}
        for path in self.state["files"]:
            by[self.use(path)].append(path)
        home = self.state["home"] if isinstance(self.state["home"], str) else ""
        sources = Sources(
            files=(*by["ledger"], *by["sales"][1:]), sales=by["sales"][0] if by["sales"] else None, home=home or None,
            date_order=self.state["order"] or None,
        )  # fmt: skip
        return Asked(
            sources=sources, as_of=self.day, told=self.state["map"] or None, control_files=tuple(by["control"]),
            rates=by["rates"][0] if by["rates"] else None,
        )  # fmt: skip

    def asked(self) -> Asked:
        """Return the whole question. Raises: CreditError for what is typed wrongly; UsageError for two files of exchange rates."""
        asked = self.files_asked()
        rates = [path for path in self.state["files"] if self.use(path) == "rates"]
        if len(rates) > 1:
            names = [Path(path).name for path in rates]
            raise UsageError(*(say("panel_close.error.two_rates", lang, names=", ".join(names)) for lang in _LANGS))
        self.get("home")
        return Asked(
            sources=asked.sources, as_of=parse_iso(self.get("as_of"), "as_of"), told=asked.told, control=self.get("control"),
            control_files=asked.control_files, rates=asked.rates, currency=self.get("currency") or None, entity=self.get("firm") or None,
        )  # fmt: skip

    def changes_made(self) -> list[str]:
        """Return the parameters that were changed."""
        return [name[7:] for name in self.state if name.startswith("policy:") and name != tried.FROM]

    def tried(self) -> Policy:
        """Return the policy, with what is tried from its day on. Raises: CreditError, by the rules of a policy."""
        changes = {name: tried.value(name, self.get(f"policy:{name}")) for name in self.changes_made()}
        if not changes:
            return self.policy
        since = parse_iso(self.get(tried.FROM), "from")
        return draft(self.policy, changes, since, say("panel_close.policy.reference", self.lang, day=self.day))

    def going(self, share: float, step: str, about: str) -> None:
        """Tell how far reading and closing are."""
        self.progress(share, say(f"panel_close.going.{step}", self.lang, about=about))

    def sheet(self, look: Inspection) -> SheetLook | None:
        """Return the sheet that is being corrected, if any."""
        return next((one for one in look.ledger if one.name == self.state["sheet"]), None)

    def check(self, made: Close) -> str:
        """Return the check whose rows are shown: the one chosen, else the first that has any."""
        checks = [finding.check for finding in made.findings]
        return self.state["check"] if self.state["check"] in checks else (checks[0] if checks else "")

    def command(self) -> str:
        """Return the command that closes the same at the terminal."""
        asked = self.files_asked()
        told = [*asked.sources.files, "--as-of", str(self.day)]
        figure = self.state["control"] if isinstance(self.state["control"], str) else ""
        options = {
            "--sales": asked.sources.sales, "--control": figure or next(iter(asked.control_files), None), "--home": asked.sources.home,
            "--dates": asked.sources.date_order, "--currency": self.state["currency"], "--fx": asked.rates,
            "--map": _MAP if self.state["map"] else None, "--policy": "policy.toml" if self.changes_made() else None,
            "--firm": self.state["firm"],
        }  # fmt: skip
        told += [word for name, value in options.items() if value for word in (name, value)]
        private = f"{self.desk.uploads.folder}/"
        return "credit close " + " ".join(shlex.quote(word.removeprefix(private)) for word in told)

    # ── files ──

    def upload(self, name: str, file: str, size: int, at: int, piece: bytes) -> None:
        """Take a piece of a file; a map.toml becomes the map. Raises: UsageError for one that is too large, or there already."""
        uploads = self.desk.uploads
        incoming, self._incoming = self._incoming, None  # until this piece is taken: what fails leaves nothing behind
        if at == 0:
            if incoming is not None:
                incoming.cancel()  # it never came whole
            for path in uploads.paths:  # one that is left out can be taken in again, until another of its name comes
                again = path.name == safe_name(file) and self.use(str(path)) == "out"
                if again or str(path) not in self.state["files"]:
                    uploads.remove(path.name)
            incoming = uploads.begin(file, size)
        if incoming is None:
            return  # the rest of one that was refused
        incoming.write(piece)
        self.progress(incoming.came / max(size, 1), say("panel_close.going.upload", self.lang, about=file))
        if incoming.came == size:
            self._take_file(incoming.finish())
        else:
            self._incoming = incoming

    def _take_file(self, path: Path) -> None:
        if path.suffix.lower() == ".toml":
            try:
                told = parse_map(path.read_bytes().decode("utf-8-sig", "replace"), path.name)
            finally:
                self.desk.uploads.remove(path.name)
            return self.become({**self.state, "map": told})
        kept = {key: value for key, value in self.state.items() if key != f"use:{path}"}
        others = [one for one in self.state["files"] if one != str(path)]
        self._lost = []
        return self.become({**kept, "files": [*others, str(path)]})

    def take_sample(self) -> None:
        """Take the ledger and the control figures of the bundled sample, on its day."""
        from creditlib.facts.sample.generate import SAMPLE_END

        self.become({**self.state, "files": [*self.state["files"], *self._sample()], "as_of": SAMPLE_END.isoformat()})

    @property
    def _sample_folder(self) -> Path:
        return self.desk.uploads.folder / "sample"

    def _sample(self) -> list[str]:
        """Write the bundled sample beside the files handed over; returns the files that close."""
        from creditlib.facts.sample.files import write_sample

        return [str(path) for path in write_sample(self._sample_folder, lang=self.lang) if path.name in _SAMPLE]

    # ── what an address carries ──

    def told(self) -> dict[str, Any]:
        """Return what an address carries: of files handed over only their names, of the sample that it is used."""
        folder = str(self.desk.uploads.folder)
        found = {name: value for name, value in super().told().items() if folder not in name}
        own = [path for path in self.state["files"] if path.startswith(folder)]
        gone = [Path(path).name for path in own if Path(path).parent != self._sample_folder]
        kept = [path for path in self.state["files"] if not path.startswith(folder)]
        found.pop("files", None)
        found |= {"files": kept} if kept != self.start()["files"] else {}
        return found | ({"gone": gone} if gone else {}) | ({"sample": True} if len(own) > len(gone) else {})

    def restore(self, told: Mapping[str, Any]) -> None:
        """Take a state an address carries. Only files this panel was given are taken from it."""
        super().restore({name: value for name, value in told.items() if name not in ("files", "map")})
        wanted = told.get("files")
        state = dict(self.state)
        if isinstance(wanted, list):
            state["files"] = [path for path in self.start()["files"] if path in wanted]
        if isinstance(told.get("map"), dict):
            state["map"] = files.map_of(told["map"])
        if told.get("sample") is True:
            state["files"] = [*state["files"], *self._sample()]
        gone = told.get("gone")
        self._lost = [str(name) for name in gone] if isinstance(gone, list) else []
        self.state = state

    @property
    def lost(self) -> Sequence[str]:
        """Names of files an earlier page had, that are not kept."""
        return self._lost


def _files_in(path: str) -> list[Path]:
    """Return the files of a folder that may be ledgers, none of what is no folder."""
    folder = Path(path)
    if not folder.is_dir():
        return []
    return sorted(
        one for one in folder.iterdir() if one.is_file() and one.suffix.lower() in LEDGERS and one.name[0] not in ".~"
    )


def _plain(text: str) -> Any:
    return lambda lang: text


def _balance(text: str) -> str:
    """Return a control figure as it was typed. Raises: UsageError for no amount."""
    if text:
        typed_balance(text)
    return text


def _currency(text: str) -> str:
    """Return a currency's code, "" for none. Raises: CurrencyError."""
    if not text:
        return ""
    code = currency_code(text) or text
    exponent(code)
    return code
