"""The month-end close at a desk: files are inspected, read, corrected, tied out and closed, as often as somebody changes something.

What must stay true: it closes as `credit close` does, by the same calls, with the same figures; what did not change is not done again;
no path of its private folder is told to anybody.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from creditlib.errors import CreditError, Finding, UsageError
from creditlib.facts.map_text import map_text
from creditlib.facts.open_items import Rate
from creditlib.facts.outside import Control, read_control, read_rates, typed_balance
from creditlib.facts.reading import Reading
from creditlib.facts.sources import Grid, open_grids
from creditlib.flows.close import close
from creditlib.flows.close_desk_files import Uploads
from creditlib.flows.close_desk_look import Given, Inspection, guess, look
from creditlib.flows.close_desk_rows import RawRow, rows_of
from creditlib.flows.close_kept import Kept
from creditlib.flows.closing import Close
from creditlib.flows.sources import Sources
from creditlib.money import currency_code, exponent
from creditlib.policy import Policy

Told = Callable[[float, str, str], None]
"""Told as each stretch of work begins: the share done, 0 to 1, its name, and the file or sheet it is about, "" where about all."""

_READ_UNTIL: Final = 0.7
"""Share of the work that is reading: 0.74 of a ledger of 10,000 documents, 0.68 of one of 200,000."""
_STEPS: Final = {"items": 0.0, "figures": 0.05, "tables": 0.75, "checks": 0.9}
"""Where each part of closing begins, as a share of it."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a month end is asked about. sources: the files, without a map; told: content of a map, None for none. control: a typed
    figure, "" for none; control_files, rates: files of control figures and of exchange rates. currency: to report in. entity: for
    the cover."""

    sources: Sources
    as_of: date
    told: Mapping[str, Any] | None = None
    control: str = ""
    control_files: tuple[str, ...] = ()
    rates: str | None = None
    currency: str | None = None
    known_on: date | None = None
    entity: str | None = None


class CloseDesk:
    """A desk: keeps what was handed over, what was opened and read last, until it is closed.

    uploads: where files handed over are kept, None for a folder of its own.
    """

    def __init__(self, uploads: Uploads | None = None) -> None:
        self.uploads = Uploads() if uploads is None else uploads
        self._grids: dict[tuple[str, str | None], tuple[Any, list[Grid]]] = {}
        self._guessed: dict[str, tuple[Any, Given | None]] = {}
        self._looked: tuple[Any, Inspection] | None = None
        self._read: tuple[Any, Reading] | None = None
        self._closed: tuple[Any, Close] | None = None
        self._kept = Kept()

    def __enter__(self) -> CloseDesk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_down()

    def close_down(self) -> None:
        """Forget everything, and remove the files that were handed over."""
        self._grids.clear()
        self._guessed.clear()
        self._looked = self._read = self._closed = None
        self._kept = Kept()
        self.uploads.close()

    # ── what the files are ──

    def inspect(self, asked: Asked) -> Inspection:
        """Return what each file is and how each sheet would be read; after reading, with the rows each gave.

        A file that can't be used stands there with its error. Raises: MappingError for a map that can't be read or speaks for no sheet.
        """
        found = self._inspection(asked)
        key = self._reading_key(asked)
        return found.read(self._read[1]) if self._read is not None and self._read[0][:-1] == key else found

    def guess(self, path: str) -> Given | None:
        """Return what a file should be given as, None where it can't be opened or nothing in it is recognised."""
        stamp = _stamp(path)
        if path not in self._guessed or self._guessed[path][0] != stamp:
            try:
                found = guess(self._open(path, None))
            except (CreditError, OSError):
                found = None  # what is wrong is told by `inspect`, where it is given
            self._guessed[path] = stamp, found
        return self._guessed[path][1]

    def _inspection(self, asked: Asked) -> Inspection:
        key = (self._reading_key(asked), asked.control_files, asked.rates, self._stamps(self._paths(asked)))
        if self._looked is None or self._looked[0] != key:
            with self._unnamed():
                sources = self._mapped(asked)
                found = look(sources, control=asked.control_files, rates=asked.rates, open_file=self._open)
            files = (replace(file, error=file.error and self._public(file.error)) for file in found.files)
            self._looked = key, Inspection(tuple(files))
            used = set(self._paths(asked))
            self._grids = {place: held for place, held in self._grids.items() if place[0] in used}
        return self._looked[1]

    def _paths(self, asked: Asked) -> tuple[str, ...]:
        return (*asked.sources.all, *asked.control_files, *([asked.rates] if asked.rates else []))

    def _open(self, path: str, query: str | None) -> list[Grid]:
        stamp = _stamp(path)
        held = self._grids.get((path, query))
        if held is None or held[0] != stamp:
            held = stamp, open_grids(path, query)
            self._grids[path, query] = held
        return held[1]

    def _mapped(self, asked: Asked) -> Sources:
        """Return the sources with the map where reading finds it."""
        if not asked.told:
            return asked.sources
        path = self.uploads.folder / "map.toml"
        path.write_text(map_text(asked.told), encoding="utf-8")
        return replace(asked.sources, mapping=str(path))

    # ── reading and closing ──

    def read(self, asked: Asked, policy: Policy, told: Told | None = None) -> Reading:
        """Read the files, as the terminal does. Raises: the error of a file that can't be used, for each; what reading raises."""
        home = asked.sources.home or policy.at(asked.as_of)["home.currency"]
        key = (*self._reading_key(asked), home)
        if self._read is not None and self._read[0] == key:
            return self._read[1]
        inspection = self._inspection(asked)
        _refuse_faults(inspection)
        if not asked.sources.files:
            raise UsageError(
                "No ledger was given. Choose the file of open items, or of documents and payments.",
                "没有给出台账。请选择未清项文件，或单据与收款文件。",
            )
        opened = {path: self._open(path, asked.sources.query) for path in asked.sources.files}
        with self._unnamed():
            going = _Reading(inspection, told)
            made = self._mapped(asked).read(policy, asked.as_of, asked.as_of, step=going.at, opened=opened)
        self._read = key, made
        return made

    def close(self, asked: Asked, policy: Policy, told: Told | None = None) -> Close:
        """Close the month, as the terminal does. Raises: as `read`; what closing raises; UsageError for a typed control figure beside a file."""
        policy.at(asked.as_of)
        control, report = self._control(asked), _report(asked)
        reading = self.read(asked, policy, told)
        rates = self._rates(asked, report)
        key = (
            self._read and self._read[0],
            control,
            rates,
            report,
            asked.as_of,
            asked.known_on,
            asked.entity,
            policy.fingerprint,
            policy.name,
        )
        if self._closed is not None and self._closed[0] == key:
            return self._closed[1]

        def at(step: str, about: str) -> None:
            if told is not None:
                told(_READ_UNTIL + (1 - _READ_UNTIL) * _STEPS[step], step, about)

        with self._unnamed():
            made = close(
                reading, policy, asked.as_of, control=control, rates=rates, currency=report, known_on=asked.known_on,
                entity=asked.entity, step=at, kept=self._kept,
            )  # fmt: skip
        self._closed = key, made
        return made

    def _control(self, asked: Asked) -> tuple[Control, ...]:
        if asked.control and asked.control_files:
            name = Path(asked.control_files[0]).name
            raise UsageError(
                f"control figure {asked.control} was typed, and {name} holds control figures. Clear the figure, or take the file out.",
                f"已填写总账余额 {asked.control}，而 {name} 也是总账余额。请清空金额，或移除该文件。",
            )
        if asked.control:
            return (Control(None, None, None, typed_balance(asked.control)),)
        with self._unnamed():
            return tuple(line for path in asked.control_files for line in read_control(path))

    def _rates(self, asked: Asked, report: str | None) -> tuple[Rate, ...]:
        if asked.rates is None:
            return ()
        if report is None:
            name = Path(asked.rates).name
            raise UsageError(
                f"{name} holds exchange rates, which need the currency to report in. Choose it, or take the file out.",
                f"{name} 是汇率，需要报告币种。请选择报告币种，或移除该文件。",
            )
        with self._unnamed():
            return read_rates(asked.rates, report, asked.as_of, asked.sources.date_order)

    # ── what a finding is about ──

    def rows(self, asked: Asked, finding: Finding) -> tuple[RawRow, ...]:
        """Return the raw rows that caused a finding, the cells it is about marked."""
        query = asked.sources.query
        inspection = self._inspection(asked)
        given = [file.path for file in inspection.files if file.error is None]
        opened = (self._open(path, query if path in asked.sources.files else None) for path in given)
        return rows_of(finding, inspection, {grid.name: grid for grids in opened for grid in grids})

    # ── what is kept ──

    def _reading_key(self, asked: Asked) -> tuple[Any, ...]:
        text = map_text(asked.told) if asked.told else ""
        return asked.sources, self._stamps(asked.sources.all), text, asked.as_of if asked.sources.credit_files else None

    def _stamps(self, paths: tuple[str, ...]) -> tuple[Any, ...]:
        return tuple(map(_stamp, paths))

    @contextmanager
    def _unnamed(self) -> Iterator[None]:
        """Take the private folder out of what is told: it means nothing to a person."""
        try:
            yield
        except CreditError as error:
            raise self._public(error) from error

    def _public(self, error: CreditError) -> CreditError:
        folder = f"{self.uploads.folder}{os.sep}"
        return type(error)(error.en.replace(folder, ""), error.zh.replace(folder, ""))


class _Reading:
    """How far reading is, by rows: taking the cells is nine parts of ten, making documents of them one."""

    def __init__(self, inspection: Inspection, told: Told | None) -> None:
        self._rows = {sheet.name: sheet.rows for sheet in inspection.ledger if sheet.mapping is not None}
        self._all = sum(self._rows.values()) or 1
        self._done = 0.0
        self._told = told

    def at(self, step: str, about: str) -> None:
        """Tell that a stretch begins."""
        if self._told is not None:
            name = Path(about).name if step in ("open", "beside") else about  # a sheet's name may hold a slash
            self._told(_READ_UNTIL * min(self._done / self._all, 1.0), step, name)
        self._done += {"rows": 0.9, "documents": 0.1}.get(step, 0.0) * self._rows.get(about, 0)


def _refuse_faults(inspection: Inspection) -> None:
    """Raise what is wrong with the files, each on a line of its own."""
    faults = [file.error for file in inspection.faults if file.error is not None]
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise UsageError("\n".join(e.en for e in faults), "\n".join(e.zh for e in faults))


def _report(asked: Asked) -> str | None:
    if asked.currency is None:
        return None
    code = currency_code(asked.currency) or asked.currency
    exponent(code)
    return code


def _stamp(path: str) -> Any:
    """Return what tells one content of a file from another, None where there is no file."""
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns
